"""One line of JSON for each event, on standard output; never what a student wrote."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from typing import TextIO, cast

import structlog


class LossyOutput:
    """Standard output that loses a line when the disk is full, rather than the work it tells of."""

    def __init__(self, name: str = "stdout") -> None:
        """``stderr`` is the other."""
        self._name = name

    def write(self, words: str) -> None:
        """As of a file."""
        with suppress(OSError):
            getattr(sys, self._name).write(words)

    def flush(self) -> None:
        """As of a file."""
        with suppress(OSError):
            getattr(sys, self._name).flush()


def log_to_standard_error() -> None:
    """Send our own events there, where a command's standard output is its result."""
    output = cast(TextIO, LossyOutput("stderr"))
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(output))


def log_to_standard_output() -> None:
    """Send our own events and those of libraries (warnings and worse) to standard output."""
    stamps: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *stamps,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, LossyOutput())),
    )
    handler = logging.StreamHandler(LossyOutput())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=structlog.processors.JSONRenderer(),
            foreign_pre_chain=[*stamps, structlog.processors.format_exc_info],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("actions").setLevel(logging.INFO)
