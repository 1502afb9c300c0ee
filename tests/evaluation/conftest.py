"""The folder of the gold sets, where a machine has them."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("RASHOMON_GOLD", Path(__file__).resolve().parents[3] / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The gold sets; without them the test is skipped, and says so."""
    if not (SHARED / "accounts").is_dir():
        told = (
            f"GOLD SETS NOT FOUND at {SHARED}: nothing is measured here (set RASHOMON_GOLD to their folder)"
        )
        warnings.warn(told, stacklevel=1)
        pytest.skip(told)
    return SHARED


@pytest.fixture
def story_file(tmp_path: Path) -> Path:
    """The ferry story of `eval_fakes` as a file."""
    from eval_fakes import STORY

    path = tmp_path / "ferry-toll.yaml"
    path.write_text(STORY, encoding="utf-8")
    return path
