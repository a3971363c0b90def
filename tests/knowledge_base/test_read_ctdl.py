"""The CTDL format: the contract of readers, its own rules, and every real sample."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from contract_readers import Case, ReaderContract, items, write
from editions import PROJECT
from json_ld_cases import CASES, ONE, OTHER

from knowledge_base.catalog import reader_for, readers
from knowledge_base.errors import SourceError
from knowledge_base.model import Cost, Join, Program, Requirement, Skipped, Span, Validity

READER = readers()["ctdl"]
SAMPLES = PROJECT.parent / "shared" / "data" / "catalogs" / "ctdl"
beside = pytest.mark.skipif(not SAMPLES.is_dir(), reason="../shared/data is not beside the project")


class TestCtdlContract(ReaderContract):
    """What every reader does."""

    format = "ctdl"

    @pytest.fixture
    def case(self) -> Case:
        """This format's files."""
        return next(case for case in CASES if case.name == self.format)


def read(tmp_path: Path, document: Any) -> list[Any]:
    return items(READER, write(tmp_path / "c.json", json.dumps(document)))


def course(tmp_path: Path, **properties: Any) -> Any:
    """What is read first from a course with the required properties and some more."""
    told = {f"ceterms:{name}": value for name, value in properties.items()}
    whole = {"@type": "ceterms:Course", "ceterms:ctid": ONE, "ceterms:name": "Data"} | told
    return read(tmp_path, whole)[0]


def skipped(found: Any) -> tuple[str, str]:
    assert isinstance(found, Skipped), found
    return found.field, found.value


def test_the_english_text_of_a_language_map_is_taken(tmp_path: Path) -> None:
    """English where there is some, in any region; else the first language."""
    assert course(tmp_path, name={"ar-SA": "بيانات", "en-GB": "Data"}).title == "Data"
    assert course(tmp_path, name={"de": "Daten", "fr": "Données"}).title == "Daten"
    assert course(tmp_path, name=[{"@value": "Data", "@language": "en"}]).title == "Data"


def test_prefixes_and_capitals_do_not_matter(tmp_path: Path) -> None:
    """Full addresses, prefixes and the assistant's plain keys name the same properties."""
    plain = {"Course": {"CTID": ONE, "Name": "Data", "EstimatedDuration": [{"ExactDuration": {}}]}}
    full = {
        "@type": "https://purl.org/ctdl/terms/Course",
        "https://purl.org/ctdl/terms/ctid": ONE,
        "https://purl.org/ctdl/terms/name": "Data",
    }
    assert read(tmp_path, plain) == read(tmp_path, full)


def test_a_cost_keeps_its_kind_residence_and_dates(tmp_path: Path) -> None:
    """The concepts of a cost profile are told in words; money is exact."""
    profile = {
        "ceterms:price": 97.12,
        "ceterms:currency": "US Dollar",
        "ceterms:directCostType": {"ceterms:targetNode": "costType:TechnologyFee"},
        "ceterms:residencyType": [{"ceterms:targetNode": "residency:OutOfState"}],
        "ceterms:startDate": "2026-07-01",
        "ceterms:endDate": "2027-06-30",
    }
    assert course(tmp_path, estimatedCost=[profile]).costs == (
        Cost(
            "technology fee",
            Decimal("97.12"),
            residency="out-of-state",
            validity=Validity(date(2026, 7, 1), date(2027, 6, 30)),
        ),
    )


def test_a_price_without_its_currency_is_left_out_and_told(tmp_path: Path) -> None:
    """An amount of unknown money is no fact; what is free needs no currency."""
    costs = {"ceterms:estimatedCost": [{"ceterms:price": 90}, {"ceterms:price": 0}]}
    whole = {"@type": "ceterms:Course", "ceterms:ctid": ONE, "ceterms:name": "Data"} | costs
    item, note = read(tmp_path, whole)
    assert item.costs == (Cost("", Decimal(0)),)
    assert skipped(note) == ("ceterms:price", "90")


@pytest.mark.parametrize(
    ("profile", "duration", "workload"),
    [
        ({"exactDuration": "P9M"}, "9 months", "None"),
        ({"exactDuration": "P1Y6M"}, "18 months", "None"),
        ({"minimumDuration": "P8W", "maximumDuration": "P12W"}, "8–12 weeks", "None"),
        ({"minimumDuration": "P8W"}, "8 weeks", "None"),
        ({"exactDuration": "PT160H"}, "None", "160 hours"),
        ({"exactDuration": {"Weeks": 4, "HasValue": True}}, "4 weeks", "None"),
        ({"exactDuration": "P1W"}, "1 week", "None"),
    ],
)
def test_a_duration_is_told_in_one_unit(
    tmp_path: Path, profile: Any, duration: str, workload: str
) -> None:
    """ISO 8601 becomes a span; hours are work in all, not time on the calendar."""
    item = course(tmp_path, estimatedDuration=[profile])
    assert (str(item.duration), str(item.workload)) == (duration, workload)


def test_a_duration_without_an_exact_unit_is_left_out_and_told(tmp_path: Path) -> None:
    """A year and three weeks has no exact number of weeks: the program stays, the fact is told."""
    told = {"ceterms:estimatedDuration": [{"ceterms:exactDuration": "P1Y3W"}]}
    whole = {"@type": "ceterms:Course", "ceterms:ctid": ONE, "ceterms:name": "Data"} | told
    program, note = read(tmp_path, whole)
    assert isinstance(program, Program)
    assert program.duration is None
    assert skipped(note) == ("ceterms:estimatedDuration", "1 years, 3 weeks")


def test_shared_costs_and_conditions_count(tmp_path: Path) -> None:
    """Manifests in the same file add what they state; one elsewhere adds nothing."""
    part = {
        "@type": "ceterms:Course",
        "ceterms:ctid": ONE,
        "ceterms:name": "Data",
        "ceterms:commonCosts": ["https://f.example/costs", "https://elsewhere.example/costs"],
        "ceterms:commonConditions": ["https://f.example/conditions"],
    }
    costs = {
        "@type": "ceterms:CostManifest",
        "@id": "https://f.example/costs",
        "ceterms:estimatedCost": [{"ceterms:price": 25, "ceterms:currency": "USD"}],
    }
    conditions = {
        "@type": "ceterms:ConditionManifest",
        "@id": "https://f.example/conditions",
        "ceterms:entryCondition": [{"ceterms:description": "Be admitted"}],
    }
    item, *others = read(tmp_path, {"@graph": [part, costs, conditions]})
    assert item.costs == (Cost("", Decimal(25)),)
    assert item.requirement == Requirement("Be admitted")
    assert [other.reason for other in others] == [
        "is a cost manifest, not a program",
        "is a condition manifest, not a program",
    ]


def test_each_way_of_delivery_is_told_once(tmp_path: Path) -> None:
    """Codes, names and objects of one concept are one; what has no code keeps its own words."""
    told = [
        "deliveryType:OnlineOnly",
        "OnlineOnly",
        {"ceterms:targetNodeName": {"en": "Online Only"}},
        {"ceterms:targetNodeName": {"en": "By Radio"}},
        {"ceterms:targetNode": {"@id": "deliveryType:InPerson"}},
    ]
    assert course(tmp_path, deliveryType=told).delivery == ("online", "by radio", "in person")


def test_conditions_become_a_tree(tmp_path: Path) -> None:
    """Everything in a profile must be met; of its alternatives any one."""
    requires = {
        "ceterms:description": {"en": "To enrol:"},
        "ceterms:condition": {"en": ["a laptop", "an essay"]},
        "ceterms:minimumAge": 18,
        "ceterms:alternativeCondition": [
            {"ceterms:yearsOfExperience": 2},
            {"ceterms:targetLearningOpportunity": [f"https://fictional.example/{OTHER}"]},
        ],
    }
    assert course(tmp_path, requires=[requires]).requirement == Requirement(
        "To enrol:",
        parts=(
            Requirement("a laptop"),
            Requirement("an essay"),
            Requirement("at least 18 years old"),
            Requirement(
                join=Join.ANY,
                parts=(Requirement("2 years of experience"), Requirement(program=OTHER)),
            ),
        ),
    )


def test_parts_and_advanced_standing_lead_on(tmp_path: Path) -> None:
    """A course stacks into what names it as a part, and into what it gives a start in."""
    whole = {"@type": "ceterms:LearningProgram", "ceterms:ctid": OTHER, "ceterms:name": "Whole"}
    part = {"@type": "ceterms:Course", "ceterms:ctid": ONE, "ceterms:name": "Part"}
    standing = {
        "@type": "ceterms:ConditionProfile",
        "ceterms:targetCredential": [{"ceterms:name": "AS in Data", "@type": "ceterms:Degree"}],
    }
    graph = [
        whole | {"ceterms:hasPart": [f"https://fictional.example/resources/{ONE.upper()}"]},
        part | {"ceterms:isAdvancedStandingFor": [standing]},
    ]
    _, item = read(tmp_path, {"@graph": graph})
    assert item.stacks_into == ("AS in Data", OTHER)


def test_credit_is_told_with_its_unit(tmp_path: Path) -> None:
    """Semester hours are academic credit; where nothing is said, nothing is known."""
    value = {
        "schema:value": 3,
        "ceterms:creditUnitType": [{"targetNode": "creditUnit:SemesterHour"}],
    }
    item = course(tmp_path, creditValue=[value])
    assert (item.credits, item.credit_kind, item.credit_bearing) == (3, "semester hour", True)
    assert course(tmp_path).credit_bearing is None
    assert course(tmp_path, isNonCredit=True).credit_bearing is False


def test_an_offering_tells_its_dates_and_place(tmp_path: Path) -> None:
    """A scheduled offering in the same graph is a run of its program, and no program itself."""
    run = {
        "@type": "ceterms:ScheduledOffering",
        "@id": "_:run",
        "ceterms:startDate": "2027-01-11",
        "ceterms:deliveryType": ["deliveryType:OnlineOnly"],
        "ceterms:availableAt": [{"ceterms:addressLocality": "Springfield"}],
    }
    part = {"@type": "ceterms:Course", "ceterms:ctid": ONE, "ceterms:name": "Part"}
    item, other = read(tmp_path, {"@graph": [part | {"ceterms:hasOffering": ["_:run"]}, run]})
    (offering,) = item.offerings
    assert (offering.starts, offering.delivery, offering.location) == (
        date(2027, 1, 11),
        "online",
        "Springfield",
    )
    assert other.reason == "is an offering of a program, not a program"


@pytest.mark.parametrize(
    ("properties", "told"),
    [
        ({"estimatedCost": [{"price": -1}]}, ("price", "-1")),
        ({"estimatedCost": [{"price": True}]}, ("price", "True")),
        ({"estimatedCost": [{"price": {}, "startDate": "soon"}]}, None),
        ({"estimatedCost": [{"price": [1, {"a": 2}]}]}, ("price", "{'a': 2}")),
        ({"estimatedCost": "cheap"}, None),
        ({"name": {"en": {"x": 1}}}, ("ceterms:name", "{'x': 1}")),
        ({"name": []}, ("ceterms:name", "")),
        ({"estimatedDuration": [{"exactDuration": "8 weeks"}]}, ("exactDuration", "8 weeks")),
        ({"estimatedDuration": [7, None, "P8W"]}, None),
        ({"dateEffective": "31/31/2026"}, ("ceterms:dateEffective", "31/31/2026")),
        ({"isNonCredit": "perhaps"}, ("ceterms:isNonCredit", "perhaps")),
        ({"subjectWebpage": 7}, ("ceterms:subjectWebpage", "7")),
        ({"requires": [[["x"]]], "teaches": [None, 3, {"en": 4}]}, None),
        ({"lifeCycleStatusType": "lifeCycle:Ceased"}, ("ceterms:lifeCycleStatusType", "ceased")),
    ],
)
def test_a_wrong_value_skips_the_program_and_is_named(
    tmp_path: Path, properties: Any, told: tuple[str, str] | None
) -> None:
    """No value of any kind crashes; one that cannot be is told with its own field's name."""
    item = course(tmp_path, **properties)
    if told is None:
        assert isinstance(item, Program)
    else:
        assert skipped(item) == told


def test_an_identifier_twice_is_told(tmp_path: Path) -> None:
    """The first resource of an identifier is kept, in whichever case it is written."""
    one = {"@type": "ceterms:Course", "ceterms:ctid": ONE, "ceterms:name": "Data"}
    first, second = read(tmp_path, [one, one | {"ceterms:ctid": ONE.upper()}])
    assert isinstance(first, Program)
    assert skipped(second) == ("ctid", ONE)


def test_a_circle_of_references_ends(tmp_path: Path) -> None:
    """Programs that are part of each other and of themselves are read like any other."""
    graph = [
        {
            "@type": "ceterms:Course",
            "ceterms:ctid": this,
            "ceterms:name": this[-1],
            "ceterms:isPartOf": [other, this],
            "ceterms:hasPart": [other, this],
            "ceterms:requires": [{"ceterms:targetCredential": [other, this]}],
        }
        for this, other in ((ONE, OTHER), (OTHER, ONE))
    ]
    assert [item.id for item in read(tmp_path, {"@graph": graph})] == [ONE, OTHER]


def test_alternatives_without_end_are_refused(tmp_path: Path) -> None:
    """Alternatives nested hundreds deep skip the program instead of exhausting the reader."""
    condition: dict[str, Any] = {"condition": "x"}
    for _ in range(200):
        condition = {"alternativeCondition": [condition]}
    assert skipped(course(tmp_path, requires=[condition]))[0] == "alternativeCondition"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, "not readable JSON"),
        ("[" * 50 + "]" * 50, "holds no CTDL resource"),
        ('{"ceterms:name":\n "a"\n "b"}', "line 3 column 2: .*expecting ',' delimiter"),
        ('{"ceterms:price": NaN}', "NaN is not a number"),
        ("[]", "holds no CTDL resource"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(tmp_path: Path, text: str, message: str) -> None:
    """The error names the file, the line, and what is wrong with it."""
    with pytest.raises(SourceError, match=rf"c\.json: .*{message}"):
        items(READER, write(tmp_path / "c.json", text))


PROGRAMS = {
    "ce_registry/credential/1_valid.json": ["urn:ctid:6bf1a7e2-814e-4598-a66e-a3e2ecb727d8"],
    "ce_registry/credential/2_valid.json": ["urn:ctid:6bf1a7e2-814e-4598-a66e-a3e2ecb727d9"],
    "ce_registry/credential/3_import.json": ["ce-1a4ab486-8212-4708-b7d5-c5167fdd2b47"],
    "ce_registry/credential/4_import.json": ["ce-28e50037-d306-4f1e-aa9d-22a0e716b7a7"],
    "learning_opportunity_profile/2_import.json": ["ce-f9d584ad-9cb6-4641-b803-4c4708343772"],
    "learning_opportunity_profile/3_import.json": ["ce-38a1cf5c-798e-469b-88ac-87231d5ae1c2"],
    "2017-11-06_lopp_2163_raInput.json": ["ce-3c6dccc7-9fc2-4c8b-9d22-b23595568c98"],
    "2017-11-19_Credential_1141_raInput.json": ["ce-86be9b32-0556-4429-a058-e6de44bd8fd3"],
    "CredentialGraphSampleInput.json": ["ce-2dc6873f-1e94-4146-bb2b-fcebeed10c08"],
    "CredentialWithMultipleLanguages_Api_input.json": ["ce-cef8a76d-f168-0513-8fac-0b8dc60ef853"],
    "CredentialWithMultipleLanguages_Api_output.json": ["ce-cef8a76d-f168-0513-8fac-0b8dc60ef853"],
    "Credential_PublishDetailedRecord_API_output.json": ["ce-509682bb-658e-4eb6-87f2-ebff5d5e0aec"],
    "Credential_WithOutcomeData_Credential_API_Input.json": [
        "ce-f5b8d26a-690a-4671-bda6-d8fc92647a05"
    ],
    "Credential_WithOutcomeData_Credential_API_output.json": [
        "ce-f5b8d26a-690a-4671-bda6-d8fc92647a05"
    ],
    "EnvelopeSamples/CredentialEnvelope.json": ["ce-14525aea-57c5-4f5a-8f1c-bdc95c7f8b9b"],
    "EnvelopeSamples/LearningOpportunityEnvelope.json": ["ce-0b6f0c2f-01b9-4776-b861-894b78f81eda"],
    "Nursing_(Pre-Licensure)_API_Input.json": ["ce-2f7bc05c-2f9c-4119-9507-2f64d1a71b7b"],
    "Nursing_(Pre-Licensure)_API_Output_CTDL.json": ["ce-2f7bc05c-2f9c-4119-9507-2f64d1a71b7b"],
    "CareerBridge_Credential_WithAggregateDataProfile_API_Input.json": [
        "ce-343120e2-c068-4630-bb39-0a09e56d5613"
    ],
    "CareerBridge_Credential_WithAggregateDataProfile_API_Output.json": [
        "ce-343120e2-c068-4630-bb39-0a09e56d5613"
    ],
    "Kansas_Credential_WithAggregateDataProfile_API_Input.json": [
        "ce-bd860014-039c-9c32-f816-e4f429b17f40"
    ],
    "Kansas_Credential_WithAggregateDataProfile_API_Output.json": [
        "ce-bd860014-039c-9c32-f816-e4f429b17f40"
    ],
    "LearningOpportunity_160_Driving_Academy_input.json": [
        "ce-f8885b28-134d-4188-8c86-063aadff14ea"
    ],
    "LearningOpportunity_160_Driving_Academy_published.json": [
        "ce-f8885b28-134d-4188-8c86-063aadff14ea"
    ],
    "ProPath_Input.json": ["ce-8a871edc-9fbc-43bd-b671-afe33f26059e"],
    "ProPath_Published.json": ["ce-8a871edc-9fbc-43bd-b671-afe33f26059e"],
    "Credential-1-graph.json": ["ce-8669d5c6-566b-4409-9fff-f09753605d13"],
    "Credential-1.json": ["ce-edc318c1-aa67-47e2-9638-a8529e6612d4"],
    "Course-1a.json": ["ce-7160aae4-5185-4564-95ab-428419974643"],
    "Course-1b.json": ["ce-3c5e4bbc-40c3-44eb-90c2-3f27d98d88f1"],
    "Course-1c.json": ["ce-991d72b1-c0fd-4d98-8294-6c47bc3a2122"],
    "LearningProgram-1-graph.json": [
        "ce-23b0e606-545c-4383-8630-f97ec3b190fa",
        "ce-7160aae4-5185-4564-95ab-428419974643",
        "ce-3c5e4bbc-40c3-44eb-90c2-3f27d98d88f1",
        "ce-991d72b1-c0fd-4d98-8294-6c47bc3a2122",
    ],
    "LearningProgram-1.json": ["ce-23b0e606-545c-4383-8630-f97ec3b190fa"],
    "LearningProgram-2.json": ["ce-602de2f0-3593-4b46-8386-85554cd582cd"],
}
"""Per ending of a sample's path: the programs it describes."""

NOT_JSON = {
    "Credential_PublishDetailedRecord_API_Input.json": "line 186 column 11: ",
    "EnvelopeSamples/ConditionManifest.json": "line 17 column 5: ",
    "2021-28_credential_ce-bd860014-039c-9c32-f816-e4f429b17f40_format_rainput.json": "line 10 col",
}
NO_PROGRAM = {
    "assessment_profile/2_import.json": "is an assessment, not a program",
    "assessment_profile/3_import.json": "is an assessment, not a program",
    "ce_registry/organization/2_valid.json": "is an organization, not a program",
    "ce_registry/organization/3_import.json": "is an organization, not a program",
    "2017-10-31_Assessment_2107_raInput.json": "is an assessment, not a program",
    "2017-11-14_ConditionManifest_10_raInput.json": "is a condition manifest, not a program",
    "2017-11-14_CostManifest_1_raInput.json": "is a cost manifest, not a program",
    "2017-11-27_Organization_1082_raInput.json": "is an organization, not a program",
    "EnvelopeSamples/AssessmentEnvelope.json": "is an assessment, not a program",
    "EnvelopeSamples/CostManifest.json": "is a cost manifest, not a program",
    "EnvelopeSamples/OrganizationEnvelope.json": "is an organization, not a program",
    "Organization-1.json": "is an organization, not a program",
}


def expected(path: Path, table: dict[str, Any]) -> Any:
    return next((told for ending, told in table.items() if str(path).endswith(ending)), None)


@beside
def test_every_sample_gives_its_programs_or_a_reason() -> None:
    """Of 55 samples 3 are not JSON; every other gives just its programs, or says why none."""
    paths = sorted(SAMPLES.rglob("*.json"))
    assert len(paths) == 55
    broken = 0
    for path in paths:
        reader = reader_for(path)
        assert reader.name == "ctdl", path
        place = expected(path, NOT_JSON)
        if place:
            broken += 1
            with pytest.raises(SourceError) as refusal:
                items(reader, path)
            assert str(refusal.value).startswith(f"{path}: {place}")
            continue
        found = items(reader, path)
        programs = [item.id for item in found if isinstance(item, Program)]
        assert programs == (expected(path, PROGRAMS) or []), path
        assert all(isinstance(item, Program) or item.reason for item in found)
        if not programs:
            assert {item.reason for item in found} == {expected(path, NO_PROGRAM)}, path
    assert broken == 3


def sample(ending: str) -> Program:
    """The first program of the sample whose path ends so."""
    path = next(path for path in sorted(SAMPLES.rglob("*.json")) if str(path).endswith(ending))
    return next(item for item in items(READER, path) if isinstance(item, Program))


@beside
def test_costs_of_a_real_envelope() -> None:
    """An envelope's tuition differs by residence."""
    insurance = sample("EnvelopeSamples/LearningOpportunityEnvelope.json")
    assert insurance.costs == (
        Cost("tuition", Decimal(1535), residency="in-state"),
        Cost("learning resource", Decimal(986), residency="in-state"),
        Cost("tuition", Decimal(5886), residency="out-of-state"),
    )
    assert insurance.delivery == ("in person", "online")
    assert insurance.subject == "Insurance"
    assert insurance.code == "Academic Plan Code: 5842"
    assert insurance.url == (
        "http://www.riosalado.edu/programs/insurance-studies/Pages/insurance-studies.aspx"
    )
    assert insurance.credit_bearing is None


@beside
def test_input_and_published_form_say_the_same() -> None:
    """What the registry's assistant takes in and what the registry publishes read alike."""
    for name, forms in (
        ("Nursing_(Pre-Licensure)_API_", ("Input.json", "Output_CTDL.json")),
        ("LearningOpportunity_160_Driving_Academy_", ("input.json", "published.json")),
        ("CredentialWithMultipleLanguages_Api_", ("input.json", "output.json")),
    ):
        given, published = (sample(name + form) for form in forms)
        for fact in ("id", "title", "costs", "duration", "workload", "accreditation"):
            assert getattr(given, fact) == getattr(published, fact), (name, fact)


@beside
def test_facts_of_a_real_driving_school() -> None:
    """Weeks and clock hours stand apart; concepts and organizations have their names."""
    academy = sample("LearningOpportunity_160_Driving_Academy_input.json")
    assert academy.duration == Span(Decimal(4), Decimal(4), "weeks")
    assert academy.workload == Span(Decimal(160), Decimal(160), "hours")
    assert academy.institution == "160 Driving Academy"
    assert academy.aid == ("private loan", "grant")
    assert academy.occupations == ("Heavy and Tractor-Trailer Truck Drivers",)
    assert academy.recognition.startswith("Approved by Illinois Community College Board, ")
    assert academy.requirement == Requirement(
        "In-Person interview. Should bring drivers license and 3 year history",
        parts=(
            Requirement("Drug/Alchohol Screening"),
            Requirement("Other - DOT Physical Exam"),
        ),
    )


@beside
def test_facts_of_a_real_graph() -> None:
    """Names are found in the graph, dates and kinds are exact, and parts lead to their whole."""
    detailed = sample("Credential_PublishDetailedRecord_API_output.json")
    assert detailed.accreditation == ("Council on Social Work Education (CSWE)",)
    assert detailed.credential_type == "certification"
    nursing = sample("Nursing_(Pre-Licensure)_API_Output_CTDL.json")
    assert nursing.validity.effective_from == date(1971, 8, 4)
    assert nursing.requirement is not None
    assert nursing.requirement.parts[-1].parts == (Requirement("120 semester hours"),)
    path = next(SAMPLES.rglob("LearningProgram-1-graph.json"))
    whole, *parts = (item for item in items(READER, path) if isinstance(item, Program))
    assert whole.credit_bearing is False
    assert [part.stacks_into for part in parts] == [(whole.id,)] * 3
