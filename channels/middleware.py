"""What every request passes: a name in the logs, safe headers, and errors in plain words."""

from __future__ import annotations

import secrets
import time
import traceback
from urllib.parse import urlsplit

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware
from aiohttp_jinja2 import render_template
from sqlalchemy.exc import SQLAlchemyError

from channels.identifiers import new_id
from knowledge_base.errors import KnowledgeBaseError

NONCE = web.RequestKey("nonce", str)
PAGE_WORDS = {
    403: "You may not do this.",
    404: "There is nothing at this address.",
    405: "This address does not take that kind of request.",
    413: "What was sent is too large.",
}
BROKEN = "Something went wrong on our side. It was noted; please try again in a minute."
QUIET_ROUTES = frozenset({"/health", "/ready", "/metrics"})
"""Asked every few seconds by machines: not worth a line each."""

log = structlog.get_logger(__name__)


@web.middleware
async def name_request(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Bind a request id to the log lines; a line holds the route, never the path or a body."""
    name = new_id("r")
    structlog.contextvars.bind_contextvars(request=name)
    began = time.monotonic()
    resource = request.match_info.route.resource
    route = resource.canonical if resource else "unknown"
    try:
        response = await handler(request)
    finally:
        structlog.contextvars.unbind_contextvars("request")
    if route not in QUIET_ROUTES:
        milliseconds = round((time.monotonic() - began) * 1000, 1)
        log.info(
            "request",
            request=name,
            method=request.method,
            route=route,
            status=response.status,
            ms=milliseconds,
        )
    if not response.prepared:
        response.headers["X-Request-Id"] = name
    return response


def secure_headers(url: str) -> Middleware:
    """Headers for every page; scripts come from the gateway itself or carry the nonce."""
    parts = urlsplit(url)
    socket = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"

    @web.middleware
    async def add_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
        request[NONCE] = nonce = secrets.token_urlsafe(16)
        response = await handler(request)
        if response.prepared:
            return response
        policy = (
            f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; "
            f"style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; "
            f"connect-src 'self' {socket}; base-uri 'none'; form-action 'self'; "
            "frame-ancestors 'none'"
        )
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("X-Frame-Options", "DENY")
        if parts.scheme == "https":
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response

    return add_headers


@web.middleware
async def say_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn a refusal or a failure into a small page, or into JSON for programs."""
    try:
        return await handler(request)
    except web.HTTPException as refused:
        if refused.status < 400:
            raise
        standard = f"{refused.status}: {refused.reason}"
        text = refused.text if refused.text and refused.text != standard else ""
        response = _say(request, refused.status, text or PAGE_WORDS.get(refused.status, BROKEN))
        if hdrs.ALLOW in refused.headers:
            response.headers[hdrs.ALLOW] = refused.headers[hdrs.ALLOW]
        return response
    except SQLAlchemyError as error:
        log.error("database_failed", error=type(error).__name__, at=_place(error))
        return _say(request, 503, "The assistant's records cannot be read now. Try again soon.")
    except KnowledgeBaseError as error:
        log.error("content_unreadable", error=type(error).__name__, at=_place(error))
        return _say(request, 503, "The published content cannot be read now. Try again soon.")
    except Exception as error:  # noqa: BLE001 - a visitor gets words, the log gets the place
        log.error("request_failed", error=type(error).__name__, at=_place(error))
        return _say(request, 500, BROKEN)


def _say(request: web.Request, status: int, text: str) -> web.Response:
    if "text/html" in request.headers.get("Accept", ""):
        return render_template(
            "notice.html", request, {"status": status, "text": text}, status=status
        )
    return web.json_response({"error": status, "text": text}, status=status)


def _place(error: BaseException) -> list[str]:
    """Files and lines of the last calls, without the message, which may quote a student."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
