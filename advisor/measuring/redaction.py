"""`advisor measure redaction`: what is removed from messages, against what is marked in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from advisor.console import out, print_json
from advisor.measuring.lines import read_lines
from advisor.settings import load_settings
from channels.privacy.kinds import Kind, Stretch
from channels.privacy.redaction import Redactor

TYPES = {
    "CREDIT_CARD": Kind.CARD,
    "US_SSN": Kind.SOCIAL_SECURITY,
    "US_ITIN": Kind.SOCIAL_SECURITY,
    "US_PASSPORT": Kind.PASSPORT,
    "US_DRIVER_LICENSE": Kind.LICENCE,
    "US_BANK_NUMBER": Kind.BANK,
    "IBAN_CODE": Kind.BANK,
    "EMAIL_ADDRESS": Kind.EMAIL,
    "PHONE_NUMBER": Kind.PHONE,
}
"""Our kinds by the names of types in which public sets of sentences are marked."""
DATES = "DATE_TIME"
"""Such sets mark every date; only one that is called a date of birth is meant to go."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence with what is marked in it: type, first character, character after the last."""

    text: str
    spans: tuple[tuple[str, int, int], ...]


@dataclass(slots=True)
class Tally:
    """Of one kind: how many are marked, how many of them went, and what else went under it."""

    marked: int = 0
    removed: int = 0
    right: int = 0
    took: int = 0

    def to_wire(self) -> dict[str, float | int | None]:
        """Counts, and the shares that they make; None where there is nothing to share."""
        return {
            "marked": self.marked,
            "removed": self.removed,
            "recall": round(self.removed / self.marked, 3) if self.marked else None,
            "took": self.took,
            "right": self.right,
            "precision": round(self.right / self.took, 3) if self.took else None,
        }


def redaction(
    data: Annotated[
        Path, typer.Option(help="JSON lines: text, spans (type, start, end); types are Presidio's.")
    ],
    untouched: Annotated[
        list[Path] | None,
        typer.Option(
            help="JSON lines with question or turns (say), from which nothing should go; of "
            "conversations, those with an odd number.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Count for each kind what was removed of what is marked, and what of the removed is marked.

    Email addresses and telephone numbers are removed too, whatever the settings say. One counts as
    removed when all its letters and digits are; what is removed is right when something of its kind
    is marked there.
    """
    settings = load_settings().privacy
    redactor = Redactor(settings.model_copy(update={"redact_email": True, "redact_phone": True}))
    lines = read_lines(data, _marked, '{"text": "…", "spans": []}')
    tallies = {kind.value: tally.to_wire() for kind, tally in tally_all(lines, redactor).items()}
    harmed = {path.name: _harmed(path, Redactor(settings)) for path in untouched or ()}
    if as_json:
        print_json({"kinds": tallies, "untouched": harmed})
        return
    for name, figures in (*tallies.items(), *harmed.items()):
        out.print(f"{name:26} {figures}", markup=False)


def tally_all(sentences: Iterable[Marked], redactor: Redactor) -> dict[Kind, Tally]:
    """What a redactor does to marked sentences, for each kind that it removes or that is marked."""
    tallies: dict[Kind, Tally] = {}
    for sentence in sentences:
        found = redactor.redact(sentence.text).stretches
        for kind, start, end in sentence.spans:
            if kind in TYPES:
                tally = tallies.setdefault(TYPES[kind], Tally())
                tally.marked += 1
                tally.removed += _gone(sentence.text, start, end, found)
        for stretch in found:
            tally = tallies.setdefault(stretch.kind, Tally())
            tally.took += 1
            tally.right += any(
                _same(kind, stretch.kind) and start < stretch.end and stretch.start < end
                for kind, start, end in sentence.spans
            )
    return tallies


def _same(marked: str, kind: Kind) -> bool:
    return TYPES.get(marked) is kind or (marked == DATES and kind is Kind.BIRTH)


def _gone(text: str, start: int, end: int, found: Sequence[Stretch]) -> bool:
    gone = {place for stretch in found for place in range(stretch.start, stretch.end)}
    return all(place in gone for place in range(start, end) if text[place].isalnum())


def _harmed(path: Path, redactor: Redactor) -> dict[str, Any]:
    said = [text for texts in read_lines(path, _said, '{"question": "…"}') for text in texts]
    found = [redactor.redact(text) for text in said]
    kinds = Counter(stretch.kind.value for each in found for stretch in each.stretches)
    return {"messages": len(said), "changed": sum(bool(e.stretches) for e in found), **kinds}


def _marked(_: int, wire: dict[str, Any]) -> Marked:
    spans = tuple((str(s["type"]), int(s["start"]), int(s["end"])) for s in wire["spans"])
    return Marked(str(wire["text"]), spans)


def _said(_: int, wire: dict[str, Any]) -> list[str]:
    """What a student says in a line; nothing of a conversation that is held back."""
    if "turns" not in wire:
        return [str(wire["question"])]
    is_odd = int("".join(filter(str.isdigit, str(wire["id"])))) % 2
    return [str(turn["say"]) for turn in wire["turns"] if "say" in turn] if is_odd else []
