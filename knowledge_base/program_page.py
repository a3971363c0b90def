"""Writes a program's typed facts as a page, so that they are found and quoted like any other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from knowledge_base.model import Cost, Document, Join, Offering, Program, Requirement, Validity

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
_OPAQUE = re.compile(r"ce-[0-9a-f-]{36}|[a-z][a-z0-9+.-]*:\S+", re.I)
"""Identifiers that tell a student nothing: registry identifiers (CTID) and addresses."""
_ELSEWHERE = "completion of a program that this catalog does not describe"


def program_page(program: Program, titles: Mapping[str, str] | None = None) -> Document:
    """A Markdown page with one section for each kind of fact that is known.

    `titles` gives the titles of programs by id, so that a program that stacks into another names
    it. Unknown facts are left out: the page never says "no" where the source says nothing.
    """
    sections = (
        ("About the program", _about(program)),
        ("Cost", _cost(program)),
        ("Time and schedule", _time(program)),
        ("Start dates and deadlines", _dates(program)),
        ("Admission and prerequisites", _admission(program, titles or {})),
        ("Credit and stacking", _credit(program, titles or {})),
        ("Financial aid", _aid(program)),
        ("Skills and careers", _careers(program)),
        ("Recognition", _recognition(program)),
    )
    parts = []
    for heading, sentences in sections:
        body = " ".join(sentences)
        if body:
            parts.append(f"## {heading}\n\n{body}\n")
    return Document(
        id=program.id,
        title=program.title,
        text="\n".join(parts) or f"{program.title}.\n",
        institution=program.institution,
        url=program.url,
        validity=program.validity,
    )


def money(amount: Decimal, currency: str = "USD") -> str:
    """`$1,140`, `$1,140.50`, `CHF 900`."""
    figure = f"{amount:,.0f}" if amount == amount.to_integral() else f"{amount:,.2f}"
    sign = _SIGNS.get(currency)
    return f"{sign}{figure}" if sign else f"{currency} {figure}"


def day(value: date) -> str:
    """`5 January 2027`: the month as a word, so that no reader takes it for another."""
    return f"{value.day} {value:%B %Y}"


def _about(program: Program) -> Iterator[str]:
    code = f" (code {program.code})" if program.code else ""
    place = f" at {program.institution}" if program.institution else ""
    if code or place:
        yield from _plain(f"{program.title}{code} is offered{place}")
    if program.credential_type:
        article = "an" if program.credential_type[0] in "aeiou" else "a"
        yield f"It is {article} {program.credential_type}."
    yield from _subject(program)
    yield from _plain(program.summary)
    if program.delivery:
        yield f"It is taught {_either(program.delivery)}."


def _subject(program: Program) -> Iterator[str]:
    if program.subject and "," not in program.level:
        yield f"Subject: {f'{program.level} {program.subject}'.strip()}."
    else:
        if program.subject:
            yield f"Subject: {program.subject}."
        if program.level:
            yield f"Level: {program.level}."


def _cost(program: Program) -> Iterator[str]:
    if not program.costs:
        return
    paid = [cost for cost in program.costs if cost.amount]
    free = [cost for cost in program.costs if not cost.amount]
    if paid:
        alike: dict[tuple[str, str], list[Cost]] = {}
        for cost in paid:
            alike.setdefault((cost.purpose, _condition(cost)), []).append(cost)
        yield f"The cost of {program.title}: {_and([cost_phrase(c) for c in alike.values()])}."
    for cost in free:
        yield f"There is {cost_phrase([cost])}."


def cost_phrase(costs: Sequence[Cost]) -> str:
    """Costs of one purpose and condition: `$1,140 tuition (before fees)`, `no materials fee`.

    Several amounts are alternatives, and said to be so.
    """
    if not any(cost.amount for cost in costs):
        return f"no {costs[0].purpose or 'charge'}{_condition(costs[0])}"
    amounts = " or ".join(dict.fromkeys(money(cost.amount, cost.currency) for cost in costs))
    unsaid = " (the source does not say which applies)" if " or " in amounts else ""
    return f"{amounts} {costs[0].purpose}".rstrip() + _condition(costs[0]) + unsaid


def _condition(cost: Cost) -> str:
    told = "; ".join(filter(None, (cost.residency, cost.condition, _range(cost.validity))))
    return f" ({told})" if told else ""


def _range(validity: Validity) -> str:
    first = f"from {day(validity.effective_from)}" if validity.effective_from else ""
    last = f"until {day(validity.effective_to)}" if validity.effective_to else ""
    return " ".join(filter(None, (first, last)))


def _time(program: Program) -> Iterator[str]:
    if program.duration:
        yield f"{program.title} takes {program.duration}."
    if program.workload:
        yield f"The work takes {program.workload} in all."
    if program.effort:
        yield f"Plan on {program.effort}."
    if program.delivery:
        yield f"Delivery: {', '.join(program.delivery)}."


def _dates(program: Program) -> Iterator[str]:
    phrases = [phrase for phrase in map(offering_phrase, program.offerings) if phrase]
    if len(phrases) == 1:
        yield f"{program.title} {phrases[0]}."
    elif phrases:
        runs = "\n".join(f"- {phrase}" for phrase in phrases)
        yield f"{program.title} is offered {len(phrases)} times:\n\n{runs}"


def offering_phrase(offering: Offering) -> str:
    """`starts on 5 January 2027 (online); apply by 18 December 2026`; empty without a date."""
    parts = []
    if offering.starts:
        parts.append(f"starts on {day(offering.starts)}")
    elif offering.start_terms:
        parts.append(f"starts: {offering.start_terms.rstrip('.')}")
    if offering.ends:
        parts.append(f"ends on {day(offering.ends)}")
    if not parts and not offering.apply_by and not offering.apply_terms:
        return ""
    places = {place.casefold(): place for place in (offering.location, offering.delivery) if place}
    where = ", ".join(reversed(places.values()))
    text = " and ".join(parts) + (f" ({where})" if where else "")
    if offering.apply_by:
        text += ("; " if parts else "") + f"apply by {day(offering.apply_by)}"
    if offering.apply_terms:
        text += ("; " if text else "") + f"application deadline: {offering.apply_terms.rstrip('.')}"
    return text.strip()


def _admission(program: Program, titles: Mapping[str, str]) -> Iterator[str]:
    if program.prerequisites:
        needed = program.prerequisites.rstrip(".")
        if needed.casefold() in {"none", "no prerequisites"}:
            yield f"{program.title} has no prerequisites."
        else:
            yield f"Prerequisites for {program.title}: {needed}."
    needs = program.requirement
    if needs and not needs.text and needs.join is Join.ALL and len(needs.parts) > 1:
        told = "\n".join(f"- {required(part, titles)}" for part in needs.parts)
        yield f"Requirements for {program.title}:\n\n{told}"
    elif needs:
        yield f"Requirements for {program.title}: {required(needs, titles)}."


def required(needed: Requirement, titles: Mapping[str, str]) -> str:
    """A requirement in one line: `A; B; any one of (C) or (D)`."""
    own = titles.get(needed.program) or needed.text.rstrip(".")
    if needed.program and not own:
        own = needed.program if not _OPAQUE.fullmatch(needed.program) else _ELSEWHERE
    parts = [required(part, titles) for part in needed.parts]
    if needed.join is Join.ANY and len(parts) > 1:
        told = "any one of " + " or ".join(f"({part})" for part in parts)
    else:
        told = "; ".join(parts)
    return ": ".join(filter(None, (own, told)))


def _credit(program: Program, titles: Mapping[str, str]) -> Iterator[str]:
    if program.credit_bearing is False:
        yield f"{program.title} is a non-credit program."
    elif program.credits is not None:
        plural = "credit" if program.credits == 1 else "credits"
        unit = f"{program.credit_kind} {plural}".strip()
        yield f"{program.title} carries {program.credits.normalize():f} {unit}."
    elif program.credit_bearing:
        yield f"{program.title} carries academic credit."
    if program.stacks_into:
        targets = [_target(i, titles) for i in program.stacks_into]
        if any(targets):
            yield f"It stacks into {_and([target for target in targets if target])}."
    yield from _plain(program.stacking_terms)


def _target(target: str, titles: Mapping[str, str]) -> str:
    if _OPAQUE.fullmatch(target):
        return titles.get(target, "")
    return f"{titles[target]} ({target})" if target in titles else target


def _aid(program: Program) -> Iterator[str]:
    if program.aid:
        yield f"Ways to pay for {program.title}: {_and(list(program.aid))}."


def _careers(program: Program) -> Iterator[str]:
    if program.skills:
        yield f"Skills: {', '.join(program.skills)}."
    if program.occupations:
        yield f"It prepares for work as {_and(list(program.occupations))}."


def _recognition(program: Program) -> Iterator[str]:
    if program.accreditation:
        yield f"{program.title} is accredited by {_and(list(program.accreditation))}."
    yield from _plain(program.recognition)


def _plain(text: str) -> Iterator[str]:
    if text:
        yield text if text.endswith((".", "!", "?")) else f"{text}."


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _either(parts: tuple[str, ...]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"
