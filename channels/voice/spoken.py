"""Writes amounts, dates, ranges and addresses so that a voice reads them as a person would.

A voice reads words and plain numbers reliably, and signs by its own lights: `$1,140–$1,300` or
`2026-07-01` may come out as anything. Content is written as in the United States: `1,140.50` has a
comma before its thousands. Numbers are said as the voice's own country writes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal

from babel.dates import format_time
from babel.numbers import format_decimal

from languages.calls import dial_words
from languages.speech import say, say_day

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_DASH = r"\s?[–—−‑]\s?"
_MARKS = re.compile(r"\s*\[\d+(?:,\s?\d+)*\]")
"""Numbers of citations; their names are said at the end."""
_WEB = re.compile(r"(?:https?://|www\.)[^\s<>()\[\]]*[^\s<>()\[\].,;:!?]", re.I)
_MAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_PHONE = re.compile(
    r"(?<![\w$.,/-])(?:\+\d{1,3}[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-])"
    r"|(?<![\w.])\+\d[\d -]{6,17}\d(?![\w-])"
)
_SHORT_NUMBER = re.compile(r"\b(\w+) (\d{3})\b(?![\d,.:/-]*\d)(?! \w+s\b)")
_ISO_DAY = re.compile(r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?![\w-])")
_MONTHS = (
    "January February March April May June July August September October November December".split()
)
_SHORT_MONTH = re.compile(
    r"\b(Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?(?= \d{1,2}(?:,| |$|[–—-])| \d{4}\b)"
)
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP"}
_MONEY = re.compile(
    rf"(?P<minus>(?<![\w.,)])[−-](?=[$€£]))?(?:US|USD )?(?P<sign>[$€£])\s?(?P<number>{_NUMBER})"
    r"(?P<scale>\s?(?:million|billion|thousand)\b|[kKmM]\b)?"
    r"|(?<![\w.,])(?P<number2>" + _NUMBER + r")\s?(?P<code>USD|EUR|GBP)\b"
)
_SCALES = {"k": "thousand", "m": "million"}
_CLOCK = re.compile(r"(?<![\d:])(1[3-9]|2[0-3]):([0-5]\d)(?![\d:])(?!\s?[ap]\.?m)", re.I)
_RANGE = re.compile(
    rf"(?<=[\w%]){_DASH}(?=[$€£+]?\d)|(?<=\d){_DASH}(?=[A-Z])|(?<=[\dkKmM])-(?=[$€£])"
)
_MONEY_RANGE = re.compile(rf"([$€£]\s?(?:{_NUMBER}))-(?=\d)")
_SHORT_RANGE = re.compile(r"(?<![\w.,-])(\d{1,3})-(\d{1,3})(?= (?:[a-záéíóúñ]+)\b|%)")
_EACH = re.compile(r"(?<=\d)\s?/\s?(?=[a-z])")
_BETWEEN = ((" · ", ", "), (" › ", ", "), (" | ", ", "), ("…", "."), ("\u00a0", " "))


def spoken(text: str, tag: str) -> str:
    """A text for a voice of the language ``tag`` (BCP 47), in the words of that language.

    No address of the web is read out. No amount and no day is changed.
    """
    text = _MARKS.sub("", text)
    for sign, words in _BETWEEN:
        text = text.replace(sign, words)
    text = _WEB.sub(lambda _found: say("a web page"), text)
    text = _MAIL.sub(_mail, text)
    text = _PHONE.sub(_digits, text)
    text = _SHORT_NUMBER.sub(_dialled, text)
    text = _ISO_DAY.sub(_day, text)
    text = _SHORT_MONTH.sub(_month, text)
    between = say("{first} to {last}", first="", last="")
    text = _RANGE.sub(between, text)
    text = _MONEY_RANGE.sub(rf"\1{between}", text)
    text = _SHORT_RANGE.sub(rf"\1{between}\2", text)
    text = _EACH.sub(say(" per "), text)
    text = _MONEY.sub(_money(tag), text)
    text = _CLOCK.sub(_clock(tag), text)
    for sign, words in _signs().items():
        text = text.replace(sign, words)
    return re.sub(r"[ \t]+", " ", text).strip()


def said_amount(amount: Decimal, currency: str, tag: str) -> str:
    """`1,140 dollars`, `12 dollars and 50 cents`, `1 dollar`; a fraction that is no cents stays."""
    one, many, small = _names(currency)
    whole, cents = int(amount), (amount % 1) * 100
    number = format_decimal(whole, locale=_locale(tag))
    if not cents:
        return f"{number} {one if whole == 1 else many}"
    if cents != int(cents):
        return f"{format_decimal(amount, '#,##0.##########', locale=_locale(tag))} {many}"
    if not whole:
        return f"{int(cents)} {small}"
    major = f"{number} {one if whole == 1 else many}"
    return say("{major} and {cents} {small}", major=major, cents=int(cents), small=small)


def said_time(moment: time, tag: str) -> str:
    """`9:00 AM`, as the voice's country writes it."""
    return format_time(moment, "short", locale=_locale(tag)).replace("\u202f", " ")


def _signs() -> dict[str, str]:
    return {
        "≥": say("at least "),
        "≤": say("at most "),
        " × ": say(" times "),
        " = ": say(" is "),
        " + ": say(" plus "),
        " & ": say(" and "),
        " → ": say("{first} to {last}", first="", last=""),
        "**": "",
    }


def _names(currency: str) -> tuple[str, str, str]:
    """One, several, and hundredths."""
    return {
        "USD": (say("dollar"), say("dollars"), say("cents")),
        "EUR": (say("euro"), say("euros"), say("cents")),
        "GBP": (say("pound"), say("pounds"), say("pence")),
    }[currency]


def _money(tag: str) -> Callable[[re.Match[str]], str]:
    def words(found: re.Match[str]) -> str:
        currency = found["code"] or _SIGNS[found["sign"]]
        number = Decimal((found["number"] or found["number2"]).replace(",", ""))
        minus = say("minus ") if found["minus"] else ""
        scale = (found["scale"] or "").strip()
        if scale:
            word = _scale(_SCALES.get(scale.lower(), scale))
            amount = format_decimal(number, "#,##0.##########", locale=_locale(tag))
            return f"{minus}{amount} {word} {_names(currency)[1]}"
        return minus + said_amount(number, currency, tag)

    return words


def _scale(word: str) -> str:
    return {
        "thousand": say("thousand"),
        "million": say("million"),
        "billion": say("billion"),
    }[word]


def _clock(tag: str) -> Callable[[re.Match[str]], str]:
    return lambda found: said_time(time(int(found[1]), int(found[2])), tag)


def _day(found: re.Match[str]) -> str:
    try:
        return say_day(date(int(found[1]), int(found[2]), int(found[3])))
    except ValueError:
        return found[0]


def _month(found: re.Match[str]) -> str:
    return next(month for month in _MONTHS if month.startswith(found[1][:3]))


def _mail(found: re.Match[str]) -> str:
    return found[0].replace("@", say(" at ")).replace(".", say(" dot ")).replace("-", say(" dash "))


def _digits(found: re.Match[str]) -> str:
    """Digit by digit, with a pause where the number has a mark."""
    groups = re.findall(r"\d+", found[0])
    return ", ".join(" ".join(group) for group in groups)


def _dialled(found: re.Match[str]) -> str:
    """A number like 988 after a word of dialling; any other number stays."""
    if found[1].casefold() not in dial_words():
        return found[0]
    return f"{found[1]} {' '.join(found[2])}"


def _locale(tag: str) -> str:
    return tag.replace("-", "_")
