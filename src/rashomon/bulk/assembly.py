"""From the rows of all shards to the tables: a folder a month, sorted within, with statistics.

Rows are put away month by month in runs, so memory does not grow with the archive; a month that is too
large to sort at once is sorted some days at a time.
"""

from __future__ import annotations

import datetime
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rashomon.bulk.files import digest, swap
from rashomon.bulk.tables import Record, Table, arrow, month

AT_ONCE = 20_000
"""Records that are held before they are put away."""
MOST = 400_000
"""Records that are sorted at once."""
ROW_GROUP = 50_000


class Writer:
    """One table while it is made, in a folder of its own that takes its place when all is there."""

    def __init__(self, table: Table, out: Path) -> None:
        self._table, self._place = table, out / table.name
        self._new = out / f".{table.name}.new"
        self._runs_at = out / f".{table.name}.runs"
        for folder in (self._new, self._runs_at):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        self._held: dict[str, list[Record]] = defaultdict(list)
        self._count = self._flushes = 0
        self._runs: dict[str, list[Path]] = defaultdict(list)
        self._days: dict[str, dict[datetime.date | None, int]] = defaultdict(lambda: defaultdict(int))

    def add(self, record: Record) -> None:
        """One record more."""
        of = record[self._table.day]
        name = month(of)
        self._held[name].append(record)
        self._days[name][of] += 1
        self._count += 1
        if self._count >= AT_ONCE:
            self._put_away()

    def finish(self) -> dict[str, dict[str, Any]]:
        """Write the table; the files that it has, each with its number of rows and its SHA-256."""
        self._put_away()
        made = {}
        for name in sorted(self._runs):
            folder = self._new / f"month={name}"
            folder.mkdir()
            for number, piece in enumerate(self._pieces(name)):
                path = folder / f"part-{number:04d}.parquet"
                write(piece, path)
                address = (Path(self._table.name) / path.relative_to(self._new)).as_posix()
                made[address] = {"rows": piece.num_rows, "sha256": digest(path)}
        swap(self._new, self._place)
        shutil.rmtree(self._runs_at)
        return made

    def _put_away(self) -> None:
        arrow()
        import pyarrow.parquet as pq

        for name, records in self._held.items():
            path = self._runs_at / f"{name}-{self._flushes:06d}.parquet"
            pq.write_table(self._arrow_of(records), path, compression="lz4")
            self._runs[name].append(path)
        self._held.clear()
        self._count = 0
        self._flushes += 1

    def _arrow_of(self, records: list[Record]) -> Any:
        pa = arrow()
        schema = self._table.schema
        for name in self._table.order:  # a column to sort by need not be one to keep
            if schema.get_field_index(name) < 0:
                schema = schema.append(pa.field(name, pa.int64()))
        return pa.Table.from_pylist(records, schema=schema)

    def _pieces(self, name: str) -> Iterator[Any]:
        """A month in sorted pieces, one after the other in its order."""
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        pa = arrow()
        for days in _batches(self._days[name]):
            parts = []
            for path in self._runs[name]:
                run = pq.read_table(path)
                column = run[self._table.day]
                if None not in days and len(days) < len(self._days[name]):
                    run = run.filter(pc.is_in(column, pa.array(sorted(d for d in days if d), pa.date32())))
                if run.num_rows:
                    parts.append(run)
            whole = pa.concat_tables(parts)
            whole = whole.sort_by([(column, "ascending") for column in self._table.order])
            yield whole.select(self._table.schema.names)


def _batches(days: dict[datetime.date | None, int]) -> Iterator[set[datetime.date | None]]:
    """Days that are sorted together."""
    batch: set[datetime.date | None] = set()
    size = 0
    for of in sorted(days, key=lambda each: each or datetime.date.min):
        if batch and size + days[of] > MOST:
            yield batch
            batch, size = set(), 0
        batch.add(of)
        size += days[of]
    if batch:
        yield batch


def write(table: Any, path: Path) -> None:
    """A Parquet file, on the disk when this returns."""
    import os

    import pyarrow.parquet as pq

    pq.write_table(
        table, path, compression="zstd", row_group_size=ROW_GROUP, write_statistics=True,
        write_page_index=True, store_schema=False,
    )  # fmt: skip
    with path.open("rb") as file:
        os.fsync(file.fileno())


def write_refused(records: Iterable[Record], out: Path) -> dict[str, dict[str, Any]]:
    """The table of what was not read, in one file."""
    from rashomon.bulk.tables import refused_schema

    pa = arrow()
    new = out / ".refused.new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    path = new / "part-0000.parquet"
    table = pa.Table.from_pylist(list(records), schema=refused_schema())
    write(table.sort_by([("file", "ascending"), ("where", "ascending")]), path)
    made = {"refused/part-0000.parquet": {"rows": table.num_rows, "sha256": digest(path)}}
    swap(new, out / "refused")
    return made


__all__ = ["Writer", "write_refused"]
