"""Where a student opens a file that a person has sent; the address is its own permission."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from channels.attachments import Attachments


class AttachmentDoor:
    """``/chat/files/f_…/SIGNATURE/NAME``, as the chat and messages elsewhere have it."""

    def __init__(self, attachments: Attachments) -> None:
        self._attachments = attachments

    def routes(self) -> list[web.RouteDef]:
        """The one route."""
        return [web.get("/chat/files/{file}/{signature}/{name}", self.file)]

    async def file(self, request: web.Request) -> web.Response:
        """The file to be saved, never shown as a page of ours; 404 of any other address."""
        at = request.match_info
        found = await self._attachments.open(at["file"], at["signature"])
        if found is None:
            raise web.HTTPNotFound(text="There is no file at this address any more.")
        headers = {
            "Content-Type": found.media_type,
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name)}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, no-store",
            "Referrer-Policy": "no-referrer",
        }
        return web.Response(body=found.content, headers=headers)
