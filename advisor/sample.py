"""Where the fictional sample institution's content is."""

from pathlib import Path

import knowledge_base

_FOLDER = Path(knowledge_base.__file__).parent / "sample"
PROGRAMS = _FOLDER / "programs.csv"
MAPPING = _FOLDER / "programs.toml"
EQUIVALENCIES = _FOLDER / "equivalencies.csv"
AID_RULES = _FOLDER / "aid-rules.toml"
POLICIES = _FOLDER / "policies"
