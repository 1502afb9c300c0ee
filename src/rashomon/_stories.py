"""Readings gathered into stories, each with its incidents: where sums over stories start."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from rashomon.model import Claim, Report

if TYPE_CHECKING:
    from rashomon.model import Reading
    from rashomon.reconcile.incidents import Incident


class Gathered(msgspec.Struct):
    """The reports of one story (None: those that name none), their claims, and the incidents of these."""

    story: str | None
    reports: list[Report]
    claims: list[Claim]
    incidents: list[Incident]


def gather(readings: Iterable[Reading]) -> list[Gathered]:
    """The stories of some readings, in the order of their first reports.

    Raises:
        InstallationError: a table is missing or damaged.
    """
    from rashomon.reconcile import reconcile

    stories: dict[str | None, Gathered] = {}
    for reading in readings:
        story = stories.setdefault(reading.report.story, Gathered(reading.report.story, [], [], []))
        story.reports.append(reading.report)
        story.claims.extend(reading.claims)
    for story in stories.values():
        story.incidents = reconcile(story.claims, story.reports)
    return list(stories.values())


__all__ = ["Gathered", "gather"]
