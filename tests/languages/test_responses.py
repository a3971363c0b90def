"""The bot's ready replies in another language say as much, and lead to the same places."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(path.parent for path in (ROOT / "languages").glob("*/nlu"))
Responses = dict[str, list[dict[str, Any]]]


def read(path: Path) -> Responses:
    """The responses of a file of the domain, or of a language."""
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")).get("responses") or {})


@pytest.fixture(scope="module")
def domain() -> Responses:
    """All ready replies, in English."""
    return {
        name: variants
        for path in sorted((ROOT / "bot" / "domain").glob("*.yml"))
        for name, variants in read(path).items()
    }


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def folder(request: pytest.FixtureRequest) -> Path:
    """The folder of a language that the bot speaks."""
    return Path(request.param)


def commands(variant: dict[str, Any]) -> list[str | None]:
    """What each button does; one that is sent as if typed is translated."""
    payloads = [button["payload"] for button in variant.get("buttons", [])]
    return [payload if payload.startswith("/") else None for payload in payloads]


def test_every_reply_is_there_with_the_same_buttons(folder: Path, domain: Responses) -> None:
    """As many variants, the same commands in the same order, the same values to fill in."""
    translated = read(folder / "responses.yml")
    assert set(translated) == set(domain)
    for name, variants in domain.items():
        assert len(translated[name]) == len(variants), name
        for ours, theirs in zip(variants, translated[name], strict=True):
            assert commands(theirs) == commands(ours), name
            assert set(re.findall(r"\{\w+\}", theirs["text"])) == set(
                re.findall(r"\{\w+\}", ours["text"])
            ), name
            assert theirs["text"] != ours["text"], name


def test_what_discloses_says_so_in_the_words_that_are_looked_for(folder: Path) -> None:
    """Else a conversation would begin with two disclosures, or none."""
    grammar = yaml.safe_load((folder / "grammar.yml").read_text(encoding="utf-8"))
    replies = read(folder / "responses.yml")
    for name in ("utter_disclosure", "utter_greet", "utter_are_you_a_bot"):
        assert grammar["disclosed"] in replies[name][0]["text"].casefold(), name
