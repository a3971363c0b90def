"""What must not be kept is taken out of a message, and what only looks like it stays."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.privacy.kinds import Kind, removed
from channels.privacy.redaction import Redactor
from channels.privacy.settings import PrivacySettings

REDACTOR = Redactor(PrivacySettings())
EVERYTHING = Redactor(
    PrivacySettings(redact_email=True, redact_phone=True, student_number=r"S\d{7}")
)


@pytest.mark.parametrize(
    ("text", "kind", "secret"),
    [
        ("what is the limit of 4242424242424242?", Kind.CARD, "4242424242424242"),
        ("4242 4242 4242 4242 exp 12/26", Kind.CARD, "4242 4242 4242 4242"),
        ("amex 3714-496353-98431", Kind.CARD, "3714-496353-98431"),
        ("my card number is 1234567812345678", Kind.CARD, "1234567812345678"),
        ("can you check 123-45-6789", Kind.SOCIAL_SECURITY, "123-45-6789"),
        ("SSN: 123‑45‑6789", Kind.SOCIAL_SECURITY, "123‑45‑6789"),
        ("my ssn is 123456789 can i apply", Kind.SOCIAL_SECURITY, "123456789"),
        ("the last four of my social are 6789", Kind.SOCIAL_SECURITY, "6789"),
        ("mi número de seguro social es 123456789", Kind.SOCIAL_SECURITY, "123456789"),
        ("pay from DE89 3704 0044 0532 0130 00 please", Kind.BANK, "DE89 3704 0044 0532 0130 00"),
        ("ES9121000418450200051332", Kind.BANK, "ES9121000418450200051332"),
        ("my routing number is 021000021", Kind.BANK, "021000021"),
        ("passport: X1234567", Kind.PASSPORT, "X1234567"),
        ("mi numero de pasaporte es G12345678", Kind.PASSPORT, "G12345678"),
        ("my driver’s license is D123-4567-8901", Kind.LICENCE, "D123-4567-8901"),
        ("soy 12345678Z", Kind.IDENTITY, "12345678Z"),
        ("SEVIS N0012345678", Kind.IDENTITY, "N0012345678"),
        ("my student id is 20231234", Kind.STUDENT, "20231234"),
        ("I was born on 5 May 2003 in Lima", Kind.BIRTH, "5 May 2003"),
        ("nací el 5 de mayo de 2003", Kind.BIRTH, "5 de mayo de 2003"),
        ("DOB 05/05/03", Kind.BIRTH, "05/05/03"),
        ("my password is sunshine.", Kind.PASSWORD, "sunshine"),
        ("my password is Hunter2! and it fails", Kind.PASSWORD, "Hunter2"),
        ("contraseña: girasol77", Kind.PASSWORD, "girasol77"),
        ("the verification code is 889 123", Kind.CODE, "889 123"),
        ("4521 is my pin", Kind.CODE, "4521"),
    ],
)
def test_identifiers_and_secrets_go(text: str, kind: Kind, secret: str) -> None:
    """In their own form, or because the words beside them say what they are."""
    redacted = REDACTOR.redact(text)
    assert secret not in redacted.text
    assert redacted.kinds == removed(redacted.text) == (kind,)
    assert redacted.text == text.replace(secret, kind.mark)


@pytest.mark.parametrize(
    "text",
    [
        "I paid $1,234,567,890 on 2026-01-01",
        "CLEP 50 in 2024, 30 credits, GPA 3.45, SAT 1450",
        "MHC-DA101 and ART 200 3-0-3",
        "promo code SAVE20, course code DA101, zip code 02139",
        "my password is wrong",
        "mi contraseña es incorrecta",
        "I forgot the password for my account.",
        "do i need a passport, it costs 2024 dollars",
        "is social security income of 1500 counted for 2026",
        "I was born in 2003, am I too old",
        "1234567890123456 points",
        "call me at 617-555-0142 or ana@example.org",
        "student ID card costs $25",
    ],
)
def test_amounts_codes_years_and_ways_to_reach_somebody_stay(text: str) -> None:
    """A question is understood by them."""
    assert REDACTOR.redact(text).text == text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("write to ana.p+x@mail.example.org", Kind.EMAIL),
        ("call +44 20 7946 0958", Kind.PHONE),
        ("ring (617) 555-0142", Kind.PHONE),
        ("S1234567 is me", Kind.STUDENT),
    ],
)
def test_an_operator_may_have_more_removed(text: str, kind: Kind) -> None:
    """Ways to reach a student, and numbers in the institution's own form."""
    assert EVERYTHING.redact(text).kinds == (kind,)
    assert REDACTOR.redact(text).text == text


def test_nothing_goes_when_it_is_switched_off() -> None:
    """An operator may decide so."""
    text = "my ssn is 123-45-6789"
    assert Redactor(PrivacySettings(redact=False)).redact(text).text == text


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("12 39-./:anbcs@+ éñ$\n‑") | st.characters(), max_size=120))
def test_any_text_is_taken_and_redacting_again_changes_nothing(words: str) -> None:
    """What stands for something that was removed is not removed itself."""
    once = EVERYTHING.redact(f"my ssn is 123-45-6789, {words} password: abc12345")
    assert EVERYTHING.redact(once.text).text == once.text
    assert "123-45-6789" not in once.text


@pytest.mark.parametrize("pattern", ["[", "", "x*"])
def test_a_pattern_of_student_numbers_is_checked(pattern: str) -> None:
    """One that is no expression, or matches nothing at all, is refused; none is fine."""
    if not pattern:
        assert PrivacySettings(student_number=pattern).student_number == ""
        return
    with pytest.raises(ValueError, match="student_number"):
        PrivacySettings(student_number=pattern)
