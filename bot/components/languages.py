"""What the bot knows of each language: read from the folder `languages/` beside it, never in code."""

import functools
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, FrozenSet, Iterable, List, Optional, Pattern, Text, Tuple

import rasa.shared.utils.io
from babel import Locale
from babel.lists import format_list

FOLDER = Path(__file__).resolve().parents[2] / "languages"
ENGLISH = "en"
"""The language of the domain's replies, and of whatever says nothing else of itself."""

TELLING_LENGTH = 4
"""Letters; what is shorter is a word of many languages, or the letters of a sound."""

_WORD = re.compile(r"[^\W_]+", re.UNICODE)


@dataclass(frozen=True)
class Grammar:
    """The words of one language by which its messages are told from others and its questions known.

    ``own`` carry a sentence, ``light`` join others; ``denials`` turn around the language's name
    that follows; ``asks`` matches how questions and orders begin; ``names`` of the language;
    ``disclosed``: words by which a reply discloses that a machine speaks.
    """

    own: FrozenSet[Text]
    light: FrozenSet[Text]
    denials: FrozenSet[Text]
    asks: Pattern[Text]
    names: FrozenSet[Text]
    disclosed: Text


def plain(text: Text) -> Text:
    """In lower case, without accents and apostrophes: as students write."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("'", "").replace("’", ""))
    return "".join(c for c in folded if not unicodedata.combining(c))


def words(text: Text) -> List[Text]:
    """The words and numbers of a text, plain, in order."""
    return _WORD.findall(plain(text))


@functools.lru_cache(maxsize=1)
def described() -> Tuple[Text, ...]:
    """ISO 639-1 codes of the languages that have a folder here, English first."""
    codes = {path.parent.name for path in FOLDER.glob("*/grammar.yml")}
    return (ENGLISH, *sorted(codes - {ENGLISH}))


@functools.lru_cache(maxsize=None)
def grammar(language: Text) -> Grammar:
    """Raises RasaException when the language has no `grammar.yml` or it is not valid YAML."""
    read = rasa.shared.utils.io.read_yaml_file(FOLDER / language / "grammar.yml")
    listed = {name: frozenset(value.split()) for name, value in read.items() if value}
    return Grammar(
        own=listed["own_words"],
        light=listed["light_words"],
        denials=listed["denials"],
        asks=_beginnings(read),
        names=listed.get("names", frozenset()),
        disclosed=read["disclosed"],
    )


@functools.lru_cache(maxsize=None)
def glossed(language: Text) -> FrozenSet[Text]:
    """The words that the language's glossary reads, left of its signs; short ones tell nothing."""
    path = FOLDER / language / "glossary.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    read = (line.partition("=")[0] for line in lines if "=" in line and not line.startswith("#"))
    found = (word for part in read for word in words(re.sub(r"\{\w*\}", " ", part)))
    return frozenset(word for word in found if len(word) >= TELLING_LENGTH)


def _beginnings(read: Dict[Text, Any]) -> Pattern[Text]:
    openers = "|".join((read["openers"] or "").split())
    refused = f"(?!(?:{_either(read['answers'])}))" if read.get("answers") else ""
    return re.compile(
        rf"^\W*(?:(?:{openers})\b[\s,.!]*)*{refused}[¿\s]*(?:{_either(read['asks'])})\b"
    )


def _either(phrases: Text) -> Text:
    """Any of the lines; `#` in one is a number."""
    return "|".join(
        re.escape(line.strip()).replace(r"\#", r"\d").replace(r"\ ", r"\s+")
        for line in phrases.splitlines()
        if line.strip()
    )


def begins_as_question(text: Text, language: Text) -> bool:
    """Whether a text begins like a question or an order of the language, or of English."""
    beginning = plain(text.strip())
    return any(bool(grammar(code).asks.match(beginning)) for code in {language, ENGLISH})


def name_of(language: Text, spoken: Text) -> Text:
    """What a language is called in another: `Spanish`, `español`."""
    return str(Locale.parse(spoken).languages.get(language, language))


def named_together(languages: Iterable[Text], spoken: Text) -> Text:
    """`English and Spanish`, `inglés y español`."""
    return str(format_list([name_of(code, spoken) for code in languages], locale=spoken))


@functools.lru_cache(maxsize=1)
def _named() -> Dict[Text, Text]:
    """Codes of languages by what they are called, plain, in the languages that are here."""
    found = {}
    for spoken in described():
        for code, name in Locale.parse(spoken).languages.items():
            if len(code) == 2:
                found.setdefault(plain(name), code)
    for code in described():
        found.update({name: code for name in grammar(code).names})
    return found


def wished(text: Text) -> Optional[Text]:
    """The code of the language that a wish for one names; the last that is not denied.

    "no hablo inglés" names none, "no english, español por favor" Spanish.
    """
    denials = frozenset().union(*(grammar(code).denials for code in described()))
    found = None
    for part in re.split(r"[,.;:!?]+", plain(text)):
        denied = False
        for word in words(part):
            denied = denied or word in denials
            if not denied:
                found = _named().get(word, found)
    return found
