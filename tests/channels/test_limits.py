"""Buckets refill, windows slide, and neither grows without bound."""

from __future__ import annotations

from aiohttp.test_utils import make_mocked_request

from channels.limits import KEYS_KEPT, Buckets, Tries
from channels.peer import peer_address


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The time now."""
        return self.now


def test_a_bucket_gives_its_burst_and_refills() -> None:
    """Three at once, then one every two seconds; another key has its own bucket."""
    clock = Clock()
    buckets = Buckets(3, 30, clock)
    assert [buckets.take("a") for _ in range(4)] == [True, True, True, False]
    assert buckets.take("b")
    clock.now = 1.9
    assert not buckets.take("a")
    clock.now = 2.0
    assert [buckets.take("a") for _ in range(2)] == [True, False]
    clock.now = 1000
    assert [buckets.take("a") for _ in range(4)] == [True, True, True, False]


def test_full_buckets_are_forgotten() -> None:
    """A flood of one-time senders does not fill the memory."""
    clock = Clock()
    buckets = Buckets(2, 60, clock)
    for number in range(3 * KEYS_KEPT):
        clock.now += 0.01
        buckets.take(str(number))
    assert len(buckets._levels) <= KEYS_KEPT + 1


def test_tries_are_counted_exactly() -> None:
    """Five within five minutes, not one more at any edge; a success starts over."""
    clock = Clock()
    tries = Tries(5, 300, clock)
    for minute in range(5):
        clock.now = minute * 60
        assert tries.allowed("a")
    clock.now = 299
    assert not tries.allowed("a")
    clock.now = 300
    assert [tries.allowed("a") for _ in range(2)] == [True, False]
    tries.forget("a")
    assert tries.allowed("a")


def test_the_sender_is_the_hop_before_the_trusted_proxies() -> None:
    """What a sender writes into X-Forwarded-For itself is not believed."""
    request = make_mocked_request(
        "GET", "/", headers={"X-Forwarded-For": "1.1.1.1, 2.2.2.2, 3.3.3.3"}
    )
    assert peer_address(request, 1) == "3.3.3.3"
    assert peer_address(request, 2) == "2.2.2.2"
    assert peer_address(request, 0) not in ("1.1.1.1", "2.2.2.2", "3.3.3.3")
    assert peer_address(request, 5) == peer_address(request, 0)
