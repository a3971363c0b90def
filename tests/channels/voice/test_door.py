"""The door of calls: who may knock, and what a document is made of."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from xml.etree import ElementTree

import pytest
from aiohttp.test_utils import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback_bot import LoopbackBot
from loopback_call import SIGNATURE_HEADER, LoopbackCall
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from channels.delivery.channel import Malformed
from channels.voice import twiml
from channels.voice.call import Place

URL = "https://advisor.example.edu"
TOKEN = "0123456789abcdef0123456789abcdef"
MOMENTS = ("", "/heard", "/answer", "/dialled")
MakeGateway = Callable[..., Awaitable[TestClient]]
VOICE = twiml.Voice("Polly.Joanna-Neural", "en-US")


async def knock(
    client: TestClient, path: str, fields: dict[str, str], token: str = TOKEN, url: str = URL
) -> int:
    """The status with which a signed webhook is answered."""
    signature = RequestValidator(token).compute_signature(f"{url}{path}", fields)
    headers = {SIGNATURE_HEADER: signature}
    return (await client.post(path, data=fields, headers=headers)).status


@pytest.mark.parametrize("moment", MOMENTS)
async def test_only_the_account_may_knock(
    make_gateway: MakeGateway, bot: LoopbackBot, moment: str
) -> None:
    """Unsigned, signed by another, for another address or with a field more: 401, nobody asked."""
    client = await make_gateway()
    path, fields = f"/channels/voice{moment}?step=1", {"CallSid": "CA1", "SpeechResult": "hello"}
    assert await knock(client, path, fields) == 200
    asked = len(bot.asked)
    assert (await client.post(path, data=fields)).status == 401
    assert await knock(client, path, fields, token="f" * 32) == 401
    assert await knock(client, path, fields, url="https://other.example.edu") == 401
    good = RequestValidator(TOKEN).compute_signature(f"{URL}{path}", fields)
    more = {**fields, "From": "+14155550123"}
    assert (await client.post(path, data=more, headers={SIGNATURE_HEADER: good})).status == 401
    for header in ("", "é", "x" * 5000, good[:-2]):
        assert (
            await client.post(path, data=fields, headers={SIGNATURE_HEADER: header})
        ).status == 401
    assert len(bot.asked) == asked


async def test_an_address_cannot_be_made_up(make_gateway: MakeGateway) -> None:
    """Where a call stands is signed with it: another step is another address."""
    client = await make_gateway()
    fields = {"CallSid": "CA1"}
    good = RequestValidator(TOKEN).compute_signature(f"{URL}/channels/voice/heard?step=1", fields)
    response = await client.post(
        "/channels/voice/heard?step=2", data=fields, headers={SIGNATURE_HEADER: good}
    )
    assert response.status == 401


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(
    "query",
    [
        "language=xx",
        "language=../en",
        "language=" + "e" * 300,
        "step=-1",
        "step=1e3",
        "step=" + "9" * 5000,
        "part=x",
        "polls=99999999",
        "turn=t_x",
        "turn=%00",
    ],
)
async def test_a_place_that_no_call_has_is_400(
    make_gateway: MakeGateway, moment: str, query: str
) -> None:
    """Also when it is signed."""
    client = await make_gateway()
    assert await knock(client, f"/channels/voice{moment}?{query}", {"CallSid": "CA1"}) == 400


async def test_what_is_no_call_is_400(make_gateway: MakeGateway, bot: LoopbackBot) -> None:
    """Signed garbage is never a fault of ours."""
    client = await make_gateway()
    for moment in MOMENTS:
        for fields in ({}, {"CallSid": ""}, {"CallSid": "a/b"}, {"CallSid": "x" * 200}, {"a": "b"}):
            assert await knock(client, f"/channels/voice{moment}", fields) == 400
        assert (
            await knock(client, f"/channels/voice{moment}?turn=t_00ff", {"CallSid": "CA1"}) == 200
        )
    assert bot.asked == []


async def test_it_is_there_only_when_it_is_set_up(
    aiohttp_client: Callable[..., Awaitable[TestClient]],
    make_client: Callable[..., Awaitable[TestClient]],
) -> None:
    """Without `[channels.voice]` there is nothing at the address."""
    client = await make_client()
    for moment in MOMENTS:
        assert (await client.post(f"/channels/voice{moment}")).status == 404


async def test_metrics_count_webhooks(make_gateway: MakeGateway) -> None:
    """By what became of them."""
    client = await make_gateway()
    made = LoopbackCall(client, URL, TOKEN)
    await made.begin()
    await client.post("/channels/voice")
    page = await (await client.get("/metrics")).text()
    assert 'advisor_deliveries_total{channel="voice",outcome="taken"} 1.0' in page
    assert 'advisor_deliveries_total{channel="voice",outcome="forged"} 1.0' in page


PLACES = st.builds(
    Place,
    language=st.sampled_from(["en", "es"]),
    step=st.integers(0, 9999),
    turn=st.one_of(
        st.just(""), st.text("0123456789abcdef", min_size=1, max_size=32).map("t_".__add__)
    ),
    part=st.integers(0, 99),
    missed=st.integers(0, 9),
    polls=st.integers(0, 99),
    rung=st.integers(0, 1),
)


@settings(deadline=None)
@given(PLACES)
def test_a_place_survives_its_address(place: Place) -> None:
    """It is all that is kept of a call between two webhooks."""
    query = dict(part.split("=") for part in place.query().split("&") if part)
    assert Place.from_query(query) == place


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["language", "step", "turn", "part"]), st.text(max_size=20)))
def test_any_query_is_a_place_or_malformed(query: dict[str, str]) -> None:
    """Nothing else is raised."""
    try:
        Place.from_query(query)
    except Malformed as error:
        assert str(error)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_a_good_document(text: str) -> None:
    """What XML cannot hold is left out; the rest is read back as it was."""
    document = twiml.response(twiml.say(text, VOICE), twiml.redirect(f"{URL}/a?b=1&c=<2>"))
    read = ElementTree.fromstring(document.encode("utf-8", "strict"))
    kept = "".join(sign for sign in text if sign in "\t\n\r" or ord(sign) > 31)
    kept = re.sub("[\ud800-\udfff\ufffe\uffff]", "", kept)
    # A parser of XML reads every kind of line end as one.
    assert (read.findtext("Say") or "") == kept.replace("\r\n", "\n").replace("\r", "\n")
    assert read.findtext("Redirect") == f"{URL}/a?b=1&c=<2>"


def test_documents_are_those_of_twilio_s_own_library() -> None:
    """The same verbs and attributes, in the same order."""
    action = f"{URL}/channels/voice/heard?step=1&turn=t_0"
    theirs = VoiceResponse()
    gather = Gather(
        input="speech dtmf",
        action=action,
        method="POST",
        language="en-US",
        timeout=6,
        speech_timeout="2",
        barge_in=True,
        profanity_filter=False,
        speech_model="phone_call",
        num_digits=1,
    )
    gather.say("Fish & chips", voice="Polly.Joanna-Neural", language="en-US")
    theirs.append(gather)
    theirs.redirect(action, method="POST")
    dial = Dial(action=action, method="POST", timeout=25)
    dial.number("+15550100199")
    theirs.append(dial)
    theirs.hangup()
    ours = twiml.response(
        twiml.gather(
            [twiml.say("Fish & chips", VOICE)],
            action,
            VOICE,
            twiml.Listening(6, 2, "phone_call"),
            1,
        ),
        twiml.redirect(action),
        twiml.dial("+15550100199", action, 25),
        twiml.hang_up(),
    )
    assert ElementTree.canonicalize(ours) == ElementTree.canonicalize(str(theirs))
