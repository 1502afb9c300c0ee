"""Tension as a page: each dyad has a panel a group of narrators, on one time axis and one scale, and a table.

Bars hang below the line for conflict and stand above it for cooperation; where a period has both, a stroke
marks their sum. There is no script: a bar's figures are its tooltip, and the table has them all.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from rashomon.exports.phrases import counted, one_line
from rashomon.exports.sheet import escape, sheet, template
from rashomon.exports.tension import (
    by_period,
    cell_words,
    dyad_name,
    dyad_words,
    left_out,
    narrators_words,
    number,
    period_words,
    position,
    span_words,
)
from rashomon.reconcile.tension import ALL, UNPLACED, Dyad, Period, Point, Tension, told_by

_LEAST = {"day": 14, "week": 8, "month": 6}
"""Periods that an axis has at least: a single bar shall not fill the page."""
_OPEN_ROWS = 31
_TICKS = 4
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def render(result: Tension, top: int, title: str = "Tension, as each side tells it") -> str:
    """The page for the dyads with most incidents, as text to be written in UTF-8."""
    dyads = result.dyads()
    shown = dyads[:top]
    placed: set[int] = set()
    sections = [section(result, dyad, placed) for dyad in shown]
    notes = left_out(result)
    if len(dyads) > top:
        more = ", ".join(dyad_name(dyad) for dyad in dyads[top : top + 20])
        notes.append(f"{len(dyads) - top:,} more dyads are not shown: {more}")
    if notes:
        items = "".join(f"<li>{escape(one_line(note))}</li>" for note in notes)
        sections.append(f'<section><h2>Not in these figures</h2><ul class="out">{items}</ul></section>')
    if not shown:
        sections.insert(0, '<p class="none">No incident between two countries was found.</p>')
    places = "".join(f".l{share}{{left:{share / 10:g}%}}" for share in sorted(placed))
    incidents = {ref for point in result.points for ref in point.ids}
    return sheet(
        title=title,
        summary=f"{counted(len(dyads), 'dyad')} · {counted(len(incidents), 'incident')} · "
        f"sums of PLOVER event scores by {result.by}",
        body="\n".join(sections),
        footer="Made by Rashomon. Each incident counts once for each group that tells it; a group's figures "
        "are what it tells, not a finding of fact. Only what is told as having taken place counts.",
        style="\n" + template("tension.css") + places,
    )


def section(result: Tension, dyad: Dyad, placed: set[int]) -> str:
    """A dyad as a section of HTML: plots and table. `placed` takes in the shares of the width, in
    thousandths, that labels stand at: `.l250` is `left: 25%`."""
    points = [point for point in result.points if point.dyad == dyad]
    by = result.by
    axis = _Axis(points, by)
    told = {point.told_by for point in points}
    groups = [group for group in told_by(dyad) if group != UNPLACED or group in told]
    whole = sum(point.incidents for point in points if point.told_by == ALL)
    key = dyad_name(dyad)
    panels = "".join(
        _panel(group, [point for point in points if point.told_by == group], axis) for group in groups
    )
    return (
        f'<section aria-labelledby="{key}"><h2 id="{key}">{escape(_sentence(dyad_words(dyad)))}</h2>'
        f'<p class="by">{key} · {counted(whole, "incident")} · {escape(span_words(points, by))}</p>'
        f'<ul class="key"><li><span class="c"></span>conflict, below the line</li>'
        f'<li><span class="k"></span>cooperation, above it</li>'
        f'<li><span class="n"></span>their sum, where a {by} has both</li></ul>'
        f'<figure aria-label="{escape(dyad_words(dyad))}: scores over time, one panel a group of narrators">'
        f'{panels}<div class="row axis" aria-hidden="true"><span></span><span></span>'
        f"{axis.ticks(placed)}</div></figure>{_table(dyad, groups, points, by)}</section>"
    )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


class _Axis:
    """The time axis and the scale that all panels of a dyad share."""

    def __init__(self, points: Sequence[Point], by: Period) -> None:
        self.by = by
        first, last = position(points[0].first, by), position(points[-1].first, by)
        spare = max(_LEAST[by] - (last - first + 1), 0)
        self.first = first - spare // 2
        self.count = last - first + 1 + spare
        self.low = min(point.conflict for point in points)
        self.high = max(point.cooperation for point in points)
        if self.low == self.high:
            self.low = -1.0

    @property
    def height(self) -> float:
        return self.high - self.low

    def at(self, point: Point) -> int:
        return position(point.first, self.by) - self.first

    def ticks(self, placed: set[int]) -> str:
        """Up to four days under the axis, each in the middle of its period."""
        step = max(-(-self.count // _TICKS), 1)
        told, year = [], None
        for at in range(step // 2, self.count, step):
            start = _start(self.first + at, self.by)
            if start is None:
                continue
            share = round(1000 * (at + 0.5) / self.count)
            placed.add(share)
            words = _MONTHS[start.month - 1]
            words = words if self.by == "month" else f"{start.day} {words}"
            words = words if start.year == year else f"{words} {start.year}"
            told.append(f'<span class="l{share}">{words}</span>')
            year = start.year
        return f'<span class="ticks">{"".join(told)}</span>'


def _start(at: int, by: Period) -> datetime.date | None:
    """The first day of the period of that number; None before and after the years that there are."""
    if by == "month":
        year, month = divmod(at - 1, 12)
        return datetime.date(year, month + 1, 1) if 1 <= year <= 9999 else None
    ordinal = at * 7 + 1 if by == "week" else at
    return datetime.date.fromordinal(ordinal) if 1 <= ordinal <= datetime.date.max.toordinal() else None


def _panel(group: str, points: Sequence[Point], axis: _Axis) -> str:
    words = escape(narrators_words(group))
    total, incidents = sum(point.score for point in points), sum(point.incidents for point in points)
    said = f"{number(total)} · {counted(incidents, 'incident')}" if points else "nothing told"
    heard = f"{words}: {said}"
    if points:
        worst = min(points, key=lambda point: point.score)
        heard += (
            f"; lowest {number(worst.score)}, {period_words(worst, axis.by)}. All figures are in the table."
        )
    bars = "".join(_bar(point, axis) for point in points)
    width, height = axis.count, f"{axis.height:g}"
    scale = f'<span class="scale" aria-hidden="true"><i>{_end(axis.high)}</i><i>{_end(axis.low)}</i></span>'
    return (
        f'<div class="row">'
        f'<p class="name"><b>{words}</b> <span>{said}</span></p>'
        f'{scale}<svg viewBox="0 0 {width} {height}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(heard)}">{bars}'
        f'<line x1="0" x2="{width}" y1="{axis.high:g}" y2="{axis.high:g}"/></svg></div>'
    )


def _end(value: float) -> str:
    return number(value).removesuffix(".0") if value else "0"


def _bar(point: Point, axis: _Axis) -> str:
    broad = max(0.8, axis.count / 300)  # a bar can be seen however long the axis is
    left = f'x="{axis.at(point) + 0.5 - broad / 2:g}" width="{broad:g}"'
    told = (
        f"<title>{escape(period_words(point, axis.by))}: {number(point.score)}, "
        f"{counted(point.incidents, 'incident')} (conflict {number(point.conflict)}, "
        f"cooperation {number(point.cooperation)})</title>"
    )
    parts = []
    if point.conflict:
        parts.append(f'<rect class="c" {left} y="{axis.high:g}" height="{-point.conflict:g}"/>')
    if point.cooperation:
        parts.append(
            f'<rect class="k" {left} y="{axis.high - point.cooperation:g}" height="{point.cooperation:g}"/>'
        )
    if not parts:
        thin = axis.height / 40
        parts.append(f'<rect class="z" {left} y="{axis.high - thin / 2:g}" height="{thin:g}"/>')
    if len(parts) == 2:
        thin = axis.height / 50
        parts.append(f'<rect class="n" {left} y="{axis.high - point.score - thin / 2:g}" height="{thin:g}"/>')
    return f"<g>{told}{''.join(parts)}</g>"


def _table(dyad: Dyad, groups: Sequence[str], points: Sequence[Point], by: Period) -> str:
    told = by_period(points)
    head = "".join(f'<th scope="col">{escape(narrators_words(group))}</th>' for group in groups)
    rows = "".join(
        f'<tr><th scope="row">{escape(period_words(next(iter(period.values())), by))}</th>'
        + "".join(f"<td>{cell_words(period.get(group))}</td>" for group in groups)
        + "</tr>"
        for period in told.values()
    )
    table = (
        f'<div class="scroll" tabindex="0" role="region" aria-label="Table of {dyad_name(dyad)}">'
        "<table><caption>Sum of scores (number of incidents); – where a group tells nothing</caption>"
        f'<thead><tr><th scope="col">{by}</th>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )
    if len(told) <= _OPEN_ROWS:
        return table
    return f"<details><summary>The table: {len(told):,} {by}s</summary>{table}</details>"


__all__ = ["render", "section"]
