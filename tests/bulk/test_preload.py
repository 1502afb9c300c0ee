"""What the mother of the reading processes has read before they are copied from it."""

from __future__ import annotations

import subprocess
import sys

LOADED = """
import rashomon.bulk.preload
from rashomon.bulk.options import READER
from rashomon.bulk.reading import _READERS
from rashomon.knowledge import actors, places
print(READER in _READERS, actors._spells.cache_info().currsize)
"""


def test_model_and_tables_are_read_before_processes_are_copied() -> None:
    """Above all the table that polars reads: a copy of a process must not start it again."""
    said = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["True", "1"]
