"""Tells whether a message asks for programs, which of its words are the wish, and if it goes on."""

from __future__ import annotations

import re

from knowledge_base.catalog_query import Findings
from knowledge_base.filters.joining import field_of
from knowledge_base.filters.shorthand import written_out
from knowledge_base.filters.tree import And, Has, Node, Not, Or
from knowledge_base.typed.wished import asks_for_programs

MORE = re.compile(
    r"\W*(?:(?:yes|ok|okay|please|can you|could you) )*"
    r"(?:show|see|list|give)?(?: me)?(?: some| the)? ?"
    r"(?:more|next|others|rest|other (?:ones|options|programs)|next (?:page|ones|five)"
    r"|more (?:ones|options|programs|results|please|of them))\W*(?:please)?\W*",
    re.I,
)
NEXT = re.compile(
    r"\W*(?:(?:and|ok|okay|what is|what's|whats|which is|show me|the)\s+)*(?:next|second)\s+"
    r"(?:most |least )?(?:cheapest|cheaper|affordable|expensive|shortest|shorter|soonest|sooner"
    r"|longest|latest|best|one|option)\W*",
    re.I,
)
"""The one behind the first by an order: "next cheapest"."""
_REFERS = re.compile(
    r"^\W*(?:only|just|but|what about|how about|same)\b"
    r"|\b(?:ones|those|these|them|instead|also|too|make it|change (?:it|the)|forget|drop|remove"
    r"|that area|same (?:area|field|subject|thing)|(?:does not|doesn['’]?t) matter)\b",
    re.I,
)
"""Words that go on with the wish before."""
_DROPS = re.compile(
    r"^\W*(?:(?:ok|okay|and|no|please|actually|just|well)\W+)*"
    r"(?:forget|drop|ignore|remove|skip|leave out|never ?mind|whatever|regardless of|no matter"
    r"|(?:i )?(?:do not|don['’]?t) (?:care|mind))\b(?=\W+\w)"
    r"|\b(?:does not|doesn['’]?t|do not|don['’]?t|no longer) matter\W*$",
    re.I,
)
"""Words that take a condition away."""
_SUBJECTS = frozenset({"topic", "summary", "occupation", "stack", "award", "credential"})
"""Fields of a condition that says what programs are about."""
_NOUN = (
    r"(?:programs|programmes|courses?|class(?:es)?|certificates|certs|trainings?|boot ?camps?"
    r"|workshops|badges|options)"
)
_ALL = re.compile(
    rf"\b{_NOUN}\b|\b(?:you|u|ya) (?:guys )?(?:have|offer|got)\b|\b(?:overall|at all|of all)\b",
    re.I,
)
"""Words by which a wish without a subject is about all programs."""
_PIECE = re.compile(r"[.?!;\n]+|,(?!\d)")
_TURN = re.compile(
    r"\s+(?=(?:and|n|but|so)\s+(?:i|i'm|im|want|wanna|need|looking|can|could|would|what|is|do)\b)",
    re.I,
)
"""Where a story goes on with what its teller wants."""
_OF_ME = re.compile(
    r"^\W*(?:(?:hi|hey|hello|yo|so|well|and|n|but|because|also|ok|ugh)\b\W*)*"
    r"(?:i(?:'| a)?m|i was|i(?:'| ha)?ve been|i (?:just )?(?:work|worked|used to|got|had|lost|live"
    r"|lived|moved|finished|graduated|quit|left)|my (?!budget|limit|goal)\w+|we"
    r"|(?:that|this|it)(?:'s| is) (?:too|not|a lot))\b",
    re.I,
)
_WANTS = re.compile(
    r"\b(?:want\w*|wanna|need\w*|look\w*|interested|hop(?:e|ing)|would like|i'd like|prefer\w*"
    r"|search\w*|try\w*|only|free|available|able|can|could|budget|afford|spend|hours?|hrs?|online"
    r"|person|something|anything|programs?|class(?:es)?|courses?)\b|[$€£]",
    re.I,
)
_NO = r"no+(?=\s*[,.!;:-]|\s+(?:i|i'm|im|the|that|this|those|not|it|its|sorry|actually|wait|no)\b)"
_CORRECTS = re.compile(
    rf"^(?:\W*\b(?:{_NO}|nope|nah|sorry|oops|wait|hmm|actually|ugh|i (?:meant|mean|said|wanted"
    r"|asked (?:for|about)|was (?:asking|talking) about|am talking about)|im talking about"
    r"|it is|its)\b)+\W*",
    re.I,
)


def wish_in(words: str) -> str:
    """The words without what the student only tells of themselves: "I'm a cook, anything in food?".

    What they have to spend, and when they can, is part of the wish.
    """
    pieces = [piece for part in _PIECE.split(words) for piece in _TURN.split(part)]
    wished = [p.strip() for p in pieces if p.strip() and not _only_tells(p)]
    whole = len(wished) == len([piece for piece in pieces if piece.strip()])
    return words if whole or not wished else ", ".join(wished)


def _only_tells(piece: str) -> bool:
    return bool(_OF_ME.match(written_out(piece.casefold().strip()))) and not _WANTS.search(piece)


def corrected(words: str) -> str:
    """The words of a correction without those that only say that it is one."""
    return _CORRECTS.sub("", words).strip() or words


def asking_pieces(words: str) -> list[str]:
    """The parts of a message that ask for programs, such as "what do you have in logistics"."""
    pieces = [written_out(piece.casefold().strip()) for piece in _PIECE.split(words)]
    return list(filter(asks_for_programs, pieces))


def is_a_wish(piece: str, findings: Findings) -> bool:
    """Whether such a part is one: every word is understood, and it is surely about programs.

    "Do you have a payment plan" names a way to pay, and no program.
    """
    if findings.not_understood or not findings.conditions:
        return False
    named = any(_names_a_subject(part) for part in findings.filter.parts)
    return named or re.search(rf"\b{_NOUN}\b", piece) is not None


def _names_a_subject(node: Node) -> bool:
    match node:
        case And() | Or():
            return any(_names_a_subject(part) for part in node.parts)
        case Has():
            return node.field in _SUBJECTS - {"summary"}
    return False


def drops(words: str) -> bool:
    """Whether a message takes a condition of the wish before away: "forget the price"."""
    return bool(_DROPS.search(words))


def of_all(words: str) -> bool:
    """Whether a wish that names nothing is about all programs: "what do you have?"."""
    return bool(_ALL.search(words))


def goes_on(words: str, findings: Findings) -> bool:
    """Whether a wish goes on with the one before: it says so, or names no subject of its own."""
    if _REFERS.search(words):
        return True
    subject = any(
        field_of(part.part if isinstance(part, Not) else part) in _SUBJECTS
        for part in findings.filter.parts
    )
    return not subject and not _ALL.search(words)
