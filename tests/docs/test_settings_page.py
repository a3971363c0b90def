"""The page of settings says what the settings are."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel
from typer.testing import CliRunner

from advisor.command import app
from advisor.settings import PROJECT, Settings
from advisor.settings_page import SettingLine, page, setting_lines

LINES = list(setting_lines())


def sections() -> dict[str, type[BaseModel]]:
    """The model of each section of `advisor.toml`."""
    return {
        name: field.annotation
        for name, field in Settings.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    }


def test_the_page_in_docs_is_the_one_that_the_models_give() -> None:
    """A setting that is added, renamed or reworded shows in docs/settings.md."""
    kept = (PROJECT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert kept == page(), "docs/settings.md is old: advisor settings > docs/settings.md"


def test_the_command_prints_the_page() -> None:
    """What a shell writes into the file is the page, to the byte."""
    result = CliRunner().invoke(app, ["settings"])
    assert result.exit_code == 0
    assert result.output == page()


def test_every_setting_of_every_section_is_on_the_page() -> None:
    """No field of a model is left out, and none is invented."""
    of_sections = {
        (section, key) for section, model in sections().items() for key in model.model_fields
    }
    of_the_top = {("", key) for key in Settings.model_fields if key not in sections()}
    assert {(line.section, line.key) for line in LINES} == of_sections | of_the_top


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.environment)
def test_every_setting_has_a_docstring(line: SettingLine) -> None:
    """The words under a field tell an operator what it is for; a sentence, not a word."""
    assert line.meaning.endswith("."), f"write a docstring under {line.section}.{line.key}"
    assert len(line.meaning.split()) >= 3


def test_every_environment_variable_is_the_one_that_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Setting all variables that the page names changes just the settings that it says."""
    monkeypatch.chdir(tmp_path)
    texts = {line.environment: line for line in LINES if line.type in {"text", "path"}}
    for name, line in texts.items():
        is_address = line.key == "public_url"
        monkeypatch.setenv(name, "https://read.example" if is_address else f"read {name}")
    monkeypatch.setenv("ADVISOR_GATEWAY__ALLOWED_ORIGINS", json.dumps(["https://a.example"]))
    settings = Settings()
    for name, line in texts.items():
        place = getattr(settings, line.section) if line.section else settings
        assert str(getattr(place, line.key)) in {f"read {name}", "https://read.example"}, name
    assert settings.gateway.allowed_origins == ("https://a.example",)


def test_the_example_of_the_file_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The TOML on the page works as it stands."""
    example = page().split("```toml\n")[1].split("```")[0]
    (tmp_path / "advisor.toml").write_text(example, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    settings = Settings()
    assert (
        settings.gateway.model_dump().items()
        >= {
            "public_url": "https://advisor.example.edu",
            "allowed_origins": ("https://www.example.edu",),
        }.items()
    )
    assert tomllib.loads(example).keys() == {"gateway"}


def test_a_secret_shows_no_default_and_no_path_of_this_machine_is_on_the_page() -> None:
    """The page can be published: no secret, and no folder of the machine that wrote it."""
    token = next(line for line in LINES if (line.section, line.key) == ("bot", "token"))
    assert token.default == "(secret)"
    assert str(PROJECT) not in page()
