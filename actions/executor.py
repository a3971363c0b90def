"""Runs actions so that whatever goes wrong in one is said, in one word, instead of lost."""

from __future__ import annotations

import asyncio
import logging
import traceback
from typing import Any

from rasa_sdk.executor import ActionExecutor, ActionExecutorRunResult, CollectingDispatcher
from rasa_sdk.interfaces import (
    ActionExecutionRejection,
    ActionMissingDomainException,
    ActionNotFoundException,
)

from knowledge_base.errors import KnowledgeBaseError, NothingPublished
from languages.speech import speaking

logger = logging.getLogger(__name__)

DEADLINE = 10.0
"""Seconds an action may take: a student waits no longer, and Rasa gives up at 20."""


class HonestExecutor(ActionExecutor):  # type: ignore[misc]  # rasa-sdk has no types
    """rasa-sdk's executor with a deadline, and a `failure` payload for every error.

    An action speaks the language in which its turn was understood.

    The SDK answers an error with the whole request, student's words and all, and Rasa logs that.
    """

    def __init__(self, deadline: float = DEADLINE) -> None:
        super().__init__()
        self._deadline = deadline

    async def run(
        self,
        action_call: dict[str, Any],
        sink: asyncio.Queue[Any] | None = None,
        dispatcher: CollectingDispatcher | None = None,
    ) -> ActionExecutorRunResult | None:
        """Raises only what rasa-sdk's web application turns into an answer of its own."""
        name = action_call.get("next_action")
        try:
            async with asyncio.timeout(self._deadline):
                with speaking(_language(action_call)):
                    return await super().run(action_call, sink, dispatcher)
        except (ActionNotFoundException, ActionExecutionRejection, ActionMissingDomainException):
            raise
        except TimeoutError as error:
            _log(name, error)
            return _failure("timeout")
        except NothingPublished as error:
            _log(name, error)
            return _failure("nothing_published")
        except KnowledgeBaseError as error:
            _log(name, error)
            return _failure("knowledge_base")
        except Exception as error:  # noqa: BLE001  # the edge: every error becomes a failure reply
            _log(name, error)
            return _failure("unexpected")


def _language(action_call: dict[str, Any]) -> str | None:
    """The `language` that the bot found a turn to be in; a turn of a command has none."""
    latest = (action_call.get("tracker") or {}).get("latest_message") or {}
    language = latest.get("language")
    return language if isinstance(language, str) else None


def _failure(reason: str) -> ActionExecutorRunResult:
    dispatcher = CollectingDispatcher()
    dispatcher.utter_message(json_message={"type": "failure", "reason": reason})
    return ActionExecutorRunResult(events=[], responses=dispatcher.messages)


def _log(action: str | None, error: Exception) -> None:
    """Says what failed and where. The message of a foreign error may quote the student."""
    what = str(error) if isinstance(error, KnowledgeBaseError) else ""
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{f.name} ({f.filename}:{f.lineno})" for f in reversed(frames[-6:]))
    logger.error("%s failed: %s %s at %s", action, type(error).__name__, what, where)
