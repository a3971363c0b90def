"""Writes the page of every setting from the models that read them, so that neither can drift."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from advisor.settings import PROJECT, Settings

_HEAD = """\
# Settings

This page is written by `advisor settings`; `tests/docs/test_settings_page.py` fails when it is
out of date. Write it anew with `advisor settings > docs/settings.md`.

Every setting has a default, so that none must be set to try the assistant. A value is looked for
in this order, and the first one found counts:

1. the environment variable, `ADVISOR_SECTION__KEY` with two underscores after the section;
2. the key in `advisor.toml` in the folder the command is started in, or in the file that the
   environment variable `ADVISOR_SETTINGS` names;
3. the default.

In the environment a list is written as JSON: `ADVISOR_GATEWAY__ALLOWED_ORIGINS='["https://www.example.edu"]'`.
The same in `advisor.toml`:

```toml
[gateway]
public_url = "https://advisor.example.edu"
allowed_origins = ["https://www.example.edu"]
```

A key that does not exist, or a value that is not allowed, ends the command with one line for each
problem, naming the setting and the reason. Settings are read once, at the start: restart the
assistant after a change. A secret's default is never shown.
"""

_TYPES: dict[Any, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "`true` or `false`",
    Path: "path",
    date: "date",
}
_BOUNDS = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting: `key` as in `advisor.toml`, `section` empty for the top of the file."""

    section: str
    key: str
    environment: str
    type: str
    default: str
    meaning: str


def setting_lines() -> Iterator[SettingLine]:
    """Every setting, those at the top of the file first, then section by section."""
    sections: list[tuple[str, type[BaseModel]]] = []
    for name, field in Settings.model_fields.items():
        if _is_section(field):
            sections.append((name, field.annotation))  # type: ignore[arg-type]  # a model class
        else:
            yield _line("", name, field)
    for section, model in sections:
        for name, field in model.model_fields.items():
            yield _line(section, name, field)


def page() -> str:
    """The whole page in Markdown, ending with one line feed."""
    parts = [_HEAD]
    section = None
    for line in setting_lines():
        if line.section != section:
            section = line.section
            parts.append(_section_head(section))
        parts.append(
            f"| `{line.key}` | `{line.environment}` | {line.type} | {line.default} "
            f"| {line.meaning} |\n"
        )
    return "".join(parts)


def _section_head(section: str) -> str:
    title = f"`[{section}]`" if section else "Top of the file"
    words = _meaning(Settings.model_fields[section]) if section else ""
    about = f"{words}\n\n" if words else ""
    return (
        f"\n## {title}\n\n{about}"
        "| Key | Environment variable | Type | Default | Meaning |\n|---|---|---|---|---|\n"
    )


def _is_section(field: FieldInfo) -> bool:
    return isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)


def _line(section: str, key: str, field: FieldInfo) -> SettingLine:
    prefix, between = (
        Settings.model_config["env_prefix"],
        Settings.model_config["env_nested_delimiter"],
    )
    name = f"{section}{between}{key}" if section else key
    bounds = [
        f"{words} {getattr(rule, bound):g}"
        for rule in field.metadata
        for bound, words in _BOUNDS.items()
        if hasattr(rule, bound)
    ]
    return SettingLine(
        section=section,
        key=key,
        environment=f"{prefix}{name}".upper(),
        type=", ".join([_type(field.annotation), *_example(field), *bounds]),
        default="(secret)" if not field.repr else _default(field.default),
        meaning=_meaning(field),
    )


def _example(field: FieldInfo) -> list[str]:
    """What a value looks like whose form is fixed."""
    return [f"such as `{field.examples[0]}`"] if field.examples else []


def _type(annotation: Any) -> str:
    """The type in words. Raises KeyError for one that has no words yet."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is dict:
        return "sections"
    if origin is Literal:
        return " or ".join(f"`{one}`" if one else "empty" for one in inner)
    if origin in (Union, types.UnionType):
        return " or ".join(_type(one) for one in inner if one is not type(None))
    if origin is tuple:
        return f"list of {_type(inner[0])}s"
    return _TYPES[annotation]


def _default(value: Any) -> str:
    """The default as `advisor.toml` writes it; a path inside the project without the folder."""
    if value is None or value in ("", (), {}):
        return "empty"
    if isinstance(value, Path):
        inside = value.is_relative_to(PROJECT)
        return f"`{value.relative_to(PROJECT)}` of the project" if inside else f"`{value}`"
    text = f'"{value}"' if isinstance(value, str) else f"{value}"
    return f"`{_cell(text)}`"


def _meaning(field: FieldInfo) -> str:
    return _cell(" ".join((field.description or "").split()))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
