"""Whole calls, as a caller hears them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from urllib.parse import parse_qs
from xml.etree import ElementTree

import pytest
from aiohttp.test_utils import TestClient
from gateway_parts import until
from loopback_bot import LoopbackBot, ok, saying, waiting_for
from loopback_call import LoopbackCall
from loopback_provider import LoopbackProvider

from channels.opting import OptOuts
from channels.storage import Storage
from channels.transcript import Transcript
from channels.voice import calls

CITATION = {
    "title": "Tuition and fees",
    "url": "https://www.example.edu/fees",
    "quote": "Tuition is $1,140.",
    "effective_from": "2026-07-01",
    "last_verified": "2026-10-05",
}
ANSWER = {
    "custom": {
        "type": "answer",
        "text": "It costs **$1,140** [1], due 2026-08-15. See [fees](https://www.example.edu/fees).",
        "citations": [CITATION],
        "nearest": [{"label": "When does it start?", "question": "when does it start"}],
    }
}
PERSON = {"custom": {"type": "handover", "text": "Of course.", "reason": "asked"}}
ALWAYS = ["Mon-Sun 00:00-23:59"]
NEVER = ["Mon-Sun 00:00-00:01"]
STAFF = "+15550100199"
MakeCall = Callable[..., Awaitable[LoopbackCall]]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine must not make a filler of an answer; what takes long is made to."""
    monkeypatch.setattr(calls, "FIRST_WORDS_SECONDS", 5.0)


async def words_of(transcript: Transcript, sid: str = "CA1") -> list[tuple[str, str]]:
    """What the transcript holds of a call."""
    entries = await transcript.entries(await transcript.open("voice", sid))
    return [(entry.message.author.value, entry.message.text) for entry in entries]


async def test_the_greeting_discloses_and_offers_languages(call: MakeCall) -> None:
    """A machine speaks, what is said becomes text, and Spanish is a key away, in Spanish."""
    heard = (await call()).heard[0]
    english, spanish = heard.said
    assert "automated assistant of Maple Harbor College" in english[0]
    assert "turned into text, which staff can read" in english[0]
    assert english[1] == "en-US"
    assert spanish == ("Para español, oprime 1.", "es-US")


async def test_a_document_listens_as_twilio_takes_it(call: MakeCall) -> None:
    """Speech and keys, barge-in, never a model beside `auto`, and a verb after Gather."""
    gather = (await call()).heard[0].gather
    assert gather.attrib["input"] == "speech dtmf"
    assert gather.attrib["bargeIn"] == "true"
    assert gather.attrib["speechTimeout"] == "auto"
    assert "speechModel" not in gather.attrib
    asked = (await call(speech_model="phone_call", pause_seconds=2)).heard[0].gather
    assert (asked.attrib["speechModel"], asked.attrib["speechTimeout"]) == ("phone_call", "2")


async def test_a_question_is_answered_for_the_ear(
    call: MakeCall, bot: LoopbackBot, transcript: Transcript
) -> None:
    """Amounts and days in words, the source in short, no address; the transcript has it all."""
    bot.behaviour = saying(ANSWER)
    made = await call()
    heard = await made.say("how much is it")
    assert heard.text == (
        "It costs 1,140 dollars, due 15 August 2026. See fees. "
        "According to Tuition and fees, as of 5 October 2026. "
        "I can text you the details: say text me, or press 9. For When does it start, press 1."
    )
    said = await words_of(transcript)
    assert said[0] == ("student", "how much is it")
    assert said[1][1].startswith("It costs **$1,140**")
    assert bot.asked[0]["language"] == "en-US"


async def test_what_the_sentence_about_sources_says_is_not_said_twice(
    call: MakeCall, bot: LoopbackBot
) -> None:
    """Whose words they are and since when; other remarks in the same type are said."""
    cited = {**CITATION, "title": "Refunds › Dates", "institution": "Maple Harbor College"}
    text = "It is so.\n\n*Fees differ.*\n\n*Maple Harbor College, in force from 1 July 2026.*"
    bot.behaviour = saying({"custom": {**ANSWER["custom"], "text": text, "citations": [cited]}})
    heard = await (await call(sms=False)).say("how long")
    assert heard.text.startswith(
        "It is so. Fees differ. According to Refunds, as of 5 October 2026."
    )


async def test_the_disclosure_of_the_greeting_is_not_said_again(
    call: MakeCall, bot: LoopbackBot
) -> None:
    """The bot begins a conversation with one, which the transcript keeps."""
    bot.behaviour = saying({"text": "*I'm an automated assistant: I answer.*\n\nIt costs $5."})
    made = await call()
    assert (await made.say("how much")).text == "It costs 5 dollars."
    assert "automated assistant" in (await made.say("how much")).text


async def test_a_long_answer_comes_in_portions(call: MakeCall, bot: LoopbackBot) -> None:
    """None is lost; `more` brings the next, `repeat` the same again."""
    every = [f"Program {n} costs ${n},140 and starts on 2027-01-{n:02}." for n in range(1, 8)]
    bot.behaviour = saying({"text": "\n\n".join(every)})
    made = await call()
    heard = [await made.say("what is there")]
    while "say more" in heard[-1].text:
        heard.append(await made.say("Tell me more, please."))
    told = " ".join(one.text for one in heard)
    for n in range(1, 8):
        assert f"Program {n} costs {n},140 dollars and starts on {n} January 2027." in told
    assert len(heard) == 3
    assert (await made.press("*")).text == heard[-1].text
    assert (await made.say("more")).text == "That was all."
    assert (await made.press("8")).text == "That was all."
    assert len(bot.asked) == 1


async def test_the_greeting_is_repeated_when_asked(call: MakeCall, bot: LoopbackBot) -> None:
    """By key or word, in words of courtesy too."""
    made = await call()
    greeting = made.heard[0].said[0]
    assert (await made.press("*")).said == [greeting]
    assert (await made.say("sorry, could you repeat that?")).said == [greeting]
    assert bot.asked == []


@pytest.mark.parametrize(
    "picks",
    [
        lambda made: made.press("2"),
        lambda made: made.say("number two"),
        lambda made: made.say("the second one, please"),
        lambda made: made.say("2."),
        lambda made: made.say("talk to person"),
    ],
)
async def test_a_choice_is_picked_by_key_number_or_label(
    call: MakeCall, bot: LoopbackBot, picks: Callable[[LoopbackCall], Awaitable[object]]
) -> None:
    """What was offered is read out with its key."""
    command = {"label": "Talk to a person", "payload": "/talk_to_person"}
    bot.behaviour = saying({"text": "Which?", "choices": [{"label": "Costs"}, command]})
    made = await call()
    heard = await made.say("what can I ask")
    assert heard.text == "Which? For Costs, press 1. For Talk to a person, press 2."
    await picks(made)
    assert bot.asked[1]["payload"] == "/talk_to_person"


async def test_a_key_that_stands_for_nothing_is_said_so(call: MakeCall, bot: LoopbackBot) -> None:
    """And nothing is asked of the bot."""
    made = await call()
    await made.say("hello")
    assert "does nothing here" in (await made.press("7")).text
    assert len(bot.asked) == 1


async def test_a_form_hears_more_than_one_key(call: MakeCall, bot: LoopbackBot) -> None:
    """`10` hours are keyed in while a form asks and offers nothing to pick."""

    async def asking(body: dict[str, object]) -> object:
        answer = ok(body, {"text": "How many hours a week?"})
        answer.text = answer.text.replace('"form": null', '"form": "plan_form"')
        return answer

    bot.behaviour = asking
    made = await call()
    await made.say("plan a path")
    await made.press("10")
    assert bot.asked[1]["text"] == "10"


async def test_silence_is_asked_about_twice_then_a_person_is_offered(call: MakeCall) -> None:
    """And at last the call ends, politely."""
    made = await call()
    first, second = await made.stay_silent(), await made.stay_silent()
    assert "didn't hear" in first.text
    assert first.text == second.text
    assert "Press 0 for a person" in (await made.stay_silent()).text
    last = await made.stay_silent()
    assert "Goodbye" in last.text
    assert made.ended


async def test_words_after_a_silence_count_it_anew(call: MakeCall) -> None:
    """Who was silent twice and then spoke is asked twice again."""
    made = await call()
    await made.stay_silent()
    await made.stay_silent()
    await made.say("hello")
    for _ in range(3):
        assert not made.ended
        await made.stay_silent()
    assert not made.ended


async def test_goodbye_ends_the_call(call: MakeCall, bot: LoopbackBot) -> None:
    """With the bot's own words."""

    async def parting(body: dict[str, object]) -> object:
        answer = ok(body, {"text": "Goodbye, and good luck!"})
        answer.text = answer.text.replace('"greet"', '"goodbye"')
        return answer

    bot.behaviour = parting
    made = await call()
    assert (await made.say("that's all, bye")).text == "Goodbye, and good luck!"
    assert made.ended


# -- waiting ---------------------------------------------------------------------------------------


async def test_a_slow_answer_is_bridged_and_then_said(
    call: MakeCall, bot: LoopbackBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A filler with a redirect, once and again; the answer follows, asked for once."""
    monkeypatch.setattr(calls, "FIRST_WORDS_SECONDS", 0.05)
    monkeypatch.setattr(calls, "POLL_SECONDS", 0.2)
    release = asyncio.Event()
    bot.behaviour = waiting_for(release)
    made = await call()
    hearing = asyncio.create_task(made.say("how much is it"))
    await until(lambda: len(made.posted) >= 4)
    release.set()
    heard = await hearing
    assert heard.text.startswith("One moment, please. I'm still looking.")
    assert heard.text.endswith("You said: how much is it.")
    assert len(bot.asked) == 1


async def test_waiting_ends(
    call: MakeCall, bot: LoopbackBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bot that never answers is apologised for within its deadline; nothing polls for ever."""
    monkeypatch.setattr(calls, "FIRST_WORDS_SECONDS", 0.05)
    monkeypatch.setattr(calls, "POLL_SECONDS", 0.2)
    release = asyncio.Event()
    bot.behaviour = waiting_for(release)
    made = await call(gateway={"turn_deadline": 0.4})
    heard = await made.say("how much is it")
    release.set()
    assert "no answer to that yet" in heard.text
    assert heard.text.count("still looking") == 2
    assert len(made.posted) == 5


async def test_the_same_webhook_twice_is_one_turn(
    call: MakeCall, bot: LoopbackBot, transcript: Transcript
) -> None:
    """And the same document, whatever it was: a question, a silence, a key, the beginning."""
    made = await call()
    assert await made.repeat() == made.documents[-1]
    await made.say("how much is it")
    assert await made.repeat() == made.documents[-1]
    assert await made.repeat() == made.documents[-1]
    await made.press("*")
    assert await made.repeat() == made.documents[-1]
    await made.stay_silent()
    assert await made.repeat() == made.documents[-1]
    assert len(bot.asked) == 1
    assert len(await words_of(transcript)) == 2


async def test_the_same_words_later_are_another_turn(call: MakeCall, bot: LoopbackBot) -> None:
    """Each place in a call has an address of its own."""
    made = await call()
    await made.say("yes")
    await made.say("yes")
    assert len(bot.asked) == 2


async def test_each_call_is_a_conversation(
    make_gateway: Callable[..., Awaitable[TestClient]], bot: LoopbackBot
) -> None:
    """Two people may share a telephone."""
    client = await make_gateway()
    for sid in ("CA1", "CA2"):
        made = LoopbackCall(
            client, "https://advisor.example.edu", "0123456789abcdef0123456789abcdef", sid=sid
        )
        await made.begin()
        await made.say("hello")
    assert len({body["conversation"] for body in bot.asked}) == 2


# -- languages -------------------------------------------------------------------------------------


async def test_spanish_is_chosen_by_its_key(call: MakeCall, bot: LoopbackBot) -> None:
    """The greeting again, and recognition, voice and replies in Spanish."""
    made = await call()
    heard = await made.press("1")
    assert heard.text.startswith("Hola, soy el asistente automático de")
    assert heard.gather.attrib["language"] == "es-US"

    async def spanish(body: dict[str, object]) -> object:
        return ok(body, ANSWER, language="es")

    bot.behaviour = spanish
    heard = await made.say("cuánto cuesta")
    assert bot.asked[0]["language"] == "es-US"
    assert "1,140 dólares" in heard.text
    assert {tag for _, tag in heard.said} == {"es-US"}
    assert "Según Tuition and fees, a fecha de 5 de octubre de 2026." in heard.text


async def test_the_call_follows_the_language_of_the_bot(call: MakeCall, bot: LoopbackBot) -> None:
    """Whoever asks for another language is answered in it and heard in it."""

    async def spanish(body: dict[str, object]) -> object:
        return ok(body, {"text": "Claro."}, language="es")

    bot.behaviour = spanish
    made = await call()
    heard = await made.say("can we speak Spanish")
    assert heard.said == [("Claro.", "es-US")]
    assert heard.gather.attrib["language"] == "es-US"
    assert "Perdón" in (await made.stay_silent()).text


# -- texts -----------------------------------------------------------------------------------------


async def test_the_details_are_texted_once_with_their_sources(
    call: MakeCall, bot: LoopbackBot, provider: LoopbackProvider
) -> None:
    """From the SMS channel's number to the caller's, however often it is asked for."""
    bot.behaviour = saying(ANSWER)
    made = await call()
    await made.say("how much is it")
    assert "texting the details" in (await made.say("yes, text me please")).text
    await made.press("9")
    await provider.until(1)
    fields = {name: value[0] for name, value in parse_qs(provider.bodies[0].decode()).items()}
    assert (fields["To"], fields["From"]) == ("+14155550123", "+15550100142")
    assert "$1,140" in fields["Body"]
    assert "https://www.example.edu/fees" in fields["Body"]
    assert "1. When does it start?" not in fields["Body"]
    await made.say("hello")
    assert len(provider.bodies) == 1
    assert len(bot.asked) == 2


@pytest.mark.parametrize(
    "without", [{"caller": "anonymous"}, {"caller": "+266696687"}, {"sms": False}]
)
async def test_texts_are_offered_only_where_they_arrive(
    call: MakeCall, bot: LoopbackBot, without: dict[str, object]
) -> None:
    """A withheld number and a gateway without SMS get none, and who asks is told."""
    bot.behaviour = saying(ANSWER)
    made = await call(**without)
    assert "text you" not in (await made.say("how much is it")).text
    assert "can't send a text message" in (await made.say("text me the details")).text


async def test_who_opted_out_of_texts_is_sent_none(
    call: MakeCall, bot: LoopbackBot, storage: Storage
) -> None:
    """STOP by SMS holds for calls too."""
    await OptOuts(storage).set("twilio", "+14155550123", datetime.now(UTC))
    bot.behaviour = saying(ANSWER)
    made = await call()
    assert "text you" not in (await made.say("how much is it")).text
    assert "can't send a text message" in (await made.say("text me the details")).text


# -- a person --------------------------------------------------------------------------------------


async def test_within_office_hours_the_caller_is_put_through(
    call: MakeCall, bot: LoopbackBot
) -> None:
    """Key 0 asks for a person in any language and at any time."""
    bot.behaviour = saying(PERSON)
    made = await call(transfer_to=STAFF, hours=ALWAYS)
    heard = await made.press("0")
    assert bot.asked[0]["payload"] == "/talk_to_person"
    assert heard.dialled == STAFF
    assert heard.text == (
        "Of course. I am putting you through to a person now. Thank you for calling. Goodbye."
    )
    assert made.ended


async def test_where_nobody_picks_up_a_message_is_taken(
    call: MakeCall, bot: LoopbackBot, transcript: Transcript
) -> None:
    """It is in the transcript, and nobody is rung for again because of it."""
    bot.behaviour = saying(PERSON)
    made = await call(transfer_to=STAFF, hours=ALWAYS)
    made.rings = {"DialCallStatus": "no-answer"}
    heard = await made.say("a person please")
    assert heard.dialled == STAFF
    assert "Nobody picked up" in heard.text
    assert "leave a message" in heard.text
    left = await made.say("I am Ana, call me at 555 0100")
    assert not left.dialled
    assert ("student", "I am Ana, call me at 555 0100") in await words_of(transcript)
    assert (await made.press("0")).dialled == STAFF


async def test_outside_office_hours_the_hours_are_said(call: MakeCall, bot: LoopbackBot) -> None:
    """And a message can be left; nobody is rung for."""
    bot.behaviour = saying(PERSON)
    made = await call(transfer_to=STAFF, hours=NEVER)
    heard = await made.say("a person please")
    assert not heard.dialled
    assert "People are there Monday to Sunday, 12:00 AM to 12:01 AM." in heard.text
    assert "leave a message" in heard.text


async def test_without_a_number_the_contact_is_said(call: MakeCall, bot: LoopbackBot) -> None:
    """The institution's own, digit by digit, without its address of the web."""
    bot.behaviour = saying(PERSON)
    heard = await (await call()).say("a person please")
    assert "call 1, 5 5 5, 0 1 0, 0 1 4 2" in heard.text
    assert "advising at maple dash harbor dot example" in heard.text
    assert "mailto" not in heard.text


async def test_crisis_contacts_are_said_before_anything_else(
    call: MakeCall, bot: LoopbackBot
) -> None:
    """Also to who is put through."""
    bot.behaviour = saying({"custom": {**PERSON["custom"], "reason": "distress"}})
    heard = await (await call(transfer_to=STAFF, hours=ALWAYS)).say("I can't go on")
    assert "call or text 9 8 8" in heard.text
    assert heard.text.index("9 8 8") < heard.text.index("putting you through")


# -- bad days --------------------------------------------------------------------------------------


async def test_a_failed_turn_is_apologised_for(call: MakeCall, bot: LoopbackBot) -> None:
    """In words, with the way to a person."""
    await bot.stop()
    heard = await (await call()).say("how much is it")
    assert "couldn't answer that just now" in heard.text
    assert "For Talk to a person, press 1" in heard.text


async def test_too_many_words_are_asked_for_in_fewer(call: MakeCall, bot: LoopbackBot) -> None:
    """They are not cut."""
    heard = await (await call()).say("word " * 1000)
    assert "in fewer words" in heard.text
    assert bot.asked == []


async def test_while_nothing_can_be_recorded_the_caller_is_told(
    call: MakeCall, bot: LoopbackBot, engine: object
) -> None:
    """In a document, since Twilio reads an error out and hangs up; the contact is said."""
    made = await call()
    async with engine.begin() as db:  # type: ignore[attr-defined]
        await db.exec_driver_sql("ALTER TABLE deliveries RENAME TO gone")
    heard = await made.say("how much is it")
    assert "can't take calls now" in heard.text
    assert "call 1, 5 5 5" in heard.text
    assert made.ended
    assert bot.asked == []


async def test_what_xml_cannot_hold_is_left_out(call: MakeCall, bot: LoopbackBot) -> None:
    """A bell in a reply must not end the call."""
    bot.behaviour = saying({"text": "Bells \x07 & <b>whistles</b> cost $5."})
    heard = await (await call()).say("hello")
    assert "whistles" in heard.text
    ElementTree.fromstring(ElementTree.tostring(heard.xml))
