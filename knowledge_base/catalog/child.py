"""The process in which foreign bytes are parsed, so that a hostile file can end only this one."""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO, get_args

from pydantic import TypeAdapter

from knowledge_base.catalog.json_text import shown
from knowledge_base.catalog.mapping import Mapping
from knowledge_base.catalog.reader import Item
from knowledge_base.errors import SourceError
from knowledge_base.model import Skipped

try:
    import resource
except ImportError:  # Not on Windows: there only the parent's limits on time and output hold.
    resource = None  # type: ignore[assignment]

LONGEST_ITEM = 10_000_000
"""Bytes of one page or program as JSON: 2,000 pages of a PDF with 350 words each are 4 million."""
OPEN_FILES = 64
"""File descriptors: the source, the pipes and the libraries' own data need fewer than 20."""

_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    kind.__name__: TypeAdapter(kind) for kind in get_args(Item)
}


def to_line(item: Item, path: Path) -> str:
    """One line of JSON that `from_wire` takes back; what cannot be sent is told instead."""
    kind = type(item).__name__
    try:
        value = _ADAPTERS[kind].dump_json(item)
    except ValueError:  # Its kind in pydantic: PydanticSerializationError.
        return to_line(_refused(item, path, "holds half a character (a lone surrogate)"), path)
    if len(value) > LONGEST_ITEM:
        return to_line(
            _refused(item, path, f"is longer than {LONGEST_ITEM:,} bytes; split it"), path
        )
    return f'{{"kind": "{kind}", "value": {value.decode()}}}'


def _refused(item: Item, path: Path, reason: str) -> Skipped:
    """Why an item stays behind, in signs that can be sent."""
    if isinstance(item, Skipped):
        where, reason, field, value, allowed = map(
            shown, (item.where, item.reason, item.field, item.value, item.allowed)
        )
        return Skipped(where, reason, field, value, allowed, item.kept)
    return Skipped(f"{path.name} {shown(item.id)!r}", reason)


def from_wire(answer: dict[str, Any]) -> Item:
    """The item of a line. Raises KeyError or ValueError when it is none."""
    item: Item = _ADAPTERS[answer["kind"]].validate_python(answer["value"])
    return item


def main(memory_bytes: int) -> None:
    """Answer requests from standard input until it ends.

    A request is a line of JSON with `module` (one with a `READER`), `path`, `mapping` and
    `cpu_seconds`, the time on the processor that reading it may take. The answer is a line for each
    item, then `{"end": true}` or `{"error": …}`. Anything else that is raised ends the process with
    `{"failure": …}`.
    """
    answers = _own_output()
    _tell_failures(answers)
    _limit(memory_bytes)
    for line in sys.stdin:
        request = json.loads(line)
        _allow_time(request["cpu_seconds"])
        path = Path(request["path"])
        mapping = request["mapping"] and Mapping.model_validate(request["mapping"])
        reader = importlib.import_module(request["module"]).READER
        try:
            for item in reader.read(path, mapping):
                answers.write(to_line(item, path) + "\n")
            last: dict[str, Any] = {"end": True}
        except SourceError as error:
            last = {"error": type(error).__name__, "message": str(error)}
        answers.write(json.dumps(last) + "\n")
        answers.flush()


def _own_output() -> TextIO:
    """Standard output for answers alone: what a library prints goes nowhere."""
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return own


def _tell_failures(answers: TextIO) -> None:
    """Name what was raised instead of printing a stack trace."""

    def tell(kind: type[BaseException], _: BaseException, __: TracebackType | None) -> None:
        answers.write(json.dumps({"failure": kind.__name__}) + "\n")
        answers.flush()

    sys.excepthook = tell


def _limit(memory_bytes: int) -> None:
    """No more memory than this, no file written, no core dump."""
    if resource is None:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))


def _allow_time(cpu_seconds: int) -> None:
    """Let the next file use this much of the processor; then the system ends the process."""
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main(int(sys.argv[1]))
