"""Changes deliveries as accidents and forgers do, so that what reads them can be tried on millions.

Everything is drawn from one `random.Random`, so that a case is made again from its number.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlencode

from multidict import CIMultiDict

from channels.delivery.channel import Delivery

JUNK = (
    *("", " ", "0", "-1", "null", "é", "\udcff", "\x00", "v1,", "v0=", "sha256=", "Bearer "),
    *("1e9", "٣٣", "0x10", "9" * 13, "9" * 400, "A" * 5000, "..", "application/json"),
    *("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"),
)
"""Values of headers and queries that have broken somebody's verifier."""
WRONG = (
    *(None, True, False, 0, -1, 1.5, 2**63, 10**400, float("inf"), float("nan"), "", " ", "x"),
    *("\x00", "\ud83d", "\udcff", "é" * 300, "7" * 300, "/restart", "<@U1>", "\u202e"),
    *([], [None], [[]], {}, {"id": {}}, [{"id": 1}], {"": ""}),
)
"""What stands where something else is expected."""
DEEP = 100_000
"""Brackets inside each other; Python's reader of JSON gives up long before."""


def changed_delivery(random: Random, good: Delivery, others: Sequence[Delivery]) -> Delivery:
    """One or two changes of a signed delivery, by somebody who cannot sign."""
    forged = good
    for _ in range(random.choice((1, 1, 2))):
        forged = random.choice(_FORGERIES)(random, forged, others)
    return forged


def shuffled_headers(random: Random, good: Delivery) -> Delivery:
    """The same delivery as another proxy would pass it on: order and case of names are nothing."""
    headers = list(good.headers.items())
    random.shuffle(headers)
    names: Sequence[Callable[[str], str]] = (str.lower, str.upper, str.title)
    return replace(good, headers=CIMultiDict((random.choice(names)(k), v) for k, v in headers))


def changed_body(random: Random, body: bytes, others: Sequence[bytes]) -> bytes:
    """A body with one to three changes, of its meaning or of its bytes."""
    for _ in range(random.choice((1, 1, 2, 3))):
        change = random.choice((_changed_meaning, _changed_meaning, _changed_bytes))
        body = change(random, body, others)
    return body


# -- deliveries --------------------------------------------------------------------------------


def _other_body(random: Random, good: Delivery, others: Sequence[Delivery]) -> Delivery:
    return replace(good, body=changed_body(random, good.body, [other.body for other in others]))


def _spliced(random: Random, good: Delivery, others: Sequence[Delivery]) -> Delivery:
    return replace(good, body=random.choice(others).body)


def _changed_header(random: Random, good: Delivery, others: Sequence[Delivery]) -> Delivery:
    headers = CIMultiDict(good.headers)
    if not headers:
        return good
    name = random.choice(list(headers))
    value = headers[name]
    match random.randrange(7):
        case 0:
            del headers[name]
        case 1:
            headers[name] = random.choice(JUNK)
        case 2:
            headers[name] = random.choice(JUNK) + value[random.randrange(len(value) + 1) :]
        case 3:
            headers[name] = value[: random.randrange(len(value) + 1)]
        case 4:
            headers[name] = _flipped(random, value)
        case 5:
            headers[name] = random.choice(list(headers.values()))
        case 6:
            headers[name] = random.choice(others).headers.get(name, "")
    return replace(good, headers=headers)


def _changed_address(random: Random, good: Delivery, _others: Sequence[Delivery]) -> Delivery:
    name = random.choice(("x", "hub.verify_token", "hub.challenge", "bodySHA256", "%ff", "token"))
    sign = "&" if "?" in good.url else "?"
    query = urlencode({name: random.choice(JUNK)}, errors="replace")
    return replace(good, url=f"{good.url}{sign}{query}")


def _other_method(random: Random, good: Delivery, _others: Sequence[Delivery]) -> Delivery:
    return replace(good, method="GET" if good.method == "POST" else "POST")


def _flipped(random: Random, value: str) -> str:
    if not value:
        return "x"
    at = random.randrange(len(value))
    return value[:at] + chr(ord(value[at]) ^ 1 << random.randrange(7)) + value[at + 1 :]


_FORGERIES = (
    *(_other_body, _other_body, _spliced, _changed_header, _changed_header, _changed_header),
    *(_changed_address, _other_method),
)


# -- bodies ------------------------------------------------------------------------------------


def _changed_bytes(random: Random, body: bytes, others: Sequence[bytes]) -> bytes:
    at, to = sorted(random.randrange(len(body) + 1) for _ in range(2))
    match random.randrange(6):
        case 0 if body:
            at = min(at, len(body) - 1)
            return body[:at] + bytes([body[at] ^ 1 << random.randrange(8)]) + body[at + 1 :]
        case 1:
            return body[:at]
        case 2:
            return body[:at] + body[to:]
        case 3:
            return body[:to] + body[at:]
        case 4:
            return body[:at] + random.randbytes(random.randrange(1, 9)) + body[at:]
        case _:
            return body[:at] + random.choice(others)[to:]


def _changed_meaning(random: Random, body: bytes, others: Sequence[bytes]) -> bytes:
    """The JSON, or the form, with something else at one place of it."""
    try:
        tree = json.loads(body)
    except (ValueError, RecursionError):
        return _changed_form(random, body, others)
    if random.randrange(2000) == 0:
        return b'{"a":' * DEEP if random.randrange(2) else b"[" * DEEP + b"]" * DEEP
    return json.dumps(_changed_tree(random, tree)).encode()


def _changed_form(random: Random, body: bytes, others: Sequence[bytes]) -> bytes:
    fields = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    if not fields:
        return _changed_bytes(random, body, others)
    at = random.randrange(len(fields))
    name, value = fields[at]
    match random.randrange(6):
        case 0:
            del fields[at]
        case 1:
            fields.insert(random.randrange(len(fields) + 1), fields[at])
        case 2:
            fields.append((name, random.choice(JUNK)))
        case 3:
            random.shuffle(fields)
        case _ if value.startswith("{"):
            value = _changed_meaning(random, value.encode(), others).decode("utf-8", "replace")
            fields[at] = name, value
        case _:
            fields[at] = name, random.choice(JUNK)
    return urlencode(fields, errors="replace").encode()


def _changed_tree(random: Random, tree: Any) -> Any:
    """A copy in which one place, drawn at any depth, is another."""
    inside = list(tree) if isinstance(tree, dict) else range(len(tree)) if _is_list(tree) else ()
    if not inside or random.randrange(6) == 0:
        return _other_value(random, tree)
    place = random.choice(inside)
    copy = tree.copy()
    match random.randrange(8):
        case 0:
            del copy[place]
        case 1 if _is_list(tree):
            copy.insert(place, tree[place])
        case 2 if not _is_list(tree):
            copy[random.choice(("id", "text", "type", "data"))] = tree[place]
        case _:
            copy[place] = _changed_tree(random, tree[place])
    return copy


def _other_value(random: Random, value: Any) -> Any:
    if random.randrange(4) == 0:
        return random.choice(([value], {"id": value}, [value, value], str(value)))
    return random.choice(WRONG)


def _is_list(tree: Any) -> bool:
    return isinstance(tree, list)
