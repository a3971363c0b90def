"""Gives a question the object that it leaves out, where every conversation here has the same."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge_base.lexical import words
from knowledge_base.model import Passage
from knowledge_base.typed.mentions import Mention

_ASKS_HOW = re.compile(
    r"\bhow (?:do|can|could|would|should|does|to) (?:(?:i|we|you|u|one|somebody|someone) )?"
    r"(?:\w+ )?(?P<verb>apply|enrol|enroll|register|sign up)\b",
    re.I,
)
_OBJECT_LEFT_OUT = re.compile(rf"{_ASKS_HOW.pattern}(?= (?:now|here|then|please)\b|\W*$)", re.I)
"""What is applied for goes without saying: of "how do I apply" alone only "apply" is left to search
by, which every page with a deadline of its own says."""
_FOR = re.compile(r"\W*(?:for|to|in|into|on|onto)(?: (?:the|a|an|your))?\W*$", re.I)
_NOUN = re.compile(r"\W*(?:program|programme|course|class|certificate|badge)?\W*$", re.I)


def completed(question: str, names: Sequence[Mention] = ()) -> str | None:
    """The question with what it is about; None for any other.

    A program that it names, of which all is said in `names`, is one like any: the steps are the
    same, and stand on no program's page.
    """
    if len(names) == 1 and _NOUN.match(question, names[0].end):
        question = _FOR.sub("", question[: names[0].start])
    match = _OBJECT_LEFT_OUT.search(question)
    if match is None:
        return None
    return f"{question[: match.end()]} for a program{question[match.end() :]}"


def asks_how(question: str) -> bool:
    """Whether it may be such a question, whatever it names."""
    return _ASKS_HOW.search(question) is not None


def says_how(question: str, passages: Sequence[Passage]) -> bool:
    """Whether a page has the word of such a question itself, and so is what it is about."""
    match = _ASKS_HOW.search(question)
    verb = set(words(match["verb"])) if match else set()
    return any(verb <= set(words(f"{' '.join(p.headings)} {p.text}")) for p in passages)
