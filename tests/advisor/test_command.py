"""Every `advisor` command over a small published edition: results, JSON, and how faults read."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result
from whole_assistant import WholeAssistant

from advisor.checks import LEAST_FREE_MEGABYTES
from advisor.command import app
from advisor.sample import MAPPING, PROGRAMS
from advisor.settings import load_settings
from advisor.training import model_path

COMMANDS = (
    (),
    ("serve",),
    ("ask",),
    ("chat",),
    ("import",),
    ("conflicts",),
    ("publish",),
    ("editions",),
    ("editions", "list"),
    ("editions", "roll-back"),
    ("train",),
    ("doctor",),
    ("settings",),
)
PAGE = """---
id: bike-shed
title: Bike shed
effective_from: 2026-07-01
last_verified: 2026-10-01
---
## Opening hours

The bike shed opens at 06:40 and closes at 22:10. A key costs $17.
"""
ANSWER_TYPES = {
    "text": str,
    "kind": str,
    "citations": list,
    "confidence": float,
    "abstained": bool,
    "edition": str,
    "milliseconds": float,
}
CITATION_TYPES: dict[str, Any] = {
    "title": str,
    "url": str,
    "quote": str,
    "effective_from": str | None,
    "effective_to": str | None,
}


def run(*words: str) -> Result:
    """`advisor WORDS` in this process, so that the encoder is loaded once for all."""
    return CliRunner().invoke(app, list(words))


def complaint(result: Result) -> str:
    """The last line of a command that failed, which is its error, without a stack trace."""
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    *_, last = result.stderr.splitlines()
    assert "Traceback" not in result.stderr
    assert result.stderr.count("error: ") == 1
    assert last.startswith("error: ")
    return last


def settle_in(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let commands find no settings but these: a state folder in ``folder``, which is current."""
    for name in ("ADVISOR_SETTINGS", "ADVISOR_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ADVISOR_STATE", str(folder / "state"))
    monkeypatch.chdir(folder)


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which nothing was imported yet."""
    settle_in(monkeypatch, tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def published_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one page and three programs published."""
    folder = tmp_path_factory.mktemp("published")
    (folder / "bike-shed.md").write_text(PAGE, encoding="utf-8")
    (folder / "programs.csv").write_text(catalog(3), encoding="utf-8")
    with pytest.MonkeyPatch.context() as monkeypatch:
        settle_in(monkeypatch, folder)
        for words in (
            ("import", "bike-shed.md"),
            ("import", "programs.csv", "--map", str(MAPPING)),
            ("publish",),
        ):
            done = run(*words)
            assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def published(published_once: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same folder, current, for commands that leave its editions as they are."""
    settle_in(monkeypatch, published_once)
    return published_once


def catalog(programs: int, *changes: tuple[int, str, str]) -> str:
    """The head of the sample's CSV file, with (row, column, value) changed."""
    with PROGRAMS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[: programs + 1]
    for row, column, value in changes:
        rows[row][rows[0].index(column)] = value
    quoted = [[f'"{cell}"' for cell in row] for row in rows]
    return "\n".join(",".join(row) for row in quoted) + "\n"


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words) or "advisor")
def test_every_command_explains_itself(words: tuple[str, ...]) -> None:
    """`--help` says in sentences what the command does, and explains each option."""
    done = run(*words, "--help")
    assert done.exit_code == 0
    assert "Usage:" in done.stdout
    assert done.stdout.count(".") >= 2


def test_a_word_that_is_no_command_is_refused() -> None:
    """Exit code 2 and no stack trace, as for any wrong use."""
    done = run("anser", "what does it cost")
    assert done.exit_code == 2
    assert "anser" in done.stderr


def test_ask_json_is_one_object_with_the_promised_keys(published: Path) -> None:
    """Keys and types that scripts rely on, the quote, and its dates."""
    done = run("ask", "when does the bike shed open", "--json")
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    for key, kind in ANSWER_TYPES.items():
        assert isinstance(answer[key], kind), key
    for citation in answer["citations"]:
        for key, kind in CITATION_TYPES.items():
            assert isinstance(citation[key], kind), key
    assert answer["kind"] == "quote"
    assert answer["abstained"] is False
    assert 0 < answer["confidence"] <= 1
    assert answer["milliseconds"] > 0
    assert "06:40" in answer["text"]
    first = answer["citations"][0]
    assert first["title"] == "Bike shed › Opening hours"
    assert "06:40" in first["quote"]
    assert "/sources/bike-shed#" in first["url"]
    assert (first["effective_from"], first["effective_to"]) == ("2026-07-01", None)


def test_ask_json_abstains_with_the_same_keys(published: Path) -> None:
    """What is not published is said so, without sources."""
    answer = json.loads(run("ask", "who is the captain of the rowing team", "--json").stdout)
    for key, kind in ANSWER_TYPES.items():
        assert isinstance(answer[key], kind), key
    assert answer["abstained"] is True
    assert answer["kind"] == "unknown"
    assert answer["citations"] == []


def test_ask_for_a_person_shows_text_and_source(published: Path) -> None:
    """Words, where they stand, and the edition."""
    done = run("ask", "what does a key of the bike shed cost")
    assert done.exit_code == 0
    assert "$17" in done.stdout
    assert "[1] Bike shed › Opening hours" in done.stdout
    assert "edition" in done.stdout


def test_ask_with_history_stays_on_the_subject(published: Path) -> None:
    """The same words mean another program when another one was talked about."""
    with PROGRAMS.open(encoding="utf-8", newline="") as file:
        programs = list(csv.DictReader(file))[:3]
    for program in programs:
        turns = [
            {"role": "user", "utterance": f"tell me about {program['title']}"},
            {"role": "agent", "utterance": f"**{program['title']}** {program['summary']}"},
        ]
        history = published / "history.jsonl"
        history.write_text("\n".join(map(json.dumps, turns)) + "\n", encoding="utf-8")
        done = run("ask", "how much does it cost?", "--json", "--history", str(history))
        answer = json.loads(done.stdout)
        assert answer["citations"][0]["title"].startswith(program["title"]), program["title"]
        assert f"${int(program['tuition_usd']):,}" in answer["text"]


@pytest.mark.parametrize(
    "line",
    ['{"role": "user"}', '{"role": "pope", "utterance": "hm"}', "not json", "[1]", '"text"'],
)
def test_a_bad_line_of_history_is_named(published: Path, line: str) -> None:
    """File, line, and what a line has to look like."""
    history = published / "bad.jsonl"
    history.write_text(f'{{"role": "user", "utterance": "hello"}}\n{line}\n', encoding="utf-8")
    said = complaint(run("ask", "what does it cost", "--history", str(history)))
    assert "bad.jsonl line 2" in said
    assert '"utterance"' in said


def test_a_missing_history_is_named(published: Path) -> None:
    """The path, in one line."""
    assert "nowhere.jsonl" in complaint(run("ask", "what", "--history", "nowhere.jsonl"))


def test_without_an_edition_nothing_is_answered(empty: Path) -> None:
    """One line that names the commands which mend it, with `--json` too."""
    for words in (("ask", "what does it cost"), ("ask", "what does it cost", "--json")):
        said = complaint(run(*words))
        assert "advisor import" in said
        assert "advisor publish" in said


def test_nothing_to_publish_is_one_line(empty: Path) -> None:
    """It says to import first."""
    assert "advisor import" in complaint(run("publish"))


def test_a_dry_run_says_what_would_change_and_changes_nothing(empty: Path) -> None:
    """The report is that of a real import; publishing afterwards finds nothing."""
    (empty / "page.md").write_text(PAGE, encoding="utf-8")
    done = run("import", "page.md", "--dry-run", "--json")
    (report,) = json.loads(done.stdout)
    assert report["dry_run"] is True
    assert report["added"] == ["bike-shed"]
    assert report["format"] == "markdown"
    assert "would be 1 added" in run("import", "page.md", "--dry-run").stdout
    complaint(run("publish"))


def test_an_import_reports_what_changed(empty: Path) -> None:
    """Added, then unchanged, then one changed and one removed."""
    source = ("import", "programs.csv", "--map", str(MAPPING), "--json")
    (empty / "programs.csv").write_text(catalog(3), encoding="utf-8")
    (first,) = json.loads(run(*source).stdout)
    assert len(first["added"]) == 3
    (second,) = json.loads(run(*source).stdout)
    assert second["unchanged"] == first["added"]
    (empty / "programs.csv").write_text(catalog(3, (1, "tuition_usd", "1")), encoding="utf-8")
    (third,) = json.loads(run(*source).stdout)
    assert (third["changed"], third["removed"]) == (first["added"][:1], [])
    (empty / "programs.csv").write_text(catalog(2, (1, "tuition_usd", "1")), encoding="utf-8")
    (fourth,) = json.loads(run(*source).stdout)
    assert (fourth["added"], fourth["removed"]) == ([], first["added"][2:])


def test_bad_rows_are_named_and_the_good_ones_taken(empty: Path) -> None:
    """Row, field, value and what is allowed, for a person and for a script."""
    bad = catalog(3, (1, "tuition_usd", "a lot"), (3, "effective_from", "next spring"))
    (empty / "programs.csv").write_text(bad, encoding="utf-8")
    done = run("import", "programs.csv", "--map", str(MAPPING))
    assert done.exit_code == 0
    lines = [line for line in done.stderr.splitlines() if "skipped" in line]
    assert len(lines) == 2
    assert "2 skipped" in done.stdout
    for line, row, field, value in (
        (lines[0], "2", "tuition_usd", "a lot"),
        (lines[1], "4", "effective_from", "next spring"),
    ):
        assert "programs.csv" in line
        assert row in line
        assert field in line
        assert value in line
        assert "allowed: " in line

    (report,) = json.loads(run("import", "programs.csv", "--map", str(MAPPING), "--json").stdout)
    assert len(report["unchanged"]) == 1
    assert [item["value"] for item in report["skipped"]] == ["a lot", "next spring"]
    assert all(item["allowed"] and item["field"] and item["where"] for item in report["skipped"])


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("nowhere.csv",), "nowhere.csv"),
        (("page.md", "--as", "parchment"), "parchment"),
        (("page.md", "--map", "nowhere.toml"), "nowhere.toml"),
    ],
)
def test_an_import_that_cannot_be_is_one_line(
    empty: Path, words: tuple[str, ...], named: str
) -> None:
    """A missing file, a format that does not exist, a missing mapping file."""
    (empty / "page.md").write_text(PAGE, encoding="utf-8")
    assert named in complaint(run("import", *words))


def test_editions_are_listed_and_rolled_back(empty: Path) -> None:
    """One of them is live; a roll-back brings the earlier words back at once."""
    page = empty / "page.md"
    ids = []
    for price in ("$17", "$18"):
        page.write_text(PAGE.replace("$17", price), encoding="utf-8")
        assert run("import", "page.md").exit_code == 0
        ids.append(json.loads(run("publish", "--json").stdout)["id"])
    listed = json.loads(run("editions", "list", "--json").stdout)
    assert {e["id"]: e["current"] for e in listed} == {ids[0]: False, ids[1]: True}
    assert set(ids) <= set(run("editions").stdout.split())

    assert run("editions", "roll-back", ids[0]).exit_code == 0
    assert "$17" in run("ask", "what does a key of the bike shed cost").stdout
    listed = json.loads(run("editions", "list", "--json").stdout)
    assert [e["id"] for e in listed if e["current"]] == ids[:1]


def test_an_edition_that_does_not_exist_is_one_line(published: Path) -> None:
    """It names those that do."""
    known = json.loads(run("editions", "list", "--json").stdout)[0]["id"]
    said = complaint(run("editions", "roll-back", "20000101T000000-abcdef"))
    assert "20000101T000000-abcdef" in said
    assert known in said


def test_doctor_says_how_to_mend_each_broken_part(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 1; whatever is broken names its remedy; a process that is off is a note."""
    monkeypatch.setenv("ADVISOR_BOT__FOLDER", str(empty / "bot"))
    monkeypatch.setenv("ADVISOR_KNOWLEDGE_BASE__ENCODER", str(empty / "no-model"))
    done = run("doctor", "--json")
    assert done.exit_code == 1, done.output
    found = json.loads(done.stdout)
    checks = {check["part"]: check for check in found}
    assert len(checks) == len(found)
    broken = {part for part, check in checks.items() if check["ok"] is False}
    assert {"bot environment", "model", "database", "content", "encoder"} <= broken
    for part in broken:
        assert checks[part]["mend"], part
        assert checks[part]["found"], part
    assert checks["gateway"]["ok"] in (None, True)
    assert checks["python"]["ok"] is True
    needed = f"{LEAST_FREE_MEGABYTES} MB are needed to start"
    found_free = rf"\d+ MB are free on the disk of {empty}\S*; {needed}"
    assert re.fullmatch(found_free, checks["disk"]["found"])

    done = run("doctor")
    assert done.exit_code == 1
    assert done.stdout.count("→") >= len(broken)


def test_doctor_names_a_damaged_edition(empty: Path) -> None:
    """A file of the live edition that was changed is found by its hash."""
    (empty / "page.md").write_text(PAGE, encoding="utf-8")
    run("import", "page.md")
    edition = json.loads(run("publish", "--json").stdout)["id"]
    damaged = empty / "state" / "editions" / edition / "vectors.faiss"
    damaged.write_bytes(damaged.read_bytes() + b"\0")
    checks = {c["part"]: c for c in json.loads(run("doctor", "--json").stdout)}
    assert checks["content"]["ok"] is False
    assert "vectors.faiss" in checks["content"]["found"]
    assert "vectors.faiss" in complaint(run("ask", "what does a key cost"))


def test_training_is_skipped_when_a_model_fits(empty: Path) -> None:
    """The model's time stays, and the report says that nothing was trained."""
    model = model_path(load_settings())
    model.parent.mkdir(parents=True)
    model.write_bytes(b"a model of these very files")
    done = run("train", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {"model": str(model), "trained": False}
    assert "already fits" in run("train").stdout
    assert model.read_bytes() == b"a model of these very files"


@pytest.mark.bot
def test_files_that_cannot_be_trained_are_one_error(whole: WholeAssistant, tmp_path: Path) -> None:
    """Rasa's last words stand below one line; no model and no draft is left behind."""
    bot = tmp_path / "bot"
    bot.mkdir()
    (bot / ".venv").symlink_to(whole.folder / "bot" / ".venv")
    (bot / "config.yml").write_text("recipe: parchment.v1\n", encoding="utf-8")
    state = tmp_path / "state"
    done = whole.run("train", ADVISOR_BOT__FOLDER=str(bot), ADVISOR_STATE=str(state))
    assert done.returncode == 1
    assert "error: Rasa could not train a model" in done.stderr
    assert [path for path in state.rglob("*") if path.is_file()] == []


@pytest.mark.bot
def test_chat_answers_in_the_terminal(whole: WholeAssistant) -> None:
    """Lines in, answers with sources out, a follow-up on the subject; the end of input ends it."""
    with PROGRAMS.open(encoding="utf-8", newline="") as file:
        program = next(csv.DictReader(file))
    typed = f"How much does {program['title']} cost?\nwhen does it start?\n"
    done = whole.run("chat", typed=typed)
    assert done.returncode == 0, done.stderr
    assert f"${int(program['tuition_usd']):,}" in done.stdout
    assert done.stdout.count("[1] ") >= 2
    assert done.stdout.count(f"[1] {program['title']}") == 2


def test_chat_without_a_gateway_is_one_line(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the address and the command that starts one."""
    monkeypatch.setenv("ADVISOR_GATEWAY__PORT", "9")
    said = complaint(run("chat"))
    assert "http://127.0.0.1:9" in said
    assert "make serve" in said
