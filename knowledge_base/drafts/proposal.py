"""The nouns of review: a proposal on its way, what it touches, and the revisions it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from knowledge_base.model import Skipped
from knowledge_base.record import Record
from knowledge_base.rows.sources import Origin
from knowledge_base.store import Entry


class Kind(StrEnum):
    """What a proposal is about."""

    EDIT = "edit"
    """One entry, changed or new."""
    RULE = "rule"
    """One dated rule of aid or credit, changed or new."""
    IMPORT = "import"
    """All that a source holds."""


class State(StrEnum):
    """Where a proposal stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    MODIFIED = "modified"
    """Approved with modifications."""
    REJECTED = "rejected"
    DISCARDED = "discarded"

    @property
    def open(self) -> bool:
        """Whether it may still become content."""
        return self in {State.DRAFT, State.SUBMITTED}


class Touch(StrEnum):
    """What a change may do harm with, so that a second person looks at it."""

    FEE = "fee"
    DATE = "date"
    AID = "aid"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True)
class Person:
    """Who does something: the id of an account, the name that is shown, and from where."""

    id: str
    name: str
    address: str = field(default="", compare=False)
    """The network address, for the record of who did what."""


@dataclass(frozen=True, slots=True)
class Staged:
    """What a source held when it was read for a proposal."""

    location: str
    format: str
    entries: tuple[Entry, ...]
    records: tuple[Record, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that somebody wants; `content` is an entry, a rule, or a whole source."""

    id: str
    kind: Kind
    title: str
    state: State
    version: int
    subject: str
    """Id of the document, kind and id of the rule, or location of the source."""
    base: str
    """Digest of what the working copy held when the proposal began; empty for nothing."""
    author: Person
    changed_by: Person
    contributors: frozenset[str]
    """Ids of all who have changed it since it was last another's."""
    created_at: datetime
    changed_at: datetime
    touches: frozenset[Touch] = frozenset()
    counts: dict[str, int] = field(default_factory=dict)
    questions: tuple[str, ...] = ()
    rubric: dict[str, Any] = field(default_factory=dict)
    """By the name of a criterion: whether it is met, True, False, or None for not said."""
    decided_name: str = ""
    decided_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Revision:
    """An entry as it stood from one moment on; without `entry` it was removed then."""

    document_id: str
    number: int
    digest: str
    entry: Entry | None
    by: str
    reason: str
    at: datetime
    proposal: str | None = None


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that a reviewer looks at, with the question to be answered."""

    name: str
    question: str


DEFAULT_RUBRIC = (
    Criterion("Outcomes", "Does it say what a learner can do afterwards?"),
    Criterion("Assessment", "Does it say how learning is assessed?"),
    Criterion("Credit and stackability", "Are credit and what it stacks into right and sourced?"),
    Criterion("Quality and accreditation", "Is it said who answers for quality, and is that so?"),
    Criterion("Recognition", "Is it said who recognises the credential, and is that so?"),
)
"""What reviews of micro-credentials look at, until an institution says otherwise."""


@dataclass(frozen=True, slots=True)
class Care:
    """Who verifies an entry, when that was done last, and after how many days it is due again."""

    document_id: str
    title: str
    verifier: str
    verified_on: date | None
    interval_days: int
    rule: str = ""
    """The kind of a rule, which `document_id` then names with its id; empty for an entry."""

    def overdue(self, today: date) -> int | None:
        """Days since it was due, below 0 before that; None when it was never verified."""
        if self.verified_on is None:
            return None
        return (today - self.verified_on).days - self.interval_days


@dataclass(frozen=True, slots=True)
class SavedQuestion:
    """A question that must go on being answered well."""

    id: str
    question: str
    document_id: str = ""
    """The document that the answer must cite; empty: any."""
    holds: str = ""
    """Words that the answer must hold; empty: none."""
    abstains: bool = False
    """Whether the assistant must say that it does not know."""


class DraftError(Exception):
    """Root of what review refuses; the message says why, for the person who asked."""


class UnknownProposal(DraftError):
    """There is no such proposal, revision or entry."""


class NotInThisState(DraftError):
    """The proposal was decided or withdrawn meanwhile."""


class ChangedMeanwhile(DraftError):
    """Somebody else saved the draft; `now` is what it holds, `version` its number."""

    def __init__(self, message: str, proposal: Proposal):
        super().__init__(message)
        self.proposal = proposal


class BaseMoved(DraftError):
    """The working copy has changed under the proposal since it began."""


class SecondPersonNeeded(DraftError):
    """A fee, a date or an aid rule changes, and who changed it may not let it in."""


class ReasonNeeded(DraftError):
    """A decision without its reason."""


class NotAcceptable(DraftError):
    """The entry cannot be content as it stands; the message names the field."""
