"""`advisor find`: the programs of the published catalog that meet a wish."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from advisor.console import out, print_json, step
from advisor.settings import load_settings
from knowledge_base.catalog_query import Findings, Match

_SHOWN = 20
"""Programs that are listed of each kind; the JSON object has them all."""


def add_to(app: typer.Typer) -> None:
    """Add `find`."""
    app.command()(find)


def find(
    wish: Annotated[str, typer.Argument(help='Such as "online, under $500, starts before March".')],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List exactly the published programs that meet a wish, and what was understood of it.

    Programs of which the catalog does not say are listed apart; when none matches, the nearest
    are named with what would have to change.
    """
    from advisor.library import knowledge_base  # noqa: PLC0415  # brings the encoder

    library = knowledge_base(load_settings())
    with step("searching the catalog"):
        found = asyncio.run(library.find(wish))
    if as_json:
        print_json(found.to_wire())
    else:
        _show(found)


def _show(found: Findings) -> None:
    for condition in found.conditions:
        _say(f"  · {condition}")
    if found.order:
        _say(f"  · {found.order}")
    if found.not_understood:
        _say(f"not understood: {', '.join(found.not_understood)}")
    if not found.understood:
        _say("nothing to search by; name a subject, a price, a date or a way of delivery")
        return
    _say(f"{found.total} of the published programs match")
    _list(found.matches)
    if found.unknown:
        _say(f"{len(found.unknown)} more might: the catalog does not say")
        _list(found.unknown)
    for relaxation in found.relaxations:
        _say(f"{relaxation.total} if you take {relaxation.change}")
        _list(relaxation.nearest)


def _list(matches: tuple[Match, ...]) -> None:
    for match in matches[:_SHOWN]:
        _say(f"    {match.id}  {match.title}")
    if len(matches) > _SHOWN:
        _say(f"    and {len(matches) - _SHOWN} more; --json lists them all")


def _say(text: str) -> None:
    out.print(text, markup=False, soft_wrap=True)
