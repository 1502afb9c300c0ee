"""Incidents over time as bars, each of which leads to the incidents of its days."""

from __future__ import annotations

import calendar
import datetime

from markupsafe import Markup

from rashomon.desk import ahead
from rashomon.desk.filters import Asked
from rashomon.exports.phrases import counted
from rashomon.store.overviews import Step, Timeline

_MOST = 130
_HEIGHT = 100
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def bars(told: Timeline, asked: Asked, path: str = "/incidents") -> Markup:
    """The timeline as SVG; empty where there is nothing to show. Of very long ones the latest stretch."""
    places = {period: _place(period) for period, _, _ in told.bars}
    if not places:
        return Markup("")
    last = max(places.values())
    first = max(min(places.values()), last - _MOST + 1)
    last = max(last, first + 11)
    top = max(count for _, count, _ in told.bars)
    width = last - first + 1
    drawn = []
    for period, count, disputed in told.bars:
        x = places[period] - first
        if x < 0:
            continue
        since, until = days(period)
        link = Markup.escape(f"{path}?{asked.query(since=since, until=until)}")
        label = Markup.escape(f"{words(period)}: {counted(count, 'incident')}, {disputed:,} disputed")
        high, dark = _HEIGHT * count / top, _HEIGHT * disputed / top
        drawn.append(
            f'<a href="{link}" aria-label="{label}"><title>{label}</title>'
            f'<rect class="hit" x="{x}" y="0" width="1" height="{_HEIGHT}"/>'
            f'<rect x="{x + 0.08:g}" y="{_HEIGHT - high:.2f}" width="0.84" height="{high:.2f}"/>'
            f'<rect class="d" x="{x + 0.08:g}" y="{_HEIGHT - dark:.2f}" width="0.84" height="{dark:.2f}"/>'
            "</a>"
        )
    shown = [period for period, place in places.items() if place >= first]
    part = "" if told.whole else f" · the latest {told.count:,} incidents"
    if told.later:
        link = Markup.escape(f"{path}?{asked.query(since=ahead.later(), until=None)}")
        part += f' · {told.later:,} dated later: <a href="{link}">show</a>'
    return Markup(
        f'<figure class="time"><svg viewBox="0 0 {width} {_HEIGHT}" preserveAspectRatio="none" role="group" '
        f'aria-label="Incidents by {told.step}">{"".join(drawn)}</svg>'
        f"<figcaption><span>{words(shown[0])}</span>"
        f"<span>{counted(top, 'incident')} in the fullest {told.step}{part}</span>"
        f"<span>{words(shown[-1]) if len(shown) > 1 else ''}</span></figcaption></figure>"
    )


def _place(period: str) -> int:
    """The number of a period: the next one has the next number."""
    parts = [int(part) for part in period.split("-")]
    if len(parts) == 1:
        return parts[0]
    if len(parts) == 2:
        return parts[0] * 12 + parts[1]
    return datetime.date(*parts).toordinal()


def days(period: str) -> tuple[str, str]:
    """First and last day of a period: "2019", "2019-05" or "2019-05-28"."""
    step: Step = ("year", "month", "day")[period.count("-")]
    if step == "day":
        return period, period
    if step == "year":
        return f"{period}-01-01", f"{period}-12-31"
    year, month = (int(part) for part in period.split("-"))
    return f"{period}-01", f"{period}-{calendar.monthrange(year, month)[1]:02}"


def words(period: str) -> str:
    """A period as people write it."""
    parts = [int(part) for part in period.split("-")]
    if len(parts) == 1:
        return period
    month = f"{_MONTHS[parts[1] - 1]} {parts[0]}"
    return month if len(parts) == 2 else f"{parts[2]} {month}"


__all__ = ["bars", "days", "words"]
