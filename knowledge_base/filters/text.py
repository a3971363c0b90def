"""Puts a wish and the catalog's values into one plain form, so that words can be compared."""

from __future__ import annotations

import re
from functools import cache

import Stemmer

from knowledge_base.filters.shorthand import written_out
from knowledge_base.text.quantities import NUMBER_WORDS

_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NUMBERS = {word: n for n, word in enumerate(NUMBER_WORDS)} | {
    word: 10 * n for n, word in enumerate(_TENS, 2)
}
_COUNT = "|".join(_NUMBERS)
_ALONE = "|".join(word for word in _NUMBERS if word != "one")
_ONE = r"one(?= (?:hours?|days?|weeks?|months?|years?|terms?|semesters?|credits?)\b)"
"""A number only before a unit; else it stands for a program, as in "which one"."""
_NUMBER_WORDS = re.compile(
    rf"\b(?:({_COUNT}|an?|\d+(?:\.\d+)?) )?(hundred|thousand|grand)\b(?: and ({_COUNT}|\d+))?"
    rf"|\b({'|'.join(_TENS)}) ({'|'.join(NUMBER_WORDS[1:10])})\b|\b({_ALONE}|{_ONE})\b"
)
_SCALE = {"hundred": 100, "thousand": 1000, "grand": 1000}
_CHARACTERS = str.maketrans({"’": "'", "‘": "'", "–": "-", "—": "-", "‑": "-", "\u00a0": " "})
_LONGEST = 1000
"""Characters of a wish that are read; a longer one is a letter, not a wish."""


def plain_wish(wish: str) -> str:
    """A wish in lower case, one space between words, numbers as figures, lists by commas.

    `$1.5k` becomes `$1500`, `€1.250,50` `€1250.50`, `two hundred` `200`,
    `8-week` `8 week`; dates like 2027-03-01 stay.
    """
    text = written_out(wish[:_LONGEST].translate(_CHARACTERS).casefold())
    text = re.sub(r"(?<=\d)[.](?=\d{3}(?:\b|,))(?!\d{3} ?k)", "", text)
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    text = re.sub(r"(?<=\d),(?=\d\d\b)", ".", text)
    text = re.sub(r"\b(hours?|hrs?|h) ?/ ?(?=week|wk)", r"\1 per ", text)
    text = re.sub(r"(\d+(?:\.\d+)?) ?k\b", lambda m: _figure(float(m[1]) * 1000), text)
    text = re.sub(r"(\d{4})-(\d\d)-(\d\d)", r"\1_\2_\3", text)
    text = re.sub(r"(?<=[\d$€£]) ?- ?(?=[\d$€£])", " to ", text)
    text = re.sub(r"(?<=[a-z])-free\b", "_free", text)
    text = re.sub(r"(?<!work )(?<!working )\b(full|part)[ -]time\b", r"\1_time", text)
    text = re.sub(r"(?<=\w)-(?=\w)", " ", text)
    text = re.sub(r"(\d{4})_(\d\d)_(\d\d)", r"\1-\2-\3", text)
    text = re.sub(r"(?<=\d)(?=(?:weeks?|wks?|days?|months?|hours?|hrs?|h|credits?)\b)", " ", text)
    text = re.sub(r"([$€£]) (?=\d)", r"\1", text)
    text = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", text)
    text = re.sub(r"\.(?!\d)|[!?\"“”()\[\]:]", " ", text)
    text = re.sub(r"[;,|\n]| / ", " , ", text)
    text = re.sub(r"(?<=[a-z])/(?=[a-z])", " or ", text)
    text = re.sub(r"\bcan'?t\b", "can not", text)
    text = re.sub(r"\bwon'?t\b", "will not", text)
    text = re.sub(
        r"\b(could|should|must|need|do|does|is|are|would|have|has|did|was)n'?t\b|\bcannot\b",
        _negated,
        text,
    )
    text = re.sub(r"'s\b", "", text)
    text = _NUMBER_WORDS.sub(_number, " ".join(text.split()))
    return " ".join(text.split())


def _negated(match: re.Match[str]) -> str:
    return f"{match[1] or 'can'} not"


def _number(match: re.Match[str]) -> str:
    count, scale, rest, ten, one, alone = match.groups()
    if alone:
        return str(_NUMBERS[alone])
    if ten:
        return str(_NUMBERS[ten] + _NUMBERS[one])
    counted = bool(count) and count[0].isdigit()
    amount = float(count) if counted else _NUMBERS.get(count or "a", 1)
    figure = _figure(amount * _SCALE[scale] + int(_NUMBERS.get(rest or "zero", rest or 0)))
    return f"{figure} dollars" if scale == "grand" else figure


def _figure(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def words(text: str) -> list[str]:
    """The words of a value of the catalog, each in its plain form."""
    text = text.translate(_CHARACTERS).casefold().replace("'s", "")
    return [plain_word(word) for word in re.findall(r"[^\W_]+(?:[+#]+(?!\w))?", text)]


@cache
def plain_word(word: str) -> str:
    """A word without its plural ending, after the S stemmer of Harman (JASIS 42, 1991).

    `-ability` becomes `-able`, so that sustainability and sustainable are one word.
    """
    if len(word) <= 3:
        return word
    if word.endswith("ability"):
        return f"{word[:-7]}able"
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@cache
def stem(word: str) -> str:
    """The word's Snowball stem, for words that the catalog has only in another form."""
    return str(Stemmer.Stemmer("english").stemWord(word))


def padded(parts: list[str]) -> str:
    """Words as one string with a space on both sides, so that a phrase is found as ` phrase `."""
    return f" {' '.join(parts)} " if parts else ""
