"""Passages are stretches of a document under its headings, long enough to answer from."""

from __future__ import annotations

import re

from hypothesis import given, settings
from written_text import TEXTS

from knowledge_base.model import Document
from knowledge_base.passages import LONGEST_WORDS, passages
from knowledge_base.text.sentences import statements


def document(text: str) -> Document:
    return Document("a", "Fees", text, "Fictional College")


@settings(max_examples=200, deadline=None)
@given(text=TEXTS)
def test_every_word_but_headings_is_in_one_passage(text: str) -> None:
    """Offsets are exact, passages lie apart, and what lies between is headings and white space."""
    position = 0
    headings = []
    for found in passages(document(text)):
        assert text[found.text_start : found.end] == found.text
        assert found.text.strip() == found.text != ""
        assert position <= found.start <= found.text_start
        headings += text[position : found.text_start].splitlines()
        position = found.end
    headings += text[position:].splitlines()
    markdown = any(re.match(r"#{1,6}\s+\S", line) for line in text.splitlines())
    if markdown:
        assert all(line.startswith("#") for line in headings if line.strip())


@settings(max_examples=200, deadline=None)
@given(text=TEXTS)
def test_a_passage_is_too_long_only_when_it_must_be(text: str) -> None:
    """More words than the limit only in one sentence, list or table that is longer by itself."""
    for found in passages(document(text)):
        if len(found.text.split()) > LONGEST_WORDS:
            assert len(statements(found.text)) == 1


@settings(max_examples=100, deadline=None)
@given(text=TEXTS)
def test_ids_are_unique_and_stable(text: str) -> None:
    """The same document gives the same ids; no two passages share one."""
    ids = [found.id for found in passages(document(text))]
    assert ids == [found.id for found in passages(document(text))]
    assert len(set(ids)) == len(ids)


def test_headings_make_a_trail() -> None:
    """A passage knows the headings above it, and its context names them once."""
    text = "Intro.\n\n# Fees\n\n## Tuition\n\nPer credit.\n\n### Rates\n\n$190.\n\n## Aid\n\nAsk.\n"
    found = [(p.headings, p.context, p.text) for p in passages(document(text))]
    assert found == [
        ((), "Fees", "Intro."),
        (("Fees", "Tuition"), "Fees › Tuition", "Per credit."),
        (("Fees", "Tuition", "Rates"), "Fees › Tuition › Rates", "$190."),
        (("Fees", "Aid"), "Fees › Aid", "Ask."),
    ]


def test_the_first_passage_of_a_section_begins_at_its_heading() -> None:
    """The heading is shown above what is quoted; the passages after the first have none."""
    long = " ".join(f"Sentence number {n} has just seven words." for n in range(72))
    text = f"Intro.\n\n# Fees\n\n## Tuition\n\n{long}\n"
    found = passages(document(text))
    assert [text[p.start : p.text_start] for p in found] == ["", "## Tuition\n\n", "", ""]


def test_plain_pages_have_headings_too() -> None:
    """In a page without Markdown a short line that opens a block is its heading."""
    text = "\n\nCheck your status \nUse the tool online. \n\nWho can use it? \nAnyone with it.\n"
    assert [(p.headings, p.text) for p in passages(document(text))] == [
        (("Check your status",), "Use the tool online."),
        (("Who can use it?",), "Anyone with it."),
    ]


def test_a_long_section_is_cut_into_even_pieces() -> None:
    """500 words become three pieces of about equal length, cut between sentences."""
    text = " ".join(f"Sentence number {n} has just seven words." for n in range(72))
    lengths = [len(p.text.split()) for p in passages(document(text))]
    assert sum(lengths) == 504
    assert len(lengths) == 3
    assert max(lengths) <= LONGEST_WORDS
    assert max(lengths) - min(lengths) <= 14


def test_a_table_is_never_cut() -> None:
    """A table of 300 words stays whole, with the words before it in a passage of their own."""
    table = "\n".join(f"| Program {n} | costs {n} dollars |" for n in range(50))
    text = f"{'Word ' * 150}.\n\n{table}\n"
    assert table in [p.text for p in passages(document(text))]


def test_a_document_of_white_space_has_no_passage() -> None:
    """Nothing to quote, nothing to find."""
    assert passages(document(" \n\n ")) == passages(document("# Only a heading\n")) == []


def test_in_plain_text_a_table_or_list_begins_with_no_heading() -> None:
    """The first row of a table and the first item of a list are not taken for headings."""
    for text in ("| a | b |\n| 1 | 2 |", "- a card\n- a form", "1. apply\n2. pay"):
        assert [p.text for p in passages(document(text))] == [text]
