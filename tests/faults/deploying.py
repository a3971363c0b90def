"""What tests of faults share: how they deploy, and how patient they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from benchmarks.traffic.deployment import Deployment

SETTLED_SECONDS = 90.0
"""Longer than any lease: what is not settled by then never will be."""

Deploy = Callable[..., Awaitable[Deployment]]
"""`await deploy(slowest_bot=0.1)`"""
