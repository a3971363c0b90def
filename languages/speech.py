"""Says a sentence in the language of the conversation that is being answered.

Sentences stand in the code in English and are translated by `languages/CODE/messages.po`. What a
sentence names (amounts, dates, titles) goes in as values, so that no translation can change it.
"""

from __future__ import annotations

import functools
import gettext
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent
ENGLISH = "en"
"""The language of the code."""

_spoken: ContextVar[str] = ContextVar("spoken", default=ENGLISH)


@functools.cache
def available() -> tuple[str, ...]:
    """ISO 639-1 codes of the languages that can be spoken, English first."""
    return (ENGLISH, *sorted(path.parent.name for path in FOLDER.glob("*/messages.po")))


def spoken() -> str:
    """The language that is spoken in this task, and in the threads that it starts."""
    return _spoken.get()


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Speaks a language within the block; English when there is none such."""
    token = _spoken.set(language if language in available() else ENGLISH)
    try:
        yield
    finally:
        _spoken.reset(token)


def short(tag: str | None) -> str | None:
    """The language of a BCP 47 tag: `es` of `es-MX`; None of none."""
    return tag.split("-")[0].lower() if tag else None


def say(message: str, /, **values: object) -> str:
    """The message in the language that is spoken, with its `{names}` filled in.

    A message that has no translation is said in English. Raises KeyError when a value is missing.
    """
    text = _translations(spoken()).gettext(message)
    return text.format(**values) if values else text


def counted(one: str, many: str, count: int, /, **values: object) -> str:
    """As `say`, in the form that goes with a count, which is `{count}` in the message."""
    return _translations(spoken()).ngettext(one, many, count).format(**{"count": count, **values})


def say_day(value: date) -> str:
    """`5 January 2027`, `5 de enero de 2027`: the month as a word, so that none mistakes it."""
    if spoken() == ENGLISH:
        return f"{value.day} {value:%B %Y}"
    return format_date(value, "long", locale=spoken())


def say_month(value: date) -> str:
    """The month of a day with its year: `January 2027`, `enero de 2027`."""
    if spoken() == ENGLISH:
        return f"{value:%B %Y}"
    return format_skeleton("yMMMM", value, locale=spoken())


def name_of(language: str) -> str:
    """What a language is called in the one that is spoken: `Spanish`, `español`."""
    return str(Locale.parse(language).get_display_name(spoken()))


@functools.cache
def _translations(language: str) -> gettext.NullTranslations:
    path = FOLDER / language / "messages.po"
    if not path.is_file():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
