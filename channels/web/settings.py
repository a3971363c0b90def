"""What an operator may set about the chat on web pages; a page's own snippet goes before it."""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from languages.speech import FOLDER as LANGUAGES

Colour = Annotated[str, StringConstraints(pattern=r"^(#[0-9a-fA-F]{6})?$")]
"""`#rrggbb`, or empty."""


class WidgetSettings(BaseModel):
    """How the chat looks and what it says on every page that embeds it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    accent: Colour = Field(default="", examples=["#7a1f3d"])
    """Colour of buttons, links and the head. One that could not be read on the
    chat's ground is darkened until it can. Empty: the assistant's own."""
    accent_dark: Colour = Field(default="", examples=["#d98ba3"])
    """The same in dark mode, where it is lightened. Empty: made from `accent`."""
    theme: Literal["auto", "light", "dark"] = "auto"
    """`auto` follows the reader's system."""
    position: Literal["", "left", "right"] = ""
    """The side on which the launcher stands. Empty: where a line of the page's language ends."""
    title: str = ""
    """Words on the launcher and over the chat. Empty: those of the language, and the institution's
    name."""
    starters: tuple[str, ...] = ()
    """Questions to offer before the first one. Empty: those of the language."""
    microphone: bool = True
    """Whether a student may speak, where the browser has speech recognition. Some browsers send the
    sound to their maker; the student is told so and asked first."""
    read_aloud: bool = True
    """Whether answers can be read aloud, where the browser has a voice for their language."""
    texts: dict[str, dict[str, str]] = {}
    """The chat's own words, one section `[widget.texts.LANGUAGE]` each with the keys of
    `languages/en/widget.json`, such as `welcome`."""

    @model_validator(mode="after")
    def _check_texts(self) -> Self:
        known = _text_keys() if self.texts else set()
        for language, texts in self.texts.items():
            for key in sorted(texts.keys() - known):
                near = get_close_matches(key, known, 1)
                meant = f"; did you mean {near[0]!r}?" if near else ""
                raise ValueError(f"texts.{language}: the chat has no text {key!r}{meant}")
        return self

    def to_wire(self) -> dict[str, Any]:
        """What is set, by the names that a page's snippet uses; what is left as it was is not."""
        return {
            _snippet_name(name): value
            for name, value in self.model_dump(mode="json", exclude_defaults=True).items()
        }


def _text_keys() -> set[str]:
    """What the chat says, by the names of the files that translate it."""
    files = LANGUAGES.glob("*/widget.json")
    return {key for file in files for key in json.loads(file.read_text(encoding="utf-8"))}


def _snippet_name(setting: str) -> str:
    first, *others = setting.split("_")
    return first + "".join(word.capitalize() for word in others)
