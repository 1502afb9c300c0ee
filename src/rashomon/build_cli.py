"""`rashomon places build` and `rashomon actors build`: the tables of knowledge from full dumps.

Both work in parts: killed, they go on where they stopped when the same command is given again.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rashomon._terminal import printable

if TYPE_CHECKING:
    from rashomon.knowledge.build_parts import Tally

places = typer.Typer(no_args_is_help=True, help="The table of places: build it from a GeoNames dump.")
actors = typer.Typer(no_args_is_help=True, help="The tables of actors: build them from a Wikidata dump.")

_EVERY_SECONDS = 20.0  # between lines of progress where nobody looks at a terminal
_STOPPED = 130


def _home() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "rashomon"


Folder = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FOLDER",
        help="Where the table goes, and the parts until it is made. Default: ~/.local/share/rashomon.",
    ),
]
Keep = Annotated[
    bool,
    typer.Option(
        "--keep-parts", help="Keep the parts: a later build from the same dump need not read it again."
    ),
]


@places.command("build")
def build_places(
    dump: Annotated[
        Path,
        typer.Argument(
            metavar="DUMP", show_default=False, help="allCountries.zip, cities500.zip, XK.zip or the like."
        ),
    ],
    output: Folder = None,
    classes: Annotated[
        str,
        typer.Option(
            metavar="LETTERS",
            help="GeoNames feature classes to keep: A areas, P towns, H waters, L lands, S sites, T heights, "
            "V woods, R roads. Countries, regions and districts are always kept.",
        ),
    ] = "AHLPRSTV",
    keep: Keep = False,
) -> None:
    """Build the table of places from a GeoNames dump.

    admin1CodesASCII.txt, admin2Codes.txt, alternateNamesV2.zip and countryInfo.txt are used where they lie
    beside it.
    """
    if not classes or set(classes) - set("AHLPRSTUV"):
        raise typer.BadParameter(f"{printable(classes)!r} are no feature classes; use letters of AHLPRSTV")
    from rashomon.knowledge.build_places import build_from_dump

    folder = output or _home()
    target, parts = folder / "places.npz", folder / "parts"
    with _work(folder) as progress:
        built = build_from_dump(dump, target, parts, progress, classes)
    _report(built.tallies)
    for shop in () if keep else built.shops:
        shop.clear()
    size = target.stat().st_size / 1e6
    typer.echo(f"{target}: {built.places:,} places, {size:,.1f} MB")
    typer.echo(f"To read with it: export RASHOMON_PLACES={target}")


@actors.command("build")
def build_actors(
    dumps: Annotated[
        list[Path],
        typer.Argument(
            metavar="DUMP...",
            show_default=False,
            help="latest-all.json, .json.gz or .json.bz2; or several pieces of it, one entity a line.",
        ),
    ],
    output: Folder = None,
    sitelinks: Annotated[
        int, typer.Option(min=0, metavar="N", help="Persons and bodies need pages in at least N wikis.")
    ] = 3,
    since: Annotated[
        str, typer.Option(metavar="YEAR", help="Leave out terms of office that ended before.")
    ] = "1990",
    keep: Keep = False,
) -> None:
    """Build the tables of actors from a Wikidata dump: office holders, parties, armed groups, outlets."""
    if not (since.isdecimal() and len(since) == 4):
        raise typer.BadParameter(f"{printable(since)!r} is no year; write it as 1990")
    from rashomon.knowledge.build_wikidata import read, write

    folder = output or _home()
    parts, tables = folder / "parts", folder / "actors"
    with _work(folder) as progress:
        shops, tallies = read(dumps, parts, progress, sitelinks)
        sizes = write(shops, tables, since)
    _report(tallies)
    for shop in () if keep else shops:
        shop.clear()
    bodies = f"{sizes.actors:,} bodies and groups, {sizes.media:,} outlets"
    typer.echo(f"{tables}: {sizes.office_holders:,} terms of office, {bodies}")
    typer.echo(f"To read with them: export RASHOMON_ACTORS={tables}")


@contextmanager
def _work(folder: Path) -> Iterator[_Meter]:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with _Meter() as meter:
            yield meter
    except KeyboardInterrupt:
        typer.echo("\nStopped. What is finished is kept: the same command goes on from there.", err=True)
        raise typer.Exit(_STOPPED) from None


class _Meter:
    """How far a dump is read: a bar on a terminal, else a line now and then."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}", markup=False), BarColumn(), "{task.percentage:>5.1f}%",
                   TextColumn("{task.fields[lines]:,} lines"), TimeRemainingColumn())  # fmt: skip
        self._bar = Progress(*columns, console=Console(stderr=True))
        self._tasks: dict[str, TaskID] = {}
        self._terminal = sys.stderr.isatty()
        self._told = time.monotonic()

    def __enter__(self) -> _Meter:
        if self._terminal:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._terminal:
            self._bar.stop()

    def __call__(self, name: str, share: float, lines: int) -> None:
        name = printable(name)
        if self._terminal:
            if name not in self._tasks:
                self._tasks[name] = self._bar.add_task(name, total=1.0, lines=lines)
            self._bar.update(self._tasks[name], completed=share, lines=lines)
        elif share >= 1.0 or time.monotonic() - self._told > _EVERY_SECONDS:
            self._told = time.monotonic()
            typer.echo(f"{name}: {100 * share:.1f}%, {lines:,} lines", err=True)


def _report(tallies: dict[str, Tally]) -> None:
    for name, tally in tallies.items():
        resumed = f" ({tally.before:,} of them before it was stopped)" if tally.before else ""
        typer.echo(f"{printable(name)}: {tally.lines:,} lines{resumed}, {tally.kept:,} kept")
        if tally.broken:
            typer.echo(f"  {tally.broken:,} broken lines were left out, among them:", err=True)
            for example in tally.examples:
                typer.echo(f"    byte {example.at:,}: {printable(example.why)}", err=True)


__all__ = ["actors", "places"]
