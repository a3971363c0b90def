"""The action server: finds the actions of this folder, and serves them on loopback."""

from __future__ import annotations

import importlib
import inspect
import logging
import pkgutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager

from rasa_sdk import Action
from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic import Sanic

import actions
from actions.executor import DEADLINE, HonestExecutor
from actions.library import Library

logger = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"


def action_classes() -> Iterator[type[Action]]:
    """Every `Action` that a module of this folder defines, by module name."""
    for found in pkgutil.iter_modules(actions.__path__):
        module = importlib.import_module(f"{actions.__name__}.{found.name}")
        for _, cls in inspect.getmembers(module, inspect.isclass):
            if issubclass(cls, Action) and cls.__module__ == module.__name__:
                yield cls


def build_executor(library: Library, deadline: float = DEADLINE) -> ActionExecutor:
    """An executor with one instance of every action, all of them on ``library``."""
    executor = HonestExecutor(deadline)
    for cls in action_classes():
        executor.register_action(cls(library))
    return executor


async def serve(
    open_library: Callable[[], AbstractAsyncContextManager[Library]],
    *,
    port: int,
    host: str = LOOPBACK,
    deadline: float = DEADLINE,
) -> None:
    """Serves ``POST /webhook`` and ``GET /health`` in this process until it is cancelled.

    Listens only once the library is open. Nobody is asked who they are, so ``host`` must be an
    address that only the bot can reach. Raises OSError when the port is taken.
    """
    # The SDK warns at every call that Rasa 3.6 is not 3.21; the tests show that they agree.
    warnings.filterwarnings("ignore", message="Your versions of rasa and")
    async with open_library() as library:
        app = create_app(build_executor(library, deadline), cors_origins=[])
        Sanic.unregister_app(app)  # the SDK's one name would allow one server a process
        app.config.TOUCHUP = False  # Sanic rewrites its own methods, which works once a process
        server = await app.create_server(
            host=host, port=port, access_log=False, return_asyncio_server=True
        )
        if server is None:
            raise OSError(f"the action server could not listen on {host}:{port}")
        await server.startup()
        logger.info("action server listens on %s:%s", host, port)
        try:
            await server.serve_forever()
        finally:
            server.close()
            await server.wait_closed()
