"""What the tests of bulk reading share: a small archive, and one run over it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow")
for folder in Path(__file__).parents[:2]:  # the processes of the pool look for the fakes here too
    sys.path.insert(0, str(folder))

from bulk_fakes import Reports  # noqa: E402

from rashomon.bulk import Options, Summary, run  # noqa: E402
from rashomon.bulk.pool import Pool  # noqa: E402


@pytest.fixture
def bulk(tmp_path: Path) -> Callable[..., Summary]:
    """One bulk reading with a fake reader, in small shards."""

    def go(*inputs: Path | str, out: str = "out", workers: int = 2, **settings: Any) -> Summary:
        chosen = {"max_chars": 10_000, "shard_bytes": 1500, "reader": "bulk_fakes:dangerous"} | settings
        given = [str(each) for each in inputs]
        return run(given, tmp_path / out, Options(**chosen), lambda: Pool(workers))

    return go


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Reports]:
    """The rows of a table of the output."""

    def read(name: str, out: str = "out") -> Reports:
        import pyarrow.parquet as pq

        return [
            row
            for path in sorted((tmp_path / out / name).rglob("*.parquet"))
            for row in pq.read_table(path, partitioning=None).to_pylist()
        ]

    return read
