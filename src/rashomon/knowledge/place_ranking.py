"""Which of the places that bear a name is meant: all names of one report are decided together.

Every candidate gets a score from what it is and how the name fits it, from the countries that the report is
about, and from the words beside it ("X, Alabama"). Then, in a few rounds, the candidates of all names vote
for each other: places of one report lie near each other, in the same country and region. The weights are
set by reason and checked on the project's own stories; nothing is learned.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from rashomon.knowledge.place_table import Candidate, Match, PlaceKind

Floats = NDArray[np.float64]

_KIND_WEIGHT: dict[PlaceKind, float] = {
    "country": 6.0, "capital": 1.5, "admin1": 1.0, "region": 5.5, "town": 0.0, "admin2": 2.0,
    "water": -1.5, "land": -2.0, "area": -1.5, "site": -2.0,
}  # fmt: skip
_MATCH_WEIGHT: dict[Match, float] = {
    "name": 1.0, "bare name": 0.6, "alias": -2.0, "bare alias": -2.2, "code": 0.5,
}  # fmt: skip
_POPULATION = 1.0  # for each power of ten
_SENSE = 2.5
_OTHERS_NAME = -2.5  # an alias of a small place that is the proper name of others
_KNOWN_BY_ALIAS = 100_000  # from this size on, aliases are as good as names
_NAMED_AFTER_SEAT = -7.0  # "Aleppo" is the town, unless "province" or its like says otherwise
_SEAT_PEOPLE = 20_000  # from this size on, an alias of the town is enough
_CONTAINER = 7.0
_SIBLING_CONTAINER = 3.0  # the same name has its container elsewhere in the report
_GIVEN_COUNTRY, _RULED_OUT = 5.0, -8.0
_STORY_COUNTRY = 4.0
_NEAR, _AROUND, _SAME_COUNTRY, _SAME_REGION = 4.0, 2.0, 2.5, 5.0
_NEAR_KM, _AROUND_KM = 60.0, 250.0
_ROUNDS = 3
_POSITIONS = 5
_FAR, _TEXT_REACH = 0.15, 800.0  # votes count by their distance in the text, in characters
_DOUBT, _DOUBT_IN_PART = 5.5, 6.5  # what a place must score in a report that speaks of other countries
_SURE_KINDS = frozenset({"country", "admin1", "admin2", "region"})
_LISTENS = 60  # the names that each name hears, the nearest first
_KEPT = 400  # candidates of one name that are looked at
_VOTING = 10  # candidates of one name that vote
EARTH_KM = 6371.0


class Name(msgspec.Struct):
    """One name of a report, with all that its mentions say about it.

    `words` is its folded form; `positions` are the offsets of its mentions; `countries` says how much (0 to
    about 1) each country is spoken of around them; `containers` are rows of units that they are said to lie
    in, `siblings` those that other mentions of the same name are said to lie in; `weight` is how much its
    vote counts; `whole` is False where the name is only a part of the mention.
    """

    words: str
    candidates: list[Candidate]
    positions: list[int]
    countries: dict[str, float] = msgspec.field(default_factory=dict)
    whole: bool = True
    weight: float = 1.0
    containers: frozenset[int] = frozenset()
    siblings: frozenset[int] = frozenset()
    of_country: str | None = None
    not_country: str | None = None


class Choice(msgspec.Struct, frozen=True):
    """The place chosen for a name, and the share of the votes that it got (0 to 1); None where none is
    likely."""

    place: Candidate | None
    share: float


def choose(names: Sequence[Name], table_country: Mapping[int, str]) -> list[Choice]:
    """One choice a name, in their order. `table_country` gives ISO alpha-3 codes for the rows that stand for
    countries. Every name must have candidates."""
    boards = [_Board(name, table_country) for name in names]
    nearness = _nearness(names)
    for _ in range(_ROUNDS if len(boards) > 1 else 0):
        votes = [board.votes() for board in boards]
        for number, board in enumerate(boards):
            board.hear(votes, nearness[number])
    return [board.choice() for board in boards]


def _nearness(names: Sequence[Name]) -> Floats:
    """How much each name listens to each other: names far off in the text belong to other news more often."""
    at = [np.array(name.positions[:_POSITIONS], dtype=np.float64) for name in names]
    flat, ends = np.concatenate(at), np.cumsum([len(one) for one in at])
    starts = np.concatenate(([0], ends[:-1]))
    often = np.array([name.weight * (1.0 + 0.5 * min(4, len(name.positions) - 1)) for name in names])
    same: dict[str, list[int]] = {}
    for number, name in enumerate(names):
        same.setdefault(name.words, []).append(number)
    weights = np.zeros((len(names), len(names)))
    for number, name in enumerate(names):
        gaps = np.minimum.reduceat(np.abs(flat - at[number][:, None]).min(axis=0), starts)
        weights[number] = often * (_FAR + (1 - _FAR) * np.exp(-gaps / _TEXT_REACH))
        weights[number, same[name.words]] = 0.0  # a name is no evidence for itself
        if len(names) > _LISTENS:
            weights[number, np.argsort(-weights[number], kind="stable")[_LISTENS:]] = 0.0
    return weights


class _Votes(msgspec.Struct):
    """What one name says to the others: its likely places and how likely they are."""

    lat: Floats
    lon: Floats
    share: Floats
    located: NDArray[np.bool_]
    countries: dict[str, float]
    regions: dict[int, float]


class _Board:
    """The candidates of one name and their scores."""

    def __init__(self, name: Name, table_country: Mapping[int, str]) -> None:
        seats = _units_with_seat(name.candidates)
        proper = any(c.match == "name" and c.kind not in ("site", "land", "water") for c in name.candidates)
        scored = []
        for candidate in name.candidates:
            score = _own_score(candidate, name, table_country, seats)
            if proper and candidate.match.endswith("alias") and candidate.population < _KNOWN_BY_ALIAS:
                score += _OTHERS_NAME
            scored.append((score, candidate))
        scored.sort(key=lambda pair: -pair[0])
        scored = scored[:_KEPT]
        self.name = name
        self.candidates = [candidate for _, candidate in scored]
        self.own = np.array([score for score, _ in scored])
        self.score = self.own.copy()
        self.lat = np.array([np.nan if c.lat is None else c.lat for c in self.candidates])
        self.lon = np.array([np.nan if c.lon is None else c.lon for c in self.candidates])

    def shares(self) -> Floats:
        power = np.exp(np.clip(self.score - self.score.max(), -30, 0))
        return np.asarray(power / power.sum())

    def votes(self) -> _Votes:
        shares = self.shares()
        best = np.argsort(-shares, kind="stable")[:_VOTING]
        countries: dict[str, float] = {}
        regions: dict[int, float] = {}
        for number in best.tolist():
            candidate, share = self.candidates[number], float(shares[number])
            if candidate.country is not None:
                countries[candidate.country] = countries.get(candidate.country, 0.0) + share
            region = candidate.row if candidate.kind == "admin1" else candidate.admin1_row
            if region >= 0:
                regions[region] = regions.get(region, 0.0) + share
        wide = np.array([self.candidates[n].kind in ("country", "region") for n in best.tolist()])
        return _Votes(
            lat=self.lat[best],
            lon=self.lon[best],
            share=shares[best],
            located=~np.isnan(self.lat[best]) & ~wide,
            countries=countries,
            regions=regions,
        )

    def hear(self, votes: Sequence[_Votes], weights: Floats) -> None:
        """New scores from what the other names say, each with its weight (0 for the name itself)."""
        total = float(weights.sum()) or 1.0
        near = np.zeros(len(self.candidates))
        around = np.zeros(len(self.candidates))
        country: dict[str, float] = {}
        region: dict[int, float] = {}
        for vote, weight in zip(votes, weights.tolist(), strict=True):
            if not weight:
                continue
            for iso3, share in vote.countries.items():
                country[iso3] = country.get(iso3, 0.0) + weight * share / total
            for row, share in vote.regions.items():
                region[row] = region.get(row, 0.0) + weight * share / total
            if vote.located.any():
                at = vote.located
                km = distance_km(self.lat[:, None], self.lon[:, None], vote.lat[at], vote.lon[at])
                km = np.nan_to_num(km, nan=1e6)
                near = np.maximum(near, (np.exp(-km / _NEAR_KM) * vote.share[at]).max(axis=1))
                around += weight / total * (np.exp(-km / _AROUND_KM) * vote.share[at]).sum(axis=1)
        same_country = np.array([country.get(c.country or "", 0.0) for c in self.candidates])
        same_region = np.array(
            [region.get(c.row if c.kind == "admin1" else c.admin1_row, 0.0) for c in self.candidates]
        )
        self.score = (
            self.own
            + _NEAR * near
            + _AROUND * np.minimum(1.0, 2 * around)
            + _SAME_COUNTRY * same_country
            + _SAME_REGION * np.minimum(1.0, 2 * same_region)
        )

    def choice(self) -> Choice:
        best = int(np.argmax(self.score))
        share = float(self.shares()[best])
        doubt = _DOUBT if self.name.whole else _DOUBT_IN_PART
        if self.score[best] < doubt and self.name.countries and self.candidates[best].kind not in _SURE_KINDS:
            return Choice(None, share)
        return Choice(self.candidates[best], share)


def distance_km(lat: Floats, lon: Floats, lat2: Floats, lon2: Floats) -> Floats:
    """Great-circle distances in kilometres, between degrees; the arrays are broadcast against each other."""
    lat, lon, lat2, lon2 = (np.radians(axis) for axis in (lat, lon, lat2, lon2))
    half = np.sin((lat2 - lat) / 2) ** 2 + np.cos(lat) * np.cos(lat2) * np.sin((lon2 - lon) / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1))))


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
        by_alias = candidate.population >= _SEAT_PEOPLE and candidate.country != "USA"
        if candidate.match == "name" or by_alias:
            units |= {candidate.admin1_row, candidate.admin2_row}
    return frozenset(units)


def _own_score(
    candidate: Candidate, name: Name, table_country: Mapping[int, str], seats: frozenset[int]
) -> float:
    score = _KIND_WEIGHT[candidate.kind] + _MATCH_WEIGHT[candidate.match]
    score += _POPULATION * math.log10(1 + candidate.population)
    if candidate.sense_fits:
        score += _SENSE
    elif candidate.row in seats:
        score += _NAMED_AFTER_SEAT
    if candidate.country is not None:
        score += _STORY_COUNTRY * name.countries.get(candidate.country, 0.0)
    if name.containers and lies_in(candidate, name.containers, table_country):
        score += _CONTAINER
    elif name.siblings and lies_in(candidate, name.siblings, table_country):
        score += _SIBLING_CONTAINER
    if name.of_country is not None and candidate.country == name.of_country:
        score += _GIVEN_COUNTRY
    if name.not_country is not None and candidate.country == name.not_country:
        score += _RULED_OUT
    return score
