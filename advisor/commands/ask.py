"""`advisor ask`: one question to the knowledge base, without the dialogue."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markdown import Markdown

from advisor.console import out, print_json, step
from advisor.measuring.lines import read_lines
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
    shape = '{"role": "user" or "agent", "utterance": "…"}'
    return tuple(read_lines(path, _utterance, shape))


def _utterance(_: int, turn: dict[str, Any]) -> Utterance:
    role, text = turn["role"], turn["utterance"]
    if role not in {"user", "agent"} or not isinstance(text, str):
        raise ValueError("no such role, or no text")
    return Utterance(role, text)


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
