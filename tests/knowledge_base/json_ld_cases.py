"""One small file of each vocabulary of JSON-LD, about a college that does not exist."""

from __future__ import annotations

from contract_readers import Case

ONE, OTHER = (f"ce-00000000-0000-4000-8000-00000000000{digit}" for digit in "12")

_CTDL = """{
  "@context": "https://credreg.net/ctdl/schema/context/json",
  "@graph": [
    {
      "@type": "ceterms:Certificate",
      "@id": "https://fictional.example/resources/%s",
      "ceterms:ctid": "%s",
      "ceterms:name": {"en-US": "Data"},
      "ceterms:estimatedCost": [{"ceterms:price": %s, "ceterms:currency": "USD"}]
    },
    {"@type": "ceterms:Course", "ceterms:ctid": "%s", "ceterms:name": "Welding"}
  ]
}
"""

_SCHEMA_ORG = """{
  "@context": "https://schema.org",
  "@graph": [
    {
      "@type": "EducationalOccupationalProgram",
      "@id": "https://fictional.example/data",
      "name": "Data",
      "numberOfCredits": %s
    },
    {"@type": "Course", "name": "Welding", "courseCode": "W1"}
  ]
}
"""

_ELM = """{
  "@context": "http://data.europa.eu/snb/model/context/edc-ap",
  "@graph": [
    {
      "id": "https://fictional.example/q/1",
      "type": "Qualification",
      "title": {"de": "Daten", "en": "Data"},
      "creditPoint": {"type": "CreditPoint", "point": %s}
    },
    {"id": "https://fictional.example/q/2", "type": "Qualification", "title": {"en": "Welding"}}
  ]
}
"""

CASES = (
    Case(
        "ctdl",
        ".json",
        good=_CTDL % (ONE, ONE, "1140.5", OTHER),
        bad=_CTDL % (ONE, ONE, '"cheap"', OTHER),
        field="ceterms:price",
        value="cheap",
        kept=1,
    ),
    Case(
        "elm",
        ".jsonld",
        good=_ELM % '"5"',
        bad=_ELM % '"five"',
        field="point",
        value="five",
        kept=1,
    ),
    Case(
        "schema_org",
        ".jsonld",
        good=_SCHEMA_ORG % "6",
        bad=_SCHEMA_ORG % '"six"',
        field="numberOfCredits",
        value="six",
        kept=1,
    ),
)
