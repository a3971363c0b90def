"""`advisor ask`: one question to the knowledge base, without the dialogue."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markdown import Markdown

from advisor.console import out, print_json, step
from advisor.errors import SettingsError
from advisor.settings import load_settings
from knowledge_base.model import Answer, Utterance


def add_to(app: typer.Typer) -> None:
    """Add `ask`."""
    app.command()(ask)


def ask(
    question: Annotated[str, typer.Argument(help="What a student would ask.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    history: Annotated[
        Path | None,
        typer.Option(
            help="Earlier turns, oldest first: JSON lines, `role` (user, agent) and `utterance`.",
        ),
    ] = None,
) -> None:
    """Answer a question from the published edition, with sources.

    The JSON object has text, kind, citations (title, url, quote, effective_from, effective_to,
    last_verified), facts (name, value, unit, program, citation), confidence, abstained, edition and
    milliseconds.
    """
    from advisor.library import knowledge_base  # noqa: PLC0415  # brings the encoder

    settings = load_settings()
    earlier = read_history(history) if history else ()
    library = knowledge_base(settings)
    with step("looking it up"):
        answer = asyncio.run(library.ask(question, earlier))
    if as_json:
        print_json(answer.to_wire())
    else:
        _show(answer)


def read_history(path: Path) -> tuple[Utterance, ...]:
    """Utterances of a JSON-lines file. Raises SettingsError with the line that is wrong."""
    found = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            turn = json.loads(line)
            role, text = turn["role"], turn["utterance"]
        except (json.JSONDecodeError, KeyError, TypeError):
            role, text = None, None
        if role not in {"user", "agent"} or not isinstance(text, str):
            raise SettingsError(
                f'{path} line {number}: write {{"role": "user" or "agent", "utterance": "…"}}'
            )
        found.append(Utterance(role, text))
    return tuple(found)


def _show(answer: Answer) -> None:
    out.print(Markdown(answer.text))
    for number, citation in enumerate(answer.citations, 1):
        out.print(f"[{number}] {citation.title}\n    {citation.url}", soft_wrap=True, markup=False)
    for topic in answer.nearest:
        out.print(f"  - {topic.label}", markup=False)
    out.print(
        f"[dim]confidence {answer.confidence:.2f}, edition {answer.edition}, "
        f"{answer.milliseconds:.0f} ms[/]"
    )
