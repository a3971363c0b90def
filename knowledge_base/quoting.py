"""Chooses the stretch of a passage that answers a question, without cutting a thought in two."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache, partial

import numpy as np

from knowledge_base.arrays import Scores, Vectors
from knowledge_base.encoder import Encoder, question_vector
from knowledge_base.lexical import words
from knowledge_base.text.sentences import Sentence, statements
from knowledge_base.text.tables import cells
from knowledge_base.text.wanted import holds_wanted

WHOLE_WORDS = 100
"""A passage of up to this many words is quoted whole. What is left out is worse than what is too
much: with 100, and `_LEAST_WORDS` of 60, 316 of 440 questions of students to tune on are answered
rightly in 141 words, with 60 and none 306 in 127. On two public sets of policy dialogues it costs
agreement with the spans that people marked: F1 .48 and .48 with 78 and 77 words, where 60 and none
give .50 and .55 with 51 and 40."""
_FEW_LEFT = 40
"""What would leave out no more words than this leaves nothing out: an exception behind a long table
costs less to read than to miss. Of 540 questions of students to tune on one more is then answered
rightly, at one word a reply."""
_SPAN_WORDS = 20
"""Words that an answer is expected to have: of those that people marked in the two sets, the middle
one has 19 and 24."""
_LEAST_WORDS = 60
"""A shorter stretch goes on until it has so many, since a rule's conditions stand behind it."""
_TABLE_ROWS = 12
"""A table of up to this many lines is quoted whole; of a longer one its head and the rows that
share a word with the question."""
_KEPT = 16_384
"""Vectors of sentences that are remembered, 1.5 kB each: a sentence is encoded once, not at every
question."""
_QUESTIONS = 256
"""Vectors of questions that are remembered: one is held against every passage that is quoted."""

_POINTS_BACK = re.compile(
    r"(?:it|its|this|that|these|those|they|them|their|he|she|however|but|otherwise|also|then|if so"
    r"|if not|in (?:this|that) case|and|or|so|alternatively|instead)\b|[-*+]\s|\d+[.)]\s|\|",
    re.I,
)
"""What begins like this goes on with what stands before it: a quote never begins here."""
_TAKES_BACK = re.compile(r"(?:however|but|unless|except|otherwise|note)\b", re.I)
"""What begins like this limits what stands before it: a quote never ends before it."""
_LEADS_ON = re.compile(r"[:?]\W*$")
"""What ends like this leads to what stands after it: a quote never ends here."""
_RULE = re.compile(r"\|[\s|:-]+\|?")


_WEIGHTS = (2.54, 1.38, 0.92, 0.42, -1.61, 0.91)
"""Of `Quoting.features`, in their order. A softmax over the statements of a passage, fitted on both
sets to the share of the marked span that lies in each (`benchmarks/quoting.py`). Fitted on one set
and judging the other, with the right passage given and `WHOLE_WORDS` of 60, F1 with the marked span
was .50 and .55 with 51 and 40 words; two sentences of the highest cosine gave .48 and .49 with 56
and 58."""


class Quoting:
    """Quotes passages. Safe to use from several threads."""

    def __init__(self, encoder: Encoder):
        self._encode = lru_cache(maxsize=_KEPT)(lambda text: encoder.encode([text])[0])
        self._encode_question = lru_cache(maxsize=_QUESTIONS)(partial(question_vector, encoder))

    def quote(self, questions: Sequence[str], said_last: str, text: str) -> str:
        """The stretch of a passage's text that answers questions: sentences, lists and tables.

        `said_last` is what the assistant answered last, empty at the beginning of a conversation.
        Only rows of a long table may be missing from the stretch.
        """
        found = statements(text)
        first, last = 0, len(found) - 1
        if len(found) > 1 and len(text.split()) > WHOLE_WORDS:
            ends = [self._stretch(question, said_last, found) for question in questions]
            first, last = min(start for start, _ in ends), max(end for _, end in ends)
            last = with_what_follows(found, first, last)
            if len(text.split()) - _words(found[first : last + 1]) <= _FEW_LEFT:
                first, last = 0, len(found) - 1
        asked = " ".join(questions)
        quoted, position = "", found[first].start
        for each in found[first : last + 1]:
            quoted += text[position : each.start] + _without_idle_rows(each.text, asked)
            position = each.end
        return quoted

    def _stretch(self, question: str, said_last: str, found: Sequence[Sentence]) -> tuple[int, int]:
        features = self.features(question, said_last, found)
        expected = shares(features @ np.array(_WEIGHTS, np.float32))
        wanted = [_names_row(question, each.text) for each in found]
        if not any(wanted):
            wanted = [holds_wanted(question, each.text) for each in found]
        return best_stretch(found, expected, wanted if any(wanted) else None)

    def features(self, question: str, said_last: str, found: Sequence[Sentence]) -> Vectors:
        """What speaks for each statement of a passage, shape (len(found), 6).

        Cosine with the question, share of the question's words, opening the passage, logarithm of
        the number of words, being a question, and the share of the statement before it that was
        said last.
        """
        asked, said = set(words(question)), set(words(said_last)) if said_last else set()
        vector = self._encode_question(question)
        rows, following_on = [], 0.0
        for position, each in enumerate(found):
            stems = set(words(each.text))
            rows.append(
                (
                    float(self._encode(each.text) @ vector),
                    len(asked & stems) / max(len(asked), 1),
                    position == 0,
                    math.log(len(each.text.split())),
                    each.text.endswith("?"),
                    following_on,
                )
            )
            following_on = len(said & stems) / max(len(stems), 1)
        features: Vectors = np.array(rows, np.float32)
        return features


def shares(weighed: Scores) -> Scores:
    """How much of the answer is expected in each statement: a softmax, which sums to 1."""
    powers: Scores = np.exp(weighed - weighed.max())
    divided: Scores = powers / powers.sum()
    return divided


def best_stretch(
    found: Sequence[Sentence], expected: Scores, wanted: Sequence[bool] | None = None
) -> tuple[int, int]:
    """First and last of the neighbouring statements with the best expected F1.

    `expected` says how much of the answer is expected in each statement, and sums to 1. One of the
    `wanted` statements, if they are told, is among them.
    """
    lengths = [len(each.text.split()) for each in found]
    best, best_value = (0, len(found) - 1), -1.0
    for first in range(len(found)):
        if first and _POINTS_BACK.match(found[first].text):
            continue
        shared = length = 0.0
        for last in range(first, len(found)):
            shared += float(expected[last]) * _SPAN_WORDS
            length += lengths[last]
            value = 2 * min(shared, length) / (length + _SPAN_WORDS)
            lacking = wanted is not None and not any(wanted[first : last + 1])
            if value > best_value and not lacking and not _goes_on(found, last):
                best, best_value = (first, last), value
    return best


def with_what_follows(found: Sequence[Sentence], first: int, last: int) -> int:
    """The last statement of a stretch that is long enough, if the passage is."""
    while last + 1 < len(found) and _words(found[first : last + 1]) < _LEAST_WORDS:
        last += 1
    return last


def _words(found: Sequence[Sentence]) -> int:
    """How many words statements have together."""
    return sum(len(each.text.split()) for each in found)


def _goes_on(found: Sequence[Sentence], last: int) -> bool:
    """Whether the thought does not end with this statement, as before a table."""
    if last + 1 == len(found):
        return False
    after = found[last + 1].text
    to_table = after.startswith("|")
    return bool(to_table or _LEADS_ON.search(found[last].text) or _TAKES_BACK.match(after))


def _names_row(question: str, statement: str) -> bool:
    """Whether a statement is a table with a row that the question names by several words."""
    asked = set(words(question))
    names = (set(words(cell.row)) for cell in cells(statement))
    return any(len(name) > 1 and name <= asked for name in names)


def _without_idle_rows(statement: str, question: str) -> str:
    """A statement as it is, or a long table with only its head and the rows that matter."""
    lines = statement.split("\n")
    rules = [number for number, line in enumerate(lines) if _RULE.fullmatch(line.strip())]
    body = rules[0] + 1 if rules else len(lines)
    if len(lines) - body <= _TABLE_ROWS:
        return statement
    asked = set(words(question)) - set(words(" ".join(lines[:body])))
    kept = [line for line in lines[body:] if asked & set(words(line))]
    return "\n".join([*lines[:body], *kept]) if kept else statement
