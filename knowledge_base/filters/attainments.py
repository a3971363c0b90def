"""Reads what a program leads to, is, or asks for at entry: awards, jobs, credentials, diplomas."""

from __future__ import annotations

import re

from knowledge_base.filters.joining import Item, Kind
from knowledge_base.filters.phrases import rule
from knowledge_base.filters.reading import Reading, is_plain
from knowledge_base.filters.text import plain_word
from knowledge_base.filters.tree import Has

_BEHIND_A_JOB = {"and", "or", "that", "which", "in"}
_STACKS = re.compile(
    r"(?:(?:(?:that |which |can |could |will |may |be )*"
    r"(?:counts?|counting|counted|stack(?:s|ing|ed|able)?"
    r"|leads?|leading|applied|applies|builds?|building|credited|goes?|ladders?)(?: credits?)?"
    r" (?:towards?|into|to|in to|onto|for))|towards?) (?:an? |the |my |any |some )*"
)
_AWARDS = (
    (("associate",), r"associate(?:s|'s)?(?: degrees?)?"),
    (("bachelor",), r"bachelor(?:s|'s)?(?: degrees?)?"),
    (("master",), r"master(?:s|'s)?(?: degrees?)?"),
    (("doctorate",), r"(?:doctorate|phd|doctoral degree)(?: degrees?)?"),
    (("degree",), r"(?:full |college |academic )?degrees?(?: programs?)?"),
    (("certificate",), r"(?:larger |bigger |full )?certificates?"),
)
_OCCUPATION = re.compile(
    r"(?:becom(?:e|ing)|(?:to |for )?work(?:ing)? as"
    r"|(?:for |get )?(?:an? )?(?:jobs?|careers?|roles?|positions?) as|train(?:ing)? (?:as|to be)"
    r"|qualify as|to be|employed as|hired as) "
    r"(?:an? |the )?"
)
_AWARD = tuple((terms, rule(rf"(?:an? |the )?(?:{p})")) for terms, p in _AWARDS)
_ACCREDITED = rule(
    r"(?:(?:fully|properly|officially|is|are|that|which) )*accredited"
    r"|(?:with|has|have) (?:an? )?accreditation"
)
_KINDS = (
    r"(?:bachelor|master|associate)s?(?: degrees?)?|doctorates?|degrees?|diplomas?|licenses?"
    r"|apprenticeships?",
    r"certificates?|certifications?|micro ?credentials?",
    r"courses?|class(?:es)?|programs?|programmes?|workshops?|training|boot ?camps?",
)
"""What is always meant by its name, what is if the catalog tells it, and what any program is
called, so that only a contrast means it."""
_DEGREE, _CERTIFICATE, _ANYTHING = map(rule, _KINDS)
_TYPE = re.compile(r"credential types? ")
_CONTRAST = re.compile(
    r" only\b|,? (?:and |but )?(?:not|rather than|instead of)(?: just)? (?:an? )?"
)
_HELD = r"(?: (?:an?|the|any|my|me|you|to have|having|to hold|formal|prior|previous))* (?=[a-z])"
_ASKED = re.compile(
    rf"(?:(?P<no>(?<!\bi )(?<!\bwe )(?:do|does) not (?:need|require|ask for))"
    rf"|(?P<lack>i (?:do not have|have no|have not got|lack))"
    rf"|(?P<perhaps>without|no)|requir(?:es?|ing)|asks? for){_HELD}"
)
_NEEDED = re.compile(r" (?:is |are )?(?:needed|required|necessary)\b")


def stacking(reading: Reading) -> bool:
    """What it counts toward: an award by its name, or a kind such as "a degree"."""
    match = _STACKS.match(reading.text, reading.at)
    if match is None:
        return False
    named, kind = reading.named(match.end(), "stack"), _award(reading.text, match.end())
    if named and (kind is None or named[1] > kind[1]):
        return reading.take(named)
    return reading.take(kind)


def _award(text: str, at: int) -> tuple[Has, int] | None:
    for terms, pattern in _AWARD:
        if match := pattern.match(text, at):
            return Has("award", terms), match.end()
    return None


def occupation(reading: Reading) -> bool:
    """A job after words such as "become a", whether or not the catalog knows it."""
    match = _OCCUPATION.match(reading.text, reading.at)
    if match is None:
        return False
    if named := reading.named(match.end(), "occupation"):
        return reading.take(named)
    unknown = [w for w in reading.words(match.end())[:3] if w not in _BEHIND_A_JOB]
    if not unknown or is_plain(unknown[0]):
        return False
    end = match.end() + len(unknown[0])
    return reading.take((Has("occupation", (plain_word(unknown[0]),), said=unknown[0]), end))


def accreditation(reading: Reading) -> bool:
    """That it is accredited, and by whom if that is said."""
    match = _ACCREDITED.match(reading.text, reading.at)
    if match is None:
        return False
    by = reading.text.startswith(" by ", match.end())
    named = reading.named(match.end() + len(" by "), "accreditation") if by else None
    return reading.take(named or (Has("accreditation", ("*",)), match.end()))


def asked(reading: Reading) -> bool:
    """What a program asks for at entry: words of its prerequisites, or a degree or diploma.

    "No diploma" and "without a diploma" say it only of what people hold, or before "needed".
    """
    match = _ASKED.match(reading.text, reading.at)
    if match is None:
        return False
    at, text = match.end(), reading.text
    held = _DEGREE.match(text, at) or _CERTIFICATE.match(text, at)
    phrase = reading.named(at, "prerequisite")
    end = max(held.end() if held else 0, phrase[1] if phrase else 0)
    needed = _NEEDED.match(text, end) if end else None
    sure = match["perhaps"] is None or held or needed
    negated = match.lastgroup is not None
    if not end or not sure or not (phrase or negated):
        return False
    terms = (" ".join(plain_word(word) for word in text[at:end].split()),)
    leaf = Has("prerequisite", terms, said=text[at:end])
    taken = reading.take((leaf, needed.end() if needed else end))
    if taken and negated:
        reading.items.insert(-1, Item(Kind.NOT))
    return taken


def credential(reading: Reading) -> bool:
    """A type of credential, if the catalog states any: "certificates", "bachelor degrees only".

    "Courses" says it only in contrast: after a negation, or before "not" or "only".
    """
    found = _said(reading)
    if found is None:
        return False
    name, end, firm = found
    words = tuple(map(plain_word, name.split()))
    phrase = " ".join(words)
    if not reading.vocabulary.states("credential"):
        return _in_vain(reading, name, end)
    if not firm and not reading.vocabulary.has(("credential",), phrase):
        return False
    only = reading.text.startswith(" only", end)
    return reading.take((Has("credential", (phrase,), said=name), end + len(" only") * only))


def _in_vain(reading: Reading, word: str, end: int) -> bool:
    """Report a contrast that the catalog cannot tell: "a certificate, not a course"."""
    kinds = [item.kind for item in reading.items if item.kind is not Kind.COMMA][-2:]
    if kinds != [Kind.HEAD, Kind.NOT]:
        return False
    reading.items[-1] = Item(Kind.UNKNOWN, word=f"not {word}")
    reading.at = end
    return True


def _said(reading: Reading) -> tuple[str, int, bool] | None:
    """What a wish calls a program, where that ends, and whether it surely says the type."""
    text, at = reading.text, reading.at
    if told := _TYPE.match(text, at):
        name = text[told.end() :].partition(",")[0].strip()
        return name, told.end() + len(name), True
    match = _DEGREE.match(text, at) or _CERTIFICATE.match(text, at) or _ANYTHING.match(text, at)
    if match is None:
        return None
    negated = any(item.kind is Kind.NOT for item in reading.items[-1:])
    contrasted = negated or _CONTRAST.match(text, match.end()) is not None
    if match.re is _ANYTHING and not contrasted:
        return None
    return match[0], match.end(), contrasted or match.re is _DEGREE
