"""Which sites' pages may speak with the chat, and the CORS headers that say so to a browser."""

from __future__ import annotations

from aiohttp import web

from channels.settings import GatewaySettings

PREFLIGHT_SECONDS = "600"


class Origins:
    """The allow-list, as the doors of the chat ask it."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._origins = settings.origins

    def cors(self, request: web.Request) -> dict[str, str]:
        """Headers for a page on the list, which is the only Origin they echo; else none."""
        origin = request.headers.get("Origin", "")
        if origin not in self._origins:
            return {}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "Content-Type",
            "Access-Control-Max-Age": PREFLIGHT_SECONDS,
            "Vary": "Origin",
            "Cache-Control": "no-store",
        }

    async def preflight(self, request: web.Request) -> web.Response:
        """Whether another site's page may ask: 204, or 403 without CORS headers."""
        headers = self.cors(request)
        return web.Response(status=204 if headers else 403, headers=headers)


def refusal(status: int, code: str, text: str, headers: dict[str, str]) -> web.Response:
    """JSON with ``error`` and ``text``, for the widget."""
    return web.json_response({"error": code, "text": text}, status=status, headers=headers)


def origin_refused() -> web.Response:
    """What a page of another site gets."""
    words = "This site may not embed the assistant; see allowed_origins."
    return refusal(403, "origin", words, {})
