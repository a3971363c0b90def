"""Reads an uploaded file or a web address into what a proposal holds; nothing is written."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path

from knowledge_base.catalog.fetch import Validators
from knowledge_base.drafts.proposal import Staged
from knowledge_base.errors import SourceError
from knowledge_base.importing import Contents, Progress, read_source
from knowledge_base.rows.sources import UPLOADED, Origin
from knowledge_base.sources.website import Website


def upload_location(name: str) -> str:
    """What an uploaded file is known by, so that the same name uploaded again replaces it."""
    plain = "".join(sign if sign.isprintable() and sign not in "/\\" else "-" for sign in name)
    return f"{UPLOADED}{plain.strip()[:200] or 'file'}"


async def staged_file(
    path: Path,
    location: str,
    limit_bytes: int,
    *,
    format_name: str | None = None,
    mapping_file: Path | None = None,
    progress: Progress = lambda *_: None,
) -> Staged:
    """What a file holds, as the source at `location`. Raises SourceError and its kinds."""
    contents = await asyncio.to_thread(
        read_source, path, format_name, mapping_file, limit_bytes, progress
    )
    origin = Origin(format_name, str(mapping_file) if mapping_file else None)
    return _staged(contents, location, origin)


async def staged_address(
    url: str,
    limit_bytes: int,
    *,
    format_name: str | None = None,
    mapping_file: Path | None = None,
    private: bool = False,
    progress: Progress = lambda *_: None,
) -> Staged:
    """What stands at a web address. Raises SourceError and its kinds."""
    site = Website(format_name, mapping_file, limit_bytes, private, progress)
    contents, marks = await site.read(url, Validators())
    if contents is None:
        raise SourceError(f"{url}: gave nothing to read")
    mapping = str(mapping_file) if mapping_file else None
    return _staged(contents, url, Origin(format_name, mapping, **asdict(marks)))


def _staged(contents: Contents, location: str, origin: Origin) -> Staged:
    return Staged(
        location, contents.format, contents.entries, contents.records, contents.skipped, origin
    )
