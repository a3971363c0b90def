"""The schema_org format: the contract of readers, its own rules, pages, and the broken sample."""

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
from knowledge_base.catalog.schema_org import programs_in_page
from knowledge_base.errors import SourceError
from knowledge_base.model import Cost, Offering, Program, Requirement, Skipped, Validity

READER = readers()["schema_org"]
BROKEN = (
    PROJECT.parent
    / "shared/data/catalogs/schema_org"
    / "EducationalOccupationalProgram_as_published_malformed.jsonld.txt"
)


class TestSchemaOrgContract(ReaderContract):
    """What every reader does."""

    format = "schema_org"

    @pytest.fixture
    def case(self) -> Case:
        """This format's files."""
        return next(case for case in CASES if case.name == self.format)


def read(tmp_path: Path, document: Any) -> list[Any]:
    if isinstance(document, dict):
        document = {"@context": "https://schema.org"} | document
    return items(READER, write(tmp_path / "p.jsonld", json.dumps(document)))


def one(tmp_path: Path, kind: str = "EducationalOccupationalProgram", **told: Any) -> Any:
    """What is read first from a program with a name and these properties."""
    return read(tmp_path, {"@type": kind, "name": "Data", "url": "https://f.example/d"} | told)[0]


def skipped(found: Any) -> tuple[str, str]:
    assert isinstance(found, Skipped), found
    return found.field, found.value


def test_a_program_is_read_whole(tmp_path: Path) -> None:
    """Every property that a student asks about becomes a typed fact."""
    item = one(
        tmp_path,
        provider={"@type": "CollegeOrUniversity", "name": "Fictional College"},
        timeToComplete="P4Y",
        numberOfCredits={"@type": "StructuredValue", "value": 60},
        educationalProgramMode=["ONLINE", "onsite"],
        startDate="2027-01-11",
        applicationDeadline="2026-12-18",
        programPrerequisites=[
            {"@type": "EducationalOccupationalCredential", "credentialCategory": "A diploma"},
            "An essay.",
        ],
        educationalCredentialAwarded={"credentialCategory": "Certificate in Data"},
        occupationalCategory=[{"@type": "CategoryCode", "name": "Analyst"}, "15-2051"],
        financialAidEligible={"@type": "DefinedTerm", "name": "State grant"},
        offers=[
            {
                "@type": "Offer",
                "category": "Resident Tuition",
                "validThrough": "2027-06-30",
                "priceSpecification": {"price": 16278, "priceCurrency": "USD"},
            },
            {"@type": "Offer", "price": "1,200.50", "priceCurrency": "EUR"},
        ],
    )
    assert item.institution == "Fictional College"
    assert (str(item.duration), item.credits) == ("4 years", 60)
    assert item.delivery == ("online", "in person")
    assert item.offerings == (Offering(date(2027, 1, 11), apply_by=date(2026, 12, 18)),)
    assert item.requirement == Requirement(
        parts=(Requirement("A diploma"), Requirement("An essay."))
    )
    assert item.recognition == "It leads to: Certificate in Data."
    assert (item.occupations, item.aid) == (("Analyst",), ("State grant",))
    assert item.costs == (
        Cost("resident tuition", Decimal(16278), validity=Validity(None, date(2027, 6, 30))),
        Cost("", Decimal("1200.50"), "EUR"),
    )


@pytest.mark.parametrize(
    ("deadline", "offering"),
    [
        ("2026-12-18", Offering(apply_by=date(2026, 12, 18))),
        ("2026-12-18T23:59:00-05:00", Offering(apply_by=date(2026, 12, 18))),
        ("Rolling admission", Offering(apply_terms="Rolling admission")),
        ("May 1st of each year", Offering(apply_terms="May 1st of each year")),
    ],
)
def test_a_deadline_is_a_date_or_said_in_words(
    tmp_path: Path, deadline: str, offering: Offering
) -> None:
    """Words are never turned into a date that the source does not state."""
    assert one(tmp_path, applicationDeadline=deadline).offerings == (offering,)


def test_instances_of_a_course_are_its_runs(tmp_path: Path) -> None:
    """Dates, mode, price and pace stand in the instances."""
    instance = {
        "@type": "CourseInstance",
        "startDate": "2027-03-15",
        "courseMode": "Online",
        "location": {"@type": "Place", "name": "Web"},
        "courseWorkload": "PT22H",
        "courseSchedule": {"repeatFrequency": "Weekly", "repeatCount": 8, "duration": "PT3H"},
        "offers": {"@type": "Offer", "category": "Paid", "price": 90, "priceCurrency": "USD"},
    }
    item = one(tmp_path, "Course", hasCourseInstance=[instance], coursePrerequisites="Algebra")
    assert item.offerings == (Offering(date(2027, 3, 15), delivery="online", location="Web"),)
    assert (str(item.duration), str(item.effort)) == ("8 weeks", "3 hours per week")
    assert str(item.workload) == "22 hours"
    assert item.costs == (Cost("", Decimal(90)),)
    assert item.requirement == Requirement("Algebra")


def test_a_price_without_its_currency_is_left_out_and_told(tmp_path: Path) -> None:
    """An amount of unknown money is no fact; what is free needs no currency."""
    told = {"@type": "Course", "name": "Data", "offers": [{"price": 90}, {"price": 0}]}
    item, note = read(tmp_path, told)
    assert item.costs == (Cost("", Decimal(0)),)
    assert skipped(note) == ("price", "90")


def test_courses_of_a_program_stack_into_it(tmp_path: Path) -> None:
    """A course that is described within its program is read too, and leads to it."""
    course = {"@type": "Course", "name": "Part", "courseCode": "P1"}
    told = {"@type": "EducationalOccupationalProgram", "@id": "https://f.example/p", "name": "W"}
    whole, part = read(tmp_path, told | {"hasCourse": [course, {"@type": "Course", "name": "x"}]})
    assert (part.id, part.code, part.stacks_into) == ("P1", "P1", (whole.id,))


def test_references_are_resolved_within_the_file_only(tmp_path: Path) -> None:
    """A provider may stand elsewhere in the graph; one that does not is unknown."""
    told = [
        {"@type": "Course", "name": "A", "provider": {"@id": "#c"}},
        {"@type": "Course", "name": "B", "provider": "https://elsewhere.example/"},
        {"@type": "Organization", "@id": "#c", "name": "Fictional College"},
    ]
    first, second = read(tmp_path, {"@graph": told})
    assert (first.institution, first.id) == ("Fictional College", "fictional-college-a")
    assert (second.institution, second.id) == ("", "b")


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"name": True}, "name"),
        ({"name": ""}, "name"),
        ({"startDate": "in spring"}, "startDate"),
        ({"offers": {"price": "a lot", "priceCurrency": "USD"}}, "price"),
        ({"offers": {"price": -5, "priceCurrency": "USD"}}, "price"),
        ({"url": {}, "@id": "x", "numberOfCredits": "1e99"}, "numberOfCredits"),
        ({"teaches": [True]}, "teaches"),
        ({"teaches": [[]], "hasCourse": 7, "offers": "x", "hasCourseInstance": [[], 3]}, "teaches"),
    ],
)
def test_a_wrong_value_skips_the_program_and_is_named(
    tmp_path: Path, told: dict[str, Any], field: str
) -> None:
    """No value of any kind crashes; one that cannot be is told with its field."""
    assert skipped(one(tmp_path, **told))[0] == field


def test_other_resources_are_told(tmp_path: Path) -> None:
    """A file without a program says what it describes instead."""
    (item,) = read(tmp_path, {"@type": "Recipe", "name": "Soup"})
    assert str(item) == "p.jsonld Recipe: is not a program, course or credential"


def test_deep_nesting_and_circles_end(tmp_path: Path) -> None:
    """Containers within containers are followed a dozen deep, and references never in a circle."""
    nested: Any = {"@type": "Course", "name": "Data"}
    for _ in range(200):
        nested = {"@type": "WebPage", "mainEntity": nested}
    assert not any(isinstance(item, Program) for item in read(tmp_path, nested))
    circle = {"@type": "Course", "@id": "u:1", "name": "Data", "provider": "u:1", "about": "u:1"}
    assert [item.id for item in read(tmp_path, [circle])] == ["u:1"]


PAGE = """<!doctype html>
<html><head><title>Data</title>
<!-- <script type="application/ld+json">{"@type": "Course", "name": "Old"}</script> -->
<script type="application/ld+json">
{"@context": "https://schema.org", "@type": "BreadcrumbList"}
</script>
<script type="application/ld+json">
{"@context": "https://schema.org",
 "@type": "Course", "name": oops}
</script>
</head><body><p>Data</p>
<script type='application/ld+json'>
{"@context": "https://schema.org", "@type": "WebPage", "mainEntity":
 {"@type": "Course", "name": "Data &amp; maps", "url": "https://f.example/d"}}
</script></body></html>
"""


def test_programs_of_a_page_are_found_past_a_broken_script(tmp_path: Path) -> None:
    """A script that is not JSON is told with its line in the page; comments are no markup."""
    broken, item = programs_in_page(PAGE, "p.html")
    assert isinstance(broken, Skipped)
    assert broken.reason == "line 9 column 29: not readable JSON: expecting value"
    assert isinstance(item, Program)
    assert (item.title, item.url) == ("Data & maps", "https://f.example/d")
    named = items(READER, write(tmp_path / "p.html", PAGE))
    assert named == [broken, item]


def test_a_page_without_markup_says_so(tmp_path: Path) -> None:
    """`--as schema_org` on an ordinary page is an error that names the page."""
    with pytest.raises(SourceError, match=r"p\.html: holds no script"):
        items(READER, write(tmp_path / "p.html", "<p>Data</p>"))


@pytest.mark.skipif(not BROKEN.is_file(), reason="../shared/data is not beside the project")
def test_the_sample_as_published_is_refused_with_its_line() -> None:
    """The example on schema.org's own site is not JSON: the first fault is named."""
    assert reader_for(BROKEN).name == "schema_org"
    with pytest.raises(SourceError, match=r"line 6 column 4: not readable JSON: expecting prop"):
        items(READER, BROKEN)
