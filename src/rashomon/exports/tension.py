"""Tension as rows (JSON Lines, CSV), and for a terminal: lines of narrators with bars, lines of periods."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Iterator, Sequence

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rashomon.exports.phrases import counted, date_words, one_line, valid
from rashomon.knowledge import countries
from rashomon.model import Date
from rashomon.reconcile.tension import ALL, OTHERS, UNPLACED, Dyad, Period, Point, Tension, told_by

_BARS = "▁▂▃▄▅▆▇█"
_WORDS = {ALL: "all narrators", OTHERS: "other countries", UNPLACED: "not placed"}
_ROWS_SHOWN = 60


def lines(result: Tension) -> Iterator[bytes]:
    """One JSON object a point, without line ends."""
    for point in result.points:
        yield msgspec.json.encode(_encodable(point, result.by))


def rows(result: Tension) -> bytes:
    """The points as CSV in UTF-8; ids are parted by spaces."""
    page = io.StringIO(newline="")
    writer = csv.writer(page, lineterminator="\n")
    names = ("dyad", "by", "first", "last", "told_by", "score", "conflict", "cooperation", "incidents", "ids")
    writer.writerow(names)
    for point in result.points:
        told = _encodable(point, result.by)
        ids = " ".join(map(valid, point.ids))
        writer.writerow((dyad_name(point.dyad), *(told[name] for name in names[1:-1]), ids))
    return page.getvalue().encode("utf-8")


def _encodable(point: Point, by: Period) -> dict[str, object]:
    told = {"dyad": point.dyad, "by": by} | msgspec.structs.asdict(point)
    return told | {"ids": [valid(ref) for ref in point.ids]}


def dyad_name(dyad: Dyad) -> str:
    """The codes of a dyad: "SRB-XKX"."""
    return "-".join(dyad)


def dyad_words(dyad: Dyad) -> str:
    """The names of a dyad: "Serbia and Kosovo"; a code where it is of no country."""
    return " and ".join(countries.name_of(code) for code in dyad)


def narrators_words(group: str) -> str:
    """How a group of narrators is called: "all narrators", "Serbian voices", "UNO voices"."""
    if group in _WORDS:
        return _WORDS[group]
    row = countries.country(group)
    return (
        f"{row.adjectives[0]} voices" if row and row.adjectives else f"voices of {countries.name_of(group)}"
    )


def period_words(point: Point, by: Period) -> str:
    """A period as people write it: "28 May 2019", "week of 27 May 2019", "May 2019"."""
    if by == "week":
        return f"week of {date_words(Date(point.first, point.first, 'day'))}"
    return date_words(Date(point.first, point.last, by))


def number(value: float) -> str:
    """A score with a sign that stands in one column with others: "−8.5", "+2.5", "0.0"."""
    rounded = round(value, 1)
    return f"{rounded:+.1f}".replace("-", "−") if rounded else "0.0"


def left_out(result: Tension) -> list[str]:
    """What is not in the figures, or in no group, and what to do about it; a sentence each."""
    said = [
        f"{dyad_name(dyad)}: {counted(count, 'incident')} not counted, for no {result.by} is told"
        for dyad, count in result.undated.items()
    ]
    named = [(name, count) for name, count in result.unplaced.items() if name is not None]
    if named:
        said.append(
            "not placed, so told by nobody's side: "
            + ", ".join(f"{one_line(name)} ({counted(count, 'claim')})" for name, count in named[:8])
            + (f" and {len(named) - 8:,} more publishers" if len(named) > 8 else "")
            + "; say where they are at home: --outlet 'NAME=COUNTRY'"
        )
    if unnamed := result.unplaced.get(None, 0):
        claims = counted(unnamed, "claim")
        said.append(f"not placed: {claims} of reports that name no publisher; --publisher NAME names it")
    return said


def position(day: str, by: Period) -> int:
    """The number of the period that begins on an ISO day: the next period has the next number."""
    date = datetime.date.fromisoformat(day)
    if by == "month":
        return date.year * 12 + date.month
    return (date.toordinal() - 1) // 7 if by == "week" else date.toordinal()


def print_tension(result: Tension, console: Console, top: int) -> None:
    """The dyads with most incidents, each with its narrators and its periods."""
    dyads = result.dyads()
    for dyad in dyads[:top]:
        points = [point for point in result.points if point.dyad == dyad]
        _print_dyad(dyad, points, result.by, console)
    if len(dyads) > top:
        more = ", ".join(dyad_name(dyad) for dyad in dyads[top : top + 8])
        console.print(Text(f"{len(dyads) - top:,} more dyads: {more} ... (--top N shows more)", style="dim"))


def _print_dyad(dyad: Dyad, points: Sequence[Point], by: Period, console: Console) -> None:
    whole = [point for point in points if point.told_by == ALL]
    words = dyad_words(dyad)
    heading = Text(words[:1].upper() + words[1:], style="bold")
    heading.append(f"  {dyad_name(dyad)} · {span_words(points, by)}", style="not bold dim")
    console.print(heading)
    console.print(_narrators(dyad, points, by, max(8, min(console.width - 76, 60))))
    if len(whole) > 1:
        console.print(_periods(dyad, points, by))
    console.print()


def span_words(points: Sequence[Point], by: Period) -> str:
    """From when to when some points in the order of time are."""
    first, last = period_words(points[0], by), period_words(points[-1], by)
    return first if first == last else f"{first} to {last}"


def _narrators(dyad: Dyad, points: Sequence[Point], by: Period, width: int) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("as told by")
    for name in ("incidents", "score", "conflict", "cooperation"):
        table.add_column(name, justify="right")
    table.add_column("over time", no_wrap=True)
    first = position(points[0].first, by)
    count = position(points[-1].first, by) - first + 1
    bins = _Bins(first, count, min(width, count), by)
    highest = max(max(bins.sums(_of(points, group)), default=0.0) for group in told_by(dyad))
    for group in told_by(dyad):
        told = _of(points, group)
        if not told:
            if group not in (OTHERS, UNPLACED):
                table.add_row(narrators_words(group), *(Text("–", style="dim") for _ in range(4)))
            continue
        sums = (sum(point.score for point in told), sum(point.conflict for point in told))
        table.add_row(
            narrators_words(group),
            f"{sum(point.incidents for point in told):,}",
            Text(number(sums[0]), style="bold"),
            number(sums[1]),
            number(sum(point.cooperation for point in told)),
            bins.drawn(told, highest),
        )
    return table


class _Bins:
    """A time axis of so many characters; several periods share one where there are more."""

    def __init__(self, first: int, count: int, width: int, by: Period) -> None:
        self._first, self._count, self._width, self._by = first, count, width, by

    def sums(self, points: Iterable[Point]) -> list[float]:
        """Sizes of all bars: those of conflict, then those of cooperation."""
        sums = [0.0] * (2 * self._width)
        for point in points:
            at = (position(point.first, self._by) - self._first) * self._width // self._count
            sums[at] -= point.conflict
            sums[at + self._width] += point.cooperation
        return sums

    def drawn(self, points: Iterable[Point], highest: float) -> Text:
        """Bars of conflict after a minus, those of cooperation, if there are any, below after a plus."""
        sums = self.sums(points)
        parts = (("−", "red", sums[: self._width]), ("+", "green", sums[self._width :]))
        return Text("\n").join(
            Text(f"{sign} {_bars(sizes, highest)}", style=style) for sign, style, sizes in parts if any(sizes)
        )


def _bars(sizes: Iterable[float], highest: float) -> str:
    top = len(_BARS) - 1
    return "".join(_BARS[min(round(size / highest * top), top)] if size else " " for size in sizes)


def _periods(dyad: Dyad, points: Sequence[Point], by: Period) -> Table:
    groups = [group for group in told_by(dyad) if any(point.told_by == group for point in points)]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(by)
    for group in groups:
        table.add_column(narrators_words(group), justify="right")
    told = by_period(points)
    for period in list(told.values())[:_ROWS_SHOWN]:
        cells = (
            Text(cell_words(period.get(group)), style="" if group in period else "dim") for group in groups
        )
        table.add_row(period_words(next(iter(period.values())), by), *cells)
    if len(told) > _ROWS_SHOWN:
        table.add_row(Text(f"{len(told) - _ROWS_SHOWN:,} more (--format csv has all)", style="dim"))
    return table


def cell_words(point: Point | None) -> str:
    """A score and its number of incidents: "−8.5 (2)"; a dash where the group tells nothing."""
    return f"{number(point.score)} ({point.incidents})" if point else "–"


def by_period(points: Iterable[Point]) -> dict[str, dict[str, Point]]:
    """The points of one dyad by their first days and narrators."""
    told: dict[str, dict[str, Point]] = {}
    for point in points:
        told.setdefault(point.first, {})[point.told_by] = point
    return told


def _of(points: Iterable[Point], group: str) -> list[Point]:
    return [point for point in points if point.told_by == group]


__all__ = ["by_period", "cell_words", "counted", "dyad_name", "dyad_words", "left_out", "lines",
           "narrators_words", "number", "period_words", "position", "print_tension", "rows",
           "span_words"]  # fmt: skip
