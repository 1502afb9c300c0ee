"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rashomon._terminal import printable


def _published(value: str | None) -> str | None:
    if value is None:
        return None
    from rashomon.sources.wire import parse_published

    day = parse_published(value)
    if day is None:
        raise typer.BadParameter(f"{printable(value)!r} is not a date; write it as 2019-05-28")
    return day


def _output(value: Path | None) -> Path | None:
    if value is not None and (value.is_dir() or not value.absolute().parent.is_dir()):
        what = "is a folder" if value.is_dir() else "would lie in a folder that does not exist"
        raise typer.BadParameter(f"{printable(str(value))} {what}; name a file")
    return value


Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE",
        show_default=False,
        help="Text, HTML, JSON Lines, JSON, CSV, Parquet, WARC or a saved feed; a folder of such files; "
        "- for standard input.",
    ),
]
Published = Annotated[
    str | None,
    typer.Option(
        metavar="DATE",
        callback=_published,
        help="Day of publication, as 2019-05-28, of reports that do not say; relative dates start from it.",
    ),
]
Publisher = Annotated[
    str | None, typer.Option(metavar="NAME", help="Publisher of reports that do not name theirs.")
]
Title = Annotated[str | None, typer.Option(metavar="WORDS", help="Title of reports that have none.")]
MaxChars = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        help="Refuse a text of more characters. Default: RASHOMON_MAX_CHARS, else 300000.",
    ),
]
Columns = Annotated[
    str | None,
    typer.Option(
        "--map",
        metavar="FIELD=COLUMN,...",
        show_default=False,
        help="Which column, or member of a JSON object, is which field: text=body,published=date.",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        callback=_output,
        help="Write here; the file appears when all is written.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No notes, only errors.")]
