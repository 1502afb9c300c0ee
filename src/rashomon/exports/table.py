"""Readings for a terminal: a table a report, one row a claim.

From 110 columns on, when and where, figures and voice stand in columns of their own; below, they share two.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rashomon.exports import phrases
from rashomon.model import Claim, Party, Reading, Report

WIDE = 110
_QUAD_STYLES = {1: "green", 2: "bold green", 3: "yellow", 4: "bold red"}


def print_readings(readings: Iterable[Reading], console: Console) -> None:
    """Write each reading as it comes: a heading, the claims in the order of the text, the notes."""
    for place, reading in enumerate(readings, 1):
        console.print(_heading(reading.report, len(reading.claims)))
        if reading.claims:
            console.print(_table(reading.claims, place, wide=console.width >= WIDE))
        for note in reading.notes:
            console.print(Text(f"note: {phrases.one_line(note)}", style="dim"))
        console.print()


def _heading(report: Report, claims: int) -> Text:
    words = "no claims" if not claims else f"{claims} claim" + "s" * (claims != 1)
    about = [report.publisher, report.published, words]
    heading = Text(phrases.one_line(report.title or report.id), style="bold")
    heading.append("\n" + " · ".join(phrases.one_line(part) for part in about if part), style="not bold dim")
    return heading


def _table(claims: tuple[Claim, ...], place: int, *, wide: bool) -> Table:
    """A row a claim, with its number as `rashomon explain` takes it: 2.5, the fifth of the second report."""
    table = Table(box=box.SIMPLE_HEAD, expand=True, pad_edge=False, show_lines=not wide)
    columns = [("what", 6), ("who → whom", 9), ("when, where", 6), ("figures", 6), ("says who", 5)]
    table.add_column("no.", style="dim", justify="right", no_wrap=True)
    for name, ratio in columns if wide else (column for column in columns if column[0] != "figures"):
        table.add_column(name, ratio=ratio, overflow="fold")
    for number, claim in enumerate(claims, 1):
        ref = Text(f"{place}.{number}")
        what, when_where, figures = _what(claim), _when_where(claim), _figures(claim)
        if wide:
            table.add_row(ref, what, _parties(claim), when_where, figures, _says_who(claim))
        else:
            table.add_row(ref, _lines(what, figures), _parties(claim), when_where, _says_who(claim))
    return table


def _what(claim: Claim) -> Text:
    what = Text(phrases.event_name(claim), style=_QUAD_STYLES.get(claim.quad, ""))
    unlike = [word for word in (claim.status, claim.frame) if word not in ("happened", "current")]
    if unlike:
        what.append("\n" + ", ".join(unlike), style="not bold italic default")
    return what


def _parties(claim: Claim) -> Text:
    text = _party_list(claim.actors)
    if claim.recipients:
        text.append(" → ", style="dim")
        text.append_text(_party_list(claim.recipients))
    return text


def _party_list(parties: tuple[Party, ...]) -> Text:
    if not parties:
        return Text(phrases.NOBODY, style="dim")
    text = Text()
    for number, party in enumerate(parties):
        text.append(", " if number else "")
        text.append(phrases.one_line(party.name or party.text))
        if party.code:
            text.append(f" [{phrases.one_line(party.code)}]", style="dim")
    return text


def _when_where(claim: Claim) -> Text:
    when = Text(phrases.date_words(claim.date)) if claim.date else Text()
    where = Text(phrases.place_words(claim.place), style="cyan") if claim.place else Text()
    return _lines(when, where)


def _figures(claim: Claim) -> Text:
    return _lines(*(Text(phrases.figure_words(figure), style="magenta") for figure in claim.figures))


def _says_who(claim: Claim) -> Text:
    if claim.voice.kind == "publisher":
        return Text(phrases.PUBLISHER, style="dim")
    says = Text(phrases.voice_name(claim.voice), style="italic" if claim.voice.kind == "anonymous" else "")
    if claim.voice.code:
        says.append(f" [{phrases.one_line(claim.voice.code)}]", style="dim")
    says.append(phrases.voice_path(claim.voice), style="dim")
    return says


def _lines(*parts: Text) -> Text:
    return Text("\n").join(part for part in parts if part.plain)


__all__ = ["print_readings"]
