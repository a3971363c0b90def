"""Where Twilio asks what to do with a call: each webhook is answered with what is said next.

A webhook that comes twice is the same delivery, since each place in a call has its own address.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from channels.delivery.channel import Delivery, Forged, Malformed
from channels.errors import NotAccepting
from channels.metrics import Metrics
from channels.voice import twiml
from channels.voice.call import Place, read_webhook
from channels.voice.calls import CHANNEL, Calls, Moment
from channels.voice.settings import VoiceSettings

Handler = Callable[[Moment], Awaitable[str]]

log = structlog.get_logger(__name__)


class VoiceDoor:
    """``POST /channels/voice`` and the three addresses that a call comes back to."""

    def __init__(self, settings: VoiceSettings, calls: Calls, metrics: Metrics, url: str) -> None:
        """``url`` is the gateway's public address, which signatures are made over."""
        self._settings = settings
        self._calls = calls
        self._metrics = metrics
        self._url = url.rstrip("/")

    def routes(self) -> list[web.RouteDef]:
        """All by POST."""
        path = f"/channels/{CHANNEL}"
        return [
            web.post(path, self._taking(self._calls.begin)),
            web.post(f"{path}/heard", self._taking(self._calls.heard)),
            web.post(f"{path}/answer", self._taking(self._calls.answer)),
            web.post(f"{path}/dialled", self._taking(self._calls.dialled)),
        ]

    def _taking(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Verifies and reads a webhook: 401 forged, 400 unreadable, else what is said next."""

        async def take(request: web.Request) -> web.Response:
            url = f"{self._url}{request.path_qs}"
            delivery = Delivery("POST", url, request.headers, await request.read())
            try:
                self._settings.check(delivery)
                moment = Moment(read_webhook(delivery), Place.from_query(request.query))
            except Forged as error:
                log.warning("delivery_forged", channel=CHANNEL, reason=str(error))
                return self._refused("forged", HTTPStatus.UNAUTHORIZED)
            except Malformed as error:
                log.warning("delivery_malformed", channel=CHANNEL, reason=str(error))
                return self._refused("malformed", HTTPStatus.BAD_REQUEST)
            try:
                document = await handler(moment)
                outcome = "taken"
            except (NotAccepting, SQLAlchemyError) as error:
                # An error's status would play Twilio's own words to the caller and hang up.
                log.error("call_not_taken", error=type(error).__name__)
                document, outcome = self._calls.unavailable(moment), "unrecorded"
            self._metrics.deliveries.labels(CHANNEL, outcome).inc()
            return web.Response(text=document, content_type=twiml.CONTENT_TYPE)

        return take

    def _refused(self, outcome: str, status: HTTPStatus) -> web.Response:
        self._metrics.deliveries.labels(CHANNEL, outcome).inc()
        return web.Response(status=status, text="This is not taken.")
