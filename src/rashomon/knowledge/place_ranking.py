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
_AT_ONCE = 500_000  # distances that are kept in memory
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
    if len(boards) > 1:
        talk = Talk(boards, _nearness(names))
        for _ in range(_ROUNDS):
            talk.round()
        talk.close()
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


class Board:
    """The candidates of one name: `features` has a row for each, in the order of `FEATURES`."""

    def __init__(self, name: Name, table_country: Mapping[int, str], weighing: Mapping[str, float]) -> None:
        self.name, self._weighing = name, weighing
        self.weights = np.array([weighing[feature] for feature in FEATURES])
        features, rows = Features(name, table_country), np.zeros((len(name.candidates), len(FEATURES)))
        for row, candidate in zip(rows, name.candidates, strict=True):
            for feature, value in features.of(candidate):
                row[_COLUMN[feature]] = value
        kept = np.argsort(-(rows @ self.weights), kind="stable")[:_KEPT]
        self.features: Floats = rows[kept]
        self.candidates = [name.candidates[number] for number in kept.tolist()]
        self.score: Floats = self.features @ self.weights
        self.lat = np.array([np.nan if c.lat is None else c.lat for c in self.candidates])
        self.lon = np.array([np.nan if c.lon is None else c.lon for c in self.candidates])

    def ranking(self, limit: int) -> list[Ranked]:
        """The best candidates, best first."""
        worth = self.features * self.weights
        return [
            Ranked(
                self.candidates[n],
                float(self.score[n]),
                {feature: float(v) for feature, v in zip(FEATURES, worth[n], strict=True) if v},
            )
            for n in np.argsort(-self.score, kind="stable")[:limit].tolist()
        ]

    def choice(self) -> Choice:
        best = int(np.argmax(self.score))
        power = np.exp(np.clip(self.score - self.score[best], -30, 0))
        share = float(power[best] / power.sum())
        doubt = self._weighing[NO_ENTRY if self.name.whole else NO_ENTRY_FOR_PART]
        if self.score[best] < doubt and self.name.countries and self.candidates[best].kind not in SURE_KINDS:
            return Choice(None, share)
        return Choice(self.candidates[best], share)


class Talk:
    """The rounds in which the names of a report hear each other: all their candidates in one row, those of a
    name side by side, so that a round is a few operations on arrays and not some for each name."""

    def __init__(self, boards: Sequence[Board], heeds: Floats) -> None:
        """`heeds` [names, names]: how much each name listens to each other (0 to itself)."""
        self._boards, sizes = boards, [len(board.candidates) for board in boards]
        self._starts = np.cumsum([0, *sizes[:-1]])
        self._of = np.repeat(np.arange(len(boards)), sizes)  # the name of each candidate
        everyone = [candidate for board in boards for candidate in board.candidates]
        self._lat = np.concatenate([board.lat for board in boards])
        self._lon = np.concatenate([board.lon for board in boards])
        self._features = np.concatenate([board.features for board in boards])
        self._score = np.concatenate([board.score for board in boards])
        self._weights = boards[0].weights
        wide = np.array([c.kind in ("country", "region") for c in everyone])
        self._somewhere = ~np.isnan(self._lat) & ~wide
        self._country = _numbered([c.country for c in everyone])
        regions = [c.row if c.kind == "admin1" else c.admin1_row for c in everyone]
        self._region = _numbered([row if row >= 0 else None for row in regions])
        self._crowded = [number for number, size in enumerate(sizes) if size > _VOTING]
        self._heeds = heeds / np.maximum(heeds.sum(axis=1, keepdims=True), 1e-300)
        self._heard = heeds > 0
        self._leads = np.array([board.name.leads for board in boards])
        self._voters = np.zeros(0, np.intp)
        self._measured: dict[int, tuple[Floats, Floats]] = {}

    def round(self) -> None:
        """New scores from what the other names say: each by its likely places, and how likely they are."""
        top = np.maximum.reduceat(self._score, self._starts)[self._of]
        power = np.exp(np.clip(self._score - top, -30, 0))
        shares = power / np.add.reduceat(power, self._starts)[self._of]
        for number in self._crowded:
            start = self._starts[number]
            own = shares[start : start + len(self._boards[number].candidates)]
            own[np.argsort(-own, kind="stable")[_VOTING:]] = 0.0
        near, around, lead = self._distances(shares)
        country, of_lead = self._in_common(self._country, shares)
        region, _ = self._in_common(self._region, shares)
        columns = [near, np.minimum(1.0, 2 * around), country, np.minimum(1.0, 2 * region), of_lead, lead]
        self._features[:, _FIRST_HEARD:] = np.stack(columns, axis=1)
        self._score = self._features @ self._weights

    def close(self) -> None:
        """Give the boards their features and scores."""
        ends = [*self._starts[1:].tolist(), len(self._score)]
        for board, start, end in zip(self._boards, self._starts.tolist(), ends, strict=True):
            board.features, board.score = self._features[start:end], self._score[start:end]

    def _in_common(self, units: NDArray[np.intp], shares: Floats) -> tuple[Floats, Floats]:
        """How much the other names speak for the unit (country or region) of each candidate, and how much the
        one in the headline does that speaks most for it; 0 where it has none."""
        shape = len(self._boards), int(units.max()) + 1
        votes = np.bincount(self._of * shape[1] + units, shares, shape[0] * shape[1]).reshape(shape)
        votes[:, 0] = 0.0
        lead = np.zeros(len(units))
        for number in np.flatnonzero(self._leads).tolist():
            said = np.where(self._heard[self._of, number], votes[number, units], 0.0)
            lead = np.maximum(lead, said)
        return (self._heeds @ votes)[self._of, units], lead

    def _distances(self, shares: Floats) -> tuple[Floats, Floats, Floats]:
        """How near the candidates are to places of the other names: to the nearest, on the whole, and to
        those of the headline."""
        voters = np.flatnonzero((shares > 0) & self._somewhere)
        near, around, lead = np.zeros((3, len(shares)))
        if not len(voters):
            return near, around, lead
        if not np.array_equal(voters, self._voters):  # who votes hardly changes from round to round
            self._voters, self._measured = voters, {}
        names, share = self._of[voters], shares[voters]
        by_name = np.zeros((len(voters), len(self._boards)))
        by_name[np.arange(len(names)), names] = share
        rows = max(1, _AT_ONCE // len(voters))
        for start in range(0, len(shares), rows):
            here = slice(start, start + rows)
            heard = self._heard[self._of[here]]
            nearness, aroundness = self._measure(here)
            near[here] = (nearness * (share * heard[:, names])).max(axis=1)
            wide = aroundness @ by_name
            around[here] = (wide * self._heeds[self._of[here]]).sum(axis=1)
            if self._leads.any():
                lead[here] = (wide * (heard & self._leads)).max(axis=1)
        return near, around, lead

    def _measure(self, here: slice) -> tuple[Floats, Floats]:
        """How near some candidates are to all that vote, at the two scales; kept where there are few."""
        known = self._measured.get(here.start)
        if known is None:
            there = self._lat[self._voters], self._lon[self._voters]
            km = distance_km(self._lat[here, None], self._lon[here, None], *there)
            km[np.isnan(self._lat[here])] = 1e6
            known = np.exp(km / -_NEAR_KM), np.exp(km / -_AROUND_KM)
            if len(self._lat) * len(self._voters) <= _AT_ONCE:
                self._measured[here.start] = known
        return known


def _numbered(values: Sequence[str | int | None]) -> NDArray[np.intp]:
    """A number for each different value; 0 for None."""
    numbers: dict[str | int | None, int] = {None: 0}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values])


def distance_km(lat: Floats, lon: Floats, lat2: Floats, lon2: Floats) -> Floats:
    """Great-circle distances in kilometres, between degrees; the arrays are broadcast against each other."""
    lat, lon, lat2, lon2 = (np.radians(axis) for axis in (lat, lon, lat2, lon2))
    half = np.sin((lat2 - lat) / 2) ** 2 + np.cos(lat) * np.cos(lat2) * np.sin((lon2 - lon) / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1))))
