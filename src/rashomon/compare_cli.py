"""`rashomon compare`: reports set against each other, as matrices, as a page, or as lines for programs."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rashomon._run import Run
from rashomon._terminal import printable
from rashomon.options import (
    Columns,
    Files,
    MaxChars,
    Outlets,
    Output,
    Published,
    Publisher,
    Quiet,
    Title,
    homes_of,
)

if TYPE_CHECKING:
    from rashomon._stories import Gathered
    from rashomon.model import Reading

TOP = 3
"""Matrices that a terminal gets unless it asks for more."""


class CompareFormat(StrEnum):
    """What `compare` prints."""

    table = "table"
    jsonl = "jsonl"
    html = "html"
    matrix = "matrix"


_FORMAT_OF = {
    ".html": CompareFormat.html,
    ".htm": CompareFormat.html,
    ".jsonl": CompareFormat.jsonl,
    ".ndjson": CompareFormat.jsonl,
    ".json": CompareFormat.jsonl,
}


def compare(
    files: Files,
    form: Annotated[
        CompareFormat | None,
        typer.Option(
            "--format",
            "-f",
            show_default=False,
            help="table: incidents and matrices for people; html: a page, each cell linked to its words; "
            "jsonl: a line a report and a line a story for programs; matrix: a line of JSON a matrix. "
            "Default: table on a terminal, html for a file so named, else jsonl.",
        ),
    ] = None,
    top: Annotated[
        int,
        typer.Option(metavar="N", min=0, help="Matrices in the table: the N with the most voices."),
    ] = TOP,
    apart: Annotated[
        bool,
        typer.Option("--apart", help="A matrix for each incident, also where several are of one operation."),
    ] = False,
    group: Annotated[
        bool,
        typer.Option(
            "--group",
            "-g",
            help="Find out which reports tell one story, and compare those. Reports that name their story "
            "keep it.",
        ),
    ] = False,
    outlet: Outlets = None,
    published: Published = None,
    publisher: Publisher = None,
    title: Title = None,
    max_chars: MaxChars = None,
    columns: Columns = None,
    to: Output = None,
    quiet: Quiet = False,
) -> None:
    """Compare reports: which facts each voice asserts, denies, hedges or leaves out, side by side.

    Reports are of one story where their field `story` is the same, or absent; with --group, stories are found
    for those where it is absent.
    """
    chosen = form or _default_format(to)
    homes = homes_of(outlet)
    with Run(files, published, publisher, title, max_chars, to, quiet, columns) as run:
        if chosen is CompareFormat.jsonl:
            _lines(run, _readings(run, group))
            return
        from rashomon.comparison import compare as set_side_by_side

        comparisons = set_side_by_side(_readings(run, group), apart=apart, homes=homes)
        if chosen is CompareFormat.html:
            from rashomon.exports.matrix_page import render_comparisons

            run.write(render_comparisons(comparisons).encode("utf-8", "replace"))
        elif chosen is CompareFormat.matrix:
            from rashomon.exports.jsonl import matrix_line

            for comparison in comparisons:
                for picture in comparison.pictures:
                    run.write(matrix_line(comparison.story, picture) + b"\n")
        else:
            from rashomon.exports.matrix_table import print_comparison

            for comparison in comparisons:
                run.draw(lambda console, told=comparison: print_comparison(told, console, top))  # type: ignore[misc]


def _default_format(to: Path | None) -> CompareFormat:
    if to is not None:
        suffix = to.suffix.lower()
        if suffix not in _FORMAT_OF:
            raise typer.BadParameter(
                f"{printable(str(to))} says nothing of its form: name it .html or .jsonl, or say --format; "
                "`rashomon export` writes CSV, Parquet and others",
                param_hint="--output",
            )
        return _FORMAT_OF[suffix]
    return CompareFormat.table if sys.stdout.isatty() else CompareFormat.jsonl


def _readings(run: Run, group: bool) -> Iterable[Reading]:
    readings = run.readings(distinct=True)
    if not group:
        return readings
    from rashomon._grouping import with_stories

    return with_stories(readings)


def _lines(run: Run, readings: Iterable[Reading]) -> None:
    """A line a report as it is read, and when all are, a line a story."""
    from rashomon._stories import keeping
    from rashomon.exports.jsonl import compare_line

    stories: dict[str | None, Gathered] = {}
    run.lines(keeping(readings, stories))
    for told in stories.values():
        run.write(compare_line(told.story, told.incidents) + b"\n")
