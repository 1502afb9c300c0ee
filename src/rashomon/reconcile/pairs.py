"""What two claims have in common and where they part: the signs that a join is weighed by.

Every sign is a short name that is there or not, so that a join can be read aloud: "same day", "actor of
another country". Which of them count, and how much, stands in `weights.csv`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

from rashomon.model import Place
from rashomon.reconcile.traits import Head, Traits, Where, Who

PARTING = frozenset(("long apart", "weeks apart", "one is background", "another one elsewhere"))
"""Signs that part two claims whatever else they share."""
NEAR_KM = 15.0
FAR_KM = 80.0
_SPLIT = frozenset(("planned", "conditional", "requested"))


def signs(a: Traits, b: Traits) -> list[str]:
    """The signs of a pair, in a fixed order whichever claim comes first."""
    a, b = ordered(a, b)
    return [*head_signs(a.head, b.head), *place_signs(a.where, b.where), *other_signs(a, b)]


def ordered(a: Traits, b: Traits) -> tuple[Traits, Traits]:
    """The two in the order in which their signs are read."""
    return (b, a) if (a.type, a.id) > (b.type, b.id) else (a, b)


def other_signs(a: Traits, b: Traits) -> list[str]:
    """The signs that neither the heads nor the places give; few pairs have the same."""
    found = [time_sign(a, b), *_parties(a, b)]
    if a.figures and b.figures:
        found += _figures(a, b)
    found += _wording(a, b)
    if a.report == b.report:
        found += _neighbourhood(a, b)
    return found


@lru_cache(maxsize=4096)
def head_signs(a: Head, b: Head) -> tuple[str, ...]:
    """What type, mode and standing say: few of them, met over and over."""
    return (*_kinds(a, b), *_modes(a, b), *_standing(a, b))


def _kinds(a: Head, b: Head) -> Iterator[str]:
    if a.type == b.type:
        yield f"both {a.type}"
    else:
        yield f"{a.type} and {b.type}"
        yield "types differ"


def _modes(a: Head, b: Head) -> Iterator[str]:
    if a.type != b.type:
        if a.mode is not None and b.mode is not None:
            yield f"modes {a.mode} and {b.mode}"
        return
    if a.mode == b.mode:
        if a.mode is not None:
            yield "same mode"
    elif a.mode is None or b.mode is None:
        yield "one mode unknown"
    else:
        yield "modes differ"


def _standing(a: Head, b: Head) -> Iterator[str]:
    if a.background != b.background:
        yield "one is background"
    elif a.background:
        yield "both background"
    if a.status == b.status:
        if a.status in _SPLIT:
            yield f"both {a.status}"
        elif a.status == "denied":
            yield "both denied"
    elif "denied" in (a.status, b.status):
        yield "denied and planned" if _SPLIT & {a.status, b.status} else "one denies"
    elif (a.status in _SPLIT) != (b.status in _SPLIT):
        yield "one is not yet done"
    elif a.status in _SPLIT:
        yield "planned otherwise"


def time_sign(a: Traits, b: Traits) -> str:
    """How far apart the days of two claims are."""
    ours, theirs = a.days, b.days
    if ours is None or theirs is None:
        return "dates unknown" if ours is theirs else "one date unknown"
    if ours == theirs:
        return "same day" if ours[0] == ours[1] else "same span of days"
    gap = max(ours[0], theirs[0]) - min(ours[1], theirs[1])
    if gap <= 0:
        return "dates overlap" if max(ours[1] - ours[0], theirs[1] - theirs[0]) < 40 else "wide dates overlap"
    if gap == 1:
        return "a day apart"
    if gap <= 3:
        return "days apart"
    return "weeks apart" if gap <= 14 else "long apart"


@lru_cache(maxsize=4096)
def place_signs(a: Where | None, b: Where | None) -> tuple[str, ...]:
    """How the places of two claims stand to each other."""
    return tuple(_places_told(a, b))


def _places_told(a: Where | None, b: Where | None) -> Iterator[str]:
    if a is None or b is None:
        yield "places unknown" if a is b else "one place unknown"
        return
    if a.country != b.country and a.country and b.country:
        yield "countries differ"
    if not a.words or not b.words:
        yield "only a country known"
        return
    if a.geonameid is not None and a.geonameid == b.geonameid:
        yield "same place"
        return
    if a.words == b.words:
        yield "same place"
    elif a.words <= b.words or b.words <= a.words:
        yield "place within place"
    elif a.words & b.words:
        yield "places share a name"
    else:
        apart = distance(a, b)
        if apart is None:
            yield "other place"
        elif min(a.level, b.level) in (1, 2) and a.country == b.country:
            contains = 1 in (a.level, b.level) or (a.admin1 is not None and a.admin1 == b.admin1)
            yield "place within place" if contains else "far apart"
        elif apart <= NEAR_KM:
            yield "places near"
        else:
            yield "far apart" if apart > FAR_KM else "other place"


def distance(a: Where | Place, b: Where | Place) -> float | None:
    """Kilometres between two places, None where one of them has no coordinates."""
    if a.lat is None or b.lat is None or a.lon is None or b.lon is None:
        return None
    north = math.radians((a.lat + b.lat) / 2)
    east = (a.lon - b.lon + 540) % 360 - 180
    return 111.2 * math.hypot(a.lat - b.lat, east * math.cos(north))


def _parties(a: Traits, b: Traits) -> Iterator[str]:
    actors, recipients = _best(a.actors, b.actors), _best(a.recipients, b.recipients)
    if actors is not None:
        yield _ACTORS[actors]
    if recipients is not None:
        yield _RECIPIENTS[recipients]
    if (actors or 0) >= 2 or not (a.type == b.type or "ASSAULT" in (a.type, b.type)):
        return
    if (_best(a.actors, b.recipients) or 0) >= 2 or (_best(a.recipients, b.actors) or 0) >= 2:
        yield "parties change sides"


_LIKENESS = (
    "of another country",
    "of the same country",
    "of the same kind",
    "named alike",
    "unknown to one",
)
_ACTORS = tuple(f"actor {likeness}" for likeness in _LIKENESS)
_RECIPIENTS = tuple(f"recipient {likeness}" for likeness in _LIKENESS)
_ONE_UNKNOWN = -1


@lru_cache(maxsize=4096)
def _best(ours: tuple[Who, ...], theirs: tuple[Who, ...]) -> int | None:
    """A place in `_LIKENESS`: 0 nothing in common, 1 the country, 2 country and sector, 3 a word of the name;
    None where both sides are unknown."""
    if not ours or not theirs:
        return _ONE_UNKNOWN if ours or theirs else None
    best = 0
    for one in ours:
        for other in theirs:
            if not one.words.isdisjoint(other.words):
                return 3
            if one.country is not None and one.country == other.country:
                best = max(best, 2 if one.sector is not None and one.sector == other.sector else 1)
    return best


def _figures(a: Traits, b: Traits) -> Iterator[str]:
    same = other = False
    for kind, low, high, _ in a.figures:
        for kind2, low2, high2, _ in b.figures:
            if kind == kind2:
                if (low, high) == (low2, high2):
                    same = True
                else:
                    other = True
    if same:
        yield "same figure"
    elif other:
        yield "another figure of one kind"


_SHARED = ("0 words shared", "1 words shared", "2 words shared", "3 words shared", "4+ words shared")


def _wording(a: Traits, b: Traits) -> Iterator[str]:
    yield _SHARED[min(len(a.plain & b.plain), 4)]
    names = len(a.names & b.names)
    if names:
        yield "a name shared" if names == 1 else "names shared"
    if a.another != b.another and a.type == b.type:
        yield "told as another"
        if not {"other place", "far apart"}.isdisjoint(place_signs(a.where, b.where)):
            yield "another one elsewhere"
    if not a.trigger.isdisjoint(b.trigger):
        yield "same event word"


def _neighbourhood(a: Traits, b: Traits) -> Iterator[str]:
    gap = max(a.start, b.start) - min(a.end, b.end)
    if gap < 0:
        yield "same sentence"
    elif gap < 40:
        yield "next to each other"
    elif gap < 200:
        yield "a sentence between"
    elif gap < 600:
        yield "a paragraph between"
    else:
        yield "far apart in the report"
    if a.voice == b.voice and (a.voice or a.voice_code is None):
        yield "same voice"
