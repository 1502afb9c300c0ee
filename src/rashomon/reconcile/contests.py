"""What any two claims of different voices show of each other: the signs that disputes are weighed by.

As in `pairs`, a sign is a short name that is there or not ("the accused answers", "voices opposed"), so that
a dispute can be read aloud. How much each weighs stands in `dispute_weights.csv`, in a column for each
question. Here is what the questions share; `figure_signs` and `deed_signs` have the signs of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import msgspec

from rashomon.model import Claim, Party
from rashomon.reconcile.pairs import place_signs, time_sign
from rashomon.reconcile.scene import any_alike, may_be_one
from rashomon.reconcile.tables import BIAS, cues, dispute_weights
from rashomon.reconcile.traits import Traits

_GAPS = (0, 60, 200, 500)
_TOLD_BY = {
    "MED": "a doctor", "COP": "the state", "MIL": "the state", "GOV": "the state", "JUD": "the state",
    "SPY": "the state", "REB": "rebels", "UAF": "rebels", "PRM": "rebels",
}  # fmt: skip
_OBSERVERS = frozenset(("UNO", "NGO", "IGO"))
_WHERE_AND_WHEN = frozenset(
    (
        "same day", "a day apart", "days apart", "dates overlap", "one date unknown",
        "same place", "place within place", "other place", "one place unknown", "places unknown",
        "countries differ", "far apart",
    )
)  # fmt: skip


class Why(msgspec.Struct, frozen=True):
    """Why two claims are, or are not, taken to contradict each other: `odds` are the log odds, the sum of the
    weights of the `signs`, the weightiest first."""

    odds: float
    signs: tuple[tuple[str, float], ...]


def odds(question: str, found: Iterable[str]) -> float:
    """Log odds that signs add up to, for a question: a column of `dispute_weights.csv`."""
    weight = dispute_weights()[question]
    return weight.get(BIAS, 0.0) + sum(weight.get(sign, 0.0) for sign in found)


def explain(question: str, found: Iterable[str]) -> Why:
    """The signs with their weights."""
    weight = dispute_weights()[question]
    told = [(sign, weight[sign]) for sign in (BIAS, *found) if weight.get(sign)]
    return Why(sum(each for _, each in told), tuple(sorted(told, key=lambda each: (-abs(each[1]), each[0]))))


def where_and_when(one: Claim, other: Claim, traits: tuple[Traits, Traits]) -> Iterator[str]:
    """How far apart two claims stand in one report, and what their places, days and words have in common."""
    side = "one report" if one.report == other.report else "two reports"
    yield side
    if one.report == other.report:
        gap = max(one.quote.start, other.quote.start) - min(one.quote.end, other.quote.end)
        yield step("gap", gap, _GAPS)
    ours, theirs = traits
    for sign in (time_sign(ours, theirs), *place_signs(ours.where, theirs.where)):
        if sign in _WHERE_AND_WHEN:
            yield f"{sign}, {side}"
    if not ours.trigger.isdisjoint(theirs.trigger):
        yield f"same event word, {side}"


def step(name: str, value: float, steps: Sequence[float]) -> str:
    """A number as a sign: the first of some rising steps that it stays under."""
    for each in steps:
        if value < each:
            return f"{name} under {each}"
    return f"{name} {steps[-1]} or more"


def likeness(name: str, ours: Sequence[Party], theirs: Sequence[Party]) -> str:
    """How like the actors, or the recipients, of two claims are."""
    if not ours or not theirs:
        return f"{name} unknown to {'one' if ours or theirs else 'both'}"
    if any_alike(ours, theirs):
        return f"{name} alike"
    may = any(may_be_one(one, other) for one in ours for other in theirs)
    return f"{name} may be one" if may else f"{name} differ"


def told_by(claim: Claim) -> str:
    """Who tells a claim, roughly: the state, rebels, a doctor, observers, the publisher, others."""
    if claim.voice.kind == "publisher":
        return "the publisher"
    country, _, sector = (claim.voice.code or "").partition(" ")
    return "observers" if country in _OBSERVERS else _TOLD_BY.get(sector, "others")


def said_with(claim: Claim) -> tuple[str, ...]:
    """What words of a claim's quote say of how it is to be taken (`dispute_cues.csv`)."""
    return _cues_in(claim.quote.text[:1000])


@lru_cache(maxsize=16384)
def _cues_in(text: str) -> tuple[str, ...]:
    text = f" {' '.join(text.lower().split())} "
    return tuple(sorted({sign for sign, words in cues() if words in text}))


def of_the_country(claim: Claim, parties: Iterable[Party]) -> bool:
    """Whether the voice of a claim is of the country of one of some parties."""
    land = (claim.voice.code or "").partition(" ")[0]
    return bool(land) and any(party.country == land for party in parties)
