"""Follows the shelf's pointer, and holds on to a good edition when the next one is not."""

from __future__ import annotations

import threading

import structlog

from knowledge_base.edition import Edition
from knowledge_base.errors import (
    DamagedEdition,
    EncoderUnavailable,
    NothingPublished,
    UnknownEdition,
)
from knowledge_base.shelf import Shelf

log = structlog.get_logger(__name__)


class LiveEdition:
    """The edition that is live. Safe to use from several threads."""

    def __init__(self, shelf: Shelf, encoder_name: str | None = None):
        """With `encoder_name`, an edition whose vectors another encoder made is not taken."""
        self._shelf = shelf
        self._encoder_name = encoder_name
        self._open: Edition | None = None
        self._refused: str | None = None
        self._swapping = threading.Lock()

    def edition(self) -> Edition:
        """The live edition, or the one before it while the live one cannot be opened.

        Who holds an edition may go on using it after another has become live. Raises
        NothingPublished, UnknownEdition, DamagedEdition or EncoderUnavailable when none is open.
        """
        wanted = self._shelf.current_id() or ""
        held = self._open
        if held is not None and wanted in {held.id, self._refused}:
            return held
        with self._swapping:
            if self._open is None or wanted not in {self._open.id, self._refused}:
                self._open = self._next(wanted)
            return self._open

    def _next(self, wanted: str) -> Edition:
        try:
            edition = self._shelf.open(wanted)
            self._check_encoder(edition)
        except (NothingPublished, UnknownEdition, DamagedEdition, EncoderUnavailable) as error:
            if self._open is None:
                raise
            self._refused = wanted
            log.warning("edition_refused", edition=wanted, reason=str(error), serving=self._open.id)
            return self._open
        self._refused = None
        return edition

    def _check_encoder(self, edition: Edition) -> None:
        made_by = edition.manifest.encoder
        if self._encoder_name not in {None, made_by}:
            edition.close()
            raise EncoderUnavailable(
                f"edition {edition.id} was made with the encoder {made_by!r}, but "
                f"knowledge_base.encoder is {self._encoder_name!r}; publish again or set it back"
            )
