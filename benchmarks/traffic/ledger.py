"""Keeps count of what was said and what came back, so that nothing lost or doubled stays unseen.

Every message holds a mark that no other has, and the stand-in bot says it again. A reply without a
mark is an apology: it stands for a message of its conversation that no reply repeats.
"""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

MARK = re.compile(r"#(\d+)\.")


def marked(words: str, number: int) -> str:
    """The words with a mark."""
    return f"{words} #{number}."


@dataclass(slots=True)
class Conversation:
    """One student's side."""

    acknowledged: list[int] = field(default_factory=list)
    """Marks in the order in which the gateway said that it has them."""
    replies: list[tuple[int, ...]] = field(default_factory=list)
    """Marks of each reply in the order of their coming; none in an apology."""
    known_at: dict[int, float] = field(default_factory=dict)
    """When each mark was acknowledged."""

    def waits(self) -> bool:
        """Whether there are fewer replies than messages."""
        answered = {mark for reply in self.replies for mark in reply}
        apologies = sum(not reply for reply in self.replies)
        return len(set(self.acknowledged) - answered) > apologies


@dataclass(frozen=True, slots=True)
class Account:
    """How it went: numbers of messages, and of parts that nobody can say were sent."""

    tried: int
    answered: int
    apologies: int
    lost: int
    doubled: int
    disordered: int
    uncertain: int

    @property
    def sound(self) -> bool:
        """Nothing lost, doubled or out of order."""
        return not (self.lost or self.doubled or self.disordered)

    def to_wire(self) -> dict[str, int]:
        """By the words in which it is stated."""
        return {
            "tried": self.tried,
            "answered": self.answered,
            "apologies": self.apologies,
            "lost": self.lost,
            "doubled": self.doubled,
            "out of order": self.disordered,
            "uncertain": self.uncertain,
        }


class Ledger:
    """All conversations of a run."""

    def __init__(self) -> None:
        self.conversations: defaultdict[Hashable, Conversation] = defaultdict(Conversation)
        self.waits: list[float] = []
        """Seconds from an acknowledgement, or from the last restart after it, to the reply."""
        self._restarted_at = 0.0

    def restarted(self) -> None:
        """Whatever had been killed works again; waits are counted from here."""
        self._restarted_at = time.monotonic()

    def acknowledge(self, who: Hashable, mark: int) -> None:
        """The gateway has said that it has a message."""
        one = self.conversations[who]
        one.acknowledged.append(mark)
        one.known_at[mark] = time.monotonic()

    def hear(self, who: Hashable, text: str) -> None:
        """Something was said to a student."""
        one, now = self.conversations[who], time.monotonic()
        marks = marks_of(text)
        one.replies.append(marks)
        known = [one.known_at.get(mark, now) for mark in marks]
        self.waits.extend(now - max(at, self._restarted_at) for at in known)

    def waiting(self) -> list[Hashable]:
        """Conversations in which a reply is still due."""
        return [who for who, one in self.conversations.items() if one.waits()]

    def account(self, uncertain: Mapping[Hashable, Sequence[str]]) -> Account:
        """The sum, with the texts of which nobody can say whether they were sent."""
        total: Counter[str] = Counter()
        for who, one in self.conversations.items():
            total.update(_account(one, [marks_of(text) for text in uncertain.get(who, ())]))
        names = ("tried", "answered", "apologies", "lost", "doubled", "disordered")
        return Account(*(total[name] for name in names), sum(map(len, uncertain.values())))


def marks_of(text: str) -> tuple[int, ...]:
    """The marks of the messages that a reply repeats; none in an apology."""
    return tuple(map(int, MARK.findall(text)))


def _account(one: Conversation, uncertain: Sequence[tuple[int, ...]]) -> Counter[str]:
    said = [mark for reply in one.replies for mark in reply]
    apologies = sum(not reply for reply in one.replies)
    known = set(one.acknowledged)
    silent = len(known - set(said))
    flagged = {mark for marks in uncertain for mark in marks}
    place = {mark: number for number, mark in enumerate(one.acknowledged)}
    places = [place[mark] for mark in dict.fromkeys(said) if mark in place]
    return Counter(
        tried=len(known),
        answered=len(known) - silent,
        apologies=apologies,
        lost=max(0, len(known - set(said) - flagged) - apologies - uncertain.count(())),
        doubled=len(said) - len(set(said)) + max(0, apologies - silent),
        disordered=sum(b < a for a, b in pairwise(places)),
    )
