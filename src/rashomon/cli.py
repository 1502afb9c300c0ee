"""The commands: thin, over the Python API.

    rashomon read FILE...       the claims of each report
    rashomon compare FILE...    the same, then the incidents of each story
    rashomon explain FILE CLAIM which words and scores gave each field of one claim
    rashomon places build DUMP  the table of places, from a GeoNames dump
    rashomon actors build DUMP  the tables of actors, from a Wikidata dump
    rashomon add FILE...        keep reports in a store; incidents, reread, forget: work with it
    rashomon doctor             whether this installation is whole
    rashomon evaluate ...       measure this build against gold sets (extra: rashomon[evaluate])

Exit status: 0 all was read, 1 something was refused (or is not whole), 2 the command was not understood.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from rashomon import store_cli
from rashomon._run import REFUSED, Run
from rashomon._terminal import Messages, printable
from rashomon.build_cli import actors, places
from rashomon.errors import InputError, MissingExtra, RashomonError

app = typer.Typer(
    name="rashomon",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Event data that keeps every account: who did what to whom, where, when, and who says so.",
)


app.add_typer(places, name="places")
app.add_typer(actors, name="actors")
store_cli.register(app)


class Format(StrEnum):
    """What `read` prints."""

    table = "table"
    jsonl = "jsonl"
    html = "html"


class CompareFormat(StrEnum):
    """What `compare` prints."""

    table = "table"
    jsonl = "jsonl"


def _version(wanted: bool) -> None:
    if wanted:
        import rashomon

        typer.echo(f"rashomon {rashomon.__version__}")
        raise typer.Exit


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
        help="Plain text, HTML, JSON Lines or JSON; a folder of such files; - for standard input.",
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
        help="Refuse a text of more characters. Default: RASHOMON_MAX_CHARS, else 1000000.",
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


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Event data that keeps every account: who did what to whom, where, when, and who says so."""


@app.command()
def read(
    files: Files,
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            "-f",
            show_default=False,
            help="table for people, jsonl for programs (one line a report), html for a page with the words "
            "marked. Default: table on a terminal, else jsonl.",
        ),
    ] = None,
    published: Published = None,
    publisher: Publisher = None,
    title: Title = None,
    max_chars: MaxChars = None,
    to: Output = None,
    quiet: Quiet = False,
) -> None:
    """Read reports: print what each claims - who did what to whom, where, when, according to whom.

    A report that cannot be read is named on standard error, and the others are read; then the status is 1.
    """
    with Run(files, published, publisher, title, max_chars, to, quiet) as run:
        chosen = form or Format(_default_format(to))
        if chosen is Format.jsonl:
            run.lines(run.readings())
        elif chosen is Format.table:
            run.table(run.readings())
        else:
            from rashomon.exports.page import render

            run.write(render(list(run.readings())).encode("utf-8", "replace"))


@app.command()
def compare(
    files: Files,
    form: Annotated[
        CompareFormat | None,
        typer.Option(
            "--format",
            "-f",
            show_default=False,
            help="table for people, jsonl for programs. Default as for read.",
        ),
    ] = None,
    published: Published = None,
    publisher: Publisher = None,
    title: Title = None,
    max_chars: MaxChars = None,
    to: Output = None,
    quiet: Quiet = False,
) -> None:
    """Compare reports: print what each claims, then the incidents of each story with all their accounts.

    Reports are of one story where their field `story` is the same, or absent.
    """
    from rashomon.reconcile import reconcile

    with Run(files, published, publisher, title, max_chars, to, quiet) as run:
        claims: dict[str | None, list[Any]] = {}
        reports: dict[str | None, list[Any]] = {}

        def kept() -> Iterator[Any]:
            for reading in run.readings():
                claims.setdefault(reading.report.story, []).extend(reading.claims)
                reports.setdefault(reading.report.story, []).append(reading.report)
                yield reading

        chosen = form or CompareFormat("jsonl" if _default_format(to) == "html" else _default_format(to))
        if chosen is CompareFormat.jsonl:
            from rashomon.exports.jsonl import compare_line

            run.lines(kept())
            for story, told in claims.items():
                run.write(compare_line(story, reconcile(told, reports[story])) + b"\n")
        else:
            run.table(kept())
            for story, told in claims.items():
                outlets = {report.id: report.publisher for report in reports[story]}
                publishers = {claim.id: outlets.get(claim.report) for claim in told}
                run.incidents(story, reconcile(told, reports[story]), publishers)


@app.command()
def explain(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", show_default=False, help="As for read; - for standard input."),
    ],
    claim: Annotated[
        str | None,
        typer.Argument(
            metavar="CLAIM",
            show_default=False,
            help="A claim's id, the start of one, or its number in the report (2.5: the fifth claim of the "
            "second report). Without it, the claims are listed.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON.")] = False,
    published: Published = None,
    publisher: Publisher = None,
    title: Title = None,
    max_chars: MaxChars = None,
    to: Output = None,
    quiet: Quiet = False,
) -> None:
    """Explain one claim: which words and which scores gave each field, and what else it could have been."""
    from rashomon.explain import UnknownClaim, find, listing
    from rashomon.exports import explanation

    with Run([file], published, publisher, title, max_chars, to, quiet) as run:
        if claim is None:
            run.write(listing(run.readings()).encode("utf-8", "replace") + b"\n")
            return
        try:
            found = find(run.readings(), claim)
        except UnknownClaim as unknown:
            Messages().refuse(unknown)
            typer.echo(unknown.claims, err=True)
            raise typer.Exit(REFUSED) from unknown
        if as_json:
            run.write(explanation.line(found) + b"\n")
        else:
            run.draw(lambda console: explanation.print_explanation(found, console))


@app.command()
def doctor(
    store: Annotated[
        str | None, typer.Option(metavar="STORE", help="Look at a store instead: is it whole, what is in it.")
    ] = None,
) -> None:
    """Say whether this installation is whole: versions, the reading model, the tables, a tiny reading."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from rashomon.doctor import examine, is_whole

    styles = {"ok": "green", "warning": "yellow", "broken": "bold red"}
    findings = list(examine()) if store is None else store_cli.examine(store)
    what = "installation" if store is None else "store"
    table = Table(box=None, pad_edge=False)
    for name in ("part", "state", "seen"):
        table.add_column(name, overflow="fold")
    for finding in findings:
        seen = Text(printable(finding.seen))
        if finding.hint and finding.state != "ok":
            seen.append(f"\n{printable(finding.hint)}", style="italic")
        table.add_row(finding.part, Text(finding.state, style=styles[finding.state]), seen)
    Console().print(table)
    if not is_whole(findings):
        typer.echo(f"rashomon: this {what} is not whole", err=True)
        raise typer.Exit(REFUSED)
    typer.echo(f"This {what} is whole.")


@app.command(
    add_help_option=False, context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
)
def evaluate(context: typer.Context) -> None:
    """Measure this build against gold sets (extra: rashomon\\[evaluate])."""
    try:
        from rashomon.evaluation.cli import app as commands
    except ImportError as error:
        if (error.name or "").startswith("rashomon"):
            raise
        raise MissingExtra(
            f"the package {error.name} is needed to evaluate", hint="pip install 'rashomon[evaluate]'"
        ) from error
    commands(context.args, prog_name="rashomon evaluate")


def _default_format(to: Path | None) -> str:
    if to is not None:
        return "html" if to.suffix.lower() in {".html", ".htm"} else "jsonl"
    return "table" if sys.stdout.isatty() else "jsonl"


def main() -> None:
    """The command `rashomon`. Where nobody reads its output any more, it ends without a word, status 1."""
    try:
        app(prog_name="rashomon")
    except RashomonError as error:
        Messages().refuse(error)
        sys.exit(REFUSED)
    except OSError as error:
        where = None if error.filename is None else str(error.filename)
        Messages().refuse(InputError(error.strerror or str(error), where=where))
        sys.exit(REFUSED)


if __name__ == "__main__":
    main()
