"""The European Learning Model: the contract of readers, its own rules, real credentials."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from contract_readers import Case, ReaderContract, items, write
from editions import PROJECT
from json_ld_cases import CASES

from knowledge_base.catalog import reader_for, readers
from knowledge_base.errors import SourceError
from knowledge_base.model import Cost, Offering, Program, Requirement, Skipped

READER = readers()["elm"]
SAMPLES = PROJECT.parent / "shared" / "data" / "credentials" / "elm_edc_mynextid"
beside = pytest.mark.skipif(not SAMPLES.is_dir(), reason="../shared/data is not beside the project")


class TestElmContract(ReaderContract):
    """What every reader does."""

    format = "elm"

    @pytest.fixture
    def case(self) -> Case:
        """This format's files."""
        return next(case for case in CASES if case.name == self.format)


def read(tmp_path: Path, *resources: Any) -> list[Any]:
    document = {"@context": "http://data.europa.eu/snb/model/elm", "@graph": list(resources)}
    return items(READER, write(tmp_path / "e.jsonld", json.dumps(document)))


def concept(label: str, address: str = "urn:x") -> dict[str, Any]:
    return {"id": address, "type": "Concept", "prefLabel": {"en": label}}


def note(text: str) -> dict[str, Any]:
    return {"type": "Note", "noteLiteral": {"en": text}}


SPECIFICATION = {
    "@id": "https://f.example/spec",
    "@type": ["elm:LearningAchievementSpecification", "elm:Qualification"],
    "elm:title": {"en": "Data"},
    "elm:creditPoint": {"elm:framework": concept("ECTS"), "elm:point": "7.5"},
    "elm:volumeOfLearning": "PT200H",
    "elm:entryRequirement": note("A school-leaving certificate"),
    "elm:eqfLevel": concept("Level 6"),
    "elm:learningOutcome": [{"elm:title": {"en": "reads tables"}}],
    "elm:accreditation": {"elm:accreditingAgent": {"elm:legalName": {"en": "Fictional Agency"}}},
}
OPPORTUNITY = {
    "@id": "https://f.example/opportunity",
    "@type": "elm:LearningOpportunity",
    "elm:title": {"en": "Data in spring"},
    "elm:providedBy": {"elm:legalName": {"en": "Fictional College"}},
    "elm:homepage": {"elm:contentURL": "https://f.example/data"},
    "elm:duration": "P4M",
    "elm:mode": [concept("Online"), concept("Presential")],
    "elm:temporal": {"elm:startDate": "2027-02-01", "elm:endDate": "2027-05-31"},
    "elm:applicationDeadline": ["2027-01-15T00:00:00Z"],
    "elm:grant": {"elm:title": {"en": "Fictional grant"}},
    "elm:priceDetail": {
        "elm:prefLabel": {"en": "Tuition"},
        "elm:amount": {
            "rdf:value": 1200,
            "elm:unit": {"id": "http://publications.europa.eu/resource/authority/currency/EUR"},
        },
    },
    "elm:learningAchievementSpecification": "https://f.example/spec",
}


def test_an_opportunity_is_read_with_its_specification(tmp_path: Path) -> None:
    """What is offered, at what price, and what it leads to, are one program."""
    (item,) = read(tmp_path, OPPORTUNITY, SPECIFICATION)
    assert (item.id, item.title) == ("https://f.example/opportunity", "Data")
    assert (item.institution, item.url) == ("Fictional College", "https://f.example/data")
    assert item.costs == (Cost("tuition", Decimal(1200), "EUR"),)
    assert (item.credits, item.credit_kind, item.credit_bearing) == (Decimal("7.5"), "ECTS", True)
    assert (str(item.duration), str(item.workload)) == ("4 months", "200 hours")
    assert item.delivery == ("online", "in person")
    assert item.requirement == Requirement("A school-leaving certificate")
    assert (item.level, item.skills) == ("EQF level 6", ("reads tables",))
    assert (item.accreditation, item.aid) == (("Fictional Agency",), ("Fictional grant",))
    assert item.offerings == (Offering(date(2027, 2, 1), date(2027, 5, 31), date(2027, 1, 15)),)


def test_an_amount_without_currency_is_left_out_and_told(tmp_path: Path) -> None:
    """An amount of unknown money is no fact."""
    price = {"elm:amount": {"rdf:value": 1200}}
    item, told = read(tmp_path, OPPORTUNITY | {"elm:priceDetail": price}, SPECIFICATION)
    assert item.costs == ()
    assert (told.field, told.value) == ("rdf:value", "1200")


def test_nothing_about_the_learner_is_read(tmp_path: Path) -> None:
    """Of a credential only the specification counts: no name, no date, no grade, no local id."""
    spec = {"id": "urn:epass:qualification:1", "type": "Qualification", "title": {"en": "Data"}}
    claim = {
        "type": "LearningAchievement",
        "title": {"en": "Ada's certificate"},
        "description": {"en": "Ada passed on 5 May"},
        "awardedBy": {"awardingBody": {"legalName": {"en": "Fictional College"}}},
        "specifiedBy": spec,
    }
    credential = {"type": "EuropeanDigitalCredential", "credentialSubject": {"hasClaim": claim}}
    (item,) = read(tmp_path, credential)
    assert isinstance(item, Program)
    assert item.id == "fictional-college-data"
    assert "Ada" not in repr(item)
    assert "2027" not in repr(item)
    del claim["specifiedBy"]
    (told,) = read(tmp_path, credential)
    assert isinstance(told, Skipped)
    assert "without a specification" in told.reason


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"elm:title": {"en": True}}, "elm:title"),
        ({"elm:title": 7, "elm:creditPoint": {"elm:point": -1}}, "elm:point"),
        ({"elm:creditPoint": {"elm:point": [1, {}]}}, "elm:point"),
        ({"elm:title": []}, "title"),
    ],
)
def test_a_wrong_value_skips_the_program_and_is_named(
    tmp_path: Path, wrong: dict[str, Any], field: str
) -> None:
    """No value of any kind crashes; one that cannot be is told with its field."""
    (item,) = read(tmp_path, SPECIFICATION | wrong)
    assert isinstance(item, Skipped)
    assert item.field == field


def test_nesting_and_circles_end(tmp_path: Path) -> None:
    """Achievements within achievements end; an opportunity that specifies itself is read once."""
    claim: dict[str, Any] = {"type": "LearningAchievement"}
    for _ in range(100):
        claim = {"type": "LearningAchievement", "hasPart": [claim]}
    assert all(isinstance(item, Skipped) for item in read(tmp_path, claim))
    itself = {"elm:learningAchievementSpecification": OPPORTUNITY["@id"]}
    (item,) = read(tmp_path, OPPORTUNITY | itself)
    assert item.title == "Data in spring"


def test_a_signed_payload_that_is_no_json_is_refused(tmp_path: Path) -> None:
    """The error names the file and says that it is the signed part."""
    text = json.dumps({"payload": '{"@context": "http://data.europa.eu/snb/model/x", ', "s": []})
    with pytest.raises(SourceError, match=r"e\.jsonld: signed payload: line 1 column"):
        items(READER, write(tmp_path / "e.jsonld", text))


@beside
@pytest.mark.parametrize("form", ["example.json", "signed.jsonld"])
def test_a_real_micro_credential_gives_its_program(form: str) -> None:
    """The specification in a learner's credential is a program, signed or not."""
    path = SAMPLES / f"microcredential__v1__edc__examples__edc-mc-{form}"
    assert reader_for(path).name == "elm"
    (item,) = items(READER, path)
    assert isinstance(item, Program)
    assert (item.title, item.institution) == ("Title of the Qualification", "NETIS d.o.o.")
    assert (item.credits, item.credit_kind, str(item.workload)) == (5, "ECTS", "45 hours")
    assert (item.level, item.delivery) == ("EQF level 6", ("online",))
    assert "Game theory" in item.skills
    assert "Joe Doe" not in repr(item)


@beside
@pytest.mark.parametrize("kind", ["certificate-of-attendance", "confirmation-of-enrolment"])
def test_a_real_credential_without_a_program_says_so(kind: str) -> None:
    """Attendance and enrolment tell of an activity; nothing can be enrolled in."""
    for path in SAMPLES.glob(f"{kind}__v1__edc__*"):
        (item,) = items(reader_for(path), path)
        assert isinstance(item, Skipped)
        assert item.reason == "is an activity that a learner took part in, not a program"


@beside
def test_other_files_beside_them_are_not_taken_for_it() -> None:
    """An open badge and a form's input are no European Learning Model."""
    for path in SAMPLES.glob("*input-fields*"):
        assert reader_for(path).name == "json_records"
    badge = SAMPLES / "microcredential__v1__open-badge__examples__open-badge-mc-example.json"
    assert reader_for(badge).name == "json_records"
