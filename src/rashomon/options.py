"""Options that several commands share."""

from __future__ import annotations

import sys
from collections.abc import Sequence
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
DEFAULT_STORE = "desk.db"
"""The store of all commands that take one, where neither `--store` nor `RASHOMON_STORE` names another."""
StoreName = Annotated[
    str,
    typer.Option(
        "--store",
        metavar="STORE",
        envvar="RASHOMON_STORE",
        default_factory=lambda: DEFAULT_STORE,  # parameters without a default may follow it
        show_default=False,
        show_envvar=True,
        help=f"A file, or postgresql://user@host/name. Default: {DEFAULT_STORE} in the present folder.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Outlets = Annotated[
    list[str] | None,
    typer.Option(
        "--outlet",
        metavar="NAME=COUNTRY",
        show_default=False,
        help="Where a publisher is at home, if no table says it: 'Hill Courier=Kosovo'. May be repeated.",
    ),
]


def ask_first(question: str, yes: bool) -> None:
    """Go on only if somebody at the terminal says yes, or has said so by `--yes`.

    Raises:
        BadParameter: there is nobody to ask.
        Abort: the answer is no.
    """
    if yes:
        return
    if not _somebody_is_there():
        raise typer.BadParameter(f"nobody is here to ask: {printable(question)} Say so by --yes")
    typer.confirm(printable(question), abort=True)


def _somebody_is_there() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def homes_of(outlets: Sequence[str] | None) -> dict[str, str]:
    """Countries of publishers, by `narrators.home_key`, from NAME=COUNTRY.

    Raises:
        BadParameter: one is not of that form, or no such country is known.
    """
    from rashomon.reconcile.narrators import home_key

    homes = {}
    for text in outlets or ():
        name, _, country = text.rpartition("=")
        code = country_code(country)
        if not name.strip() or code is None:
            raise typer.BadParameter(
                f"{printable(text)!r} is not a publisher and a country; write it as 'Hill Courier=Kosovo'",
                param_hint="--outlet",
            )
        homes[home_key(name)] = code
    return homes


def country_code(name: str) -> str | None:
    """A code of three letters (a country's, or UNO, EUR, IGO ...) for itself or for a country's name."""
    from rashomon.knowledge import countries
    from rashomon.knowledge.actors import ABOVE_STATES

    bare = name.strip()
    if bare.upper() in ABOVE_STATES or countries.country(bare.upper()) is not None:
        return bare.upper()
    return countries.code_of(bare)
