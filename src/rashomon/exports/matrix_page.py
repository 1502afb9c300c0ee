"""The page of a comparison: the matrices first, and below them the reports with the words marked.

It is the page of `rashomon read` with tables before the reports: one file, no request, no script but its own.
Every cell leads to the words that it rests on, also where no script runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

import msgspec

from rashomon.comparison import Comparison, Picture
from rashomon.exports import matrix_words as words
from rashomon.exports import phrases
from rashomon.exports.page import anchor, escape, render
from rashomon.exports.segments import paragraphs
from rashomon.reconcile.matrix import Cell, Column, Fact, Words

_LINKS = 8
"""Links of a cell to its words; a voice that says a thing more often is linked to the first of them."""
_NAMED = 3
"""Silent voices of a row that a narrow page names; more of them are counted."""


Link = Callable[[Words], tuple[str, str] | None]
"""Where words are shown: the address that leads there, and the id of their claim's card on the same page
(empty where it is on another); None where they are shown nowhere."""


class _Text(msgspec.Struct, frozen=True):
    """Where claims stand on the page: by id the place of the report and the claim's own place in it; and for
    each report the stretches of text that are shown."""

    places: Mapping[str, tuple[int, int]]
    shown: Sequence[Sequence[tuple[int, int]]]

    def link(self, each: Words) -> tuple[str, str] | None:
        """Where some words are on this page."""
        if each.claim not in self.places:
            return None
        report, claim = self.places[each.claim]
        spot = _spot(each, self)
        return f"#{anchor(*spot) if spot else f'r{report}c{claim}'}", f"r{report}c{claim}"


def render_comparisons(comparisons: Sequence[Comparison], title: str = "Accounts side by side") -> str:
    """The page for some comparisons, as text to be written in UTF-8."""
    readings = [reading for comparison in comparisons for reading in comparison.readings]
    text = _Text(
        {
            claim.id: (place, number)
            for place, reading in enumerate(readings)
            for number, claim in enumerate(reading.claims)
        },
        [paragraphs(reading.report.text) for reading in readings],
    )
    anchors: dict[int, set[int]] = defaultdict(set)
    for comparison in comparisons:
        for picture in comparison.told():
            for fact in picture.matrix.facts:
                for cell in fact.cells:
                    for spot in filter(None, (_spot(each, text) for each in cell.words[:_LINKS])):
                        anchors[spot[0]].add(spot[1])
    return render(readings, title, _lead(comparisons, text), anchors)


def _lead(comparisons: Sequence[Comparison], text: _Text) -> str:
    sections = []
    for number, comparison in enumerate(comparisons):
        pictures = comparison.told()
        if len(comparisons) > 1:
            name = escape(phrases.one_line(comparison.story or "reports of no story"))
            sections.append(f'<h2 class="story" id="s{number}"><bdi>{name}</bdi></h2>')
        if not pictures:
            sections.append('<p class="none">No incident is told by two voices here.</p>')
        for place, picture in enumerate(pictures):
            sections.append(section(f"m{number}-{place}", picture, comparison.numbers, text.link))
    return f'<div class="matrices">{legend()}{"".join(sections)}</div>'


def legend() -> str:
    """What the marks of the tables mean, as a list of HTML."""
    states = "".join(
        f'<li><span class="mark {state}" aria-hidden="true">{mark}</span> {words.MEANINGS[state]}</li>'
        for state, mark in words.MARKS.items()
    )
    rows = "".join(
        f'<li><span class="flag" aria-hidden="true">{mark}</span> {escape(meaning)}</li>'
        for mark, meaning in words.ROW_MEANINGS.items()
    )
    more = "<li><i>slanted</i> what a voice says instead</li>"
    return f'<ul class="key" aria-label="What the marks of the tables mean">{states}{rows}{more}</ul>'


def section(key: str, picture: Picture, numbers: Mapping[str, str], link: Link) -> str:
    """A picture as a section of HTML with the id `key`; claims are named by `numbers`, and lead by `link`."""
    matrix = picture.matrix
    rows = "".join(_row(fact, picture, numbers, link) for fact in matrix.facts)
    parts = "".join(
        f"<li>{escape(words.part_name(part))} <code>{escape(phrases.one_line(part.id))}</code></li>"
        for part in picture.parts
    )
    return (
        f'<section class="matrix" id="{key}" aria-labelledby="{key}-t">'
        f'<h2 id="{key}-t"><bdi>{escape(words.title(picture))}</bdi></h2>'
        f'<p class="by" id="{key}-s">{escape(words.summary(matrix))}</p>'
        f'<div class="scroll" tabindex="0" role="region" aria-labelledby="{key}-t {key}-s">'
        f'<table role="table"><thead role="rowgroup">{_heads(matrix.columns, picture)}</thead>'
        f'<tbody role="rowgroup">{rows}</tbody>'
        f'</table></div><details><summary>Put together of</summary><ul class="parts">{parts}</ul></details>'
        "</section>"
    )


def _heads(columns: Sequence[Column], picture: Picture) -> str:
    sides = [(side, len([*its])) for side, its in groupby(columns, key=lambda column: column.side)]
    over = "".join(
        f'<th scope="colgroup" colspan="{count}" role="columnheader" class="side {side}">'
        f"{escape(words.side_of(picture.matrix, side))}</th>"
        for side, count in sides
    )
    voices = "".join(
        f'<th scope="col" role="columnheader" class="{_first(columns, at)}">'
        f"<bdi>{escape(phrases.one_line(column.voice))}</bdi>{_carriers(column)}</th>"
        for at, column in enumerate(columns)
    )
    return (
        f'<tr role="row" class="sides"><td role="cell"></td>{over}</tr>'
        f'<tr role="row"><th scope="col" role="columnheader" class="fact">fact</th>{voices}</tr>'
    )


def _carriers(column: Column) -> str:
    told = words.carriers(column)
    code = f' <span class="code">{escape(phrases.one_line(column.code))}</span>' if column.code else ""
    return code + (f"<small><bdi>{escape(told)}</bdi></small>" if told else "")


def _row(fact: Fact, picture: Picture, numbers: Mapping[str, str], link: Link) -> str:
    columns = picture.matrix.columns
    flags = "".join(
        f'<span class="flag" title="{meaning}"><span aria-hidden="true">{mark}</span>'
        f'<span class="sr">{meaning}</span></span>'
        for mark, meaning in words.ROW_MEANINGS.items()
        if mark in words.row_marks(fact)
    )
    hush = [
        phrases.one_line(column.voice)
        for column, cell in zip(columns, fact.cells, strict=True)
        if cell.state == "silent" and not cell.otherwise
    ]
    field, colon, value = words.row_name(fact).partition(": ")
    name = f"<small>{escape(field)}</small> <bdi>{escape(value)}</bdi>" if colon else escape(field)
    told = ", ".join(hush) if len(hush) <= _NAMED else f"{len(hush)} of {len(columns)} voices"
    silent = f'<span class="hush">silent: {escape(told)}</span>' if hush else ""
    cells = "".join(
        _cell(fact, cell, column, _first(columns, at), numbers, link)
        for at, (column, cell) in enumerate(zip(columns, fact.cells, strict=True))
    )
    head = f'<th scope="row" role="rowheader">{name} {flags}{silent}</th>'
    return f'<tr role="row" class="{"disputed" if fact.disputed else ""}">{head}{cells}</tr>'


def _first(columns: Sequence[Column], at: int) -> str:
    """The class of a column that is the first of its side."""
    return "edge" if at == 0 or columns[at - 1].side != columns[at].side else ""


def _cell(fact: Fact, cell: Cell, column: Column, edge: str, numbers: Mapping[str, str], link: Link) -> str:
    mute = "" if cell.state != "silent" or cell.otherwise else "mute"
    inner = (
        f'<span class="mark" aria-hidden="true">{words.MARKS[cell.state]}</span>'
        f'<span class="sr">{cell.state}</span>'
    )
    if cell.state == "silent":
        if cell.otherwise:
            inner += f" <i><bdi>{escape(phrases.one_line(cell.otherwise))}</bdi></i>"
    else:
        value = words.cell_value(fact, cell)
        if value:
            inner += f' <span class="val"><bdi>{escape(value)}</bdi></span>'
        inner += "".join(_links(cell, numbers, link))
    voice = escape(phrases.one_line(column.voice))
    return f'<td role="cell" class="{cell.state} {edge} {mute}" data-voice="{voice}">{inner}</td>'


def _links(cell: Cell, numbers: Mapping[str, str], link: Link) -> Iterator[str]:
    """Links to the words, one a claim, named by the claims' numbers."""
    seen: set[str] = set()
    for each in cell.words[:_LINKS]:
        aim = link(each)
        if each.claim in seen or aim is None:
            continue
        seen.add(each.claim)
        number = escape(numbers.get(each.claim, ""))
        cites = f'data-cites="{aim[1]}" ' if aim[1] else ""
        yield (
            f' <a class="ref" href="{escape(aim[0])}" {cites}'
            f'aria-label="words of claim {number}">{number}</a>'
        )


def _spot(each: Words, text: _Text) -> tuple[int, int] | None:
    """The report and the offset of words that the page shows; None for words that it does not."""
    if each.claim not in text.places or each.start is None or each.end is None:
        return None
    report = text.places[each.claim][0]
    if each.start < each.end and any(first <= each.start < last for first, last in text.shown[report]):
        return report, each.start
    return None


__all__ = ["Link", "legend", "render_comparisons", "section"]
