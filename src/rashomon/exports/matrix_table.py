"""The account matrix for a terminal: facts down, voices across, as many side by side as there is room for.

Voices that do not fit stand in a second block under the first, with the same rows. Every cell that is not
silent names a claim by its number, and the words of these claims stand below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rashomon.comparison import Comparison, Picture
from rashomon.exports import matrix_words as words
from rashomon.exports import phrases
from rashomon.model import Claim
from rashomon.reconcile.facts import FIGURES, State
from rashomon.reconcile.matrix import Cell, Column, Fact
from rashomon.reconcile.voices import PUBLISHER

_STYLES: dict[State, str] = {"asserted": "green", "denied": "bold red", "hedged": "yellow", "silent": "dim"}
_NARROWEST, _WIDEST = 12, 22
_LABEL = 24
_QUOTE_LINES = 2
_VOICES = 8
"""Voices that the table of incidents names; more are counted."""
_HEAD_LINES = 4
_GROUPS = {"deed": 0, "actor": 2, "recipient": 2, "place": 3, "date": 3, "about": 4}


def print_comparison(comparison: Comparison, console: Console, top: int | None = None) -> None:
    """The incidents of a story in a table, then its matrices."""
    if not comparison.incidents:
        story = f" of {phrases.one_line(comparison.story)}" if comparison.story else ""
        console.print(Text(f"Nothing is claimed in the reports{story}: there is nothing to compare."))
        return
    console.print(_incidents(comparison))
    console.print()
    print_pictures(comparison, console, top)


def _incidents(comparison: Comparison) -> Table:
    story = phrases.one_line(comparison.story or "these reports")
    table = Table(box=None, pad_edge=False, title=Text(f"incidents of {story}"), title_justify="left")
    publishers = {reading.report.id: reading.report.publisher for reading in comparison.readings}
    claims = comparison.claims
    for name in ("what", "when", "where", "accounts", "disputes"):
        table.add_column(name, overflow="fold")
    for incident in comparison.incidents:
        voices = [
            account.voice.name
            or account.voice.text
            or next(filter(None, (publishers.get(claims[ref].report) for ref in account.claims)), PUBLISHER)
            for account in incident.accounts
        ]
        cells = (
            incident.type.lower() + (f": {', '.join(incident.modes)}" if incident.modes else ""),
            phrases.date_words(incident.date) if incident.date else "",
            phrases.place_words(incident.place) if incident.place else "",
            ", ".join(voices[:_VOICES])
            + (f" and {len(voices) - _VOICES:,} more" if voices[_VOICES:] else ""),
            ", ".join(dispute.field for dispute in incident.disputes),
        )
        table.add_row(*(Text(phrases.one_line(cell)) for cell in cells))
    return table


def print_pictures(comparison: Comparison, console: Console, top: int | None = None) -> None:
    """The matrices of a comparison that have two voices at least, the first `top` of them, and a legend."""
    pictures = comparison.told()
    shown = pictures if top is None else pictures[:top]
    for picture in shown:
        print_picture(picture, comparison, console)
    if shown:
        console.print(_legend(console.width))
    elif comparison.incidents:
        console.print(Text("No incident is told by two voices: there is nothing to set side by side."))
    if len(shown) < len(pictures):
        left = len(pictures) - len(shown)
        told = "1 more is" if left == 1 else f"{left:,} more are"
        console.print(
            Text(f"{told} told by two voices or more: --top {len(pictures)} shows all.", style="dim")
        )


def print_picture(picture: Picture, comparison: Comparison, console: Console) -> None:
    """One matrix, and the words that its cells rest on."""
    heading = Text(words.title(picture), style="bold")
    heading.append(f"\n{words.summary(picture.matrix)}", style="not bold")
    for part in picture.parts:
        heading.append(f"\n  {phrases.one_line(part.id)}  {words.part_name(part)}", style="not bold dim")
    console.print(heading)
    cited: dict[str, None] = {}
    for start, end, width in _blocks(len(picture.matrix.columns), _label_width(picture), console.width):
        console.print()
        _block(picture, comparison.numbers, start, end, width, console)
    for fact in picture.matrix.facts:
        for cell in fact.cells:
            cited.update(dict.fromkeys(cell.claims[:1]))
    console.print()
    for line in _quotes([*cited], comparison, console.width):
        console.print(line)
    console.print()


def _label_width(picture: Picture) -> int:
    return min(_LABEL, max((cell_len(words.row_name(fact)) for fact in picture.matrix.facts), default=8))


def _blocks(columns: int, label: int, width: int) -> Iterator[tuple[int, int, int]]:
    """The columns of each block, from and to, and their width: as few blocks as go, evenly filled."""
    room = max(width - label - 4, _NARROWEST + 1)
    fit = max(1, room // (_NARROWEST + 1))
    blocks = -(-columns // fit)
    each = -(-columns // blocks)
    wide = max(4, min(_WIDEST, room // each - 1))
    for start in range(0, columns, each):
        yield start, min(start + each, columns), wide


def _block(
    picture: Picture, numbers: Mapping[str, str], start: int, end: int, width: int, console: Console
) -> None:
    matrix, label = picture.matrix, _label_width(picture)
    columns = matrix.columns[start:end]
    console.print(_sides(picture, columns, label, width), no_wrap=True, overflow="ellipsis", crop=True)
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=2)
    table.add_column(width=label, overflow="fold")
    for _ in columns:
        table.add_column(width=width, overflow="fold")
    table.add_row("", "", *(_head(column, width) for column in columns), end_section=True)
    facts = [
        fact for fact in matrix.facts if _speaks(fact.cells[start:end]) or len(columns) == len(fact.cells)
    ]
    for group, its in groupby(facts, key=_group):
        if group:
            table.add_row()
        for fact in its:
            cells = (_cell(fact, cell, numbers, width) for cell in fact.cells[start:end])
            table.add_row(_flags(fact), _label(fact), *cells)
    console.print(table)


def _group(fact: Fact) -> int:
    return _GROUPS.get(fact.field, 1 if fact.field in FIGURES else 4)


def _speaks(cells: Sequence[Cell]) -> bool:
    return any(cell.state != "silent" for cell in cells)


def _sides(picture: Picture, columns: Sequence[Column], label: int, width: int) -> Text:
    """A line over the columns of each side, with its name."""
    line = Text(" " * (label + 4))
    for side, its in groupby(columns, key=lambda column: column.side):
        room = len([*its]) * (width + 1) - 1
        name = words.side_of(picture.matrix, side)
        if cell_len(name) > room - 2:
            name = set_cell_size(name, max(room - 3, 1)).rstrip() + "…"
        line.append(name, style="bold cyan")
        line.append(" " + "─" * (room - cell_len(name) - 1) + " ", style="cyan")
    return line


def _head(column: Column, width: int) -> Text:
    """The voice's name, and dim below it the outlets that carry it, within a few lines."""
    head = Text(_cut(phrases.one_line(column.voice), 2 * width), style="bold")
    carriers = words.carriers(column)
    if carriers:
        head.append("\n" + _cut(carriers, (_HEAD_LINES - 1) * width - 4), style="not bold dim")
    return head


def _flags(fact: Fact) -> Text:
    return Text(words.row_marks(fact)[:2], style="bold red" if fact.disputed else "yellow")


def _label(fact: Fact) -> Text:
    field, colon, value = words.row_name(fact).partition(": ")
    text = Text(field + colon, style="" if not colon else "dim")
    text.append(value, style="bold" if fact.disputed else "default not dim")
    if fact.disputed and not colon:
        text.stylize("bold")
    return text


def _cell(fact: Fact, cell: Cell, numbers: Mapping[str, str], width: int) -> Text:
    text = Text(words.MARKS[cell.state], style=_STYLES[cell.state])
    if cell.state == "silent":
        if cell.otherwise:
            text.append(f" {_cut(phrases.one_line(cell.otherwise), 2 * width)}", style="dim italic")
        return text
    value = words.cell_value(fact, cell)
    if value:
        text.append(f" {_cut(value, 3 * width - 8)}", style="default not bold")
    number = numbers.get(cell.claims[0]) if cell.claims else None
    if number:
        text.append(f" [{number}]", style="dim not bold")
    return text


def _quotes(refs: Sequence[str], comparison: Comparison, width: int) -> Iterator[Text]:
    """The words of some claims by their numbers; claims that share their words share a line."""
    claims, publishers = comparison.claims, {r.report.id: r.report.publisher for r in comparison.readings}
    told: dict[tuple[str, int, int], list[Claim]] = {}
    for claim in sorted((claims[ref] for ref in refs if ref in claims), key=lambda c: _order(comparison, c)):
        told.setdefault((claim.report, claim.quote.start, claim.quote.end), []).append(claim)
    for its in told.values():
        outlet = phrases.one_line(publishers.get(its[0].report) or "")
        line = Text(", ".join(comparison.numbers.get(claim.id, "") for claim in its) + " ", style="dim")
        line.append(f"{outlet}: " if outlet else "", style="dim")
        line.append_text(_around(its, max(_QUOTE_LINES * width - line.cell_len - 8, 40)))
        yield line


def _order(comparison: Comparison, claim: Claim) -> list[int]:
    return [int(part) for part in comparison.numbers.get(claim.id, "0").split(".")]


def _around(claims: Sequence[Claim], room: int) -> Text:
    """A quote, cut to what stands around its events, with the words for them marked."""
    quote = claims[0].quote
    marks = sorted((c.trigger.start - quote.start, c.trigger.end - quote.start) for c in claims)
    text, first = quote.text, max(marks[0][0], 0)
    start = 0 if len(text) <= room or first < room // 2 else text.rfind(" ", 0, first - room // 3) + 1
    shown = Text("“" + ("… " if start else ""))
    at, end = start, start + room
    for left, right in marks:
        if at <= left < right <= min(end, len(text)):
            shown.append(phrases.reveal(_flat(text[at:left])))
            shown.append(phrases.reveal(_flat(text[left:right])), style="bold underline")
            at = right
    shown.append(phrases.reveal(_flat(text[at:end])))
    shown.append("…”" if end < len(text) else "”")
    return shown


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _legend(width: int) -> Text:
    """The marks and their meanings, as many in a line as go whole."""
    items = [(mark, meaning, _STYLES[state]) for state, mark in words.MARKS.items()
             for meaning in (words.MEANINGS[state],)]  # fmt: skip
    items += [(mark, meaning, "bold") for mark, meaning in words.ROW_MEANINGS.items()]
    items.append(("·", "slanted: what it says instead", "dim italic"))
    items.append(("[2.5]", "fifth claim of the second report: rashomon explain FILE 2.5", "dim"))
    text, used = Text(), 0
    for mark, meaning, style in items:
        long = cell_len(mark) + cell_len(meaning) + 1
        if used:
            text.append("\n" if used + long + 3 > width else "   ")
            used = 0 if used + long + 3 > width else used + 3
        text.append(mark, style=style)
        text.append(f" {meaning}", style="dim")
        used += long
    return text


def _cut(text: str, length: int) -> str:
    if cell_len(text) <= length:
        return text
    return set_cell_size(text, max(length - 1, 1)).rstrip() + "…"


__all__ = ["print_comparison", "print_picture", "print_pictures"]
