"""What a student writes in a mail is told from what they quote and how they sign."""

from __future__ import annotations

import re

import pytest

from channels.delivery.quoted import own_words, text_of_html


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "how much?\n\nOn Mon, Nov 16, 2026 at 9:00 AM A <a@x.edu> wrote:\n\n> It\n> costs\n",
            "how much?",
        ),
        (
            "¿cuánto?\n\nEl lun, 16 nov 2026 a las 9:00, A (<a@x.edu>) escribió:\n\n> Cuesta\n",
            "¿cuánto?",
        ),
        (
            "how much?\n\nOn Mon, Nov 16, 2026 at 9:00 AM The Office\n<a@x.edu> wrote:\n\n> It\n",
            "how much?",
        ),
        ("> Which one?\n\nThe second.\n\n> Where?\n\nHere.", "The second.\n\nHere."),
        ("I ask:\n> x\nWhy?", "I ask:\nWhy?"),
        ("1\r\n\r\n-- \r\nSam Student\r\n", "1"),
        ("yes\n\n-----Original Message-----\nFrom: A\nSent: Monday\n", "yes"),
        ("yes\n\n________________________________\nDe: A <a@x.edu>\nEnviado: lunes\n", "yes"),
        ("yes\n\nFrom: A <a@x.edu>\nSent: Monday\nTo: Sam\nSubject: Fees\n\nIt costs", "yes"),
        (
            "Hello,\nFrom: when is it?\nTo: whom?\nOr: nobody?",
            "Hello,\nFrom: when is it?\nTo: whom?\nOr: nobody?",
        ),
        ("a -- b\n--\nc", "a -- b"),
    ],
)
def test_what_is_quoted_and_signed_is_left_out(text: str, words: str) -> None:
    """In any language: by marks, not by words."""
    assert own_words(text) == words


@pytest.mark.parametrize(
    ("html", "words"),
    [
        (
            "<div>how much?<br>Thanks</div>"
            "<div class='gmail_quote'>On …<blockquote>It</blockquote></div>",
            "how much?\nThanks",
        ),
        (
            "<style>p {}</style><p>Is it <b>late</b>?</p>"
            "<div id='divRplyFwdMsg'>From: A</div><div>It</div>",
            "Is it late?",
        ),
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
        ("", ""),
    ],
)
def test_html_is_read_as_a_person_would(html: str, words: str) -> None:
    """Without what its program quotes."""
    assert re.sub(r"\n+", "\n", own_words(text_of_html(html))) == words
