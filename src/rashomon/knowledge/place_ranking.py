"""Which of the places that bear a name is meant: all names of one report are decided together.

Every candidate gets a score from what it is and how the name fits it, from the countries that the report is
about, and from the words beside it ("X, Alabama"). Then, in a few rounds, the candidates of all names vote
for each other: places of one report lie near each other, in the same country and region. A score is the sum
of features (`place_features`) times weights, which are learnt (`training/places.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from rashomon.knowledge.place_features import (
    FEATURES,
    HEARD,
    NO_ENTRY,
    NO_ENTRY_FOR_PART,
    Features,
    Name,
    weights,
)
from rashomon.knowledge.place_table import Candidate

Floats = NDArray[np.float64]

_NEAR_KM, _AROUND_KM = 60.0, 250.0
_ROUNDS = 3
_POSITIONS = 5
_FAR, _TEXT_REACH = 0.15, 800.0  # votes count by their distance in the text, in characters
SURE_KINDS = frozenset({"country", "admin1", "admin2", "region"})
_LISTENS = 60  # the names that each name hears, the nearest first
_KEPT = 400  # candidates of one name that are looked at
_VOTING = 10  # candidates of one name that vote
EARTH_KM = 6371.0
_COLUMN = {feature: number for number, feature in enumerate(FEATURES)}
_FIRST_HEARD = len(FEATURES) - len(HEARD)


class Choice(msgspec.Struct, frozen=True):
    """The place chosen for a name, and the share of the votes that it got (0 to 1); None where none is
    likely."""

    place: Candidate | None
    share: float


class Ranked(msgspec.Struct, frozen=True):
    """A candidate with its score, and the features that the score is the sum of."""

    place: Candidate
    score: float
    features: dict[str, float]


def choose(names: Sequence[Name], table_country: Mapping[int, str]) -> list[Choice]:
    """One choice a name, in their order. `table_country` gives ISO alpha-3 codes for the rows that stand for
    countries. Every name must have candidates."""
    return [board.choice() for board in decided(names, table_country)]


def rankings(names: Sequence[Name], table_country: Mapping[int, str], limit: int) -> list[list[Ranked]]:
    """What `choose` compares: the best candidates of each name, with what each feature is worth."""
    return [board.ranking(limit) for board in decided(names, table_country)]


def decided(
    names: Sequence[Name], table_country: Mapping[int, str], weighing: Mapping[str, float] | None = None
) -> list[Board]:
    """The candidates of each name with their scores after all rounds, by the weights that ship or others."""
    boards = [Board(name, table_country, weighing or weights()) for name in names]
    nearness = _nearness(names)
    for _ in range(_ROUNDS if len(boards) > 1 else 0):
        votes = [board.votes() for board in boards]
        for number, board in enumerate(boards):
            board.hear(votes, nearness[number])
    return boards


def _nearness(names: Sequence[Name]) -> Floats:
    """How much each name listens to each other: names far off in the text belong to other news more often."""
    at = [np.array(name.positions[:_POSITIONS], dtype=np.float64) for name in names]
    flat, ends = np.concatenate(at), np.cumsum([len(one) for one in at])
    starts = np.concatenate(([0], ends[:-1]))
    often = np.array([name.weight * (1.0 + 0.5 * min(4, len(name.positions) - 1)) for name in names])
    same: dict[str, list[int]] = {}
    for number, name in enumerate(names):
        same.setdefault(name.words, []).append(number)
    heeds = np.zeros((len(names), len(names)))
    for number, name in enumerate(names):
        gaps = np.minimum.reduceat(np.abs(flat - at[number][:, None]).min(axis=0), starts)
        heeds[number] = often * (_FAR + (1 - _FAR) * np.exp(-gaps / _TEXT_REACH))
        heeds[number, same[name.words]] = 0.0  # a name is no evidence for itself
        if len(names) > _LISTENS:
            heeds[number, np.argsort(-heeds[number], kind="stable")[_LISTENS:]] = 0.0
    return heeds


class _Votes(msgspec.Struct):
    """What one name says to the others: its likely places and how likely they are; `lat`, `lon` and `share`
    of those that are somewhere, and no country."""

    lat: Floats
    lon: Floats
    share: Floats
    countries: dict[str, float]
    regions: dict[int, float]
    leads: bool


class Board:
    """The candidates of one name: `features` has a row for each, in the order of `FEATURES`."""

    def __init__(self, name: Name, table_country: Mapping[int, str], weighing: Mapping[str, float]) -> None:
        self.name, self._weighing = name, weighing
        self._weights = np.array([weighing[feature] for feature in FEATURES])
        features, rows = Features(name, table_country), np.zeros((len(name.candidates), len(FEATURES)))
        for row, candidate in zip(rows, name.candidates, strict=True):
            for feature, value in features.of(candidate):
                row[_COLUMN[feature]] = value
        kept = np.argsort(-(rows @ self._weights), kind="stable")[:_KEPT]
        self.features: Floats = rows[kept]
        self.candidates = [name.candidates[number] for number in kept.tolist()]
        self.score: Floats = self.features @ self._weights
        self.lat = np.array([np.nan if c.lat is None else c.lat for c in self.candidates])
        self.lon = np.array([np.nan if c.lon is None else c.lon for c in self.candidates])

    def ranking(self, limit: int) -> list[Ranked]:
        """The best candidates, best first."""
        worth = self.features * self._weights
        return [
            Ranked(
                self.candidates[n],
                float(self.score[n]),
                {feature: float(v) for feature, v in zip(FEATURES, worth[n], strict=True) if v},
            )
            for n in np.argsort(-self.score, kind="stable")[:limit].tolist()
        ]

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
        located = best[~np.isnan(self.lat[best]) & ~wide]
        return _Votes(
            lat=self.lat[located],
            lon=self.lon[located],
            share=shares[located],
            countries=countries,
            regions=regions,
            leads=self.name.leads,
        )

    def hear(self, votes: Sequence[_Votes], heeds: Floats) -> None:
        """New scores from what the other names say, each with its weight (0 for the name itself)."""
        total = float(heeds.sum()) or 1.0
        near, around, around_lead = self._distances(votes, heeds, total)
        country: dict[str, float] = {}
        lead: dict[str, float] = {}
        region: dict[int, float] = {}
        for vote, weight in zip(votes, heeds.tolist(), strict=True):
            if not weight:
                continue
            for iso3, share in vote.countries.items():
                country[iso3] = country.get(iso3, 0.0) + weight * share / total
                if vote.leads:
                    lead[iso3] = max(share, lead.get(iso3, 0.0))
            for row, share in vote.regions.items():
                region[row] = region.get(row, 0.0) + weight * share / total
        regions = [c.row if c.kind == "admin1" else c.admin1_row for c in self.candidates]
        same_region = np.array([region.get(row, 0.0) for row in regions])
        self.features[:, _FIRST_HEARD:] = np.stack(
            [
                near,
                np.minimum(1.0, 2 * around),
                [country.get(c.country or "", 0.0) for c in self.candidates],
                np.minimum(1.0, 2 * same_region),
                [lead.get(c.country or "", 0.0) for c in self.candidates],
                around_lead,
            ],
            axis=1,
        )
        self.score = self.features @ self._weights

    def _distances(
        self, votes: Sequence[_Votes], heeds: Floats, total: float
    ) -> tuple[Floats, Floats, Floats]:
        """How near the candidates are to places of the other names: to the nearest, on the whole, and to
        those of the headline; all votes are compared at once."""
        heard = [n for n in np.flatnonzero(heeds).tolist() if len(votes[n].share)]
        if not heard:
            near, around, lead = np.zeros((3, len(self.candidates)))
            return near, around, lead
        there = [np.concatenate([getattr(votes[n], name) for n in heard]) for name in ("lat", "lon", "share")]
        km = distance_km(self.lat[:, None], self.lon[:, None], there[0], there[1])
        km[np.isnan(self.lat)] = 1e6
        starts = np.cumsum([0, *(len(votes[n].share) for n in heard[:-1])])
        near = (np.exp(km / -_NEAR_KM) * there[2]).max(axis=1)
        wide = np.add.reduceat(np.exp(km / -_AROUND_KM) * there[2], starts, axis=1)
        around = (wide * (heeds[heard] / total)).sum(axis=1)
        leads = [column for column, n in enumerate(heard) if votes[n].leads]
        lead = wide[:, leads].max(axis=1) if leads else np.zeros(len(self.candidates))
        return near, around, lead

    def choice(self) -> Choice:
        best = int(np.argmax(self.score))
        share = float(self.shares()[best])
        doubt = self._weighing[NO_ENTRY if self.name.whole else NO_ENTRY_FOR_PART]
        if self.score[best] < doubt and self.name.countries and self.candidates[best].kind not in SURE_KINDS:
            return Choice(None, share)
        return Choice(self.candidates[best], share)


def distance_km(lat: Floats, lon: Floats, lat2: Floats, lon2: Floats) -> Floats:
    """Great-circle distances in kilometres, between degrees; the arrays are broadcast against each other."""
    lat, lon, lat2, lon2 = (np.radians(axis) for axis in (lat, lon, lat2, lon2))
    half = np.sin((lat2 - lat) / 2) ** 2 + np.cos(lat) * np.cos(lat2) * np.sin((lon2 - lon) / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1))))
