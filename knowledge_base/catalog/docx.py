"""Reads a Word document: headings, lists and tables as Markdown."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import mammoth

from knowledge_base.catalog.archive import check_archive
from knowledge_base.catalog.html_markdown import to_markdown
from knowledge_base.catalog.mapping import Mapping
from knowledge_base.catalog.reader import Item
from knowledge_base.catalog.stated import NAMES, key, stated_page
from knowledge_base.errors import SourceError

_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh"


class DocxReader:
    """One page a file; its properties in Word (Advanced, Custom) state id, address and dates."""

    name = "docx"
    needs_mapping = False

    def recognises(self, path: Path, head: bytes) -> bool:
        """By its extension and the mark of an archive."""
        return path.suffix.casefold() == ".docx" and head.startswith(b"PK")

    def read(self, path: Path, mapping: Mapping | None) -> Iterator[Item]:  # noqa: ARG002
        """The page. Raises SourceError for a damaged or hostile file, SourceTooLarge for a bomb."""
        check_archive(path, "word/document.xml")
        try:
            with path.open("rb") as file:
                html = mammoth.convert_to_html(
                    file,
                    style_map=_STYLES,
                    include_embedded_style_map=False,
                    convert_image=mammoth.images.img_element(lambda _: {}),
                ).value
            stated = _properties(path)
        except (ElementTree.ParseError, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
            raise SourceError(f"{path}: not a readable Word document: {error}") from None
        text = to_markdown(html)
        yield stated_page(path, text, stated, title=_first_heading(text))


def _properties(path: Path) -> dict[str, str]:
    """The title, and what custom properties state under the names of a page's facts."""
    stated: dict[str, str] = {}
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "docProps/core.xml" in names:
            title = ElementTree.fromstring(archive.read("docProps/core.xml")).findtext(_TITLE)  # noqa: S314
            stated["title"] = (title or "").strip()
        if "docProps/custom.xml" in names:
            for one in ElementTree.fromstring(archive.read("docProps/custom.xml")):  # noqa: S314
                name = key(one.get("name", ""))
                if name in NAMES:
                    stated[name] = "".join(one.itertext()).strip()
    return stated


def _first_heading(text: str) -> str:
    return next((line.lstrip("# ") for line in text.split("\n") if line.startswith("#")), "")


READER = DocxReader()
