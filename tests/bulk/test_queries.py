"""The queries of the documentation run over what bulk reading writes, in DuckDB as they stand there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bulk_fakes import reports, write_lines

from rashomon.bulk import Summary

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def tables(bulk: Callable[..., Summary], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    given = reports(30)
    given[3]["text"] = " "
    bulk(write_lines(tmp_path / "a.jsonl", given), out="tables")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "tables"


def test_there_are_ten() -> None:
    assert len(QUERIES) == 10


def test_queries_run(tables: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    found = [duckdb.sql(query).fetchall() for query in QUERIES]
    months, voices = found[0], found[1]
    assert sum(row[-1] for row in months) == 29
    assert ("publisher", "The Harbour Post", 29) in voices
    assert len(found[7]) == 29  # every claim leads back to its file
    assert found[8] == [("The Harbour Post", 29, 0.0)]
    assert [row[0] for row in found[9]] == ["EmptyText"]


def test_polars_reads_the_folders(tables: Path) -> None:
    import polars as pl

    claims = pl.scan_parquet(f"{tables}/claims/**/*.parquet", hive_partitioning=True)
    per_month = claims.group_by("month").agg(pl.len()).sort("month").collect()
    assert per_month["month"].to_list() == ["2021-04", "2021-05", "2021-06"]
    assert claims.select(pl.col("quote").struct.field("text")).collect().height == 29


def test_files_have_statistics_and_are_sorted(tables: Path) -> None:
    import pyarrow.parquet as pq

    for path in (tables / "claims").rglob("*.parquet"):
        file = pq.ParquetFile(path)
        day = file.schema_arrow.names.index("published")
        statistics = file.metadata.row_group(0).column(day).statistics
        assert statistics.has_min_max
        days = file.read(["published"])["published"].to_pylist()
        assert days == sorted(days)
        assert (statistics.min, statistics.max) == (days[0], days[-1])
