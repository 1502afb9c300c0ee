"""Readings whose reports are grouped by the story that they tell: `rashomon compare --group`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from rashomon.model import Reading


def with_stories(readings: Iterable[Reading]) -> list[Reading]:
    """The readings, each report that names no story given the name of the story that it was found to tell.

    Reports that name their story keep it, and no other gets its name.

    Raises:
        InstallationError: a table of the grouping is missing or damaged.
    """
    from rashomon.reconcile.stories import stories_of

    held = list(readings)
    open_ = [reading for reading in held if reading.report.story is None]
    taken = {reading.report.story for reading in held}
    found = stories_of(
        [reading.report for reading in open_], (claim for reading in open_ for claim in reading.claims)
    )
    names: dict[str, str] = {}
    for story in found:
        tried = (story.name if number == 1 else f"{story.name}-{number}" for number in count(1))
        name = next(each for each in tried if each not in taken)
        taken.add(name)
        names |= dict.fromkeys(story.reports, name)
    return [
        reading
        if reading.report.story is not None
        else msgspec.structs.replace(
            reading, report=msgspec.structs.replace(reading.report, story=names[reading.report.id])
        )
        for reading in held
    ]
