"""Says in which language the sources of an answer are, where another one is spoken."""

from __future__ import annotations

from dataclasses import replace

from knowledge_base.model import Answer
from languages.speech import ENGLISH, name_of, say, spoken

PUBLISHED = ENGLISH
"""The language of content: that of the search, of the filters and of the readers of facts."""


def as_published(words: str) -> str:
    """Words of a page inside a sentence: in marks of quotation where another language is spoken."""
    return words if spoken() == PUBLISHED else f"“{words}”"


def naming_language(answer: Answer) -> Answer:
    """The answer with the language of what it quotes and rests on; unchanged where it is spoken."""
    if spoken() == PUBLISHED or not answer.citations:
        return answer
    line = say("*The pages cited are in {language}.*", language=name_of(PUBLISHED))
    return replace(answer, text=f"{answer.text}\n\n{line}")
