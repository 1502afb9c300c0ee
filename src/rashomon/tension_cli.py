"""`rashomon tension`: sums of event scores between countries, over all and as each side tells them."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

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
    country_code,
    homes_of,
)


class TensionFormat(StrEnum):
    """What `tension` prints."""

    table = "table"
    jsonl = "jsonl"
    csv = "csv"
    html = "html"


class By(StrEnum):
    """The periods that scores are summed over."""

    day = "day"
    week = "week"
    month = "month"


def tension(
    files: Files,
    dyad: Annotated[
        list[str] | None,
        typer.Option(
            metavar="A-B",
            show_default=False,
            help="Only these two countries, by code or name: SRB-XKX, Serbia-Kosovo. May be repeated.",
        ),
    ] = None,
    by: Annotated[By, typer.Option(help="Sum by day, by week (from Monday) or by month.")] = By.day,
    form: Annotated[
        TensionFormat | None,
        typer.Option(
            "--format",
            "-f",
            show_default=False,
            help="table for people, jsonl and csv for programs (a line for each dyad, period and side), html "
            "for a page with plots. Default: table on a terminal, else by the name of -o FILE, else jsonl.",
        ),
    ] = None,
    outlet: Outlets = None,
    top: Annotated[
        int, typer.Option(metavar="N", min=1, help="Table and page show the N dyads with most incidents.")
    ] = 10,
    published: Published = None,
    publisher: Publisher = None,
    title: Title = None,
    max_chars: MaxChars = None,
    columns: Columns = None,
    to: Output = None,
    quiet: Quiet = False,
) -> None:
    """Sum the scores of events between countries by day: as all tell them, and as each side does.

    A dyad is two countries, whichever of them acts. Voices count for the country of their code, publishers
    for the country where they are at home. What is planned, denied or background does not count.
    """
    from rashomon._stories import gather
    from rashomon.exports import tension as shown
    from rashomon.exports import tension_page
    from rashomon.reconcile.tension import tension as sums

    dyads = [_dyad(text) for text in dyad or ()]
    homes = homes_of(outlet)
    chosen = form or _default(None if to is None else to.suffix.lower())
    with Run(files, published, publisher, title, max_chars, to, quiet, columns) as run:
        stories = gather(run.readings(distinct=True))
        result = sums(
            (incident for story in stories for incident in story.incidents),
            (claim for story in stories for claim in story.claims),
            (report for story in stories for report in story.reports),
            dyads=dyads,
            by=by.value,
            homes=homes,
        )
        if chosen is TensionFormat.jsonl:
            run.write(b"".join(line + b"\n" for line in shown.lines(result)))
        elif chosen is TensionFormat.csv:
            run.write(shown.rows(result))
        elif chosen is TensionFormat.html:
            run.write(tension_page.render(result, top).encode("utf-8", "replace"))
        else:
            run.draw(lambda console: shown.print_tension(result, console, top))
        for note in shown.left_out(result):
            run.note(note)
        if not result.points:
            of = shown.dyad_words(dyads[0]) if len(dyads) == 1 else "such countries" if dyads else "countries"
            run.note(f"nothing was found that took place between {of} on a known {by.value}")


def _default(suffix: str | None) -> TensionFormat:
    if suffix is None:
        return TensionFormat.table if sys.stdout.isatty() else TensionFormat.jsonl
    return {".html": TensionFormat.html, ".htm": TensionFormat.html, ".csv": TensionFormat.csv}.get(
        suffix, TensionFormat.jsonl
    )


def _dyad(text: str) -> tuple[str, str]:
    """Two codes; names may hold hyphens ("Guinea-Bissau-Senegal"), so every hyphen may be the one between."""
    parts = text.split("-")
    for at in range(1, len(parts)):
        one, other = country_code("-".join(parts[:at])), country_code("-".join(parts[at:]))
        if one and other and one != other:
            return one, other
    raise typer.BadParameter(
        f"{printable(text)!r} is not two countries; write them as SRB-XKX or Serbia-Kosovo",
        param_hint="--dyad",
    )


__all__ = ["tension"]
