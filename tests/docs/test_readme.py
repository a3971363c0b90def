"""What README and docs tell people to run, open and read exists."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import typer
from prometheus_client import Metric
from typer.core import TyperGroup

from advisor.command import app
from advisor.settings import PROJECT
from channels.metrics import Metrics
from knowledge_base.catalog import readers

PAGES = [
    *PROJECT.glob("*.md"),
    *(PROJECT / "docs").rglob("*.md"),
    PROJECT / "bot" / "README.md",
]
TOP = {path.name for path in PROJECT.iterdir()}
MADE_LATER = ("var/", "bot/.venv/", "bot/.rasa/")
"""What a start makes; a fresh clone has none of it."""
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.M | re.S)
CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(r"[\w.-]+(/[\w.-]+)*/?")


def name_of(page: Path) -> str:
    """The page's path in the repository."""
    return str(page.relative_to(PROJECT))


def prose(page: Path) -> str:
    """The page without its blocks of code."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def shell_lines(page: Path) -> list[str]:
    """Every line of every block of shell commands."""
    blocks = FENCE.findall(page.read_text(encoding="utf-8"))
    return [
        line.strip()
        for kind, text in blocks
        if kind == "sh"
        for line in text.splitlines()
        if line.strip()
    ]


def commands(page: Path, program: str) -> list[list[str]]:
    """Arguments of each call of a program: in blocks of shell commands, and in running text."""
    found = [*shell_lines(page), *CODE.findall(prose(page))]
    words = [
        shlex.split(line.partition(">")[0], comments=True) for line in found if program in line
    ]
    return [call[1:] for call in words if call and call[0].rpartition("/")[2] == program]


def parse(arguments: list[str]) -> None:
    """Let the real command parse the arguments, without running it; raises what it would say."""
    command = typer.main.get_command(app)
    context = typer.Context(command, info_name="advisor")
    while isinstance(command, TyperGroup) and arguments:
        name, *arguments = arguments
        inner = command.get_command(context, name)
        assert inner is not None, f"there is no command {name!r}"
        command = inner
    if not isinstance(command, TyperGroup):
        command.make_context(command.name, arguments, parent=context)


CALLS = [(name_of(page), call) for page in PAGES for call in commands(page, "advisor")]
TARGETS = [(name_of(page), call) for page in PAGES for call in commands(page, "make")]


@pytest.mark.parametrize(("page", "call"), CALLS, ids=lambda value: str(value)[:60])
def test_every_advisor_command_exists_with_its_options(page: str, call: list[str]) -> None:
    """The typer application itself accepts what a page tells people to type."""
    if call and call != ["…"]:
        parse(call)


def test_the_check_of_commands_notices_a_mistake() -> None:
    """A command or an option that does not exist does not pass."""
    for wrong in (["publsh"], ["ask"], ["ask", "x", "--jsn"], ["editions", "forget"]):
        with pytest.raises((AssertionError, typer.TyperException)):
            parse(wrong)


@pytest.mark.parametrize(("page", "call"), TARGETS, ids=lambda value: str(value)[:60])
def test_every_make_target_exists(page: str, call: list[str]) -> None:
    """`make X` on a page is a target of the Makefile."""
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    for target in call:
        assert re.search(rf"^{re.escape(target)}:", makefile, re.M), f"{page}: make {target}"


def anchors(page: Path) -> set[str]:
    """The addresses of a page's headings, as Markdown hosts make them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    """Files and headings that a page links to are there."""
    for link in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), f"{name_of(page)}: {link}"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{name_of(page)}: {link}"


def paths_in(page: Path) -> set[str]:
    """Words in code style that begin with a file or folder at the top of the project."""
    found = (text for text in CODE.findall(prose(page)) if PATH.fullmatch(text))
    return {text for text in found if text.split("/")[0] in TOP and not text.startswith(MADE_LATER)}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_path_that_is_named_exists(page: Path) -> None:
    """A file that was moved or renamed is noticed in the pages that speak of it."""
    ignored = {".venv", "advisor.toml", *(text.rstrip("/") for text in MADE_LATER)}
    missing = {
        text
        for text in paths_in(page)
        if text.split("/")[0] not in ignored
        and not any((place / text).exists() for place in (PROJECT, page.parent))
    }
    assert not missing, f"{name_of(page)} names what is not there: {sorted(missing)}"


def test_architecture_names_every_top_level_folder() -> None:
    """A new folder at the top of the project is put on the map."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    folders = {line.split("/")[0] for line in listed.splitlines() if "/" in line}
    text = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"^(\w+)/ ", text, flags=re.M))
    assert {folder for folder in folders if not folder.startswith(".")} <= shown


def test_architecture_draws_only_files_that_exist() -> None:
    """Every file in the picture of a message's way is somewhere in the project's code."""
    text = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
    picture = next(block for _, block in FENCE.findall(text) if "──▶" in block)
    drawn = set(re.findall(r"[\w/]+\.(?:py|js|yml)\b", picture))
    assert len(drawn) > 10
    places = (
        "actions",
        "knowledge_base",
        "channels",
        "channels/web/static",
        "knowledge_base/ranking",
    )
    places += ("bot/components", "bot/data")
    for name in drawn:
        assert any((PROJECT / place / name).is_file() for place in places), name


def test_operations_names_every_metric() -> None:
    """A counter that is added is explained, and none is explained that is not there."""
    page = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `(advisor_\w+)` \|", page, flags=re.M))
    counted = {exposed(metric) for metric in Metrics().registry.collect()}
    assert explained == counted


def exposed(metric: Metric) -> str:
    """A metric's name as its page shows it; counters end in `_total`."""
    return f"{metric.name}_total" if metric.type == "counter" else metric.name


def test_the_staff_guide_names_every_format() -> None:
    """The table of formats is the list of readers."""
    page = (PROJECT / "docs" / "guides" / "staff.md").read_text(encoding="utf-8")
    table = page.partition("## Formats")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, flags=re.M)) == set(readers())


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_page_names_a_machine(page: Path) -> None:
    """Pages speak of the project only: no folder of the machine that they were written on."""
    assert str(PROJECT) not in page.read_text(encoding="utf-8")
