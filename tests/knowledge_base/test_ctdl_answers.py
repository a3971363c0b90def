"""Real registry records are imported, published and answered from like any other content."""

from __future__ import annotations

import pytest
from editions import LIMIT, PROJECT, asking, publish

from knowledge_base.encoder import Encoder
from knowledge_base.importing import read_source
from knowledge_base.library import KnowledgeBase
from knowledge_base.store import Entry

SAMPLES = PROJECT.parent / "shared" / "data" / "catalogs" / "ctdl"
FILES = (
    "LearningOpportunityEnvelope.json",
    "LearningOpportunity_160_Driving_Academy_input.json",
    "LearningProgram-1-graph.json",
)

pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="../shared/data is not beside the project"
)


@pytest.fixture(scope="module")
def library(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config, encoder: Encoder
) -> KnowledgeBase:
    entries: list[Entry] = []
    for name in FILES:
        entries += read_source(next(SAMPLES.rglob(name)), None, None, LIMIT).entries
    folder = tmp_path_factory.mktemp("ctdl")
    return asking(publish(folder, pytestconfig, "ctdl", entries, encoder), encoder)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is out-of-state tuition for the Insurance Studies Certificate?", "$5,886"),
        ("How many hours is the truck driving course at 160 Driving Academy?", "160 hours"),
        ("What does the Lifelong Learning Accelerator cost?", "$4,485"),
        ("What does Personal Growth Mastery stack into?", "Lifelong Learning Accelerator"),
    ],
)
async def test_a_fact_of_a_record_is_answered(
    library: KnowledgeBase, question: str, answer: str
) -> None:
    """A student's question gets the record's own figure, with a citation."""
    told = await library.ask(question)
    assert answer in told.text
    assert told.citations
