"""Looks up what is said beside a hand-over, which comes whatever becomes of the look-up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable

from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.model import Answer

logger = logging.getLogger(__name__)

SECONDS = 4.0
"""How long a hand-over waits for it: well within the time that an action has."""


async def alongside(lookup: Awaitable[Answer | None]) -> Answer | None:
    """What the look-up finds; None too when the knowledge base fails or is late."""
    try:
        async with asyncio.timeout(SECONDS):
            return await lookup
    except (KnowledgeBaseError, TimeoutError) as error:
        logger.warning("a hand-over goes without its look-up: %s", type(error).__name__)
        return None
