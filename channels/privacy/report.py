"""What is held of one student as files to hand out: JSON for programs, HTML to read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jinja2

from channels.privacy.holdings import Held
from channels.settings import InstitutionSettings

TEMPLATES = Path(__file__).parent / "templates"
SPOKEN = frozenset({"messages", "turns"})
"""Tables that the readable file tells as a conversation; all others it lists."""


def as_json(name: str, held: Sequence[Held], refuses: Sequence[dict[str, Any]]) -> str:
    """Every row of every table, as it is stored, under the names of tables and columns."""
    return json.dumps(
        {
            "asked_for": name,
            "made_at": datetime.now(UTC).isoformat(),
            "sent_nothing_more": list(refuses),
            "conversations": [each.to_wire() for each in held],
        },
        ensure_ascii=False,
        indent=2,
    )


def as_html(
    name: str,
    held: Sequence[Held],
    refuses: Sequence[dict[str, Any]],
    institution: InstitutionSettings,
) -> str:
    """One page that needs nothing besides itself; all that was written is shown as text."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("student_data.html").render(
        name=name,
        held=held,
        refuses=refuses,
        institution=institution,
        spoken=SPOKEN,
        made_at=datetime.now(UTC).strftime("%d %B %Y, %H:%M UTC"),
    )
