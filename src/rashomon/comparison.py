"""Reports set against each other: the incidents of each story, and the matrix of each operation.

    for comparison in compare(readings):
        for picture in comparison.pictures: ...

What `rashomon compare` prints, in any form, is made of this.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from rashomon._stories import Gathered, keeping
from rashomon.model import Claim, Reading
from rashomon.reconcile.incidents import Incident
from rashomon.reconcile.matrix import Matrix, matrices
from rashomon.reconcile.operations import Operation, operations


class Picture(msgspec.Struct, frozen=True):
    """The matrix of one operation: `whole` is all of it as one incident, `parts` are the incidents in it."""

    whole: Incident
    parts: tuple[Incident, ...]
    matrix: Matrix


class Comparison(msgspec.Struct, frozen=True):
    """The reports of one story compared. `pictures` hold every incident once, those that most voices tell
    first; `numbers` are the numbers of claims as `rashomon explain` takes them ("2.5"), by id."""

    story: str | None
    readings: tuple[Reading, ...]
    incidents: tuple[Incident, ...]
    pictures: tuple[Picture, ...]
    numbers: Mapping[str, str]

    @property
    def claims(self) -> dict[str, Claim]:
        """The claims by id."""
        return {claim.id: claim for reading in self.readings for claim in reading.claims}

    def told(self) -> list[Picture]:
        """The pictures in which at least two voices can be set against each other."""
        return [picture for picture in self.pictures if len(picture.matrix.columns) > 1]


def compare(
    readings: Iterable[Reading], *, apart: bool = False, homes: Mapping[str, str] | None = None
) -> list[Comparison]:
    """The comparisons of some readings, a story each, in the order of their first reports.

    Args:
        readings: as the reader gave them; reports are of one story where `story` is the same, or absent.
        apart: a picture for each incident, also where several are of one operation.
        homes: countries of publishers, by `narrators.home_key`, that go before the tables.
    """
    stories: dict[str | None, Gathered] = {}
    numbers: dict[str, str] = {}
    for place, reading in enumerate(keeping(readings, stories), 1):
        for number, claim in enumerate(reading.claims, 1):
            numbers.setdefault(claim.id, f"{place}.{number}")
    return [_compared(story, numbers, apart, homes) for story in stories.values()]


def _compared(
    gathered: Gathered, numbers: Mapping[str, str], apart: bool, homes: Mapping[str, str] | None
) -> Comparison:
    claims, reports, incidents = gathered.claims, gathered.reports, gathered.incidents
    if apart:
        wholes = [Operation(incident, (incident,)) for incident in incidents]
    else:
        wholes = operations(incidents, claims, reports)
    part_of = {ref: incident.id for incident in incidents for ref in incident.claims}
    grids = matrices([each.whole for each in wholes], claims, reports, part_of, homes)
    pictures = [Picture(each.whole, each.parts, grid) for each, grid in zip(wholes, grids, strict=True)]
    pictures.sort(key=lambda each: (-len(each.matrix.columns), -len(each.whole.claims)))
    return Comparison(gathered.story, tuple(gathered.readings), tuple(incidents), tuple(pictures), numbers)


__all__ = ["Comparison", "Picture", "compare"]
