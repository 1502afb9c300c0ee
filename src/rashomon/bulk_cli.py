"""`rashomon bulk`: a whole archive into Parquet."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rashomon._run import REFUSED
from rashomon._terminal import printable

if TYPE_CHECKING:
    from rashomon.bulk.engines import Engine
    from rashomon.bulk.manifest import Counts
    from rashomon.bulk.running import Progress

_EVERY_SECONDS = 20.0  # between lines of progress where nobody looks at a terminal
_STOPPED = 130
_CHANGED = {
    "rashomon": "another version of Rashomon",
    "model": "another model",
    "tables": "other tables or rules of reading",
    "libraries": "other versions of libraries",
    "max_chars": "another --max-chars",
    "fields": "another --field",
    "publisher": "another --publisher",
    "reader": "another choice about --read-all",
}


def bulk(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT...",
            show_default=False,
            help="JSON Lines, CSV, Parquet or WARC files, folders of them, patterns, or addresses such as "
            "s3://bucket/*.parquet.",
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="Folder of the tables.", show_default=False)
    ],
    workers: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Processes. Default: one for each core.", show_default=False),
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            show_default=False,
            help="Read on a Ray cluster: its address, or auto. All of it must see DIR and local inputs.",
        ),
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=COLUMN",
            show_default=False,
            help="What the files call a field of a report: text=body. May be given several times.",
        ),
    ] = None,
    publisher: Annotated[
        str | None, typer.Option(metavar="NAME", help="Publisher of reports that do not name theirs.")
    ] = None,
    sample: Annotated[
        int, typer.Option(min=0, metavar="N", help="Read only N reports, spread over the archive. 0: all.")
    ] = 0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be read and how long it would take here.")
    ] = False,
    incidents: Annotated[
        bool, typer.Option("--incidents/--no-incidents", help="Join the claims into incidents as well.")
    ] = True,
    shard_kb: Annotated[int, typer.Option(min=1, metavar="KB", help="Size of a shard.")] = 1024,
    read_all: Annotated[
        bool,
        typer.Option(
            "--read-all",
            help="Show the model everything, also what cannot hold a political event at a first look.",
        ),
    ] = False,
    patience: Annotated[
        float, typer.Option(min=1, metavar="SECONDS", help="Time that one report may take.")
    ] = 300.0,
    max_chars: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, show_default=False, help="Refuse a text of more characters."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Read a whole archive into Parquet: claims, incidents and reports, a folder a month.

    Stopped or killed, it goes on where it was when the same command is given
    again. A report that cannot be read is in the table `refused` with the
    cause, and stops nothing; the status is 1 where a whole file or shard could
    not be read.
    """
    from rashomon.bulk.options import LOOKING_READER, READER, Options
    from rashomon.bulk.running import run
    from rashomon.exports.phrases import counted
    from rashomon.reading.intake import limit_of

    options = Options(
        max_chars=limit_of(max_chars),
        shard_bytes=shard_kb * 1024,
        fields=_fields(field or []),
        publisher=publisher,
        sample=sample,
        patience=patience,
        incidents=incidents,
        reader=READER if read_all else LOOKING_READER,
    )
    count = workers or _cores()
    meter = _Meter(quiet=quiet)
    try:
        if dry_run:
            _say_what_would_be(inputs, out, options, count, _engine(count, ray), meter)
            return
        if not quiet:
            _say_what_changed(out, options)
        done = run(inputs, out, options, _engine(count, ray), meter, count)
    except KeyboardInterrupt:
        typer.echo("\nStopped. What is finished is kept: the same command goes on from there.", err=True)
        raise typer.Exit(_STOPPED) from None
    finally:
        meter.close()
    manifest = done.manifest
    for line in manifest.not_read:
        typer.echo(f"rashomon: {printable(line)}", err=True)
    _say_counts(manifest.counts)
    if done.shards_read:
        rate = f", {done.words_read / done.seconds:,.0f} words a second" if done.words_read else ""
        typer.echo(f"{counted(done.shards_read, 'shard')} read in {_span(done.seconds)}{rate}")
    else:
        typer.echo("Nothing was left to read: all shards were finished before.")
    typer.echo(f"{printable(str(out))}: claims, incidents, reports, refused, and manifest.json")
    if manifest.counts.refused and not manifest.counts.reports:
        _say_why_nothing(out)
    if manifest.not_read or (manifest.counts.refused and not manifest.counts.reports):
        raise typer.Exit(REFUSED)


def _engine(workers: int, ray: str | None) -> Callable[[], Engine]:
    def make() -> Engine:
        if ray is not None:
            from rashomon.bulk.ray_engine import RayEngine

            return RayEngine(ray)
        from rashomon.bulk.pool import Pool

        return Pool(workers)

    return make


def _fields(given: list[str]) -> dict[str, str]:
    pairs = {}
    for entry in given:
        field, mark, column = entry.partition("=")
        if not (field and mark and column):
            raise typer.BadParameter(f"{printable(entry)!r}: write --field text=COLUMN")
        pairs[field] = column
    return pairs


def _say_counts(counts: Counts) -> None:
    from rashomon.exports.phrases import counted

    typer.echo(
        f"{counted(counts.reports, 'report')} ({counts.copies:,} of them copies, read once), "
        f"{counted(counts.claims, 'claim')}, {counted(counts.incidents, 'incident')}"
    )
    if counts.repeats:
        typer.echo(f"{counted(counts.repeats, 'record')} came again, word for word, and left out")
    if counts.refused:
        causes = ", ".join(f"{count:,} {cause}" for cause, count in counts.refusals.items())
        typer.echo(f"{counted(counts.refused, 'record')} not read, see the table `refused`: {causes}")


def _say_why_nothing(out: Path) -> None:
    """Where nothing at all could be read, the first cause says most."""
    import pyarrow.parquet as pq

    first = pq.read_table(out / "refused" / "part-0000.parquet").slice(0, 1).to_pylist()[0]
    why = f"no report could be read; the first: {first['file']}, {first['where']}: {first['what']}"
    typer.echo(f"rashomon: {printable(why)}", err=True)


def _say_what_changed(out: Path, options: Options) -> None:
    """A folder that another version or other settings filled is read anew: that is told before, not after."""
    from rashomon.bulk import manifest
    from rashomon.bulk.options import recipe

    before = manifest.load(out)
    if before is None:
        return
    now = recipe(options)
    changed = [_CHANGED[name] for name in _CHANGED if before.recipe.get(name) != now.get(name)]
    if changed:
        typer.echo(
            f"{printable(str(out))}: made with {', '.join(changed)}, so all is read again",
            err=True,
        )


def _say_what_would_be(
    inputs: list[str],
    out: Path,
    options: Options,
    workers: int,
    engine: Callable[[], Engine],
    meter: _Meter,
) -> None:
    from rashomon.bulk.dry import look
    from rashomon.exports.phrases import counted

    with tempfile.TemporaryDirectory() as folder:
        seen = look(inputs, out, Path(folder), options, engine, meter)
    meter.close()
    for line in seen.not_read:
        typer.echo(f"rashomon: {printable(line)}", err=True)
    typer.echo(
        f"{counted(seen.files, 'file')} in {counted(seen.shards, 'shard')}: "
        f"{counted(seen.records, 'record')}, of which {counted(seen.own, 'report')} would be read "
        f"({counted(seen.words, 'word')})"
    )
    typer.echo(
        f"not read: {counted(seen.copies, 'copy', 'copies')} of others, "
        f"{counted(seen.repeats, 'record')} word for word met before, "
        f"{seen.left_out:,} not in the sample, {seen.broken:,} that cannot be reports"
    )
    if seen.words_a_second:
        typer.echo(
            f"{seen.tried:,} of them were read for a trial: {seen.words_a_second:,.0f} words a second in one "
            f"process. With {workers}: {_span(seen.words / seen.words_a_second / workers)} or more."
        )
    raise typer.Exit(REFUSED if seen.not_read else 0)


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def _span(seconds: float) -> str:
    """A span of time in words: 2 h 05 min."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours:,} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


class _Meter:
    """How far it is: a line that is written over on a terminal, else a line now and then."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._terminal = sys.stderr.isatty()
        self._told = time.monotonic()
        self._open = False

    def __call__(self, at: Progress) -> None:
        now = time.monotonic()
        if self._quiet or now - self._told < (0.5 if self._terminal else _EVERY_SECONDS):
            return
        self._told = now
        line = _progress_line(at)
        if self._terminal:
            sys.stderr.write(f"\r\x1b[K{line}")
            sys.stderr.flush()
            self._open = True
        else:
            typer.echo(line, err=True)

    def close(self) -> None:
        """End the line."""
        if self._open:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._open = False


_UNITS = {"looking": "shards", "comparing": "claims", "joining": "incidents"}


def _progress_line(at: Progress) -> str:
    if at.stage == "reading" and not at.done:
        return f"reading: 0 of {at.total:,} reports, model and tables are loaded"
    unit = _UNITS.get(at.stage, "reports")
    parts = [f"{at.stage}: {at.done:,}" + (f" of {at.total:,}" if at.total else "") + f" {unit}"]
    if at.stage == "reading" and at.seconds > 0:
        parts.append(f"{at.done / at.seconds:,.1f} a second ({at.words / at.seconds:,.0f} words)")
        if at.done:
            parts.append(f"{100 * at.copies / at.done:.0f}% copies")
        parts.append(f"{at.refused:,} refused")
    if at.left is not None:
        parts.append(f"{_span(at.left)} left")
    return ", ".join(parts)


if TYPE_CHECKING:
    from rashomon.bulk.options import Options

__all__ = ["bulk"]
