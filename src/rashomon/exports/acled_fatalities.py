"""The count that ACLED would keep: the lowest total that any voice gives, by its latest word.

Each voice's counts of different people are added up ("three soldiers and two villagers"), parts of a number
told before are not counted again, and what a voice has revised counts as revised.
"""

from __future__ import annotations

from collections import defaultdict

from rashomon.exports.events import Event
from rashomon.model import Claim
from rashomon.reconcile.scene import scene
from rashomon.reconcile.told_counts import Count, counts
from rashomon.reconcile.voices import Outlet


def lowest_count(event: Event, kind: str) -> int | None:
    """The lowest total of a kind of figure that any voice gives; None where nobody gives one.

    A count without a lower bound ("up to five") is none at least: 0.
    """
    told = [claim for claim in event.claims if claim.frame == "current"] or list(event.claims)
    outlets = _outlets(event, told)
    by_voice: dict[int, list[Count]] = defaultdict(list)
    for count in counts(scene(told, outlets)).get(kind, ()):
        by_voice[count.teller].append(count)
    return min((_total(its) for its in by_voice.values()), default=None)


def _total(counted: list[Count]) -> int:
    """One voice's total: of each group the latest count, summed; a count of nobody in particular may be the
    whole, so the larger of both."""
    latest: dict[str | None, Count] = {}
    for count in counted:
        held = latest.get(count.group)
        if held is None or (count.day, count.figure.low or 0) >= (held.day, held.figure.low or 0):
            latest[count.group] = count
    named = sum(count.figure.low or 0 for group, count in latest.items() if group is not None)
    whole = latest.get(None)
    return max(named, (whole.figure.low or 0) if whole is not None else 0)


def _outlets(event: Event, told: list[Claim]) -> dict[str, Outlet]:
    known = {report.id: report for report in event.reports}
    outlets = {}
    for claim in told:
        report = known.get(claim.report)
        publisher = report.publisher if report is not None else None
        day = (report.published or "")[:10] if report is not None else ""
        outlets[claim.report] = Outlet(publisher, claim.report, day)
    return outlets


__all__ = ["lowest_count"]
