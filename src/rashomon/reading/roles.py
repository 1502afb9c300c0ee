"""Roles: which names a trigger points to as actor, recipient, voice and place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rashomon.reading.encoder import Signals
from rashomon.reading.events import Trigger
from rashomon.reading.names import name_ending_at
from rashomon.reading.words import Words

SEEN = 0.02  # pointers weaker than this are noise
NOTHING = 0.5  # a role is empty where more than this of the pointer's weight is on the null position
SHARE = 0.4  # a further party of the same role needs at least this much of the weight
# The pointer was taught that any mention of the right name will do, and is too ready to leave the sentence.
FAR = 0.2
JOINED = 0.06  # this much, where the text joins it to one that was taken ("Oman and the Red Cross")
JOINTS = frozenset({"and", "or", "&", ",", "the", "a", "an", "both", "its", "their", "his", "her", "with"})


@dataclass(frozen=True)
class Filler:
    """A name that fills a role: words `first` to one before `last`, with the weight of all its
    occurrences."""

    first: int
    last: int
    weight: float


def fillers(
    signals: Signals,
    trigger: Trigger,
    role: str,
    several: bool,
    key: Callable[[int, int], str],
    nothing_above: float = NOTHING,
    sentence: tuple[int, int] | None = None,
) -> list[Filler]:
    """The names that fill a role, in the order of the text; none where the role points to nothing.

    A name's weight is summed over its occurrences (`key` says which words are one name); of these the
    strongest stands for it. With `several`, all names above SHARE are taken, else the strongest alone. The
    role is empty where the null position has more than `nothing_above` of the weight. Where the trigger's
    `sentence` is given, words outside it count FAR as much.
    """
    index = signals.labels.roles.index(role)
    scores, nothing = trigger.pointing.scores[index], float(trigger.pointing.nulls[index].sum())
    if sentence is not None:
        pointed = trigger.pointing.words
        scores = np.where((pointed >= sentence[0]) & (pointed < sentence[1]), scores, FAR * scores)
        total = float(scores.sum()) + nothing
        scores, nothing = scores / total, nothing / total
    names: dict[str, Filler] = {}
    strongest: dict[str, float] = {}
    for at in np.flatnonzero(scores > SEEN):
        weight = float(scores[at])
        first, last = name_ending_at(signals, int(trigger.pointing.words[at]))
        name = key(first, last)
        before = names.get(name)
        if before is None or weight > strongest[name]:
            strongest[name] = weight
            names[name] = Filler(first, last, weight + (before.weight if before else 0.0))
        else:
            names[name] = Filler(before.first, before.last, before.weight + weight)
    ranked = sorted(names.values(), key=lambda f: -f.weight)
    if not ranked or nothing > nothing_above:
        return []
    chosen = ranked[:1]
    for filler in ranked[1:] if several else []:
        if any(_overlap(filler, other) for other in chosen):
            continue
        if filler.weight >= SHARE or (
            filler.weight >= JOINED and any(_joined(signals.words, filler, other) for other in chosen)
        ):
            chosen.append(filler)
    return sorted(chosen, key=lambda f: f.first)


def settle(
    actors: list[Filler], recipients: list[Filler], names: Callable[[Filler], str], mutual: bool
) -> tuple[list[Filler], list[Filler]]:
    """Actors and recipients, where a party was pointed to as both.

    In a mutual event (talks, a clash) all parties are both. Elsewhere nobody does something to themselves:
    the party stays where the pointer is stronger, and leaves the other role.
    """
    both = {names(f) for f in actors} & {names(f) for f in recipients}
    if not both:
        return actors, recipients
    parties = {names(f): f for f in [*recipients, *actors]}
    if len(parties) > 1 and (mutual or len(both) == len(parties)):
        everyone = sorted(parties.values(), key=lambda f: f.first)
        return everyone, everyone
    weight = {names(f): f.weight for f in actors}
    leave_recipients = {names(f) for f in recipients if names(f) in both and weight[names(f)] >= f.weight}
    return (
        [f for f in actors if names(f) not in both - leave_recipients],
        [f for f in recipients if names(f) not in leave_recipients],
    )


def _joined(words: Words, a: Filler, b: Filler) -> bool:
    """Whether nothing but "and", a comma and the like stands between two names."""
    between = words.lower[min(a.last, b.last) : max(a.first, b.first)]
    return (
        len(between) <= 4
        and bool({"and", "or", "&", ",", "with"} & set(between))
        and JOINTS.issuperset(between)
    )


def _overlap(a: Filler, b: Filler) -> bool:
    return a.first < b.last and b.first < a.last
