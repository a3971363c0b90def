"""Conversations in Spanish, and between languages: what the bot understands and says itself."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter

import pytest
import yaml
from expectations import Expectation, Turn, because, hands_over, intent, offers, says
from running_bot import LANGUAGES, ROOT, RunningBot, new_conversation
from test_talk import form, text

HELP = "/capabilities"
PERSON = "/talk_to_person"
FLOOR_INTENT = 0.8
"""A share of held-back messages read right that is not to be undercut; 5 folds of the examples give
.74. It is a floor, not an aim."""


def speaks(language: str) -> Expectation:
    """The language that the turn was understood and answered in."""

    def check(turn: Turn) -> None:
        assert turn["language"] == language, turn

    return check


ES, EN = speaks("es"), speaks("en")

# name -> turns of (what the student writes, what is expected); a text that starts with "tap:" is
# a choice that was offered.
CONVERSATIONS: dict[str, list[tuple[str, list[Expectation]]]] = {
    "a greeting discloses, in the words of the language": [
        ("hola", [ES, intent("greet"), says("asistente automático"), offers(HELP, PERSON)]),
        (f"tap:{HELP}", [ES, intent("capabilities"), says("ayuda financiera")]),
    ],
    "whatever comes first discloses": [
        ("gracias!", [ES, says("soy un asistente automático", "de nada")]),
        ("gracias", [ES, says("de nada")]),
    ],
    "small talk": [
        ("buenas tardes", [ES, intent("greet")]),
        ("eres una persona?", [ES, intent("are_you_a_bot"), says("no una persona")]),
        ("jaja", [ES, intent("chitchat"), says("máquina")]),
        ("eso es todo, adios", [ES, intent("goodbye"), says("hasta luego")]),
    ],
    "what it can do": [
        ("en que me puedes ayudar?", [ES, intent("capabilities"), says("créditos")]),
    ],
    "yes and no": [
        ("si", [ES, intent("affirm"), says("¿Qué te gustaría saber?")]),
        ("no gracias", [ES, intent("deny"), says("no hay problema")]),
    ],
    "a person": [("quiero hablar con una persona", [ES, intent("talk_to_person"), hands_over])],
    "a complaint": [("quiero poner una queja", [ES, because("complaint")])],
    "distress": [("ya no quiero vivir", [ES, intent("distress"), because("distress")])],
    "privacy": [
        ("quien puede leer esto", [ES, intent("privacy_kept"), says("esta conversación se guarda")])
    ],
    "erasure": [("borren mis datos", [ES, intent("erase_data"), says("no se ha borrado nada")])],
    "abuse": [("eres un idiota", [ES, intent("abuse"), says("frustrante")])],
    "the state of an application": [
        ("como va mi solicitud", [ES, intent("application_status"), says("admisiones")])
    ],
    "topics, as students write them": [
        ("precio?", [ES, intent("ask_cost")]),
        ("hay becas", [ES, intent("ask_aid")]),
        ("cuanto cuesta el certificate de data analytics", [ES, intent("ask_cost")]),
        ("y cuando empieza", [ES, intent("ask_dates")]),
        ("que requisitos piden", [ES, intent("ask_admissions")]),
        ("busco un curso en linea", [ES, intent("find_program")]),
    ],
    "the language changes with the words, there and back": [
        ("hello", [EN, says("automated assistant")]),
        ("gracias", [ES, says("de nada")]),
        ("ok", [ES, says("muy bien")]),
        ("are you a real person", [EN, says("not a person")]),
        ("ok", [EN, says("great")]),
        ("eres un robot", [ES, says("no una persona")]),
    ],
    "a title in English changes nothing": [
        ("hola", [ES]),
        ("data analytics", [ES]),
        ("Foundations of Data Analytics", [ES]),
        ("gracias", [ES, says("de nada")]),
    ],
    "a wish for a language": [
        ("spanish please", [ES, intent("change_language"), says("hablo inglés y español")]),
        ("ok", [ES]),
        ("hablas inglés?", [EN, says("I speak English and Spanish")]),
        ("tap:Español", [ES, says("hablo inglés y español")]),
    ],
    "no English is no wish for English": [
        ("no hablo inglés", [ES, intent("change_language"), says("hablo inglés y español")]),
    ],
    "a language that is not there": [
        ("do you speak french", [EN, says("I don't speak French yet", "English and Spanish")]),
        ("hablas portugues?", [ES, says("todavía no hablo portugués", "inglés y español")]),
        ("这个课程多少钱", [ES, intent("change_language"), says("todavía no hablo chino")]),
        ("bonjour, je voudrais savoir combien coute le programme", [says("francés")]),
    ],
    "a form goes on in another language": [
        ("help me plan my classes", [EN, form("plan_form")]),
        ("quiero ser analista de datos", [ES, intent("inform"), form("plan_form")]),
        ("cuanto cuesta la inscripcion", [ES, intent("ask_cost"), form("plan_form")]),
        ("eres un robot?", [ES, form("plan_form"), says("no una persona")]),
        ("cancelar", [ES, intent("stop"), form(None), says("lo dejamos aquí")]),
    ],
    "a form asks in Spanish": [
        ("quiero estimar mi credito", [ES, form("credit_form"), says("¿Qué tienes?")]),
        ("para", [ES, intent("stop"), form(None), says("lo dejamos aquí")]),
    ],
}


@pytest.mark.parametrize("name", CONVERSATIONS)
async def test_a_conversation(assistant: RunningBot, name: str) -> None:
    """Each turn in turn."""
    conversation = new_conversation()
    turn: Turn = {}
    for said, expectations in CONVERSATIONS[name]:
        if said.startswith("tap:"):
            choices = [c for reply in turn["replies"] for c in reply.get("choices", [])]
            (choice,) = [c for c in choices if c["payload"] == said.removeprefix("tap:")]
            command = choice["payload"] if choice["payload"].startswith("/") else None
            turn = await assistant.turn(conversation, choice["text"], command)
        else:
            turn = await assistant.turn(conversation, said)
        for expectation in expectations:
            expectation(turn)


@pytest.mark.parametrize(
    ("hint", "said", "language"),
    [
        ("es-MX", "ok", "es"),
        ("es_419", "data analytics", "es"),
        ("es", "how much does it cost", "en"),
        ("fr-CA", "ok", "en"),
        ("en-US", "cuanto cuesta", "es"),
        ("not a tag at all", "ok", "en"),
        (None, "ok", "en"),
    ],
)
async def test_the_page_decides_where_words_do_not(
    bot: RunningBot, hint: str | None, said: str, language: str
) -> None:
    """A hint counts before the first message that tells its language, never against one."""
    turn = await bot.turn(new_conversation(), said, language=hint)
    assert turn["language"] == language


async def test_the_conversation_counts_before_the_page(bot: RunningBot) -> None:
    """Who wrote Spanish on an English page is answered in Spanish."""
    conversation = new_conversation()
    await bot.turn(conversation, "hola buenas tardes", language="en-US")
    assert (await bot.turn(conversation, "ok", language="en-US"))["language"] == "es"


async def test_a_repeated_turn_keeps_its_language(bot: RunningBot) -> None:
    """What is read back is the same, disclosure and language included."""
    conversation = new_conversation()
    first = await bot.turn(conversation, "gracias", turn_id="t_1")
    await bot.turn(conversation, "how are you today", turn_id="t_2")
    assert await bot.turn(conversation, "gracias", turn_id="t_1") == first
    assert "asistente automático" in text(first)


async def test_a_hint_that_is_no_text_is_malformed(bot: RunningBot) -> None:
    """400 names the field."""
    body = {"conversation": "c_1", "turn_id": "t_1", "text": "hola", "language": 5}
    status, answer = await bot.post(body)
    assert status == 400
    assert "language" in answer["detail"]


HELD_BACK = [
    (folder.parent.name, intent, said)
    for folder in LANGUAGES
    for intent, texts in yaml.safe_load(
        (folder.parent / "understanding.yml").read_text(encoding="utf-8")
    ).items()
    for said in texts
]


async def test_held_back_messages_are_understood(bot: RunningBot) -> None:
    """The share of right intents and of right languages, from a cold start."""
    slots = asyncio.Semaphore(4)

    async def read(said: str) -> Turn:
        async with slots:
            return await bot.turn(new_conversation(), said)

    turns = await asyncio.gather(*(read(said) for _, _, said in HELD_BACK))
    pairs = list(zip(HELD_BACK, turns, strict=True))
    wrong = [(name, turn["intent"]["name"]) for (_, name, _), turn in pairs
             if turn["intent"]["name"] != name]  # fmt: skip
    told = sum(turn["language"] == language for (language, _, _), turn in pairs)
    right = 1 - len(wrong) / len(pairs)
    sys.stdout.write(f"\nintents {right:.3f}, languages {told / len(pairs):.3f} of {len(pairs)}")
    for (true, read_as), count in Counter(wrong).most_common(12):
        sys.stdout.write(f"\n  {count} x {true} read as {read_as}")
    assert right >= FLOOR_INTENT
    assert told / len(pairs) >= 0.95  # noqa: PLR2004  # of 272 that ask for no language 262 tell it


def test_examples_and_held_back_messages_are_whole() -> None:
    """Every intent has examples and messages held back, in words of their own."""
    domain = {
        name
        for path in (ROOT / "bot" / "domain").glob("*.yml")
        for name in yaml.safe_load(path.read_text(encoding="utf-8")).get("intents", [])
    } - {"nlu_fallback"}
    for folder in LANGUAGES:
        entries = [
            entry
            for path in folder.glob("*.yml")
            for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        ]
        code = folder.parent.name
        assert {entry["metadata"]["language"] for entry in entries} == {code}
        examples = {
            entry["intent"]: {line[2:].casefold() for line in entry["examples"].splitlines()}
            for entry in entries
        }
        held_back: dict[str, set[str]] = {}
        for language, name, said in HELD_BACK:
            if language == code:
                held_back.setdefault(name, set()).add(said.casefold())
        assert set(examples) == set(held_back) == domain
        assert all(len(lines) >= 25 for lines in examples.values())
        assert all(len(texts) >= 6 for texts in held_back.values())
        assert not set().union(*examples.values()) & set().union(*held_back.values())
