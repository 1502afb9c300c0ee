"""The commands: thin, over the Python API.

    rashomon read FILE...       the claims of each report
    rashomon compare FILE...    the incidents of each story, and who says what of them
    rashomon tension FILE...    scores of events between countries, as each side tells them
    rashomon export FILE...     as PLOVER, ICEWS, GDELT or ACLED have it, CSV, Parquet, GeoJSON, Atom
    rashomon brief FILE...      one incident on a page: what all say, where they differ, with sources
    rashomon explain FILE CLAIM which words and scores gave each field of one claim
    rashomon explain FILE --incident ID
                                which signs held the claims of one incident together
    rashomon bulk INPUT --out DIR   a whole archive into Parquet
    rashomon places build DUMP  the table of places, from a GeoNames dump
    rashomon actors build DUMP  the tables of actors, from a Wikidata dump
    rashomon watch FEEDS...     follow feeds, write reports
    rashomon fetch LIST...      fetch lists of links, write reports
    rashomon add FILE...        keep reports in a store; incidents, reread, forget: work with it
    rashomon alert ...          be told of what happens in a store: webhooks, mail and others
    rashomon desk               web pages and an API over a store
    rashomon person, token      who may ask the desk: people who sign in, tokens of programs
    rashomon doctor             whether this installation is whole
    rashomon evaluate ...       measure this build against gold sets (extra: rashomon[evaluate])

Exit status: 0 all was read, 1 something was refused (or is not whole), 2 the command was not understood.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from rashomon import access_cli, alert_cli, store_cli
from rashomon._run import REFUSED, Run
from rashomon._terminal import Messages, hold_standard_streams, printable
from rashomon.brief_cli import brief
from rashomon.build_cli import actors, places
from rashomon.bulk_cli import bulk
from rashomon.compare_cli import compare
from rashomon.desk_cli import desk
from rashomon.errors import InputError, MissingExtra, RashomonError
from rashomon.explain_cli import explain
from rashomon.export_cli import export
from rashomon.options import Columns, Files, MaxChars, Output, Published, Publisher, Quiet, Title
from rashomon.tension_cli import tension
from rashomon.watch_cli import fetch, watch

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
app.add_typer(alert_cli.app, name="alert")
store_cli.register(app)
access_cli.register(app)


class Format(StrEnum):
    """What `read` prints."""

    table = "table"
    jsonl = "jsonl"
    html = "html"


def _version(wanted: bool) -> None:
    if wanted:
        import rashomon

        typer.echo(f"rashomon {rashomon.__version__}")
        raise typer.Exit


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
    columns: Columns = None,
    to: Output = None,
    quiet: Quiet = False,
) -> None:
    """Read reports: print what each claims - who did what to whom, where, when, according to whom.

    A report that cannot be read is named on standard error, and the others are read; then the status is 1.
    """
    with Run(files, published, publisher, title, max_chars, to, quiet, columns) as run:
        chosen = form or Format(_default_format(to))
        if chosen is Format.jsonl:
            run.lines(run.readings())
        elif chosen is Format.table:
            run.table(run.readings())
        else:
            from rashomon.exports.page import render

            run.write(render(list(run.readings())).encode("utf-8", "replace"))


app.command()(compare)
app.command()(explain)
app.command()(tension)
app.command()(brief)
app.command()(export)
app.command()(watch)
app.command()(fetch)
app.command()(bulk)
app.command()(desk)


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
    hold_standard_streams()
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
