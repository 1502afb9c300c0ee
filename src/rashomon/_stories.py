"""Readings gathered into stories, each with its incidents: where comparisons and sums over stories start."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rashomon.model import Claim, Reading, Report
    from rashomon.reconcile.incidents import Incident


class Gathered:
    """The readings of one story (None: of the reports that name none); its incidents are made when they are
    first asked for, of all readings that there are by then."""

    def __init__(self, story: str | None) -> None:
        self.story = story
        self.readings: list[Reading] = []

    @property
    def reports(self) -> list[Report]:
        """The reports, in the order in which they were read."""
        return [reading.report for reading in self.readings]

    @property
    def claims(self) -> list[Claim]:
        """The claims of all reports."""
        return [claim for reading in self.readings for claim in reading.claims]

    @cached_property
    def incidents(self) -> list[Incident]:
        """The incidents.

        Raises:
            InstallationError: a table is missing or damaged.
        """
        from rashomon.reconcile import reconcile

        return reconcile(self.claims, self.reports)


def gather(readings: Iterable[Reading]) -> list[Gathered]:
    """The stories of some readings, in the order of their first reports."""
    stories: dict[str | None, Gathered] = {}
    deque(keeping(readings, stories), maxlen=0)
    return list(stories.values())


def keeping(readings: Iterable[Reading], stories: dict[str | None, Gathered]) -> Iterator[Reading]:
    """The readings as they come, each put to its story on the way."""
    for reading in readings:
        story = reading.report.story
        stories.setdefault(story, Gathered(story)).readings.append(reading)
        yield reading


__all__ = ["Gathered", "gather", "keeping"]
