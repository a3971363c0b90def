"""Whatever JSON stands in a file, these readers give programs, reasons, or one clear error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from contract_readers import items, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from json_ld_cases import ONE, OTHER

from knowledge_base.catalog import readers
from knowledge_base.errors import SourceError
from knowledge_base.model import Program, Skipped
from knowledge_base.program_page import program_page
from knowledge_base.store import Entry

SHARED = ("id", "@id", "type", "@type", "@graph", "@value", "en", "en-US", "name", "description")
NAMES = {
    "ctdl": """ceterms:ctid ceterms:name ceterms:estimatedCost ceterms:price ceterms:currency
        ceterms:directCostType ceterms:residencyType ceterms:targetNode ceterms:targetNodeName
        ceterms:estimatedDuration ceterms:exactDuration ceterms:minimumDuration CostItems Weeks
        ceterms:requires ceterms:condition ceterms:alternativeCondition ceterms:targetCredential
        ceterms:creditValue schema:value ceterms:creditUnitType ceterms:isPartOf ceterms:hasPart
        ceterms:hasOffering ceterms:startDate ceterms:dateEffective ceterms:isNonCredit
        ceterms:deliveryType ceterms:accreditedBy ceterms:financialAssistance ceterms:commonCosts
        ceterms:subjectWebpage Credential decoded_resource GraphInput CredentialType""",
    "schema_org": """url identifier provider offers price priceCurrency priceSpecification category
        hasCourse hasCourseInstance courseSchedule repeatCount repeatFrequency duration startDate
        applicationDeadline timeToComplete numberOfCredits value programPrerequisites teaches
        occupationalCategory financialAidEligible mainEntity itemListElement item about location
        educationalProgramMode courseMode isAccessibleForFree validFrom courseCode""",
    "elm": """title prefLabel legalName noteLiteral contentURL elm:creditPoint point framework
        volumeOfLearning elm:duration mode priceDetail amount rdf:value unit temporal startDate
        applicationDeadline learningAchievementSpecification learningOutcome relatedESCOSkill
        accreditation accreditingAgent entryRequirement eqfLevel credentialSubject hasClaim
        specifiedBy awardedBy awardingBody hasPart homepage payload providedBy location""",
}
CLASSES = {
    "ctdl": ("ceterms:Course", "ceterms:Certificate", "ceterms:ConditionProfile"),
    "schema_org": ("Course", "EducationalOccupationalProgram", "WebPage"),
    "elm": ("LearningOpportunity", "elm:Qualification", "LearningAchievement"),
}
WORDS = (
    ONE,
    OTHER,
    f"https://f.example/{ONE}",
    "_:b",
    "P8W",
    "P1Y3W",
    "2027-01-31",
    "USD",
    "5",
    "",
)


def documents(name: str) -> st.SearchStrategy[Any]:
    """JSON of any shape in the words of one vocabulary: right names, wrong kinds."""
    kinds = CLASSES[name]
    leaves = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 3),
        st.floats(allow_nan=False, allow_infinity=False),
        st.sampled_from((*WORDS, *kinds)),
        st.text(max_size=5),
    )
    names = st.sampled_from((*SHARED, *NAMES[name].split()))

    def typed(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        base = {"ctid": OTHER, "name": "N", "title": "T"}
        told = st.dictionaries(names, inner, max_size=8)
        return st.builds(
            lambda of, facts: base | facts | {"@type": of}, st.sampled_from(kinds), told
        )

    def deeper(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        thing = st.dictionaries(names, inner, max_size=6)
        return st.one_of(st.lists(inner, max_size=3), thing, typed(inner))

    values = st.recursive(leaves, deeper, max_leaves=20)
    return st.one_of(values, typed(values), st.lists(typed(values), max_size=3))


@pytest.mark.parametrize("name", NAMES)
@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_no_document_crashes_a_reader(name: str, tmp_path: Path, data: st.DataObject) -> None:
    """Any JSON gives content or reasons; each program has a page and facts that can be stored."""
    path = write(tmp_path / "d.jsonld", json.dumps(data.draw(documents(name))))
    try:
        found = items(readers()[name], path)
    except SourceError as error:
        assert "d.jsonld" in str(error)
        return
    ids = [item.id for item in found if isinstance(item, Program)]
    assert len(ids) == len(set(ids))
    for item in found:
        assert isinstance(item, Program | Skipped)
        assert str(item)
        if isinstance(item, Program):
            assert item.title
            assert Entry(program_page(item), item).digest


@pytest.mark.parametrize("name", NAMES)
def test_each_file_goes_to_the_reader_of_its_vocabulary(name: str, tmp_path: Path) -> None:
    """A name that two vocabularies share does not make one of the other."""
    head = {
        "ctdl": '{"@context": {"schema": "http://schema.org/", "ceterms": "http://purl.org/ctdl/"}',
        "schema_org": '{"@context": ["http://schema.org", {"x": "y"}]',
        "elm": '{"@context": ["https://www.w3.org/2018/credentials/v1", '
        '"http://data.europa.eu/snb/model/context/edc-ap"]',
    }[name]
    path = write(tmp_path / "d.json", head + ', "@type": "Course", "name": "Data"}')
    takers = [r.name for r in readers().values() if r.recognises(path, path.read_bytes())]
    assert takers == [name, "json_records"]


@pytest.mark.parametrize("name", NAMES)
def test_long_texts_are_read_like_short_ones(name: str, tmp_path: Path) -> None:
    """A text of nothing but brackets and a name without end do not stall a reader."""
    told = {"@type": CLASSES[name][0], "ctid": ONE, "name": "Data", "title": "Data", "url": "u:1"}
    hostile = {"x" * 500_000: 1, "description": "<" * 500_000 + " Sums < 5 & more."}
    (item,) = items(readers()[name], write(tmp_path / "d.json", json.dumps(told | hostile)))
    assert isinstance(item, Program)
    assert item.summary.endswith("< Sums < 5 & more.")
