"""The `advisor` command: one file a subcommand, errors said in one line."""

from __future__ import annotations

import sys

import typer
from typer.core import TyperGroup

from advisor.commands import ask, chat, content, doctor, editions, serve, settings, train
from advisor.console import complain
from advisor.errors import AdvisorError
from knowledge_base.errors import KnowledgeBaseError

_FULL_DISK = 28
"""errno ENOSPC."""


class _PlainErrors(TyperGroup):
    """Turns every expected error into one line and exit code 1; no stack trace reaches a person."""

    def invoke(self, ctx: object) -> object:
        try:
            return super().invoke(ctx)  # type: ignore[arg-type]
        except (AdvisorError, KnowledgeBaseError) as error:
            complain(str(error))
        except OSError as error:
            if error.errno == _FULL_DISK:
                complain(
                    f"the disk is full: {error.filename or 'no space left'}; free some and retry"
                )
            else:
                complain(f"{error.filename or 'the system'}: {error.strerror or error}")
        except KeyboardInterrupt:
            sys.exit(130)
        sys.exit(1)


app = typer.Typer(
    cls=_PlainErrors,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="An assistant that answers prospective students' questions about micro-credentials, "
    "with the source and its date beside every claim.",
)
for module in (serve, ask, chat, content, editions, train, doctor, settings):
    module.add_to(app)
