"""Writes what people have judged as files that Rasa reads: examples, and stories to test with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from channels.support.reviewing import Becomes, Review

EXAMPLES = Path("data/nlu/reviewed.yml")
STORIES = Path("tests/reviewed_stories.yml")
FORMAT = "3.1"
"""Of Rasa's files, as rasa 3.6 writes it."""
MARKUP = str.maketrans("[]{}\n\r\t", "()()   ")
"""Brackets mark entities in Rasa's files, and an example stands on one line."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What was written, and what was not because the bot knows no such intent."""

    done: tuple[Review, ...]
    unknown: tuple[Review, ...]


def known_intents(bot: Path) -> frozenset[str]:
    """Intents of a Rasa project, from the files of its domain."""
    found: set[str] = set()
    for path in sorted((bot / "domain").glob("*.yml")):
        intents = (yaml.safe_load(path.read_text("utf-8")) or {}).get("intents") or ()
        found |= {each if isinstance(each, str) else next(iter(each)) for each in intents}
    return frozenset(found)


def learn(reviews: Sequence[Review], bot: Path, intents: Collection[str]) -> Learned:
    """Add to the two files what they do not hold yet. Raises OSError when they are not writable."""
    known = tuple(review for review in reviews if review.meant in intents)
    unknown = tuple(review for review in reviews if review.meant not in intents)
    examples = [review for review in known if review.becomes is Becomes.EXAMPLE]
    tests = [review for review in known if review.becomes is Becomes.TEST]
    if examples:
        _write(bot / EXAMPLES, {"nlu": _with_examples(_read(bot / EXAMPLES, "nlu"), examples)})
    if tests:
        _write(bot / STORIES, {"stories": _with_stories(_read(bot / STORIES, "stories"), tests)})
    return Learned(known, unknown)


def _with_examples(held: list[dict[str, Any]], reviews: Sequence[Review]) -> list[dict[str, Any]]:
    by_intent = {
        each["intent"]: [line[2:] for line in each["examples"].splitlines()] for each in held
    }
    for review in reviews:
        lines = by_intent.setdefault(review.meant, [])
        said = _line(review.question)
        if said and said not in lines:
            lines.append(said)
    return [
        {"intent": intent, "examples": "".join(f"- {line}\n" for line in lines)}
        for intent, lines in sorted(by_intent.items())
    ]


def _with_stories(held: list[dict[str, Any]], reviews: Sequence[Review]) -> list[dict[str, Any]]:
    stories = {each["story"]: each for each in held}
    for review in reviews:
        steps = [{"user": _line(review.question), "intent": review.meant}]
        stories[f"reviewed {review.turn}"] = {"story": f"reviewed {review.turn}", "steps": steps}
    return [stories[name] for name in sorted(stories)]


def _line(text: str) -> str:
    """A student's words on one line, without what Rasa would read as markup."""
    return " ".join(text.translate(MARKUP).split()).lstrip("/")


def _read(path: Path, key: str) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    return list((yaml.safe_load(path.read_text("utf-8")) or {}).get(key) or ())


class _Blocks(yaml.SafeDumper):
    """Writes text of several lines as Rasa's files have it."""


def _as_block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Blocks.add_representer(str, _as_block)


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = {"version": FORMAT, **content}
    text = yaml.dump(whole, Dumper=_Blocks, sort_keys=False, allow_unicode=True, width=1000)
    path.write_text(text, encoding="utf-8")
