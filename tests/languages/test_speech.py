"""What the assistant says in another language is all there, and names the same things."""

from __future__ import annotations

import ast
import asyncio
import io
import json
import re
from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import languages.speech
from languages.speech import available, counted, name_of, say, say_day, speaking, spoken

ROOT = Path(__file__).parents[2]
FOLDERS = ("actions", "channels", "knowledge_base", "languages")
KEYWORDS = {"say": None, "counted": (1, 2)}

CATALOGUE = """
msgid ""
msgstr ""
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "It costs {amount}."
msgstr "Cuesta {amount}."

msgid "{count} day"
msgid_plural "{count} days"
msgstr[0] "{count} día"
msgstr[1] "{count} días"
"""


@pytest.fixture
def spanish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of languages with a small Spanish."""
    (tmp_path / "es").mkdir()
    (tmp_path / "es" / "messages.po").write_text(CATALOGUE, encoding="utf-8")
    monkeypatch.setattr(languages.speech, "FOLDER", tmp_path)
    for cached in (available, languages.speech._translations):
        cached.cache_clear()
    yield
    for cached in (available, languages.speech._translations):
        cached.cache_clear()


@pytest.mark.usefixtures("spanish")
def test_a_message_is_said_in_the_language_that_is_spoken() -> None:
    """English outside the block, and what it names is untouched."""
    with speaking("es"):
        assert say("It costs {amount}.", amount="$1,140") == "Cuesta $1,140."
        assert [counted("{count} day", "{count} days", n) for n in (1, 2)] == ["1 día", "2 días"]
        assert say_day(date(2027, 1, 5)) == "5 de enero de 2027"
        assert name_of("en") == "inglés"
    assert say("It costs {amount}.", amount="$1,140") == "It costs $1,140."
    assert counted("{count} day", "{count} days", 1) == "1 day"
    assert say_day(date(2027, 1, 5)) == "5 January 2027"


@pytest.mark.usefixtures("spanish")
def test_what_has_no_translation_is_said_in_english() -> None:
    """A new sentence in the code never breaks another language."""
    with speaking("es"):
        assert say("Nobody translated {this}.", this="it") == "Nobody translated it."


@pytest.mark.usefixtures("spanish")
def test_a_language_that_is_not_there_is_english() -> None:
    """Nor does one that has no folder."""
    with speaking("tlh"):
        assert spoken() == "en"


@pytest.mark.usefixtures("spanish")
async def test_conversations_at_once_speak_each_its_own() -> None:
    """The language is that of a task and of its threads, never of the process."""

    async def one(language: str) -> str:
        with speaking(language):
            await asyncio.sleep(0)
            return await asyncio.to_thread(say, "It costs {amount}.", amount="$1")

    said = await asyncio.gather(*map(one, ("es", "en", "es")))
    assert said == ["Cuesta $1.", "It costs $1.", "Cuesta $1."]


def _messages() -> set[tuple[str, ...]]:
    """Every message in the code: (one,) or (one, many)."""
    found = set()
    for folder in FOLDERS:
        for _, _, message, _, _ in extract_from_dir(ROOT / folder, keywords=KEYWORDS):
            found.add((message,) if isinstance(message, str) else tuple(message))
    return found


def _forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


@pytest.fixture(scope="module", params=[code for code in available() if code != "en"])
def translated(request: pytest.FixtureRequest) -> dict[tuple[str, ...], Message]:
    """The catalogue of a language that ships."""
    path = ROOT / "languages" / request.param / "messages.po"
    return {_forms(entry.id): entry for entry in read_po(io.BytesIO(path.read_bytes())) if entry.id}


def test_every_message_of_the_code_is_translated(
    translated: dict[tuple[str, ...], Message],
) -> None:
    """`scripts/translations` brings in what is missing, for somebody to translate."""
    done = {key for key, entry in translated.items() if all(_forms(entry.string))}
    assert _messages() - done == set()


def test_no_message_stands_where_the_catalogue_cannot_find_it() -> None:
    """Messages inside an f-string are not extracted, nor is what is no text of its own."""
    lost = [
        f"{path.name}:{call.lineno}"
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in KEYWORDS
        if isinstance(node, ast.JoinedStr) or not isinstance(call.args[0], ast.Constant)
    ]
    assert lost == []


def test_no_translation_is_left_of_what_nothing_says(
    translated: dict[tuple[str, ...], Message],
) -> None:
    """`scripts/translations` takes out what the code no longer says."""
    assert set(translated) - _messages() == set()


def test_a_translation_names_what_its_message_names(
    translated: dict[tuple[str, ...], Message],
) -> None:
    """Else an amount or a date would be lost on the way; *one* needs no figure."""
    differ = [
        (key, text)
        for key, entry in translated.items()
        for text in _forms(entry.string)
        if _names(text) | _counts(key) != _names(key[-1]) | _counts(key)
    ]
    assert differ == []


def _counts(key: tuple[str, ...]) -> set[str]:
    """What need not be named of a message that has a singular of its own."""
    return {"count"} if len(key) > 1 else set()


def _names(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


WIDGET = ROOT / "channels" / "web" / "static"


@pytest.mark.parametrize("language", [code for code in available() if code != "en"])
def test_every_text_of_the_widget_is_translated(language: str) -> None:
    """The file holds the keys of the panel and of the launcher, no others, and what they name."""
    texts = json.loads((ROOT / "languages" / language / "widget.json").read_text(encoding="utf-8"))
    english = json.loads((ROOT / "languages" / "en" / "widget.json").read_text(encoding="utf-8"))
    launcher = (WIDGET / "widget.js").read_text(encoding="utf-8")
    built_in = launcher.split("const LAUNCHER = {", 1)[1].split("};")[0]
    told = dict(re.findall(r'^ +(\w+): "(.*)",$', built_in, re.M))
    assert told == {key: english[key] for key in told}
    assert set(texts) == set(english)
    assert {key for key in texts if not texts[key].strip()} == set()
    assert {key for key in texts if _names(texts[key]) != _names(english[key])} == set()
