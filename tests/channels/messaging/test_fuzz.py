"""Whatever is done to a delivery, no channel believes a forged one and none breaks on a signed one.

`ADVISOR_FUZZ_CASES` says how many cases are tried in all, `ADVISOR_FUZZ_SEED` which.
"""

from __future__ import annotations

import importlib
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from contract import ChannelContract, ConnectChannel
from figures import Show
from loopback_provider import LoopbackProvider
from multidict import CIMultiDict
from mutation import JUNK, changed_body, changed_delivery, shuffled_headers

from channels.delivery.channel import (
    Carrier,
    Channel,
    Delivery,
    Forged,
    Later,
    Malformed,
    Notifier,
    Refused,
    Sent,
)
from channels.delivery.reading import read, told
from channels.discovery import channel_classes, webhook_address
from channels.model import InboundMessage

CASES = int(os.environ.get("ADVISOR_FUZZ_CASES", "20000"))
SEED = int(os.environ.get("ADVISOR_FUZZ_SEED", "1"))
NAMES = sorted(name for name, cls in channel_classes().items() if not issubclass(cls, Carrier))
"""Those that are delivered to; what is fetched is tried beside its own contract."""
EACH = CASES // len(NAMES)
LONGEST_NAME = 255
"""Characters of an address or a delivery's id that every database keeps."""
LONGEST_LANGUAGE = 35
TRIES = 5
"""A busy machine's database may put a delivery off (503), but not each time."""
LONGEST_BODY = 10_000
"""Batches of a thousand are read by the contract; here they would only take time."""

pytestmark = pytest.mark.parametrize("name", NAMES)


def contract_of(name: str) -> ChannelContract:
    """The channel's own contract, which knows how its provider signs and what it sends."""
    module = importlib.import_module(f"test_{name}")
    (found,) = (
        cls
        for cls in vars(module).values()
        if isinstance(cls, type) and issubclass(cls, ChannelContract) and cls is not ChannelContract
    )
    return found()


def cases(name: str, count: int) -> Iterator[tuple[int, Random]]:
    """The numbers of cases, each with what its case is drawn from."""
    random = Random()
    for number in range(count):
        random.seed(f"{SEED}/{name}/{number}")
        yield number, random


def as_received(delivery: Delivery) -> Delivery:
    """With headers as the gateway has them."""
    return replace(delivery, headers=CIMultiDict(delivery.headers))


def bodies_of(contract: ChannelContract) -> list[bytes]:
    every = [body for body, _ in contract.recordings()] + [contract.message("hello", "d1")]
    return [body for body in every if len(body) <= LONGEST_BODY]


def believed(channel: Channel, delivery: Delivery) -> bool:
    try:
        channel.verify(delivery)
    except Forged as error:
        assert str(error)
        return False
    return True


def credentials_of(channel: Channel, good: Delivery) -> dict[str, str]:
    """The headers without which the delivery is not believed."""
    found = {}
    for name, value in good.headers.items():
        without = CIMultiDict(good.headers)
        del without[name]
        if not believed(channel, replace(good, headers=without)):
            found[name] = value
    return found


def test_no_forged_delivery_is_believed(name: str, show: Show) -> None:
    """What is believed has a signature that the provider made, over just what it was made over;
    the order and case of headers are nothing to it."""
    contract = contract_of(name)
    channel = contract.opened()
    signed = [as_received(contract.signed(body)) for body in bodies_of(contract)]
    credentials = [credentials_of(channel, good) for good in signed]
    counted: Counter[str] = Counter()
    for number, random in cases(name, EACH // 2):
        good = random.choice(signed)
        if number % 16 == 0:
            assert believed(channel, shuffled_headers(random, good)), number
            counted["passed on"] += 1
            continue
        forged = changed_delivery(random, good, signed)
        if not believed(channel, forged):
            counted["refused"] += 1
            continue
        assert any(
            contract.signed_content(forged) == contract.signed_content(one)
            and all(value in forged.headers.get(name, "") for name, value in shown.items())
            for one, shown in zip(signed, credentials, strict=True)
        ), (number, forged)
        counted["the same"] += 1
    assert all(credentials)
    assert counted["refused"] > EACH // 16
    show(f"{name}: forged", counted)


def test_no_signed_delivery_breaks_its_reader(name: str, show: Show) -> None:
    """Read or malformed; a message that is read can be kept, and is the same when read again."""
    contract = contract_of(name)
    channel = contract.opened()
    bodies = bodies_of(contract)
    counted: Counter[str] = Counter()
    for number, random in cases(name, EACH - EACH // 2):
        delivery = as_received(contract.signed(changed_body(random, random.choice(bodies), bodies)))
        if not believed(channel, delivery):
            assert contract.proves_what_is_said, (number, delivery)
            continue
        try:
            messages, _ = read(channel, delivery)
            if isinstance(channel, Notifier):
                told(channel, delivery)
        except Malformed as error:
            assert str(error)
            counted["malformed"] += 1
            continue
        except Exception as error:
            raise AssertionError((number, delivery.body[:2000])) from error
        for message in messages:
            assert can_be_kept(message, name), (number, message)
        assert ids(messages) == ids(channel.parse(delivery)), (number, delivery)
        counted["said" if messages else "nothing said"] += 1
    assert set(counted) == {"malformed", "said", "nothing said"}
    show(f"{name}: read", counted)


def can_be_kept(message: InboundMessage, name: str) -> bool:
    """Whether its names fit every database; Reception takes any text."""
    names = (message.address, message.delivery_id)
    optional = [one for one in (message.payload, message.picked, message.language) if one]
    return (
        message.channel == name
        and all(0 < len(one) <= LONGEST_NAME for one in names)
        and len(message.language or "") <= LONGEST_LANGUAGE
        and all(is_storable(one) for one in (*names, *optional))
        and isinstance(message.text, str)
    )


def is_storable(value: str) -> bool:
    """Whether every database takes it: no NUL, no half of a character."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in value


def ids(messages: Any) -> list[tuple[str, str, str]]:
    return [(one.address, one.delivery_id, one.text) for one in messages]


def test_no_answer_of_a_provider_breaks_its_judge(name: str, show: Show) -> None:
    """A sender that broke would send nothing more to anybody."""
    contract = contract_of(name)
    channel = contract.opened()
    answers = [contract.accepted(), *JUDGED]
    statuses = (200, 201, 202, 204, 301, 400, 403, 404, 410, 413, 429, 500, 503, 599)
    counted: Counter[str] = Counter()
    for number, random in cases(name, EACH // 10):
        body = changed_body(random, random.choice(answers), answers)
        headers = CIMultiDict({"Retry-After": random.choice((*JUNK, "3", "1.5"))})
        status = random.choice(statuses)
        try:
            verdict = channel.judge(status, headers, body)
        except Exception as error:
            raise AssertionError((number, status, body[:2000])) from error
        assert isinstance(verdict, Sent | Later | Refused)
        assert not isinstance(verdict, Later) or (verdict.seconds or 0) >= 0, number
        counted[type(verdict).__name__] += 1
    show(f"{name}: judged", counted)


JUDGED = (
    b'{"ok": false, "error": "ratelimited", "parameters": {"retry_after": 17}}',
    b'{"error": {"code": 130429, "message": "x"}, "result": {"message_id": 1}}',
    b'{"messages": [{"id": "wamid.9"}], "message_id": "m_1", "code": 21610, "sid": "SM9"}',
)


async def test_the_door_has_an_answer_to_everything(
    name: str, connect: ConnectChannel, provider: LoopbackProvider, show: Show
) -> None:
    """2xx, 400 or 401, through HTTP and into the database; never a fault of ours."""
    contract = contract_of(name)
    contract.attend(provider)
    client = await connect(name, contract.settings(provider.url), session_burst=EACH)
    bodies = bodies_of(contract)
    signed = [contract.signed(body) for body in bodies]
    counted: Counter[str] = Counter()
    for number, random in cases(name, EACH // 40):
        if number % 3:
            delivery = contract.signed(changed_body(random, random.choice(bodies), bodies))
        else:
            delivery = changed_delivery(random, random.choice(signed), signed)
        headers = {k: v for k, v in delivery.headers.items() if v.isprintable() and len(v) < 4000}
        path = webhook_address(name, "")
        for _ in range(TRIES):
            async with client.post(path, data=delivery.body, headers=headers) as response:
                status = response.status
            if status != 503:
                break
        assert status in (200, 202, 400, 401), (number, delivery)
        counted[str(status)] += 1
    show(f"{name}: at the door", counted)
