"""Aid: dated rules judged in three values, with their source and the question that helps most."""

from __future__ import annotations

import itertools
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.aid import check, judge, program_facts
from knowledge_base.aid_rule import AidRules, Condition, rules_from
from knowledge_base.catalog import readers
from knowledge_base.catalog.mapping import Mapping
from knowledge_base.errors import SourceError
from knowledge_base.kleene import Truth, all_of, any_of, negation
from knowledge_base.model import Program, Skipped
from knowledge_base.rules import read_rules

SAMPLE = Path(__file__).parents[2] / "knowledge_base" / "sample"
DAY = date(2026, 11, 22)
YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
TRUTHS = st.sampled_from(list(Truth))
RESIDENT = {
    "age": 30,
    "westmark_months": 48,
    "household_income": 40_000,
    "household_size": 1,
    "international_rate": False,
    "bachelors_degree": False,
    "workforce_grant_in_24_months": False,
}


def load(path: Path) -> AidRules:
    records: dict[str, list[dict[str, Any]]] = {}
    for item in read_rules(path, "aid_rules"):
        assert not isinstance(item, Skipped), str(item)
        records.setdefault(item.kind, []).append(item.data)
    return rules_from(records)


@pytest.fixture(scope="module")
def rules() -> AidRules:
    return load(SAMPLE / "aid-rules.toml")


@pytest.fixture(scope="module")
def programs() -> dict[str, Program]:
    mapping = Mapping.load(SAMPLE / "programs.toml")
    items = readers()["csv"].read(SAMPLE / "programs.csv", mapping)
    return {item.id: item for item in items if isinstance(item, Program)}


def conditions(condition: Condition) -> list[Condition]:
    return [condition, *(x for part in condition.parts for x in conditions(part))]


def outcome(rules: AidRules, rule: str, facts: dict[str, Any], day: date = DAY) -> Truth:
    return {v.rule.id: v.outcome for v in check(rules, facts, day).verdicts}[rule]


@given(TRUTHS, TRUTHS, TRUTHS)
def test_the_laws_of_the_logic(a: Truth, b: Truth, c: Truth) -> None:
    """De Morgan, double negation, order and brackets hold in three values."""
    assert negation(negation(a)) is a
    assert negation(all_of([a, b])) is any_of([negation(a), negation(b)])
    assert negation(any_of([a, b])) is all_of([negation(a), negation(b)])
    assert all_of([a, b]) is all_of([b, a])
    assert all_of([a, all_of([b, c])]) is all_of([a, b, c]) is all_of([all_of([a, b]), c])
    assert all_of([a, any_of([b, c])]) is any_of([all_of([a, b]), all_of([a, c])])


@given(TRUTHS, TRUTHS, st.sampled_from([YES, NO]))
def test_learning_more_never_takes_back_an_answer(a: Truth, b: Truth, learned: Truth) -> None:
    """When an unknown becomes known, a yes stays yes and a no stays no."""
    now = learned if a is UNKNOWN else a
    for join in (all_of, any_of):
        before = join([a, b])
        assert before is UNKNOWN or join([now, b]) is before


def test_every_quote_stands_in_its_page(rules: AidRules) -> None:
    """Each rule and each condition quotes the policy page word for word, and was verified."""
    assert len(rules.rules) >= 8
    for rule in rules.rules:
        page = (SAMPLE / "policies" / f"{rule.source.document_id}.md").read_text(encoding="utf-8")
        assert rule.source.quote in page, rule.id
        assert rule.source.validity.last_verified is not None
        for condition in conditions(rule.needs):
            assert condition.quote in page, (rule.id, condition.quote)
        for step in rule.steps:
            page = (SAMPLE / "policies" / f"{step.document_id}.md").read_text(encoding="utf-8")
            assert step.quote in page, (rule.id, step.quote)


def test_every_fact_has_a_question_or_comes_from_the_catalog(
    rules: AidRules, programs: dict[str, Program]
) -> None:
    """No rule waits for a fact that nobody can tell."""
    catalog = set().union(*(program_facts(p, DAY) for p in programs.values()), {"today"})
    askable = {fact.name for fact in rules.facts}
    used = {c.fact for rule in rules.rules for c in conditions(rule.needs)} - {""}
    assert used <= catalog | askable
    assert askable <= used | {"household_size"}


def test_a_resident_in_a_long_program_gets_the_workforce_grant(
    rules: AidRules, programs: dict[str, Program]
) -> None:
    """All conditions known and met: yes, with the rule's source and dates."""
    facts = {**RESIDENT, **program_facts(programs["MHC-DA101"], DAY, date(2027, 1, 11))}
    (verdict,) = [v for v in check(rules, facts, DAY).verdicts if v.rule.id == "workforce-grant"]
    assert verdict.outcome is YES
    wire = verdict.to_wire()
    assert (wire["document_id"], wire["last_verified"]) == (
        "westmark-workforce-grant",
        "2026-10-23",
    )
    assert "$1,500" in wire["quote"]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"age": 17}, NO),
        ({"age": 18}, YES),
        ({"household_income": 46_000}, YES),
        ({"household_income": 46_001}, UNKNOWN),
        ({"household_income": 46_001, "unemployment_benefit": False}, NO),
        ({"household_income": 46_001, "household_size": 2}, YES),
        ({"household_income": 110_000, "household_size": 5}, YES),
        ({"household_income": 110_001, "household_size": 5, "unemployment_benefit": False}, NO),
        ({"household_income": 900_000, "unemployment_benefit": True}, YES),
        ({"household_income": None}, UNKNOWN),
        ({"household_size": None}, YES),
        ({"household_size": None, "household_income": 70_000}, UNKNOWN),
        ({"bachelors_degree": True}, UNKNOWN),
        ({"bachelors_degree": True, "unemployment_benefit": False}, NO),
        ({"bachelors_degree": True, "unemployment_benefit": True}, YES),
        ({"westmark_months": 11}, NO),
        ({"days_before_start": 20}, NO),
        ({"days_before_start": 21}, YES),
        ({"age": None, "international_rate": True}, NO),
    ],
)
def test_each_condition_of_the_workforce_grant(
    rules: AidRules, programs: dict[str, Program], changed: dict[str, Any], expected: Truth
) -> None:
    """One changed fact at its limit changes the verdict just as the page says."""
    facts = {**RESIDENT, **program_facts(programs["MHC-DA101"], DAY, date(2027, 1, 11)), **changed}
    known = {name: value for name, value in facts.items() if value is not None}
    assert outcome(rules, "workforce-grant", known) is expected


def test_the_catalog_and_the_rules_agree(rules: AidRules, programs: dict[str, Program]) -> None:
    """A program qualifies for the kinds of aid that it lists, and for no other of those."""
    listed = {
        "workforce-grant": "workforce grant",
        "harbor-scholarship": "Harbor Scholarship",
        "veterans-education-benefits": "veterans education benefits",
        "early-educator-award": "early educator award",
    }
    for program, (rule, name) in itertools.product(programs.values(), listed.items()):
        found = outcome(rules, rule, program_facts(program, DAY))
        assert (found is not NO) == (name in program.aid), (program.id, rule)


def test_the_start_of_a_run_settles_the_days_before_it(
    rules: AidRules, programs: dict[str, Program]
) -> None:
    """Nobody is asked to count days: the first day is asked for, and 21 days are enough."""
    facts = {**RESIDENT, **program_facts(programs["MHC-DA101"], DAY)}
    report = check(rules, facts, DAY, only=["workforce-grant"])
    assert report.next_question is not None
    assert report.next_question.name == "program_starts"
    for starts, expected in (("2026-12-13", YES), ("2026-12-12", NO)):
        assert outcome(rules, "workforce-grant", {**facts, "program_starts": starts}) is expected


def test_rules_can_be_chosen_and_facts_declined(rules: AidRules) -> None:
    """Only the chosen rules are judged, and what somebody will not tell is not asked for."""
    report = check(rules, {}, DAY, only=["harbor-scholarship"])
    assert [verdict.rule.id for verdict in report.verdicts] == ["harbor-scholarship"]
    declined: set[str] = set()
    while (report := check(rules, {}, DAY, ["harbor-scholarship"], declined)).next_question:
        assert report.next_question.name not in declined
        declined.add(report.next_question.name)
    assert declined
    assert [verdict.outcome for verdict in report.verdicts] == [UNKNOWN]


@pytest.mark.parametrize(
    "wrong",
    ['said = ["income"]\nkind = "number"', 'denied = ["never"]\nkind = "date"',
     'unit = "months"\nkind = "flag"', 'unit = "furlongs"\nkind = "number"'],
)  # fmt: skip
def test_words_that_cannot_tell_a_fact_are_skipped_with_the_reason(
    tmp_path: Path, wrong: str
) -> None:
    """A number's words hold one `#`; only a flag is denied; only a number has a unit."""
    path = tmp_path / "aid-rules.toml"
    rule = (
        '[[rules]]\nid = "a"\nname = "n"\ngives = "g"\ndocument_id = "d"\nquote = "q"\n'
        'last_verified = 2026-01-01\nneeds = [{ fact = "f", is = true }]\n'
    )
    path.write_text(f'{rule}[[facts]]\nname = "f"\nquestion = "f?"\n{wrong}\n')
    skipped = [item for item in read_rules(path, "aid_rules") if isinstance(item, Skipped)]
    assert len(skipped) == 1
    assert skipped[0].allowed


def test_rules_outside_their_dates_are_not_used(rules: AidRules) -> None:
    """The grant of one year is not judged on a day of the next, nor any rule before it begins."""
    late = {v.rule.id for v in check(rules, {}, date(2027, 7, 1)).verdicts}
    assert "workforce-grant" not in late
    assert "harbor-scholarship" in late
    assert check(rules, {}, date(2026, 6, 30)).verdicts == ()


def test_a_verdict_names_what_decided_it_and_what_it_depends_on(rules: AidRules) -> None:
    """A no names its failing condition; an open verdict names the unknown facts only."""
    facts = {"enrolled": True, "sudden_need": False}
    verdicts = {v.rule.id: v for v in check(rules, facts, DAY).verdicts}
    refused = verdicts["lighthouse-emergency-fund"]
    assert [c.fact for c in refused.because] == ["sudden_need"]
    assert refused.depends_on == ()
    assert verdicts["employer-direct"].depends_on == ("employer_pays_directly",)


def test_the_next_question_decides_most(tmp_path: Path) -> None:
    """The unknown fact that closes two rules is asked before the one that closes one."""
    path = tmp_path / "aid-rules.toml"
    rule = (
        '[[rules]]\nid = "{0}"\nname = "n"\ngives = "g"\ndocument_id = "d"\nquote = "q"\n'
        'last_verified = 2026-01-01\nneeds = [{{ fact = "{1}", is = true }}]\n'
    )
    fact = '[[facts]]\nname = "{0}"\nquestion = "{0}?"\nkind = "flag"\n'
    path.write_text(
        "".join([fact.format("rare"), fact.format("common"), rule.format("a", "rare"),
                 rule.format("b", "common"), rule.format("c", "common")])
    )  # fmt: skip
    loaded = load(path)
    first = check(loaded, {}, DAY).next_question
    assert first is not None
    assert first.name == "common"
    second = check(loaded, {"common": True}, DAY).next_question
    assert second is not None
    assert second.name == "rare"
    assert check(loaded, {"common": True, "rare": False}, DAY).next_question is None


def test_questions_come_to_an_end_and_settle_every_rule(
    rules: AidRules, programs: dict[str, Program]
) -> None:
    """Answering each next question leaves no verdict open, with one answer a fact at most."""
    answers = {"flag": False, "number": 1, "date": "2027-01-11"}
    facts: dict[str, Any] = program_facts(programs["MHC-DA101"], DAY)
    for _ in range(len(rules.facts) + 1):
        question = check(rules, facts, DAY).next_question
        if question is None:
            break
        assert question.name not in facts
        facts[question.name] = answers[question.kind]
    assert {v.outcome for v in check(rules, facts, DAY).verdicts} <= {YES, NO}


_FACTS = st.fixed_dictionaries(
    {},
    optional={
        "age": st.integers(10, 70),
        "household_income": st.integers(0, 200_000),
        "household_size": st.integers(1, 8),
        "unemployment_benefit": st.booleans(),
        "bachelors_degree": st.booleans(),
        "international_rate": st.booleans(),
        "westmark_months": st.integers(0, 30),
        "program_credits": st.integers(0, 9),
        "program_aid": st.just(("workforce grant",)),
        "program_starts": st.just("2027-01-11"),
    },
)


@given(_FACTS, _FACTS)
def test_no_verdict_is_taken_back_when_more_is_known(
    rules: AidRules, known: dict[str, Any], more: dict[str, Any]
) -> None:
    """Facts that are added never turn a yes or a no of any rule into something else."""
    for rule in rules.rules:
        before = judge(rule.needs, known)
        after = judge(rule.needs, {**more, **known})
        assert before is UNKNOWN or after is before


def test_unknown_program_facts_stay_unknown() -> None:
    """A program of which the catalog says nothing is not taken for one that gets no aid."""
    facts = program_facts(Program("p", "P"), DAY)
    assert set(facts) == {"program_code"}


@pytest.mark.parametrize(
    "need",
    [
        "{ fact = 'x' }",
        "{ is = true }",
        "{ fact = 'x', is = true, at_least = 3 }",
        "{ any = [] }",
        "{ fact = 'x', at_most_by = 'y', table = { 1 = 5, 3 = 9 } }",
        "{ fact = 'x', holds = 3 }",
        "{ fact = 'x', is = true, when = 'now' }",
    ],
)
def test_a_broken_condition_is_skipped_with_its_place(tmp_path: Path, need: str) -> None:
    """A rule whose condition cannot be read is skipped and says where it stands."""
    path = tmp_path / "aid-rules.toml"
    path.write_text(
        "[[rules]]\nid = 'a'\nname = 'n'\ngives = 'g'\ndocument_id = 'd'\nquote = 'q'\n"
        f"last_verified = 2026-01-01\nneeds = [{need}]\n"
    )
    (item,) = read_rules(path, "aid_rules")
    assert isinstance(item, Skipped)
    assert "aid-rules.toml aid rule 1" in str(item)


@pytest.mark.parametrize("text", ["rules = 3", "a = ", "[other]\nx = 1", "\x00"])
def test_a_file_that_is_no_set_of_rules_is_refused(tmp_path: Path, text: str) -> None:
    """The file as a whole is refused with its name."""
    path = tmp_path / "aid-rules.toml"
    path.write_text(text)
    with pytest.raises(SourceError, match=r"aid-rules\.toml"):
        list(read_rules(path, "aid_rules"))
