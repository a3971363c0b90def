"""What the gateway counts about itself, in a Prometheus registry of its own."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client import Enum as States

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
"""Bounds around what a turn takes: tens of milliseconds in Rasa, the deadline at the top."""


class Metrics:
    """Counters and gauges; no label ever holds a text or a name of a student."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.messages = Counter(
            "advisor_messages", "Messages accepted", ["channel"], registry=self.registry
        )
        self.repeats = Counter(
            "advisor_repeated_deliveries",
            "Deliveries that had been handled before",
            ["channel"],
            registry=self.registry,
        )
        self.redactions = Counter(
            "advisor_redactions",
            "Identifiers and secrets removed from messages as they arrived",
            ["kind"],
            registry=self.registry,
        )
        self.deliveries = Counter(
            "advisor_deliveries",
            "Requests of providers, by what became of them",
            ["channel", "outcome"],
            registry=self.registry,
        )
        self.parts = Counter(
            "advisor_parts",
            "Parts of replies that were handed to providers, by what became of them",
            ["channel", "outcome"],
            registry=self.registry,
        )
        self.receipts = Counter(
            "advisor_receipts",
            "What providers told of parts that they had taken",
            ["channel", "status"],
            registry=self.registry,
        )
        self.segments = Counter(
            "advisor_segments",
            "Text messages that parts were billed as, where the provider says",
            ["channel"],
            registry=self.registry,
        )
        self.turns = Counter(
            "advisor_turns", "Turns ended", ["outcome", "reason"], registry=self.registry
        )
        self.turn_seconds = Histogram(
            "advisor_turn_seconds",
            "Seconds from acceptance to the recorded reply, split into gateway and bot",
            ["part"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.sockets = Gauge("advisor_sockets", "Open WebSockets", registry=self.registry)
        self.queue = Gauge(
            "advisor_queue_length", "Turns without an outcome", registry=self.registry
        )

        self.oldest = Gauge(
            "advisor_oldest_turn_seconds",
            "Seconds that the oldest turn without an outcome has waited",
            registry=self.registry,
        )
        self.breaker = States(
            "advisor_breaker",
            "Whether the bot is asked",
            states=["closed", "half-open", "open"],
            registry=self.registry,
        )

    def page(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self.registry)
