"""What a messaging channel is: pure functions between a provider's traffic and our messages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Protocol, runtime_checkable

from pydantic import BaseModel

from channels.model import InboundMessage, OutboundMessage, Part, ReceiptStatus


class Forged(Exception):
    """A delivery that the provider did not sign, or that is too old. It is answered with 401."""


class Malformed(Exception):
    """A delivery that is signed and still cannot be read. It is answered with 400."""


class Unprepared(Exception):
    """What the provider lends, such as keys, cannot be had now; a reason in one word, for staff."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request of a provider as it came; nothing is parsed before it is verified."""

    method: str
    url: str
    """The public address with its query, as the provider was given it."""
    headers: Mapping[str, str]
    """Without regard to case."""
    body: bytes
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Response:
    """What the provider wants to read; most want nothing."""

    status: int = 200
    body: str = ""
    content_type: str = "text/plain"


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a provider. It may hold secrets, so that it is never stored or logged."""

    url: str = field(repr=False)
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Told:
    """What a provider answered to a call."""

    status: int
    headers: Mapping[str, str]
    """Without regard to case."""
    body: bytes


Ask = Callable[[Call], Awaitable[Told]]
"""Puts a call to a provider; raises `channels.delivery.caller.NoAnswer` when nobody answers."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took it; ``provider_id`` is its name for it, where it gives one."""

    provider_id: str = ""
    segments: int = 0
    """How many messages it was billed as, where the provider says."""


@dataclass(frozen=True, slots=True)
class Later:
    """The provider wants it again, after so many seconds where it says how many."""

    seconds: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider will never take it; a reason in one word, for staff."""

    reason: str


Verdict = Sent | Later | Refused


Take = Callable[[Delivery], Awaitable[str]]
"""Verifies, reads and records a delivery; says in one word what became of it: ``taken``,
``nothing_said``, ``refused``, ``forged``, ``malformed``, or ``unrecorded``: it is wanted again."""


class Channel(Protocol):
    """One provider. Everything is a function of its arguments and of frozen settings."""

    name: ClassVar[str]
    """The file's name, and the last part of the webhook's address."""
    numbers_choices: ClassVar[bool]
    """Whether choices are shown with numbers, so that a typed number picks one."""

    @property
    def settings(self) -> BaseModel:
        """What the operator set."""
        ...

    def verify(self, delivery: Delivery) -> None:
        """Raises Forged unless the provider signed the raw body, lately."""
        ...

    def answer(self, delivery: Delivery) -> Response:
        """What to answer once its messages are recorded, such as a challenge's own words."""
        ...

    def parse(self, delivery: Delivery) -> Sequence[InboundMessage]:
        """Every message of a student in it, in order; none in a receipt.

        Raises Malformed, or whatever Python raises where something is missing or of another kind;
        `channels.delivery.reading.read` makes that Malformed too.
        """
        ...

    def render(self, message: OutboundMessage) -> Sequence[Part]:
        """The message in as many parts as the provider's limits ask for; nothing is lost."""
        ...


@runtime_checkable
class Called(Protocol):
    """A channel whose provider takes parts as requests over HTTP; any other is a Carrier."""

    def call(self, address: str, part: Part, part_id: str) -> Call:
        """The request that sends a part; ``part_id`` is the same at every try."""
        ...

    def judge(self, status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
        """What the provider's answer to a call means."""
        ...


@runtime_checkable
class Deduplicating(Protocol):
    """A channel whose provider takes a part once, however often it comes, by the part's id.

    Such a part is sent again when its sender died within the call; any other is *uncertain*.
    """

    deduplicates_by: ClassVar[str]
    """Where the id stands, such as a header's name."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a part: known by the provider's name for it, by ours, or by both."""

    status: ReceiptStatus
    provider_id: str = ""
    part: str = ""
    reason: str = ""
    """Why it failed, in one word, for staff."""

    def __post_init__(self) -> None:
        """Raises ValueError of a name that no database looks up."""
        if not (self.provider_id.isprintable() and self.part.isprintable()):
            raise ValueError("a part's names must be printable")


@dataclass(frozen=True, slots=True)
class Watermark:
    """What became of every part that had been taken for an address by then."""

    status: ReceiptStatus
    address: str
    until: datetime

    def __post_init__(self) -> None:
        """Raises ValueError of an address that no database looks up."""
        if not self.address.isprintable():
            raise ValueError("an address must be printable")


@dataclass(frozen=True, slots=True)
class Wish:
    """Whether who has an address wants messages; what is not wished for any more is not sent."""

    address: str
    wanted: bool


Notice = Receipt | Watermark | Wish


@runtime_checkable
class Notifier(Protocol):
    """A channel whose provider tells more than messages."""

    def notices(self, delivery: Delivery) -> Sequence[Notice]:
        """Every receipt and wish in it, in order; errors are as those of `Channel.parse`."""
        ...


@runtime_checkable
class Sampled(Protocol):
    """A channel whose provider signs with a secret that we have too, so that we can try it."""

    def sample(self, text: str, name: str, address: str) -> Delivery:
        """A student's message as the provider delivers and signs it now.

        ``name`` becomes the delivery's id; ``address`` is the webhook's.
        """
        ...


@runtime_checkable
class Typist(Protocol):
    """A channel whose provider can show for some seconds that an answer is being made."""

    def typing(self, address: str, reply_to: dict[str, Any] | None) -> Call | None:
        """The request that shows it; None when this conversation has nothing to show it at."""
        ...


@runtime_checkable
class Borrower(Protocol):
    """A channel that first needs what its provider lends for a while: signing keys, a token."""

    async def borrow(self, ask: Ask, delivery: Delivery | None = None) -> None:
        """Have what it takes to verify a delivery, or, without one, to send. Raises Unprepared."""
        ...


class Bookmark(Protocol):
    """Where a channel that fetches goes on after a restart; raises `SQLAlchemyError`."""

    async def read(self) -> dict[str, Any] | None:
        """The place, None before the first."""
        ...

    async def write(self, place: dict[str, Any]) -> None:
        """Go on from here."""
        ...


@runtime_checkable
class Carrier(Protocol):
    """A channel that fetches and sends by itself, since its provider knows no webhooks."""

    async def fetch(self, ask: Ask, take: Take, bookmark: Bookmark) -> None:
        """Hand over what comes, in order, until cancelled; whatever is away is asked again.

        ``ask`` is for what it has to borrow.
        """
        ...

    async def send(self, address: str, part: Part, part_id: str) -> Verdict:
        """Send a part; ``part_id`` is the same at every try."""
        ...


@runtime_checkable
class Windowed(Protocol):
    """A channel whose provider takes messages only for a while after the student's last one."""

    def window(self, address: str) -> timedelta | None:
        """For how long; None where this address may be written to at any time."""
        ...


@runtime_checkable
class Binder(Protocol):
    """A channel in which all that is said at once should be one part, such as one mail."""

    def bind(self, parts: Sequence[Part]) -> Part:
        """The parts of one turn's replies as one; there is at least one."""
        ...
