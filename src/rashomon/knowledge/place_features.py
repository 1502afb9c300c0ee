"""What speaks for a place that bears a name: the features that the ranking weighs, and their weights.

The weights are learnt from the project's own stories (`training/places.py`) and ship as a table; here is only
what is looked at.
"""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources

import msgspec

from rashomon.errors import InstallationError
from rashomon.knowledge.place_phrases import stopwords
from rashomon.knowledge.place_table import KINDS, MATCHES, Candidate

KNOWN_BY_ALIAS = 100_000  # from this size on, aliases are as good as names
SEAT_PEOPLE = 20_000  # from this size on, an alias of the town is enough
SPOKEN_OF = 0.02  # weight of a country below which a report does not speak of it
OWN = (
    *(f"kind {kind}" for kind in KINDS),
    *(f"matched by {match}" for match in MATCHES),
    "population",
    "the words name its kind",
    "named after its seat",
    "another place's proper name",
    "an everyday word",
    "the only one of its name",
    "the largest of its name",
    "the largest of its name in its country",
    "a town that something is near to",
    "a whole that has such a part",
    "in the unit named beside it",
    "in a unit named elsewhere",
    "in the country named with it",
    "in a country ruled out",
    "country of the story",
    "first country of the story",
    "share of the story's countries",
    "country hinted at",
    "country of the story, for a name within a mention",
    "in a country not spoken of",
    "in a country not spoken of, by an alias",
    "in a country not spoken of, for a name within a mention",
)
HEARD = (
    "near another place",
    "around the other places",
    "country of other places",
    "region of other places",
    "country of the title or dateline",
    "around a place of the title or dateline",
)
FEATURES = (*OWN, *HEARD)
NO_ENTRY, NO_ENTRY_FOR_PART = "no entry for a name", "no entry for a name within a mention"
COUNTRY_FEATURES = (
    "unnamed place: spoken of in the report",
    "unnamed place: spoken of around it",
    "unnamed place: spoken of in its sentence",
    "unnamed place: of the place before it",
    "unnamed place: of the nearest place",
    "unnamed place: of the report's places",
    "unnamed place: of the dateline",
    "unnamed place: hinted at",
)
TABLE = "place_weights.csv"


class Name(msgspec.Struct):
    """One name of a report, with all that its mentions say about it.

    `words` is its folded form; `positions` are the offsets of its mentions; `countries` says how much (0 to
    about 1) each country is spoken of around them, `hints` how much what is known beside the text points to
    it; `containers` are rows of units that they are said to lie in, `siblings` those that other mentions of
    the same name are said to lie in; `weight` is how much its vote counts. `whole` is False where the name is
    only a part of the mention; `leads` says that it stands in the title or the dateline, `near` that
    something is near it, `parted` that a part of it is meant ("northern").
    """

    words: str
    candidates: list[Candidate]
    positions: list[int]
    countries: dict[str, float] = msgspec.field(default_factory=dict)
    hints: dict[str, float] = msgspec.field(default_factory=dict)
    whole: bool = True
    weight: float = 1.0
    containers: frozenset[int] = frozenset()
    siblings: frozenset[int] = frozenset()
    of_country: str | None = None
    not_country: str | None = None
    leads: bool = False
    near: bool = False
    parted: bool = False


@cache
def weights() -> Mapping[str, float]:
    """The weight of each feature.

    Raises InstallationError where the table is missing or lacks one.
    """
    try:
        table = resources.files("rashomon.knowledge") / "tables" / TABLE
        with table.open(encoding="utf-8") as file:
            found = {row["feature"]: float(row["weight"]) for row in csv.DictReader(file)}
        return {name: found[name] for name in (*FEATURES, NO_ENTRY, NO_ENTRY_FOR_PART, *COUNTRY_FEATURES)}
    except (OSError, KeyError, ValueError, TypeError) as damage:
        raise InstallationError(
            f"the table of weights {TABLE} is damaged or missing", hint="reinstall rashomon"
        ) from damage


class Features:
    """The features of the candidates of one name."""

    def __init__(self, name: Name, table_country: Mapping[int, str]) -> None:
        self._name, self._table_country = name, table_country
        self._seats = _units_with_seat(name.candidates)
        self._proper = any(
            c.match == "name" and c.kind not in ("site", "land", "water") for c in name.candidates
        )
        self._common = name.words in stopwords()
        self._largest: dict[str | None, int] = {}
        for candidate in name.candidates:
            people = self._largest.get(candidate.country, 0)
            self._largest[candidate.country] = max(candidate.population, people)
        self._of_country = Counter(candidate.country for candidate in name.candidates)
        self._of_all = max(self._largest.values(), default=0)
        self._total = sum(name.countries.values()) or 1.0
        self._top = max(name.countries.values(), default=0.0)

    def of(self, candidate: Candidate) -> Iterator[tuple[str, float]]:
        """What a candidate is and how its name fits the report, the other names left out."""
        name = self._name
        yield f"kind {candidate.kind}", 1.0
        yield f"matched by {candidate.match}", 1.0
        yield "population", math.log10(1 + candidate.population)
        if candidate.sense_fits:
            yield "the words name its kind", 1.0
        elif candidate.row in self._seats:
            yield "named after its seat", 1.0
        if self._proper and candidate.match.endswith("alias") and candidate.population < KNOWN_BY_ALIAS:
            yield "another place's proper name", 1.0
        yield from self._among_namesakes(candidate)
        if name.near and candidate.kind in ("town", "capital"):
            yield "a town that something is near to", 1.0
        if name.parted and candidate.kind in ("country", "admin1", "region"):
            yield "a whole that has such a part", 1.0
        yield from self._where(candidate)
        yield from self._of_story(candidate)

    def _among_namesakes(self, candidate: Candidate) -> Iterator[tuple[str, float]]:
        if self._common:
            yield "an everyday word", 1.0
        if len(self._name.candidates) == 1:
            yield "the only one of its name", 1.0
        elif candidate.population and candidate.population == self._of_all:
            yield "the largest of its name", 1.0
        largest = candidate.population and candidate.population == self._largest[candidate.country]
        if largest and self._of_country[candidate.country] > 1:
            yield "the largest of its name in its country", 1.0

    def _where(self, candidate: Candidate) -> Iterator[tuple[str, float]]:
        name = self._name
        if name.containers and lies_in(candidate, name.containers, self._table_country):
            yield "in the unit named beside it", 1.0
        elif name.siblings and lies_in(candidate, name.siblings, self._table_country):
            yield "in a unit named elsewhere", 1.0
        if name.of_country is not None and candidate.country == name.of_country:
            yield "in the country named with it", 1.0
        if name.not_country is not None and candidate.country == name.not_country:
            yield "in a country ruled out", 1.0

    def _of_story(self, candidate: Candidate) -> Iterator[tuple[str, float]]:
        if candidate.country is None:
            return
        weight = self._name.countries.get(candidate.country, 0.0)
        yield "country of the story", weight
        yield "share of the story's countries", weight / self._total
        if weight and weight == self._top:
            yield "first country of the story", 1.0
        yield "country hinted at", self._name.hints.get(candidate.country, 0.0)
        if not self._name.whole:
            yield "country of the story, for a name within a mention", weight
        if self._top and weight < SPOKEN_OF:
            yield "in a country not spoken of", 1.0
            if candidate.match.endswith("alias"):
                yield "in a country not spoken of, by an alias", 1.0
            if not self._name.whole:
                yield "in a country not spoken of, for a name within a mention", 1.0


def lies_in(candidate: Candidate, rows: frozenset[int], table_country: Mapping[int, str]) -> bool:
    """Whether a candidate lies in one of the units."""
    if candidate.admin1_row in rows or candidate.admin2_row in rows:
        return True
    return candidate.row not in rows and candidate.country in {table_country.get(row, "-") for row in rows}


def _units_with_seat(candidates: Sequence[Candidate]) -> frozenset[int]:
    """Rows of the regions and districts that share the name with a town that lies in them."""
    units = set()
    for candidate in candidates:
        if candidate.kind not in ("town", "capital"):
            continue
        # The states of the United States are known better than any town that is also called so.
        by_alias = candidate.population >= SEAT_PEOPLE and candidate.country != "USA"
        if candidate.match == "name" or by_alias:
            units |= {candidate.admin1_row, candidate.admin2_row}
    return frozenset(units)
