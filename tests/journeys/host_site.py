"""Another site that embeds the widget, on an origin of its own, with styles that get in the way."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A foreign site</title>
<style nonce="page">
  * {{ color: lime !important; font-size: 40px !important; letter-spacing: 9px; }}
  button, div, header, form, ol {{ display: none !important; }}
</style></head>
<body><h1>A foreign site</h1>
<script nonce="page">{before}</script>
<script src="{server}/widget.js" {attributes} async></script>
</body></html>"""


@dataclass
class HostSite:
    """``server`` is the assistant; ``before`` is script that runs ahead of the widget's tag."""

    port: int
    server: str
    attributes: str = ""
    before: str = ""
    _runner: web.AppRunner | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        """Its origin, as the gateway's allow-list spells it."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen on the port."""
        app = web.Application()
        app.router.add_get("/", self._page)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _page(self, request: web.Request) -> web.Response:
        socket = self.server.replace("http", "ws", 1)
        policy = (
            f"default-src 'none'; script-src {self.server} 'nonce-page'; "
            f"style-src 'nonce-page'; connect-src {self.server} {socket}"
        )
        text = PAGE.format(server=self.server, attributes=self.attributes, before=self.before)
        return web.Response(
            text=text, content_type="text/html", headers={"Content-Security-Policy": policy}
        )
