"""A dated rule as it is stored and published, so that every kind of rule travels one way."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Record:
    """One rule of a kind, such as `equivalency`; `data` holds JSON values only."""

    kind: str
    id: str
    data: dict[str, Any]

    @property
    def digest(self) -> str:
        """SHA-256 over everything that the record says."""
        whole = json.dumps([self.kind, self.id, self.data], sort_keys=True)
        return hashlib.sha256(whole.encode()).hexdigest()
