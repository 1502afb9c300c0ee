"""`rashomon explain`: why a claim says what it says, and why the claims of an incident are one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from rashomon._run import REFUSED, Run
from rashomon._terminal import Messages
from rashomon.options import Columns, MaxChars, Output, Published, Publisher, Quiet, Title


def explain(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE... [CLAIM]",
            show_default=False,
            help="Files as for read; - for standard input. Then a claim's id, the start of one, or its "
            "number (2.5: the fifth claim of the second report). Without it, the claims are listed.",
        ),
    ],
    incident: Annotated[
        str | None,
        typer.Option(
            "--incident",
            "-i",
            metavar="ID",
            show_default=False,
            help="Explain an incident that compare names, by its id or the start of it, and no claim.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON.")] = False,
    published: Published = None,
    publisher: Publisher = None,
    title: Title = None,
    max_chars: MaxChars = None,
    columns: Columns = None,
    to: Output = None,
    quiet: Quiet = False,
) -> None:
    """Explain one claim: which words and which scores gave each field, and what else it could have been.

    Or, with --incident, one incident: which signs held its claims together, and what kept others out.
    """
    claim = None
    if incident is None and len(files) > 1 and not _is_file(files[-1]):
        files, claim = files[:-1], files[-1]
    with Run(files, published, publisher, title, max_chars, to, quiet, columns) as run:
        if incident is not None:
            _incident(run, incident, as_json)
        else:
            _claim(run, claim, as_json)


def _is_file(name: str) -> bool:
    """Whether the last argument is one more file; a misspelt file is one that is missing, and no claim."""
    if name == "-" or Path(name).exists():
        return True
    return bool(re.search(r"/|\.[A-Za-z]\w*$", name))


def _claim(run: Run, claim: str | None, as_json: bool) -> None:
    from rashomon.explain import UnknownClaim, find, listing
    from rashomon.exports import explanation

    if claim is None:
        run.write(listing(run.readings()).encode("utf-8", "replace") + b"\n")
        return
    try:
        found = find(run.readings(), claim)
    except UnknownClaim as unknown:
        _refuse(unknown, unknown.claims)
        raise typer.Exit(REFUSED) from unknown
    if as_json:
        run.write(explanation.line(found) + b"\n")
    else:
        run.draw(lambda console: explanation.print_explanation(found, console))


def _incident(run: Run, which: str, as_json: bool) -> None:
    from rashomon.explain_incident import UnknownIncident, find
    from rashomon.exports import incident_explanation

    try:
        found = find(run.readings(distinct=True), which)
    except UnknownIncident as unknown:
        _refuse(unknown, unknown.incidents)
        raise typer.Exit(REFUSED) from unknown
    if as_json:
        run.write(incident_explanation.line(found) + b"\n")
    else:
        run.draw(lambda console: incident_explanation.print_explanation(found, console))


def _refuse(error: Exception, known: str) -> None:
    from rashomon.errors import RashomonError

    assert isinstance(error, RashomonError)
    Messages().refuse(error)
    typer.echo(known, err=True)
