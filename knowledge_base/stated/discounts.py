"""Finds the share of a price that pages take off for what somebody tells of themselves: how many
they are, how old, or what they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from knowledge_base.lexical import words
from knowledge_base.model import Passage, Program
from knowledge_base.stated.grants import Grant
from knowledge_base.text.quantities import NUMBER_WORDS, number
from knowledge_base.text.sentences import sentences
from knowledge_base.text.tables import cells

_PERCENT = r"\s?(?:%|per ?cent\b)"
_SAID = re.compile(rf"(?<![\d.])(?P<percent>\d{{1,2}}){_PERCENT}", re.I)
_PARTS = {"half": Decimal("0.5"), "a third": Decimal(1) / 3, "a quarter": Decimal("0.25")}
_PART = "|".join(_PARTS)
_FEE = (
    r"(?: of)?(?: the| its| our)?(?: (?:catalogue?|course|programme?|tuition|full|usual|normal))?"
    r" (?:price|fee|cost|tuition)s?\b"
)
_OFF = re.compile(
    rf"(?<![\d.])(?P<percent>\d{{1,2}}){_PERCENT} (?:off|less|discount|reduction)\b"
    rf"|\b(?:reduc\w+|discounts?)(?: \w+){{0,5}}? (?:of|by) (?P<by>\d{{1,2}}){_PERCENT}"
    rf"|\b(?P<part_off>{_PART}) off\b|\b(?P<part>{_PART}){_FEE}"
    rf"|\bpay(?: only| just)? (?P<pays>\d{{1,2}}){_PERCENT}{_FEE}",
    re.I,
)
_REDUCTION = re.compile(r"\b(?:reduc\w+|discounts?|off|less)\b", re.I)
"""The head of a column of shares that are taken off."""
_BLOCKS = re.compile(r"\n\s*\n|\n(?=\s*[-*+] )")
"""Between paragraphs and items of lists, each of which states a rule with its exceptions."""
_NUMBER = rf"\d{{1,3}}|{'|'.join(NUMBER_WORDS[2:])}"
_WHO = r"(?:people|persons?|employees|workers|staff|students|learners|colleagues|participants)"
_PEOPLE = re.compile(
    rf"\b(?P<count>{_NUMBER}) (?:of (?:us|them|my|our)|(?:[a-z]+ )?(?:men|women|folks|guys"
    rf"|{_WHO}))\b|\b(?:team|group|crew|staff) of (?P<size>{_NUMBER})\b",
    re.I,
)
_LEAST_PEOPLE = re.compile(
    rf"\b(?:(?P<count>{_NUMBER}) or more|at least (?P<least>{_NUMBER})) {_WHO}\b", re.I
)
_ROW = re.compile(
    r"(?:from )?(?P<low>\d{1,3})(?:\s?(?:to|-|–)\s?(?P<high>\d{1,3})"
    r"|(?P<more>\+|\s(?:or|and) (?:more|over|above)))?(?: [a-z]+)?",
    re.I,
)
_AGED = re.compile(
    r"\b(?:aged?|i'?m|i am|is|turn(?:ed|ing)?)\s(?P<age>[4-9]\d)\b"
    r"(?!\s?(?:%|per ?cent|[.,:]\d|of\b|credits?|hours?|weeks?|days?|people|students|staff))"
    r"|\b(?P<old>[4-9]\d)[ -]?(?:years?[ -]old|y/?o\b)",
    re.I,
)
_LEAST_AGE = re.compile(
    r"\b(?P<age>[4-9]\d) (?:years )?(?:or|and) (?:older|over|more|above)\b", re.I
)
_SUBJECT = re.compile(
    r"^(?:All |Our )?(?P<who>[a-z]+s)(?P<more>[^.;:,\d]{0,40}?) "
    r"(?:get|receive|have|are given|pay|save)\b",
    re.I,
)
_FURTHER = re.compile(r"\b(?:who|whose|which|that|with|under|over|in|since|before)\b", re.I)
_ANYBODY = frozenset(words("students learners people persons participants applicants employers"))
"""Of whom no more is said: being one of them meets no condition."""
_I_AM = re.compile(
    r"\b(?:i|we|i'?m|i'?ve|we'?re|we'?ve|as|(?:is|are|for) an?|for)\b[^.;?!]{0,25}$", re.I
)
_NOT_YET = re.compile(r"\b(?:not|never|\w+n'?t|if|when|once|until|before|will|going to)\b", re.I)
_OF_WHOM = re.compile(r"\s+(?:from|of|at|with)\s+(?P<of>[^.,;?!]+)", re.I)
_HERE = frozenset("you ye u your yours here there the this same".split())
_AT_WORK = re.compile(
    r"\b(?:employ\w*|staff|workers?|colleagues|compan(?:y|ies)|firm|business|crew|team|boss)\b"
    r"|\b(?:my|our) \w+ (?:wants?|needs?|sends?|puts?|signs?|books?|enrol\w*|regist\w*)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Rule:
    """A share (0-1) that is taken off, with the words that state it and all that stands by."""

    share: Decimal
    said: str
    quote: str
    low: int | None = None
    """Fewest and most people, where a table counts them."""
    high: int | None = None


def discounts(
    question: str, pages: Sequence[Passage], program: Program, *, named: bool = True
) -> Iterator[Grant]:
    """Reduced prices whose condition the question tells to be met. `named` tells that it asks for
    a reduced price; then nobody has to say that they come from one employer."""
    said = _SAID.search(question)
    for page in pages:
        about = f"{page.context} {page.text}".casefold()
        if program.credits and "non-credit" in about:
            continue
        for rule in _rules(page):
            of_work = "employ" in f"{page.context} {rule.quote}".casefold()
            if of_work and _counts_people(rule) and not (named or _AT_WORK.search(question)):
                continue
            if _excepted(rule.quote, program) or not _meets(question, rule, program):
                continue
            if said is None or Decimal(said["percent"]) / 100 == rule.share:
                yield Grant(page, rule.quote, share=rule.share)


def people_in(question: str) -> int | None:
    """How many people a message tells of."""
    match = _PEOPLE.search(question)
    return int(number(match["count"] or match["size"])) if match else None


def _rules(page: Passage) -> Iterator[_Rule]:
    for block in _BLOCKS.split(page.text):
        quote = block.strip().removeprefix("- ")
        for cell in cells(block):
            share, row = _SAID.fullmatch(cell.text), _ROW.fullmatch(cell.row)
            if share and row and _REDUCTION.search(cell.column):
                low = int(row["low"])
                high = int(row["high"] or low) if not row["more"] else None
                yield _Rule(Decimal(share["percent"]) / 100, cell.row, quote, low, high)
        for sentence in sentences(quote):
            text = " ".join(sentence.text.split())
            found = list(_OFF.finditer(text)) if not text.startswith("|") else []
            if len(found) == 1:
                yield _Rule(_taken(found[0]), text, quote)


def _counts_people(rule: _Rule) -> bool:
    return rule.low is not None or _LEAST_PEOPLE.search(rule.said) is not None


def _taken(match: re.Match[str]) -> Decimal:
    """The share that is taken off, where a page may also say which one is left to pay."""
    if share := match["percent"] or match["by"]:
        return Decimal(share) / 100
    if match["pays"]:
        return 1 - Decimal(match["pays"]) / 100
    if match["part_off"]:
        return _PARTS[match["part_off"].casefold()]
    return 1 - _PARTS[match["part"].casefold()]


def _meets(question: str, rule: _Rule, program: Program) -> bool:
    """Whether a question tells that every condition holds that is known how to read; a rule
    without any such condition is for nobody here."""
    people, age = people_in(question), _AGED.search(question)
    if rule.low is not None:
        return people is not None and rule.low <= people <= (rule.high or people)
    many, old = _LEAST_PEOPLE.search(rule.said), _LEAST_AGE.search(rule.said)
    if many is None and old is None:
        return _is_one(question, rule.said, program)
    enough = not many or (people or 0) >= number(many["count"] or many["least"])
    aged = not old or int((age and (age["age"] or age["old"])) or 0) >= int(old["age"])
    return enough and aged


def _is_one(question: str, said: str, program: Program) -> bool:
    """Whether somebody says to be what a rule is for: "I graduated from here" of "Graduates of the
    Institute get"."""
    subject = _SUBJECT.match(said)
    who = set(words(subject["who"])) if subject else set()
    if subject is None or not who or who & _ANYBODY or _FURTHER.search(subject["more"]):
        return False
    here = _HERE | set(re.findall(r"[a-z]+", program.institution.casefold()))
    for token in re.finditer(r"[a-z]+", question, re.I):
        if not who & set(words(token[0])) or not _I_AM.search(question[: token.start()]):
            continue
        of = _OF_WHOM.match(question, token.end())
        elsewhere = of and not here & set(re.findall(r"[a-z]+", of["of"].casefold()))
        return not elsewhere and not _NOT_YET.search(question[: token.start()])
    return False


def _excepted(rule: str, program: Program) -> bool:
    """Whether a rule does not hold for programs of such a subject, or for those without credit."""
    _, excepted, rest = " ".join(rule.split()).partition("not apply to")
    of_credit = re.search(r"\bmicro-?credentials?\b", rule, re.I)
    if of_credit and program.credit_bearing is False:
        return True
    return bool(excepted) and bool(set(words(program.subject)) & set(words(rest)))
