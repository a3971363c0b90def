"""Where providers knock: verify the raw body, read it, record every message, then say 2xx."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from channels.delivery.channel import (
    Ask,
    Borrower,
    Carrier,
    Channel,
    Delivery,
    Forged,
    Malformed,
    Notifier,
    Response,
    Take,
    Unprepared,
)
from channels.delivery.notices import Notices
from channels.delivery.reading import read, told
from channels.delivery.trial import Trials
from channels.errors import MessageRefused, NotAccepting, TooFast
from channels.metrics import Metrics
from channels.reception import Reception

BODY_BYTES = 4 * 1024 * 1024
"""WhatsApp's Cloud API batches up to 3 MB in one delivery; nobody sends more."""
RETRY_SECONDS = 5
"""What a provider is asked to wait for when a message could not be recorded."""
UNRECORDED = Response(HTTPStatus.SERVICE_UNAVAILABLE, "Not recorded; send it again.")
FLOODED = Response(HTTPStatus.TOO_MANY_REQUESTS, "Too much of one sender; send it again.")

log = structlog.get_logger(__name__)


class WebhookDoor:
    """``GET`` and ``POST /channels/{name}`` for every channel that is set up."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        reception: Reception,
        metrics: Metrics,
        url: str,
        ask: Ask,
        trials: Trials,
        notices: Notices,
    ) -> None:
        """``url`` is the gateway's public address, which signatures are made over.

        ``ask`` puts calls to providers; ``trials`` knows which deliveries are no provider's.
        """
        self._channels = channels
        self._reception = reception
        self._metrics = metrics
        self._url = url.rstrip("/")
        self._ask = ask
        self._trials = trials
        self._notices = notices

    def routes(self) -> list[web.RouteDef]:
        """Both routes; some providers ask by GET whether the address is ours."""
        return [web.get("/channels/{name}", self.knock), web.post("/channels/{name}", self.knock)]

    async def knock(self, request: web.Request) -> web.Response:
        """Answer one delivery: 401 forged, 400 unreadable, 503 or 429 not recorded, else 2xx."""
        channel = self._channels.get(request.match_info["name"])
        if channel is None or isinstance(channel, Carrier):
            raise web.HTTPNotFound
        # A provider's batch is larger than any form of the gateway.
        body = await request.clone(client_max_size=BODY_BYTES).read()
        delivery = Delivery(request.method, f"{self._url}{request.path_qs}", request.headers, body)
        outcome, response = await self._take(channel, delivery)
        return web.Response(
            status=response.status,
            text=response.body,
            content_type=response.content_type,
            headers={"Retry-After": str(RETRY_SECONDS)} if outcome == "unrecorded" else None,
        )

    def taker(self, channel: Channel) -> Take:
        """What takes the deliveries that a channel fetches."""

        async def take(delivery: Delivery) -> str:
            return (await self._take(channel, delivery))[0]

        return take

    async def _take(self, channel: Channel, delivery: Delivery) -> tuple[str, Response]:
        """What became of a delivery, as `Take` says it, and what to answer."""
        outcome, response = await self._judge(channel, delivery)
        self._metrics.deliveries.labels(channel.name, outcome).inc()
        return outcome, response

    async def _judge(self, channel: Channel, delivery: Delivery) -> tuple[str, Response]:
        try:
            trial = self._trials.address(delivery)
            if isinstance(channel, Borrower):
                await channel.borrow(self._ask, delivery)
            channel.verify(delivery)
        except Unprepared as error:
            log.error("channel_unprepared", channel=channel.name, reason=str(error))
            return "unrecorded", UNRECORDED
        except Forged as error:
            log.warning("delivery_forged", channel=channel.name, reason=str(error))
            return "forged", Response(HTTPStatus.UNAUTHORIZED, "This delivery is not signed.")
        try:
            messages, response = read(channel, delivery)
            notices = told(channel, delivery) if isinstance(channel, Notifier) else ()
        except Malformed as error:
            log.warning("delivery_malformed", channel=channel.name, reason=str(error))
            return "malformed", Response(HTTPStatus.BAD_REQUEST, "This delivery cannot be read.")
        if notices and not trial:
            try:
                await self._notices.take(channel.name, notices)
            except SQLAlchemyError as error:
                log.error("notices_unrecorded", error=type(error).__name__)
                return "unrecorded", UNRECORDED
        outcome = "told" if notices else "nothing_said"
        for message in messages:
            try:
                await self._reception.accept(replace(message, address=trial or message.address))
            except NotAccepting as refused:
                return "unrecorded", FLOODED if isinstance(refused, TooFast) else UNRECORDED
            except MessageRefused as refused:
                # A repeat of the same delivery would be refused again: it counts as taken.
                log.info("message_refused", channel=channel.name, reason=type(refused).__name__)
                outcome = outcome if outcome == "taken" else "refused"
            else:
                outcome = "taken"
        return outcome, response
