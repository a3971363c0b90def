"""Publishes catalogs for typed queries, which need no encoder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from editions import silent

from knowledge_base.arrays import Vectors
from knowledge_base.edition import Edition
from knowledge_base.editions.shelf import Shelf
from knowledge_base.model import Program
from knowledge_base.program_page import program_page
from knowledge_base.store import Entry


class OneNumber:
    """An encoder whose vectors nobody looks at."""

    name = "one number"
    dimension = 1

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One number for each text."""
        return np.ones((len(texts), 1), np.float32)


def published(folder: Path, programs: Sequence[Program]) -> Edition:
    """An edition of some programs."""
    shelf = Shelf(folder / "editions")
    entries = [Entry(program_page(program), program) for program in programs]
    shelf.publish(entries, OneNumber(), silent)
    return shelf.open()
