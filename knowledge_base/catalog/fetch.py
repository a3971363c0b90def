"""Fetches a source from the web without being led into the network that the assistant runs in."""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import re
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from knowledge_base.errors import (
    AddressRefused,
    SourceError,
    SourceGone,
    SourceTooLarge,
    SourceUnreachable,
)

SECONDS = 10.0
"""Time for the whole fetch, redirects included; a page of 50 MB takes 4 s at 100 Mbit/s, one of
10 MB takes 8 s at 10."""
REDIRECTS = 5
"""More than this is a loop; browsers allow 20 (Fetch Standard), feeds rarely need 2."""
_CHUNK = 65_536
_LONGEST_NAME = 50
"""Characters; a file's name may have 255 bytes, and a letter up to four."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NOT_NOW = frozenset({408, 425, 429})
_GONE = frozenset({404, 410})
_REDIRECTING = frozenset({301, 302, 303, 307, 308})

_SUFFIXES = {
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "text/csv": ".csv",
    "application/json": ".json",
    "application/ld+json": ".jsonld",
    "application/jsonl": ".jsonl",
    "application/jsonlines": ".jsonl",
    "application/x-ndjson": ".jsonl",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
_PAGE_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
"""Pages are named by their whole address, since it becomes their id where they state none."""
_TELLS_NOTHING = frozenset({"text/plain", "application/octet-stream"})
"""Types that servers send for files they do not know; then the address's own ending decides."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to recognise a page by (RFC 9110, section 8.8)."""

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        """The request's headers that ask for the page only if it has changed."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What stands at an address; `path` is None when the server says that it is unchanged."""

    path: Path | None
    address: str
    """Where redirects led."""
    validators: Validators


def is_address(location: Path | str) -> bool:
    """Whether a source is named by a web address; any scheme counts, so that it can be refused."""
    return isinstance(location, str) and "://" in location


@asynccontextmanager
async def fetched(
    url: str, limit_bytes: int, *, private: bool = False, known: Validators | None = None
) -> AsyncIterator[Fetched]:
    """A temporary file that holds what stands at an address, named so that a reader knows it.

    A page that still has the validators in `known` is not fetched again.

    Only http and https. Addresses that are not public are refused unless `private`, at each
    redirect anew, and the connection goes to the very address that was checked. Raises
    AddressRefused, SourceTooLarge, SourceGone (404, 410), SourceUnreachable, or SourceError
    when what comes is of no use.
    """
    with tempfile.TemporaryDirectory(prefix="import-") as folder:
        try:
            async with asyncio.timeout(SECONDS):
                asked = (known or Validators()).headers()
                found = await _fetch(
                    _checked(URL(url), private), asked, Path(folder), limit_bytes, private
                )
        except TimeoutError:
            raise SourceUnreachable(f"{url}: took longer than {SECONDS:.0f} seconds") from None
        except ValueError as error:
            raise SourceError(f"{url}: is not an address: {error}") from None
        except aiohttp.ClientError as error:
            raise SourceUnreachable(f"{url}: cannot be fetched: {error}") from None
        yield found


async def _fetch(
    url: URL, asked: dict[str, str], folder: Path, limit_bytes: int, private: bool
) -> Fetched:
    connector = aiohttp.TCPConnector(resolver=_CheckingResolver(private), use_dns_cache=False)
    async with aiohttp.ClientSession(connector=connector) as session:
        for _ in range(REDIRECTS + 1):
            async with session.get(url, headers=asked, allow_redirects=False) as response:
                if response.status in _REDIRECTING and "Location" in response.headers:
                    url = _checked(url.join(URL(response.headers["Location"])), private)
                    continue
                validators = Validators(
                    response.headers.get("ETag"), response.headers.get("Last-Modified")
                )
                if response.status == 304 and asked:
                    return Fetched(None, str(url), validators)
                if response.status in _NOT_NOW or response.status >= 500:
                    raise SourceUnreachable(
                        f"{url}: the server answers with status {response.status}"
                    )
                if response.status in _GONE:
                    raise SourceGone(f"{url}: the server answers with status {response.status}")
                if response.status != 200:
                    raise SourceError(f"{url}: the server answers with status {response.status}")
                path = folder / _file_name(url, response.content_type)
                await _save(response, path, limit_bytes)
                return Fetched(path, str(url), validators)
    raise SourceError(f"{url}: more than {REDIRECTS} redirects")


async def _save(response: aiohttp.ClientResponse, path: Path, limit_bytes: int) -> None:
    size = 0
    with path.open("wb") as file:
        async for chunk in response.content.iter_chunked(_CHUNK):
            size += len(chunk)
            if size > limit_bytes:
                raise SourceTooLarge(
                    f"{response.url}: more than the limit of {limit_bytes:,} bytes; "
                    "raise knowledge_base.source_limit_megabytes if it is meant to be this large"
                )
            await asyncio.to_thread(file.write, chunk)


def _checked(url: URL, private: bool) -> URL:
    if url.scheme not in {"http", "https"} or not url.host:
        raise AddressRefused(f"{url}: only http:// and https:// addresses can be imported")
    if url.user or url.password:
        raise AddressRefused(f"{url.with_user(None)}: an address must not hold a name or password")
    try:
        literal = ipaddress.ip_address(url.host)
    except ValueError:
        return url.with_fragment(None)  # A name: the resolver checks what it stands for.
    if not private:
        _check_public(literal, url.host)
    return url.with_fragment(None)


def _check_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address, host: str) -> None:
    """Raise AddressRefused unless the address, and any that it wraps, is on the public internet."""
    wrapped: list[ipaddress.IPv4Address | ipaddress.IPv6Address | None] = [address]
    if isinstance(address, ipaddress.IPv6Address):
        wrapped += [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            wrapped.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    if any(one is not None and (not one.is_global or one.is_multicast) for one in wrapped):
        raise AddressRefused(
            f"{host} is {address}, which is not a public address; "
            "knowledge_base.import_from_private_addresses allows it where that is meant"
        )


class _CheckingResolver(AbstractResolver):
    """Hands the connector only addresses that were checked, so that they cannot change between."""

    def __init__(self, private: bool):
        self._private = private

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        results: list[ResolveResult] = []
        for kind, _, protocol, _, address in found:
            if not self._private:
                _check_public(ipaddress.ip_address(str(address[0]).partition("%")[0]), host)
            results.append(
                ResolveResult(
                    hostname=host,
                    host=str(address[0]),
                    port=port,
                    family=kind,
                    proto=protocol,
                    flags=socket.AI_NUMERICHOST,
                )
            )
        return results

    async def close(self) -> None:
        """Nothing is held open."""


def _file_name(url: URL, content_type: str) -> str:
    """A harmless file name: the address's last part, with the ending that its type asks for."""
    last = re.sub(r"[^\w.-]", "_", url.name).lstrip(".")[:100] or "page"
    suffix = _SUFFIXES.get(content_type) or _PAGE_SUFFIXES.get(content_type)
    known = tuple(dict.fromkeys((*_SUFFIXES.values(), *_PAGE_SUFFIXES.values())))
    if suffix is None and content_type in _TELLS_NOTHING:
        own = Path(last).suffix.casefold()
        suffix = own if own in {".markdown", *known} else None
    if suffix is None:
        raise SourceError(
            f"{url}: the type {content_type} cannot be imported; there are: {', '.join(known)}"
        )
    if suffix not in _PAGE_SUFFIXES.values():
        return Path(last).stem + suffix
    whole = f"{url.host}{url.path}{'-' if url.query_string else ''}{url.query_string}"
    whole = re.sub(r"[^\w.]+", "-", whole.removesuffix(suffix)).strip("-.")
    if len(whole) > _LONGEST_NAME:
        whole = f"{whole[:_LONGEST_NAME]}-{hashlib.sha256(whole.encode()).hexdigest()[:12]}"
    return whole + suffix
