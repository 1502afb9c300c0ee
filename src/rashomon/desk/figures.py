"""How the figures of an incident moved: who said how many, in reports of which day; as a plot and a table."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec
from markupsafe import Markup

from rashomon.exports.phrases import figure_words, one_line
from rashomon.model import Claim
from rashomon.store.records import ReportEntry

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 640, 170, 46, 14, 26
_SERIES = 8


class Said(msgspec.Struct, frozen=True):
    """One figure as one voice gave it: `day` is that of its report, `low` and `high` its bounds."""

    day: str
    voice: str
    low: int | None
    high: int | None
    words: str
    claim: str
    report: str

    @property
    def value(self) -> int:
        """Where it stands on a plot: the bound that was told."""
        return self.low if self.low is not None else self.high or 0


class Course(msgspec.Struct, frozen=True):
    """All that is said of one kind of figure, the earliest first."""

    kind: str
    said: tuple[Said, ...]

    @property
    def moves(self) -> bool:
        """Whether it was told on several days, so that a plot says more than the table."""
        return len({each.day for each in self.said}) > 1


def courses(
    claims: Iterable[Claim], reports: Mapping[str, ReportEntry], voices: Mapping[str, str]
) -> list[Course]:
    """The figures of some claims by kind, those told most often first; `voices` names the voice of each
    claim."""
    found: dict[str, dict[tuple[str, str, int | None, int | None], Said]] = defaultdict(dict)
    for claim in claims:
        entry = reports.get(claim.report)
        day = ((entry.published if entry else None) or (entry.added if entry else ""))[:10]
        for figure in claim.figures:
            if figure.low is None and figure.high is None:
                continue
            voice = voices.get(claim.id, "somebody")
            said = Said(day, voice, figure.low, figure.high, figure_words(figure), claim.id, claim.report)
            found[figure.kind].setdefault((day, voice, figure.low, figure.high), said)
    made = [
        Course(kind, tuple(sorted(its.values(), key=lambda each: (each.day, each.voice, each.value))))
        for kind, its in found.items()
    ]
    return sorted(made, key=lambda course: -len(course.said))


def plot(course: Course) -> Markup:
    """The course as SVG: a line a voice, a dot a figure; its words are the dot's tooltip."""
    days = sorted({ordinal for each in course.said if (ordinal := _ordinal(each.day)) is not None})
    if not days:
        return Markup("")
    first, last = days[0], max(days[-1], days[0] + 1)
    top = max(max(each.value for each in course.said), 1)

    def x(day: int) -> float:
        spread = 0.5 if days[-1] == days[0] else (day - first) / (last - first)
        return _LEFT + 8 + spread * (_WIDTH - _LEFT - 24)

    def y(value: int) -> float:
        return _TOP + (1 - value / top) * (_HEIGHT - _TOP - _BOTTOM)

    drawn = []
    for share in (0, top):
        drawn.append(
            f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH}" y1="{y(share):.1f}" y2="{y(share):.1f}"/>'
            f'<text x="{_LEFT - 6}" y="{y(share) + 4:.1f}" class="end">{share:,}</text>'
        )
    for end in sorted({days[0], days[-1]}):
        where = "middle" if len(days) == 1 else "start" if end == days[0] else "end"
        drawn.append(
            f'<text x="{x(end):.1f}" y="{_HEIGHT - 6}" class="{where}">'
            f"{datetime.date.fromordinal(end).isoformat()}</text>"
        )
    for number, (_, its) in enumerate(by_voice(course).items()):
        spots = [(x(day), y(each.value), each) for each in its if (day := _ordinal(each.day)) is not None]
        path = " ".join(f"{one:.1f},{other:.1f}" for one, other, _ in spots)
        drawn.append(f'<g class="s{number % _SERIES}"><polyline points="{path}"/>')
        for one, other, each in spots:
            told = Markup.escape(f"{one_line(each.voice)}, {each.day}: {each.words}")
            drawn.append(f'<circle cx="{one:.1f}" cy="{other:.1f}" r="4"><title>{told}</title></circle>')
        drawn.append("</g>")
    label = Markup.escape(f"{one_line(course.kind)} over time; all figures are in the table")
    return Markup(
        f'<svg class="course" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{label}">'
        f"{''.join(drawn)}</svg>"
    )


def by_voice(course: Course) -> dict[str, list[Said]]:
    """The figures of each voice."""
    found: dict[str, list[Said]] = {}
    for each in course.said:
        found.setdefault(each.voice, []).append(each)
    return found


def _ordinal(day: str) -> int | None:
    try:
        return datetime.date.fromisoformat(day).toordinal()
    except ValueError:
        return None


__all__ = ["Course", "Said", "by_voice", "courses", "plot"]
