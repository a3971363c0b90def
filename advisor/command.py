"""The `advisor` command: one file a subcommand, errors said in one line."""

from __future__ import annotations

import sqlite3
import sys

import typer
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from typer.core import TyperGroup

from advisor.commands import (
    ask,
    channels,
    chat,
    content,
    doctor,
    editions,
    find,
    imports,
    measure,
    password,
    privacy,
    review,
    serve,
    settings,
    sources,
    train,
    workbench,
)
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
            complain(_system_words(error))
        except (SQLAlchemyError, sqlite3.Error) as error:
            complain(_database_words(error))
        except KeyboardInterrupt:
            sys.exit(130)
        sys.exit(1)


def _system_words(error: OSError) -> str:
    if error.errno == _FULL_DISK:
        return f"the disk is full: {error.filename or 'no space left'}; free some and retry"
    return f"{error.filename or 'the system'}: {error.strerror or error}"


def _database_words(error: SQLAlchemyError | sqlite3.Error) -> str:
    """What the driver says, without the statement that SQLAlchemy adds over many lines."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_FULL:
        return "the disk of the database is full; free some space and retry"
    first = (str(cause).splitlines() or [type(error).__name__])[0]
    return f"the database: {first}; check database_url and its disk, or run `advisor doctor`"


app = typer.Typer(
    cls=_PlainErrors,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="An assistant that answers prospective students' questions about micro-credentials, "
    "with the source and its date beside every claim.",
)
_MODULES = (
    serve,
    ask,
    find,
    channels,
    chat,
    imports,
    content,
    sources,
    editions,
    train,
    doctor,
    password,
    measure,
    privacy,
    review,
    settings,
    workbench,
)
for module in _MODULES:
    module.add_to(app)
