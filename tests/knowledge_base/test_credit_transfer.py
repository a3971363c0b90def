"""Estimates of transfer credit: what counts, what does not, and what limits leave."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from advisor.command import app
from advisor.errors import SettingsError
from advisor.measuring.transfer import load_table, read_cases
from knowledge_base.credit.equivalency import Award, EquivalencyTable, Held, Tier
from knowledge_base.credit.grades import LETTERS, Scale, at_least
from knowledge_base.credit.limits import capped
from knowledge_base.credit.question import held_in
from knowledge_base.credit_transfer import Line, estimate
from knowledge_base.errors import SourceError
from knowledge_base.model import Skipped
from knowledge_base.rules import read_rules, rules_format
from knowledge_base.rules.equivalencies import OPTIONAL, REQUIRED, BadCell, alternatives

SAMPLE = Path(__file__).parents[2] / "knowledge_base" / "sample"
DAY = date(2026, 11, 22)
DEGREE = Award("associate degree", Decimal(60))
CERTIFICATE = Award("certificate", Decimal(18))
MICRO = Award("micro-credential", Decimal(6))


@pytest.fixture(scope="module")
def table() -> EquivalencyTable:
    rules, skipped = load_table(SAMPLE / "equivalencies.csv")
    assert skipped == []
    return rules


def one(table: EquivalencyTable, held: Held, day: date = DAY) -> Line:
    (line,) = estimate([held], table, day).lines
    return line


def written(path: Path, *rows: dict[str, str]) -> Path:
    columns = (*REQUIRED, *OPTIONAL)
    start = {"document_id": "page", "quote": "words", "last_verified": "2026-01-01"}
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows({**start, **row} for row in rows)
    return path


def test_every_sample_rule_quotes_its_page(table: EquivalencyTable) -> None:
    """The quoted span of each rule and limit stands verbatim in the policy page that it names."""
    everything = [*table.rules, *table.limits, *table.conversions, *table.evidence]
    assert len(everything) > 40
    for rule in everything:
        page = (SAMPLE / "policies" / f"{rule.source.document_id}.md").read_text(encoding="utf-8")
        assert rule.source.quote in page, rule.id
        assert rule.source.validity.last_verified is not None


def test_a_score_at_the_minimum_is_articulated_with_its_source(table: EquivalencyTable) -> None:
    """A listed score gives the listed credit, with the rule's page, quote and dates."""
    line = one(table, Held("exam", "AP Statistics", "4"))
    assert (line.tier, line.target, line.credits) == (Tier.ARTICULATED, "Statistics", 3)
    wire = line.to_wire()
    assert wire["document_id"] == "exam-and-military-credit"
    assert "AP Statistics" in wire["quote"]
    assert wire["last_verified"] == "2026-10-08"


def test_a_score_one_point_short_says_what_is_missing(table: EquivalencyTable) -> None:
    """Below the minimum nothing is given, and the line says which score would do."""
    line = one(table, Held("exam", "AP Statistics", "3"))
    assert (line.tier, line.credits) == (Tier.NOT_TRANSFERABLE, 0)
    assert line.missing == ("at least 4 in AP Statistics; you have 3",)


def test_an_unknown_score_is_open_and_not_refused(table: EquivalencyTable) -> None:
    """Unknown is not no: the line asks for the score and counts no credit yet."""
    line = one(table, Held("exam", "AP Statistics"))
    assert (line.tier, line.credits) == (Tier.NEEDS_REVIEW, 0)
    assert "at least 4 is needed" in line.missing[0]


def test_a_rule_that_is_not_in_force_is_not_used_and_is_named(table: EquivalencyTable) -> None:
    """Before its first day a rule gives nothing, and the line says when it begins."""
    line = one(table, Held("exam", "AP Statistics", "5"), date(2026, 6, 30))
    assert line.tier is Tier.NO_RULE
    assert any("begins on 2026-07-01" in words for words in line.missing)


def test_two_parts_that_a_rule_asks_for_together(table: EquivalencyTable) -> None:
    """A program gives credit only with its challenge exam; alone it says what is missing."""
    program = Held("program", "MHC-HC101")
    both = estimate([program, Held("challenge_exam", "Phlebotomy Technician")], table, DAY)
    assert [(line.tier, line.credits) for line in both.lines] == [(Tier.ARTICULATED, 4)]
    alone = one(table, program)
    assert (alone.tier, alone.credits) == (Tier.NEEDS_REVIEW, 0)
    assert "challenge exam" in alone.missing[0]


def test_the_same_target_is_counted_once(table: EquivalencyTable) -> None:
    """Two exams for one course give its credits once."""
    have = [
        Held("exam", "AP English Language", "4"),
        Held("exam", "CLEP College Composition", "60"),
    ]
    found = estimate(have, table, DAY)
    assert [line.counted for line in found.lines] == [True, False]
    assert found.agreed.credits == 3


def test_quarter_credits_are_converted(table: EquivalencyTable) -> None:
    """Six quarter credits are four semester credits, and their course is for review."""
    line = one(table, Held("course", "MATH 120", "B", Decimal(6), "quarter"))
    assert (line.tier, line.credits) == (Tier.NEEDS_REVIEW, 4)


def test_credits_of_an_unknown_unit_are_not_guessed(table: EquivalencyTable) -> None:
    """A unit without a conversion gives no number but says what is missing."""
    line = one(table, Held("course", "MATH 120", "B", Decimal(6), "ECTS"))
    assert line.credits == 0
    assert "known unit" in line.missing[0]


def test_limits_of_a_certificate_are_applied_with_their_working(table: EquivalencyTable) -> None:
    """A certificate of 18 credits takes at most half of them from elsewhere, and says so."""
    have = [
        Held("exam", name, "500")
        for name in ("AP Statistics", "AP Calculus AB", "AP English Language")
    ] + [Held("exam", "CLEP Financial Accounting", "80")]
    found = estimate(have, table, DAY, CERTIFICATE)
    assert (found.agreed.before, found.agreed.credits) == (13, 9)
    assert any("13 → 9" in step for step in found.agreed.working)


def test_exam_credit_never_counts_toward_a_micro_credential(table: EquivalencyTable) -> None:
    """The limit of none is applied to the sum."""
    found = estimate([Held("exam", "AP Statistics", "5")], table, DAY, MICRO)
    assert (found.agreed.before, found.agreed.credits) == (3, 0)


def test_review_is_never_agreed(table: EquivalencyTable) -> None:
    """What a person must still decide adds nothing to the agreed credits."""
    have = [Held("course", "ENG 101", "A", Decimal(3)), Held("military_training", "basic training")]
    found = estimate(have, table, DAY, DEGREE)
    assert (found.agreed.credits, found.possible.credits) == (0, 5)


_GROUPS = st.sampled_from(["exam", "military", "prior_learning", "transfer", ""])
_CREDITS = st.decimals(0, 60, places=1)


@given(st.lists(st.tuples(_GROUPS, _CREDITS), max_size=12), st.sampled_from([6, 18, 21, 24, 60]))
def test_no_limit_is_ever_passed(
    table: EquivalencyTable, credits: list[tuple[str, Decimal]], size: int
) -> None:
    """Whatever is brought, what counts stays within the cap and leaves the residency free."""
    kind = {6: "micro-credential", 60: "associate degree"}.get(size, "certificate")
    award = Award(kind, Decimal(size))
    left = capped(credits, table.limits, award)
    assert 0 <= left.credits <= left.before
    for limit in left.limits:
        if limit.residency:
            assert left.credits <= award.credits - limit.most
        elif not limit.groups:
            assert left.credits <= limit.most
    again = capped([("", left.credits)], table.limits, award)
    assert again.credits == left.credits


@given(st.lists(st.tuples(_GROUPS, _CREDITS), max_size=8), _GROUPS, _CREDITS)
def test_more_credit_never_counts_for_less(
    table: EquivalencyTable, credits: list[tuple[str, Decimal]], group: str, more: Decimal
) -> None:
    """Bringing one thing more never lowers what counts."""
    for award in (DEGREE, CERTIFICATE):
        fewer = capped(credits, table.limits, award).credits
        assert capped([*credits, (group, more)], table.limits, award).credits >= fewer


@given(st.sampled_from(LETTERS), st.sampled_from(LETTERS))
def test_letter_grades_are_ordered(one_: str, other: str) -> None:
    """A grade reaches another exactly when it stands no lower, A+ and A being worth the same."""
    expected = LETTERS.index(one_) >= LETTERS.index(other) or (one_, other) == ("A", "A+")
    assert at_least(one_, other, Scale.LETTER) is expected


@pytest.mark.parametrize(
    ("score", "minimum", "scale", "expected"),
    [
        ("C minus", "C", Scale.LETTER, False),
        ("C−", "C", Scale.LETTER, False),
        ("2.0", "C", Scale.LETTER, True),
        ("1.9", "C", Scale.LETTER, False),
        ("pass", "C", Scale.LETTER, None),
        ("85", "C", Scale.LETTER, None),
        ("b2", "B2", Scale.CEFR, True),
        ("49.9", "50", Scale.NUMBER, False),
        ("good", "50", Scale.NUMBER, None),
        ("nan", "50", Scale.NUMBER, None),
    ],
)
def test_marks_are_compared_on_their_scale(
    score: str, minimum: str, scale: Scale, expected: bool | None
) -> None:
    """A mark that is not of the scale cannot be compared, and is not taken for a low one."""
    assert at_least(score, minimum, scale) is expected


def test_source_expressions_are_or_over_and() -> None:
    """Brackets multiply out, and a part may have its own kind and minimum."""
    found = alternatives("A 1 AND (B 2 >= C OR [exam] D)", "course", "B")
    assert [[(n.kind, n.name, n.minimum) for n in parts] for parts in found] == [
        [("course", "A 1", "B"), ("course", "B 2", "C")],
        [("course", "A 1", "B"), ("exam", "D", "")],
    ]


@pytest.mark.parametrize("expression", ["A AND", "(A", "A)", "AND", "()", "(" * 900 + "A"])
def test_a_broken_expression_is_refused(expression: str) -> None:
    """Brackets that do not match and names that are missing say what is allowed."""
    with pytest.raises(BadCell) as caught:
        alternatives(expression, "course")
    assert caught.value.field == "source"


@given(st.text(max_size=60))
def test_no_expression_breaks_the_reader(expression: str) -> None:
    """Any text is an expression or is refused; nothing else happens."""
    try:
        found = alternatives(expression, "course")
    except BadCell:
        return
    assert all(needed.name for parts in found for needed in parts)


def test_bad_cells_are_skipped_with_place_and_allowed_values(tmp_path: Path) -> None:
    """Each row that cannot be read says where, which field, and what is allowed; others stay."""
    good = {"id": "a", "kind": "exam", "source": "X", "target": "T", "credits": "3",
            "status": "articulated"}  # fmt: skip
    path = written(
        tmp_path / "equivalencies.csv",
        good,
        {**good, "id": "b", "status": "promised"},
        {**good, "id": "c", "credits": "many"},
        {**good, "id": "d", "last_verified": ""},
        {**good, "id": "a"},
        {**good, "id": "e", "minimum": "B", "scale": "number"},
    )
    items = list(read_rules(path, "equivalencies"))
    fields = [item.field for item in items if isinstance(item, Skipped)]
    assert fields == ["status", "credits", "last_verified", "id", "minimum"]
    assert sum(not isinstance(item, Skipped) for item in items) == 1
    assert "line 3" in str(items[1])


def test_a_table_with_another_header_is_refused(tmp_path: Path) -> None:
    """A file that is no such table says which columns it needs."""
    path = tmp_path / "equivalencies.csv"
    path.write_text("exam,score\nAP,3\n")
    with pytest.raises(SourceError, match="missing: id"):
        list(read_rules(path, "equivalencies"))


def test_rules_are_recognised_by_name() -> None:
    """The file's name or `--as` says that it holds rules; a catalog is left to its own readers."""
    assert rules_format(Path("fall-equivalencies.csv")) == "equivalencies"
    assert rules_format(Path("programs.csv")) is None
    assert rules_format(Path("programs.csv"), "equivalencies") == "equivalencies"
    assert rules_format(Path("equivalencies.csv"), "csv") is None


def test_a_refusal_wins_over_a_general_rule(tmp_path: Path) -> None:
    """What a table refuses by name is refused, though a general rule would review it."""
    base = {"kind": "course", "credits": "", "target": "elective"}
    path = written(
        tmp_path / "equivalencies.csv",
        {**base, "id": "all", "source": "*", "status": "needs_review"},
        {**base, "id": "no", "source": "CHEM 101", "status": "not_transferable"},
    )
    rules, _ = load_table(path)
    assert one(rules, Held("course", "chem 101", "A", Decimal(3))).tier is Tier.NOT_TRANSFERABLE
    assert one(rules, Held("course", "CHEM 102", "A", Decimal(3))).tier is Tier.NEEDS_REVIEW


def test_things_are_found_in_a_students_words(table: EquivalencyTable) -> None:
    """Exams with their scores and courses with grade and credits, in the order of the words."""
    found = held_in(
        "I have a 5 in AP Stats, MATH 120 with a B+ (6 quarter credits) and AP Biology 3", table
    )
    assert [(h.kind, h.name, h.score) for h in found] == [
        ("exam", "AP Statistics", "5"),
        ("course", "MATH 120", "B+"),
        ("exam", "AP Biology", "3"),
    ]
    assert (found[1].credits, found[1].unit) == (6, "quarter")


def test_a_lapsed_certification_is_no_grade(table: EquivalencyTable) -> None:
    """Where no rule asks for a mark, a letter in a name is none, and the state counts."""
    (held,) = held_in("is my lapsed A+ certification worth anything?", table)
    assert (held.kind, held.score) == ("certification", "lapsed")
    assert one(table, held).tier is Tier.NOT_TRANSFERABLE


@given(st.text(max_size=300))
def test_no_words_break_the_estimate(table: EquivalencyTable, words: str) -> None:
    """Whatever a student writes, each thing found gets exactly one place in a line."""
    have = held_in(words, table)
    lines = estimate(have, table, DAY, DEGREE).lines
    assert sum(len(line.held) for line in lines) == len(have)


def test_a_target_that_can_be_given_twice_is_counted_twice(table: EquivalencyTable) -> None:
    """Two programs toward one degree both count, up to the limit on such credit."""
    have = [
        held
        for code, title in (
            ("MHC-HC101", "Phlebotomy Technician"),
            ("MHC-HC130", "Nursing Assistant"),
        )
        for held in (Held("program", code), Held("challenge_exam", title))
    ]
    found = estimate(have, table, DAY, Award("certificate", Decimal(24)))
    assert [line.counted for line in found.lines] == [True, True]
    assert (found.agreed.before, found.agreed.credits) == (9, 6)


def test_no_trap_earns_credit_and_the_measurement_says_so(tmp_path: Path) -> None:
    """`advisor measure transfer` counts each kind of trap apart; none of them is taken in."""
    dump = tmp_path / "out.jsonl"
    questions = Path(__file__).parents[1] / "questions" / "transfer.jsonl"
    table_ = str(SAMPLE / "equivalencies.csv")
    words = ["measure", "transfer", "--table", table_, "--questions", str(questions)]
    run = CliRunner().invoke(app, [*words, "--dump", str(dump), "--json"])
    assert run.exit_code == 0, run.output
    summary = json.loads(run.stdout)
    assert summary["questions"] == len(dump.read_text().splitlines()) >= 90
    for trap in ("not_transferable", "expired", "no_rule", "limit"):
        counts = summary[f"trap_{trap}"]
        assert counts["exact"] == counts["questions"] > 0, trap


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '{"have": [], "question": "x", "expected": []}', '{"have": [{"kind": "exam"}]}',
     '{"have": [], "expected": [], "day": "soon"}'],
)  # fmt: skip
def test_a_question_that_cannot_be_read_names_its_line(tmp_path: Path, line: str) -> None:
    """The measurement stops with the file, the line and how it should look, without a trace."""
    path = tmp_path / "questions.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(SettingsError, match=r"questions\.jsonl line 1"):
        list(read_cases(path))
