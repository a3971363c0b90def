"""The json_records format: the contract of readers, and what is its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract_readers import Case, ReaderContract, items, write
from reader_cases import CASES

from knowledge_base.catalog import readers
from knowledge_base.catalog.mapping import Mapping
from knowledge_base.catalog.reader import Item
from knowledge_base.errors import MappingError, SourceError
from knowledge_base.model import Program, Skipped

READER = readers()["json_records"]


class TestJsonRecordsContract(ReaderContract):
    """What every reader does."""

    format = "json_records"

    @pytest.fixture
    def case(self) -> Case:
        """This format's files."""
        return next(case for case in CASES if case.name == self.format)


def test_a_line_that_is_no_json_says_why(tmp_path: Path) -> None:
    """One broken line is skipped with the parser's reason; the others are kept."""
    text = '{"code": "A1", "title": "Data"}\n{"code": oops}\n[1]\n{"code": "A2", "title": "B"}\n'
    good, broken, no_object, other = items(READER, write(tmp_path / "r.jsonl", text))
    assert isinstance(good, Program)
    assert isinstance(broken, Skipped)
    assert (broken.where, broken.reason[:12]) == ("r.jsonl line 2", "is not JSON:")
    assert isinstance(no_object, Skipped)
    assert no_object.reason == "is not an object"
    assert isinstance(other, Program)


@pytest.mark.parametrize("text", ["[" * 100_000, "[" + "9" * 10_000 + "]", '{"a": '])
def test_json_that_cannot_be_parsed_names_the_file(tmp_path: Path, text: str) -> None:
    """Too deep, a number too long, cut off: each refuses the file without a crash."""
    with pytest.raises(SourceError, match=r"r\.json: not readable JSON"):
        items(READER, write(tmp_path / "r.json", text))


@pytest.mark.parametrize("value", ["1e999999", '"Infinity"', "NaN", "-5", '"1E+40"', "true"])
def test_an_amount_that_cannot_be_is_skipped(tmp_path: Path, value: str) -> None:
    """No infinite, negative or astronomical price is ever published."""
    text = f'[{{"code": "A1", "title": "Data", "price": {value}}}]'
    (item,) = items(READER, write(tmp_path / "r.json", text))
    assert isinstance(item, Skipped)
    assert item.field == "price"


NESTED = Mapping.model_validate(
    {
        "unknown": ["N/A"],
        "credit_kind": "continuing education",
        "fields": {"id": "id", "title": "title", "url": "url | raw.link", "credits": "runs[].ceu"},
        "costs": [
            {
                "purpose": "tuition",
                "each": "runs",
                "amount": "price",
                "currency": "money",
                "condition_path": "how",
            }
        ],
        "duration": {"amount": "runs[].length"},
        "effort": {"amount": "effort", "units": {"hrs/wk": "hours per week"}},
        "offerings": {"each": "runs", "starts": "from", "delivery": "how", "location": "where"},
        "skip": [{"field": "title", "matches": "(?i)ignore me", "reason": "is a test row"}],
    }
)


def nested(tmp_path: Path, record: str) -> Item:
    path = write(tmp_path / "r.jsonl", f'{{"id": "a", "title": "T", {record}}}\n')
    return next(READER.read(path, NESTED))


def test_runs_that_differ_are_told_apart(tmp_path: Path) -> None:
    """Two prices carry the condition that tells them apart; units that differ are unknown."""
    item = nested(
        tmp_path,
        '"runs": [{"price": "2900.0", "how": "Online", "length": "6 weeks", "ceu": "2.0"},'
        '{"price": "4500", "how": "In Person", "where": "N/A", "length": "2 days", "ceu": "2.0"}]',
    )
    assert isinstance(item, Program)
    assert [(c.amount, c.condition) for c in item.costs] == [(2900, "online"), (4500, "in person")]
    assert item.duration is None
    assert (item.credits, item.credit_kind) == (2, "continuing education")
    assert [run.location for run in item.offerings] == ["", ""]


def test_runs_that_agree_are_said_once(tmp_path: Path) -> None:
    """One price for all runs has no condition, and lengths of one unit become a range."""
    item = nested(
        tmp_path,
        '"effort": "6-8 hrs/wk", "raw": {"link": "https://fictional.example/t"}, "runs": ['
        '{"price": 100, "how": "Online", "length": "5 days", "ceu": "1"},'
        '{"price": 100, "how": "In Person", "length": "6 days", "ceu": "2"}]',
    )
    assert isinstance(item, Program)
    assert [(cost.amount, cost.condition) for cost in item.costs] == [(100, "")]
    assert str(item.duration) == "5–6 days"
    assert str(item.effort) == "6–8 hours per week"
    assert item.credits is None
    assert item.url == "https://fictional.example/t"


def test_a_range_upside_down_is_left_out(tmp_path: Path) -> None:
    """8-6 hours is a slip, not a range: the program comes without it."""
    text = '{"id": "a", "title": "T", "effort": "8-6 hrs/wk"}'
    program, left_out = READER.read(write(tmp_path / "r.json", text), NESTED)
    assert isinstance(program, Program)
    assert program.effort is None
    assert isinstance(left_out, Skipped)
    assert (left_out.field, left_out.value) == ("effort", "8-6 hrs/wk")


def test_a_test_row_is_skipped_with_the_rules_reason(tmp_path: Path) -> None:
    """A rule of the mapping names rows that are no programs."""
    path = write(tmp_path / "r.json", '{"id": "x", "title": "Dateless Course, ignore me"}')
    (item,) = READER.read(path, NESTED)
    assert isinstance(item, Skipped)
    assert (item.reason, item.field) == ("is a test row", "title")


def test_records_need_a_mapping(tmp_path: Path) -> None:
    """Without --map the error says so."""
    with pytest.raises(MappingError, match="--map"):
        list(READER.read(write(tmp_path / "r.json", "[]"), None))


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("fields = 3", "fields"),
        ('[fields]\nid = "a"', "title: Field required"),
        ('[fields]\nid = "a"\ntitle = "b"\nprice = "c"', "price"),
        ('[fields]\nid = "a"\ntitle = "b"\n[[skip]]\nfield="a"\nmatches="("\nreason="r"', "skip"),
        ("[fields", "not valid TOML"),
    ],
)
def test_a_wrong_mapping_names_file_and_key(tmp_path: Path, toml: str, message: str) -> None:
    """A mapping that cannot be used says which key and why."""
    with pytest.raises(MappingError, match=rf"m\.toml: .*{message}"):
        Mapping.load(write(tmp_path / "m.toml", toml))


def test_a_missing_mapping_names_itself(tmp_path: Path) -> None:
    """A mapping file that is not there is said plainly."""
    with pytest.raises(MappingError, match="no such mapping file"):
        Mapping.load(tmp_path / "nowhere.toml")
