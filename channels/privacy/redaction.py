"""Takes identifiers and secrets out of a message before anything keeps, reads or sends it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from channels.privacy.contacts import emails_in, phones_in
from channels.privacy.kinds import Kind, Stretch, marks
from channels.privacy.numbers import numbers_in
from channels.privacy.plain import plain
from channels.privacy.said import words
from channels.privacy.settings import PrivacySettings


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text with marks where something stood, and what it was in the text as it came."""

    text: str
    stretches: tuple[Stretch, ...]

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Of which kinds something was removed, each once."""
        return tuple(dict.fromkeys(stretch.kind for stretch in self.stretches))


class Redactor:
    """Removes what the settings name; its patterns are made once."""

    def __init__(self, settings: PrivacySettings) -> None:
        self._settings = settings
        self._kept: frozenset[Kind] = (
            frozenset() if settings.redact_phone else frozenset({Kind.PHONE})
        )
        pattern = settings.student_number
        self._student = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)") if pattern else None

    def redact(self, text: str) -> Redacted:
        """The text without what must not be kept; one that was redacted stays as it is."""
        found = _apart(self._stretches(text), marks(text)) if self._settings.redact else ()
        pieces: list[str] = []
        at = 0
        for stretch in found:
            pieces += [text[at : stretch.start], stretch.kind.mark]
            at = stretch.end
        return Redacted("".join((*pieces, text[at:])), tuple(found))

    def _stretches(self, text: str) -> Iterator[Stretch]:
        if self._student:
            for match in self._student.finditer(text):
                yield Stretch(*match.span(), Kind.STUDENT)
        simple = plain(text)
        yield from numbers_in(simple)
        for language in words():
            yield from (one for one in language.stretches(simple) if one.kind not in self._kept)
        if self._settings.redact_email:
            yield from emails_in(text)
        if self._settings.redact_phone:
            yield from phones_in(text, self._settings.phone_region)


def _apart(found: Iterable[Stretch], kept: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """In their order, none over another or over what is kept; the first that was found wins."""
    taken, chosen = list(kept), []
    for stretch in found:
        if all(stretch.end <= other.start or other.end <= stretch.start for other in taken):
            taken.append(stretch)
            chosen.append(stretch)
    return tuple(sorted(chosen, key=lambda stretch: stretch.start))
