"""Several institutions live in one base, and none answers for another."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from editions import asking, silent

from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer, AnswerKind, Document, Utterance
from knowledge_base.store import Entry

HARBOR, FALLS = "Maple Harbor College (fictional)", "University of Cedar Falls (fictional)"
PAGES = {
    ("fees", HARBOR): "The application fee is $25. It is paid once and is not refunded.",
    ("fees", FALLS): "The application fee is $40. It is paid once and is not refunded.",
    ("refunds", HARBOR): "A refund of tuition is paid until the end of the second week.",
    ("refunds", FALLS): "A refund of tuition is paid until the end of the fourth week.",
    ("transfer", HARBOR): "At most 30 transfer credits count toward a certificate.",
    ("transfer", FALLS): "At most 15 transfer credits count toward a certificate.",
    ("boats", HARBOR): "Students may borrow rowing boats at the boathouse on weekends.",
    ("records", ""): "Records of students are protected by federal privacy law.",
}
FEE = "How much is the application fee?"


@pytest.fixture(scope="module")
def knowledge_base(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> KnowledgeBase:
    shelf = Shelf(tmp_path_factory.mktemp("two") / "editions")
    entries = [
        Entry(Document(f"{subject}-{place[:5]}", subject.capitalize(), text, place))
        for (subject, place), text in PAGES.items()
    ]
    shelf.publish(entries, encoder, silent)
    return asking(shelf, encoder, abstain_below=0.05)


def said(*turns: str) -> list[Utterance]:
    """Earlier turns, the student's first."""
    return [Utterance("agent" if number % 2 else "user", text) for number, text in enumerate(turns)]


def sources(answer: Answer) -> set[str]:
    return {citation.institution for citation in answer.citations}


@pytest.mark.parametrize(
    ("question", "place", "fee"),
    [
        (f"{FEE} I mean Maple Harbor College (fictional)", HARBOR, "$25"),
        ("how much is the application fee at cedar falls", FALLS, "$40"),
        ("UCF application fee", FALLS, "$40"),
        ("mhc application fee", HARBOR, "$25"),
        ("aplication fee at university of ceder fals", FALLS, "$40"),
        (f"{FEE} ({HARBOR})", HARBOR, "$25"),
    ],
)
async def test_who_is_named_answers_alone(
    knowledge_base: KnowledgeBase, question: str, place: str, fee: str
) -> None:
    """In full, in short, by initials, misspelt, or as a choice that was offered."""
    answer = await knowledge_base.ask(question)
    assert sources(answer) == {place}
    assert [amount for amount in ("$25", "$40") if amount in answer.text] == [fee]


async def test_it_asks_whose_fee_is_meant(knowledge_base: KnowledgeBase) -> None:
    """It quotes nobody, offers both, and each offer is a question that is then answered."""
    answer = await knowledge_base.ask(FEE)
    assert (answer.kind, answer.citations, answer.abstained) == (AnswerKind.CLARIFY, (), False)
    assert {topic.label for topic in answer.nearest} == {HARBOR, FALLS}
    for topic in answer.nearest:
        chosen = await knowledge_base.ask(topic.question, said(FEE, answer.text))
        assert sources(chosen) == {topic.label}


@pytest.mark.parametrize("reply", ["cedar falls", "at UCF please", "I mean Cedar Falls"])
async def test_the_name_alone_is_a_reply(knowledge_base: KnowledgeBase, reply: str) -> None:
    """It asks the question before it of that institution."""
    asked = await knowledge_base.ask(FEE)
    answer = await knowledge_base.ask(reply, said(FEE, asked.text))
    assert sources(answer) == {FALLS}
    assert "$40" in answer.text


@pytest.mark.parametrize(
    ("question", "earlier", "focus", "place"),
    [
        ("is it refunded", ["application fee at cedar falls?", "It is $40."], None, FALLS),
        ("and the application fee?", ["until when are refunds paid"], "refunds-Maple", HARBOR),
        ("and at MHC?", ["application fee at cedar falls?", "It is $40."], None, HARBOR),
        ("what about the other college", ["application fee at MHC?", "$25."], None, FALLS),
    ],
)
async def test_a_follow_up_stays_with_its_institution(
    knowledge_base: KnowledgeBase, question: str, earlier: list[str], focus: str | None, place: str
) -> None:
    """Until another is named."""
    answer = await knowledge_base.ask(question, said(*earlier), focus)
    assert sources(answer) == {place}


async def test_what_only_one_publishes_is_answered_and_said(
    knowledge_base: KnowledgeBase,
) -> None:
    """Nobody has to choose where there is no choice."""
    answer = await knowledge_base.ask("Where can I borrow a rowing boat on weekends?")
    assert sources(answer) == {HARBOR}
    assert answer.text.startswith(f"*You named no institution; this is what {HARBOR} publishes.*")


@pytest.mark.parametrize("question", ["Are my records protected by federal privacy law?",
    "Are my records at cedar falls protected by federal privacy law?"])  # fmt: skip
async def test_content_of_no_institution_belongs_to_every_one(
    knowledge_base: KnowledgeBase, question: str
) -> None:
    """It is quoted whoever is named, and nobody is asked whom they mean."""
    answer = await knowledge_base.ask(question)
    assert [citation.document_id for citation in answer.citations] == ["records-"]


@pytest.mark.parametrize(
    "question",
    [
        "How much is the application fee at Maple Harbor and Cedar Falls?",
        "how much is the application fee at mhc? and how much is the application fee at ucf?",
        "what do both colleges charge as application fee",
    ],
)
async def test_both_are_answered_apart_when_both_are_asked(
    knowledge_base: KnowledgeBase, question: str
) -> None:
    """Each from its own page."""
    answer = await knowledge_base.ask(question)
    fees = {c.institution: c.quote for c in answer.citations}
    assert "$25" in fees[HARBOR]
    assert "$40" in fees[FALLS]


async def test_what_one_does_not_publish_is_not_known(knowledge_base: KnowledgeBase) -> None:
    """The other institution's page is not quoted for it, however well it fits."""
    answer = await knowledge_base.ask("Where can I borrow a rowing boat at Cedar Falls?")
    assert HARBOR not in sources(answer)
    assert "boathouse" not in answer.text


async def test_no_question_mixes_two(knowledge_base: KnowledgeBase) -> None:
    """Whatever is asked of one institution in whatever wording, no page of the other is cited."""
    wishes: Sequence[str] = ("fee", "refund of tuition", "transfer credits", "boats", "records")
    for place, other in ((HARBOR, FALLS), (FALLS, HARBOR)):
        for wish in wishes:
            for wording in (f"{wish} at {place}", f"{place}: {wish}?", f"tell me about {wish}"):
                answer = await knowledge_base.ask(wording, said(f"hi, I look at {place}", "Hello!"))
                assert other not in sources(answer)
