"""Actions turn a tracker into one call and one reply, and every failure into a word."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from actions.answer_question import SURE_OUT_OF_SCOPE
from actions.asking_back import CLARIFY
from actions.conversation import EARLIER_TURNS, earlier_turns
from actions.server import action_classes, build_executor, serve
from knowledge_base.advising.clarifying import labels
from knowledge_base.errors import DamagedEdition, NothingPublished
from knowledge_base.model import Answer, AnswerKind, Citation, UsedFact, Utterance
from knowledge_base.typed.draft import Catalog
from knowledge_base.typed.mentions import Mention

pytestmark = pytest.mark.filterwarnings("ignore:Your versions of rasa and")
SECRET = "zanzibar"
DOMAIN = Path(__file__).resolve().parents[2] / "bot" / "domain"
ACTION = re.compile(r"^  - ((?:action|validate)_\w+)$", re.M)


class OneAnswer:
    """A library that gives one answer, or raises one error, and remembers the questions."""

    def __init__(self, answer: Answer | None = None, error: Exception | None = None) -> None:
        self.answer = answer or Answer("No.", AnswerKind.UNKNOWN)
        self.error = error
        self.asked: list[tuple[str, Sequence[Utterance], str | None]] = []

    async def ask(
        self,
        question: str,
        history: Sequence[Utterance] = (),
        focus: str | None = None,
        _shown: Sequence[str] = (),
        _before: str = "",
    ) -> Answer:
        """Remembers the question."""
        self.asked.append((question, history, focus))
        if self.error:
            raise self.error
        return self.answer

    async def catalog(self) -> Catalog:
        """No program is published."""
        return Catalog(date(2026, 11, 22), {}, {}, lambda _: frozenset())

    async def named(self, _text: str) -> str | None:
        """So that none is named."""
        return None

    async def mentions(self, _text: str) -> tuple[Mention, ...]:
        """None either."""
        return ()


class NeverAnswers(OneAnswer):
    """A library that takes for ever."""

    async def ask(self, *_: Any, **__: Any) -> Answer:
        """Waits until it is cancelled."""
        await asyncio.Event().wait()
        raise AssertionError


def user(text: str) -> dict[str, Any]:
    return {"event": "user", "text": text}


def call(
    action: str,
    text: str = "how much is the fine",
    intent: str = "ask_cost",
    confidence: float = 0.9,
    events: Sequence[dict[str, Any]] = (),
    focus: str | None = None,
    readings: Sequence[str] = (),
) -> dict[str, Any]:
    """What Rasa 3.6 sends to the action server; `readings` as the bot's channel adds them."""
    return {
        "next_action": action,
        "sender_id": "c_1",
        "version": "3.6.21",
        "domain": {"actions": [action]},
        "tracker": {
            "sender_id": "c_1",
            "slots": {"focus": focus},
            "latest_message": {
                "text": text,
                "intent": {"name": intent, "confidence": confidence},
                "message_id": "t_7",
                **({"readings": list(readings)} if readings else {}),
            },
            "events": [*events, user(text)],
        },
    }


async def run(library: OneAnswer, request: dict[str, Any], deadline: float = 5) -> Any:
    result = await build_executor(library, deadline).run(request)
    assert result is not None
    return result


def test_every_action_of_the_folder_is_found() -> None:
    """Each module's action is registered under the name that the bot's domain uses."""
    names = {cls(OneAnswer()).name() for cls in action_classes()}
    named = {name for path in DOMAIN.glob("*.yml") for name in ACTION.findall(path.read_text())}
    assert names == named
    assert {entry.name for entry in build_executor(OneAnswer()).list_actions()} == names


def slots(result: Any) -> dict[str, Any]:
    """What an action sets, by name."""
    return {event["name"]: event["value"] for event in result.events if event["event"] == "slot"}


async def test_an_answer_leaves_as_one_payload_and_is_remembered() -> None:
    """The wire form of the answer, its citations included; what it was about, and on what."""
    answer = Answer(
        "It is **$300**.",
        AnswerKind.QUOTE,
        (Citation("Fees", "$300", document_id="fees"),),
        0.9,
        focus="fees",
    )
    result = await run(OneAnswer(answer), call("action_answer_question"))
    assert [response["custom"] for response in result.responses] == [answer.to_wire()]
    assert slots(result) == {
        "focus": "fees",
        "last_answer": {
            "question": "how much is the fine",
            "kind": "quote",
            "citations": [answer.citations[0].to_wire()],
            "facts": [],
            "nearest": [],
        },
    }


async def test_the_focus_stays_when_an_answer_has_none() -> None:
    """Abstaining does not forget what was talked about."""
    result = await run(OneAnswer(), call("action_answer_question", focus="fees"))
    assert slots(result).keys() == {"last_answer"}


async def test_an_answer_about_several_programs_is_about_no_single_one() -> None:
    """Their ids are kept in order, and "it" no longer means what was spoken of before."""
    facts = (UsedFact("cost", "300", "USD", "b"), UsedFact("cost", "200", "USD", "a"))
    answer = Answer("A table.", AnswerKind.TABLE, facts=(*facts, facts[0]))
    result = await run(OneAnswer(answer), call("action_answer_question", focus="fees"))
    assert slots(result)["shown"] == ["b", "a"]
    assert slots(result)["focus"] is None


def said(text: str, *, abstained: bool = False) -> dict[str, Any]:
    """An answer as Rasa's tracker keeps it."""
    custom = {"type": "answer", "text": text, "abstained": abstained}
    return {"event": "bot", "text": None, "data": {"custom": custom}}


async def test_the_library_gets_question_history_and_focus() -> None:
    """Earlier turns that were answered go along, oldest first, without the question itself."""
    library = OneAnswer()
    events = [
        user("hi"),
        {"event": "bot", "text": "Hello!", "data": {"custom": None}},
        user("fees?"),
        {"event": "action", "name": "action_answer_question"},
        said("$300"),
        user("and parking?"),
        said("I don't have that.", abstained=True),
    ]
    await run(library, call("action_answer_question", "and books?", events=events, focus="fees"))
    earlier = [Utterance("user", "fees?"), Utterance("agent", "$300")]
    assert library.asked == [("and books?", earlier, "fees")]


async def test_another_language_is_read_in_english() -> None:
    """Every earlier message in the language that it was understood in; replies as they stand."""
    library = OneAnswer()
    events = [
        user("how much is the fine") | {"parse_data": {"language": "en"}},
        said("$20."),
        user("y cuánto dura") | {"parse_data": {"language": "es"}},
        said("Dura 6 semanas."),
    ]
    asked = call("action_answer_question", "¿cuándo empieza?", events=events)
    asked["tracker"]["latest_message"]["language"] = "es"
    await run(library, asked)
    assert library.asked == [
        (
            "when starts?",
            [
                Utterance("user", "how much is the fine"),
                Utterance("agent", "$20."),
                Utterance("user", "and how long is"),
                Utterance("agent", "Dura 6 semanas."),
            ],
            None,
        )
    ]


def test_only_the_last_turns_go_along() -> None:
    """A long conversation is cut to its end."""
    events = [e for number in range(30) for e in (user(f"why {number}"), said(f"since {number}"))]
    turns = earlier_turns([*events, user("and now?")])
    last = [f"{word} {number}" for number in (28, 29) for word in ("why", "since")]
    assert [turn.text for turn in turns] == last[-EARLIER_TURNS:]
    assert earlier_turns([]) == []


@pytest.mark.parametrize(
    ("confidence", "abstains", "asked", "declined"),
    [
        (SURE_OUT_OF_SCOPE, False, 0, True),
        (SURE_OUT_OF_SCOPE - 0.01, False, 1, False),
        (SURE_OUT_OF_SCOPE - 0.01, True, 1, True),
    ],
)
async def test_outside_is_declined_when_sure_or_when_nothing_is_found(
    confidence: float, abstains: bool, asked: int, declined: bool
) -> None:
    """A question that was misread as lying outside is still answered."""
    kind = AnswerKind.UNKNOWN if abstains else AnswerKind.QUOTE
    library = OneAnswer(Answer("Well.", kind))
    request = call("action_answer_question", intent="out_of_scope", confidence=confidence)
    result = await run(library, request)
    assert len(library.asked) == asked
    (response,) = result.responses
    assert (response["response"] == "utter_out_of_scope") == declined
    assert bool(response["custom"]) != declined


ABSTAINED = {"event": "bot", "data": {"custom": {"type": "answer", "abstained": True}}}
ANSWERED = {
    "event": "bot",
    "data": {"custom": {"type": "answer", "text": "Well.", "abstained": False}},
}
DECLINED = {"event": "bot", "text": "No.", "metadata": {"utter_action": "utter_out_of_scope"}}


@pytest.mark.parametrize(
    ("before", "offered"),
    [
        ([], False),
        ([user("a"), ABSTAINED], True),
        ([user("a"), DECLINED], True),
        ([user("a"), ANSWERED], False),
        ([user("a"), ABSTAINED, user("b"), ANSWERED], False),
    ],
)
async def test_a_second_failure_in_a_row_offers_a_person(
    before: list[dict[str, Any]], offered: bool
) -> None:
    """Unasked, as a choice; an answer between two failures forgives the first."""
    result = await run(OneAnswer(), call("action_answer_question", events=before))
    labels = [topic["label"] for topic in result.responses[0]["custom"]["nearest"]]
    assert ("Talk to a person" in labels) == offered


ASKED_BACK = {"event": "bot", "text": "Which?", "metadata": {"utter_action": CLARIFY}}
TASKS = ("plan_path", "find_program")
TASK_OR_QUESTION = ("plan_path", "ask_cost")


@pytest.mark.parametrize(
    ("readings", "found", "before", "asks"),
    [
        (TASKS, True, [], False),
        (TASKS, False, [], True),
        (TASK_OR_QUESTION, True, [], False),
        (TASK_OR_QUESTION, False, [], True),
        (TASKS, False, [user("a"), ASKED_BACK], False),
        (TASKS, False, [user("a"), ASKED_BACK, user("b"), ANSWERED], True),
        ((), False, [], False),
    ],
)
async def test_a_doubt_is_asked_about_once(
    readings: tuple[str, ...],
    found: bool,
    before: list[dict[str, Any]],
    asks: bool,
) -> None:
    """Unless the look-up finds something; each choice names the turn."""
    library = OneAnswer(Answer("Well.", AnswerKind.QUOTE if found else AnswerKind.UNKNOWN))
    result = await run(
        library,
        call("action_answer_question", intent="nlu_fallback", events=before, readings=readings),
    )
    (response,) = result.responses
    assert library.asked
    assert (response["response"] == CLARIFY) == asks
    chosen = [(button["title"], button["payload"]) for button in response["buttons"]]
    assert chosen == [
        (labels()[intent], f'/{intent}{{"turn": "t_7"}}') for intent in readings if asks
    ]


@pytest.mark.parametrize(("found", "replied"), [(True, None), (False, "utter_thanks")])
async def test_a_faint_courtesy_is_looked_up_first(found: bool, replied: str | None) -> None:
    """It gets its ready reply where nothing is known of it."""
    library = OneAnswer(Answer("Well.", AnswerKind.QUOTE if found else AnswerKind.UNKNOWN))
    request = call("action_answer_question", intent="nlu_fallback", readings=("thanks",))
    (response,) = (await run(library, request)).responses
    assert response["response"] == replied


async def test_nothing_found_after_asking_back_offers_a_person() -> None:
    """The third step: it says that it does not know, and who may."""
    request = call("action_answer_question", events=[user("a"), ASKED_BACK])
    result = await run(OneAnswer(), request)
    labels = [topic["label"] for topic in result.responses[0]["custom"]["nearest"]]
    assert "Talk to a person" in labels


async def test_a_person_is_asked_for() -> None:
    """The reply is one handover, whatever the library."""
    request = call("action_talk_to_person", "get me a person", "talk_to_person")
    result = await run(OneAnswer(error=ValueError()), request)
    (response,) = result.responses
    assert response["custom"]["type"] == "handover"
    assert response["custom"]["reason"] == "asked"
    assert response["custom"]["text"]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (NothingPublished("nothing is published yet"), "nothing_published"),
        (DamagedEdition("vectors.faiss does not match"), "knowledge_base"),
        (ValueError(f"fts5: syntax error near {SECRET}"), "unexpected"),
    ],
)
async def test_an_error_becomes_a_failure_without_the_words(
    error: Exception, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The reply says why in one word; the log says what and where, and no student's word."""
    caplog.set_level(logging.DEBUG)
    request = call("action_answer_question", f"what about {SECRET}")
    result = await run(OneAnswer(error=error), request)
    assert [r["custom"] for r in result.responses] == [{"type": "failure", "reason": reason}]
    assert type(error).__name__ in caplog.text
    assert "answer_question.py" in caplog.text
    assert SECRET not in caplog.text


async def test_a_late_answer_is_a_failure() -> None:
    """The deadline ends the wait."""
    result = await run(NeverAnswers(), call("action_answer_question"), deadline=0.05)
    assert result.responses[0]["custom"] == {"type": "failure", "reason": "timeout"}


async def test_a_request_that_is_broken_is_a_failure_without_the_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A tracker that lacks its parts does not echo the request."""
    request = call("action_answer_question", SECRET)
    del request["tracker"]["sender_id"]
    result = await run(OneAnswer(), request)
    assert result.responses[0]["custom"]["reason"] == "unexpected"
    assert SECRET not in caplog.text


async def test_the_server_answers_on_loopback_until_it_is_cancelled() -> None:
    """Health, an action, an unknown action; the library is closed with the server; the same
    process can serve again."""
    closed: list[bool] = []

    @asynccontextmanager
    async def open_library() -> AsyncIterator[OneAnswer]:
        try:
            yield OneAnswer()
        finally:
            closed.append(True)

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    for times in (1, 2):
        server = asyncio.create_task(serve(open_library, port=port))
        async with aiohttp.ClientSession() as session:
            await until_healthy(session, url, server)
            request = call("action_talk_to_person", "a person please", "talk_to_person")
            async with session.post(f"{url}/webhook", json=request) as response:
                assert response.status == 200
                assert (await response.json())["responses"][0]["custom"]["type"] == "handover"
            async with session.post(f"{url}/webhook", json=call("no_such")) as response:
                assert response.status == 404
        server.cancel()
        with pytest.raises(asyncio.CancelledError):
            await server
        assert len(closed) == times


async def until_healthy(
    session: aiohttp.ClientSession, url: str, server: asyncio.Task[None]
) -> None:
    while not server.done():
        try:
            async with session.get(f"{url}/health") as response:
                assert response.status == 200
                return
        except aiohttp.ClientConnectionError:
            await asyncio.sleep(0.02)
    await server


async def test_a_port_that_is_taken_is_an_error() -> None:
    """The caller learns of it; nothing waits for ever."""

    @asynccontextmanager
    async def open_library() -> AsyncIterator[OneAnswer]:
        yield OneAnswer()

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        with pytest.raises(OSError, match=r"address already in use|could not listen"):
            await serve(open_library, port=listener.getsockname()[1])
