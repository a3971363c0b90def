"""Follows the shelf's pointer, and holds on to a good edition when the next one is not."""

from __future__ import annotations

import math
import threading
import time

import structlog

from knowledge_base.edition import Edition
from knowledge_base.editions.shelf import Shelf
from knowledge_base.errors import (
    DamagedEdition,
    EncoderUnavailable,
    NothingPublished,
    ShelfUnreachable,
    UnknownEdition,
)

log = structlog.get_logger(__name__)


class LiveEdition:
    """The edition that is live. Safe to use from several threads."""

    def __init__(self, shelf: Shelf, encoder_name: str | None = None):
        """With `encoder_name`, an edition whose vectors another encoder made is not taken."""
        self._shelf = shelf
        self._encoder_name = encoder_name
        self._open: Edition | None = None
        self._refused: str | None = None
        self._cut_off = False
        self._looked = -math.inf
        self._swapping, self._aside = threading.Lock(), threading.Lock()

    def edition(self) -> Edition:
        """The live edition, or the one before it while the live one cannot be opened.

        A pointer on this machine is looked at each time; a distant one now and then and aside, so
        that no question waits for a network. Who holds an edition may go on using it after another
        has become live. Raises NothingPublished, UnknownEdition, DamagedEdition, EncoderUnavailable
        or ShelfUnreachable when none is open.
        """
        held = self._open
        if held is None or self._shelf.look_seconds == 0:
            return self._look()
        now = time.monotonic()
        if now - self._looked >= self._shelf.look_seconds and self._aside.acquire(blocking=False):
            self._looked = now
            threading.Thread(target=self._look_aside, name="live-edition", daemon=True).start()
        return held

    def _look_aside(self) -> None:
        try:
            self._look()
        finally:
            self._aside.release()

    def _look(self) -> Edition:
        try:
            wanted = self._shelf.current_id() or ""
            held = self._open
            if held is None or wanted not in {held.id, self._refused}:
                held = self._swapped(wanted)
        except ShelfUnreachable as error:
            return self._spare(error)
        self._cut_off = False
        return held

    def _swapped(self, wanted: str) -> Edition:
        with self._swapping:
            if self._open is None or wanted not in {self._open.id, self._refused}:
                self._open = self._next(wanted)
            return self._open

    def _spare(self, error: ShelfUnreachable) -> Edition:
        """What goes on answering while the shelf is out of reach; the log says so once."""
        with self._swapping:
            if self._open is None:
                spare = self._shelf.open_spare()
                if spare is None:
                    raise error
                self._check_encoder(spare)
                self._open = spare
            if not self._cut_off:
                log.warning("editions_unreachable", reason=str(error), serving=self._open.id)
            self._cut_off = True
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
