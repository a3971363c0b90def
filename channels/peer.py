"""Which network address a request comes from, also behind reverse proxies."""

from __future__ import annotations

from aiohttp import web


def peer_address(request: web.Request, trusted_proxies: int) -> str:
    """The sender's address: the last entry of X-Forwarded-For that no trusted proxy wrote.

    Entries further left were written by the sender itself and prove nothing.
    """
    direct = request.remote or "unknown"
    if not trusted_proxies:
        return direct
    named = ",".join(request.headers.getall("X-Forwarded-For", ()))
    hops = [hop.strip() for hop in named.split(",") if hop.strip()]
    return hops[-trusted_proxies] if len(hops) >= trusted_proxies else direct
