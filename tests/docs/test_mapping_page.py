"""The page about mapping files names every key, and its examples are accepted."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from advisor.settings import PROJECT
from knowledge_base.catalog.mapping import Mapping

PAGE = (PROJECT / "docs" / "mapping-files.md").read_text(encoding="utf-8")
REQUIRED = '[fields]\nid = "id"\ntitle = "title"\n'


def models_within(annotation: Any) -> Iterator[type[BaseModel]]:
    """Models in an annotation such as ``tuple[Rule, ...]`` or ``Rule | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (tuple, Union, types.UnionType):
        for inner in get_args(annotation):
            yield from models_within(inner)


def section_of(name: str) -> str:
    """The part of the page whose heading names a section."""
    parts = re.split(r"^## ", PAGE, flags=re.M)[1:]
    found = [part for part in parts if re.search(rf"`\[+{name}\b", part.partition("\n")[0])]
    assert len(found) == 1, f"one heading of docs/mapping-files.md must name [{name}]"
    return found[0]


def keys_in_tables(text: str) -> set[str]:
    """What stands in the first cell of each row."""
    return set(re.findall(r"^\| `(\w+)` \|", text, flags=re.M))


def test_every_key_of_every_section_is_explained() -> None:
    """A key of the model that the page does not explain, or the reverse, is a failure."""
    simple = set()
    for name, field in Mapping.model_fields.items():
        models = list(models_within(field.annotation))
        for model in models:
            assert keys_in_tables(section_of(name)) == set(model.model_fields), name
        if not models and name != "values":
            simple.add(name)
    top = next(part for part in re.split(r"^## ", PAGE, flags=re.M) if part.startswith("Keys at"))
    assert keys_in_tables(top) == simple


@pytest.mark.parametrize("example", re.findall(r"```toml\n(.*?)```", PAGE, flags=re.S))
def test_every_example_is_a_mapping(example: str, tmp_path: Path) -> None:
    """Each block of TOML works, with the two required fields where it names none."""
    file = tmp_path / "map.toml"
    whole = example if "[fields]" in example else f"{example}\n{REQUIRED}"
    file.write_text(whole, encoding="utf-8")
    assert Mapping.load(file).fields.title == "title"
