"""Signs that two figures contradict each other, or count other people, or the one is a part of the other."""

from __future__ import annotations

from collections.abc import Iterator

from rashomon.model import Claim, Figure
from rashomon.reconcile.contests import likeness, said_with, step, told_by, where_and_when
from rashomon.reconcile.scene import ARMED, STATE, opposed, own
from rashomon.reconcile.told_counts import Count
from rashomon.reconcile.traits import Traits, stems

_RATIOS = (1.1, 1.35, 2.0, 4.0)


def figure_signs(
    low: Count, high: Count, claims: tuple[Claim, Claim], traits: tuple[Traits, Traits]
) -> list[str]:
    """Signs of two figures of one kind without a common number, `low` being the smaller one."""
    smaller, larger = claims
    found = [*where_and_when(smaller, larger, traits), f"of {low.figure.kind}"]
    found += [*_groups(low, high), *_units(low.figure, high.figure), *_size(low, high)]
    found += [f"smaller by {told_by(smaller)}", f"larger by {told_by(larger)}"]
    if smaller.voice.code is not None and smaller.voice.code == larger.voice.code:
        found.append("voices of one body")
    if opposed(smaller.voice, larger.voice):
        found.append("voices opposed")
    if low.day != high.day:
        found.append("the larger is the later" if low.day < high.day else "the smaller is the later")
    found += [f"smaller: {cue}" for cue in said_with(smaller)]
    found += [f"larger: {cue}" for cue in said_with(larger)]
    if smaller.type != larger.type:
        found.append("types differ")
    elif None not in (smaller.mode, larger.mode) and smaller.mode != larger.mode:
        found.append("modes differ")
    if likeness("actors", smaller.actors, larger.actors) == "actors differ":
        found.append("actors cannot be one")
    found.append(likeness("recipients", smaller.recipients, larger.recipients))
    if len(smaller.recipients) > 1 or len(larger.recipients) > 1:
        found.append("of several parties")
    return found


def incomparable(low: Count, high: Count, claims: tuple[Claim, Claim], traits: tuple[Traits, Traits]) -> bool:
    """Whether two figures plainly count different things: other people, other units, a part of the time, a
    part of the patients, or deeds of different hands and kinds."""
    smaller, larger = claims
    return (
        _other_people(low, high, claims)
        or _other_unit(low, high)
        or (low.figure.high != 0 and told_by(smaller) == "a doctor")  # those whom a doctor has seen
        or _part_of_the_time(traits[0].days, traits[1].days, _of_two_outlets(smaller, larger))
        or _other_crowd(low, traits)
        or _own_losses(low, high, smaller)
        or _other_deed(smaller, larger)
    )


def _other_people(low: Count, high: Count, claims: tuple[Claim, Claim]) -> bool:
    """Two groups are the same people only where a voice calls its enemy's dead fighters, and another voice
    civilians; each side's own losses are two numbers and no dispute."""
    if low.group == high.group or None in (low.group, high.group):
        return False
    if "families" in (low.group, high.group) or (low.group in ARMED) == (high.group in ARMED):
        return True
    armed, group = (claims[0], low.group) if low.group in ARMED else (claims[1], high.group)
    if armed.voice.kind == "publisher":
        return True
    hit = [party for party in armed.recipients if party.sector == group]
    if hit:
        return any(own(armed.voice, party) for party in hit)
    sector = (armed.voice.code or "").rpartition(" ")[2]
    return sector == group or (sector in STATE and group in STATE)


def _own_losses(low: Count, high: Count, smaller: Claim) -> bool:
    """A voice's count of its own fighters, against a larger one of nobody in particular: a part of all."""
    return (
        high.group is None and low.group in ARMED and any(own(smaller.voice, p) for p in smaller.recipients)
    )


def _other_crowd(low: Count, traits: tuple[Traits, Traits]) -> bool:
    """Crowds of two days: they grow and melt."""
    ours, theirs = traits[0].days, traits[1].days
    if low.figure.kind != "protesters" or ours is None or theirs is None:
        return False
    return ours[1] < theirs[0] or theirs[1] < ours[0]


def _other_unit(low: Count, high: Count) -> bool:
    if low.figure.kind != "damage" or not low.figure.high:
        return False
    return stems(low.figure.whom or "").isdisjoint(stems(high.figure.whom or ""))  # houses and francs


def _of_two_outlets(one: Claim, other: Claim) -> bool:
    return one.report != other.report and one.voice.kind == other.voice.kind == "publisher"


def _part_of_the_time(
    ours: tuple[int, int] | None, theirs: tuple[int, int] | None, of_two_outlets: bool
) -> bool:
    """Whether the days of the smaller figure are some of those of the larger one. Two outlets may well date
    one night otherwise: with them a single day more is no other time."""
    if ours is None or theirs is None or ours == theirs:
        return False
    longer = (theirs[1] - theirs[0]) - (ours[1] - ours[0])
    return theirs[0] <= ours[0] and ours[1] <= theirs[1] and (longer > 1 or not of_two_outlets)


def _other_deed(smaller: Claim, larger: Claim) -> bool:
    return (
        smaller.type == larger.type
        and None not in (smaller.mode, larger.mode)
        and smaller.mode != larger.mode
        and likeness("actors", smaller.actors, larger.actors) == "actors differ"
    )


def _groups(low: Count, high: Count) -> Iterator[str]:
    if low.group == high.group:
        yield "same group" if low.group is not None else "no group told"
    elif low.group is None or high.group is None:
        yield f"the {'smaller' if low.group is None else 'larger'} of nobody in particular"
    else:
        yield "other group"
        if (low.group in ARMED) != (high.group in ARMED):
            yield "armed to one, civilians to the other"


def _units(one: Figure, other: Figure) -> Iterator[str]:
    ours, theirs = stems(one.whom or ""), stems(other.whom or "")
    if ours and theirs:
        yield "same unit" if ours & theirs else "other unit"
    else:
        yield "one unit untold" if ours or theirs else "units untold"


def _size(low: Count, high: Count) -> Iterator[str]:
    if low.figure.high == 0:
        yield "none at all"
    else:
        yield step("ratio", (high.figure.low or 0) / max(low.figure.high or 1, 1), _RATIOS)
    if low.figure.high == 1:
        yield "a single one"
    if high.figure.high is None:
        yield "the larger is open"
