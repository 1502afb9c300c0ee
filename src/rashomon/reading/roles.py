"""Roles: which names a trigger points to as actor, recipient, voice and place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np

from rashomon.reading.encoder import Pointing, Signals
from rashomon.reading.events import Trigger
from rashomon.reading.names import name_ending_at
from rashomon.reading.trace import Trace
from rashomon.reading.words import Words

SEEN = 0.02  # pointers weaker than this are noise
NOTHING = 0.5  # a role is empty where more than this of the pointer's weight is on the null position
SHARE = 0.5  # a further party of the same role needs at least this much of the weight
# The pointer was taught that any mention of the right name will do, and is too ready to leave the sentence.
FAR = 0.25
WITHIN, ANYWHERE = ("actor", "recipient"), ("voice", "place")  # roles sought in the sentence, and all over
JOINED = 0.06  # this much, where the text joins it to one that was taken ("Oman and the Red Cross")
JOINTS = frozenset({"and", "or", "&", ",", "the", "a", "an", "both", "its", "their", "his", "her", "with"})


@dataclass(frozen=True)
class Filler:
    """A name that fills a role: words `first` to one before `last`, with the weight of all its
    occurrences."""

    first: int
    last: int
    weight: float


class Pointed(NamedTuple):
    """Where one role of one trigger points: the weight on nothing, and the words with SEEN or more, with
    theirs. `sentence` is the trigger's, where words outside it count FAR as much."""

    nothing: float
    words: list[int]
    weights: list[float]
    sentence: tuple[int, int] | None = None


def pointed_from(
    signals: Signals, triggers: Sequence[Trigger], sentences: Sequence[tuple[int, int]]
) -> list[dict[str, Pointed]]:
    """Where the roles of triggers point, of each by name; `sentences` are those of the triggers. Those of one
    window are weighed together."""
    found: list[dict[str, Pointed]] = []
    for _, group in groupby(triggers, key=lambda trigger: id(trigger.pointing.words)):
        together = [trigger.pointing for trigger in group]
        found += _weighed(signals, together, sentences[len(found) : len(found) + len(together)])
    return found


def _weighed(
    signals: Signals, pointings: Sequence[Pointing], sentences: Sequence[tuple[int, int]]
) -> list[dict[str, Pointed]]:
    words, bounds = pointings[0].words, np.array(sentences)
    at = [signals.labels.roles.index(role) for role in (*WITHIN, *ANYWHERE)]
    scores = np.stack([pointing.scores for pointing in pointings])[:, at]
    nothing = np.stack([pointing.nulls for pointing in pointings])[:, at].sum(axis=-1)
    near = slice(0, len(WITHIN))
    outside = (words < bounds[:, :1]) | (words >= bounds[:, 1:])
    scores[:, near] = np.where(outside[:, None], np.float32(FAR) * scores[:, near], scores[:, near])
    total = np.maximum(scores[:, near].sum(axis=-1) + nothing[:, near], np.float32(1e-9))
    scores[:, near] /= total[:, :, None]
    nothing[:, near] /= total
    trigger, role, seen = (scores > SEEN).nonzero()
    weights, chosen = scores[trigger, role, seen].tolist(), words[seen].tolist()
    ends = np.searchsorted(trigger * len(at) + role, np.arange(1, nothing.size + 1)).tolist()
    found, start = [], 0
    for number, rest in enumerate(nothing.tolist()):
        own: dict[str, Pointed] = {}
        for column, name in enumerate((*WITHIN, *ANYWHERE)):
            end = ends[number * len(at) + column]
            sentence = sentences[number] if name in WITHIN else None
            own[name] = Pointed(rest[column], chosen[start:end], weights[start:end], sentence)
            start = end
        found.append(own)
    return found


def fillers(
    signals: Signals,
    pointed: Pointed,
    role: str,
    several: bool,
    key: Callable[[int, int], str],
    nothing_above: float = NOTHING,
    trace: Trace | None = None,
) -> list[Filler]:
    """The names that fill a role, in the order of the text; none where the role points to nothing.

    A name's weight is summed over its occurrences (`key` says which words are one name); of these the
    strongest stands for it. With `several`, all names above SHARE are taken, else the strongest alone. The
    role is empty where the null position has more than `nothing_above` of the weight.
    """
    nothing, weights, sentence = pointed.nothing, pointed.weights, pointed.sentence
    if nothing > nothing_above and trace is None:
        return []
    spans = [name_ending_at(signals, word) for word in pointed.words]
    if trace is None and len(spans) == 1:
        return [Filler(*spans[0], weights[0])]
    ranked = sorted(_by_name(spans, weights, key), key=lambda f: -f.weight)
    empty = not ranked or nothing > nothing_above
    if trace is not None:
        limit = f"{'over' if nothing > nothing_above else 'within'} the limit of {nothing_above}"
        nobody = "the publisher" if role == "voice" else "no place" if role == "place" else "nobody"
        trace.say(role, f"the model's pointer gives {nothing:.2f} to {nobody}, {limit}")
        if sentence and not all(sentence[0] <= filler.first < sentence[1] for filler in ranked):
            trace.say(role, f"words outside the sentence count {FAR} of their weight")
    chosen: list[Filler] = []
    for filler in ranked:
        refusal = "the role is empty" if empty else _refusal(signals.words, filler, chosen, several)
        if trace is not None:
            span = filler.first, filler.last
            trace.words(role, signals.words, span, filler.weight, refusal is None, refusal or "")
        if refusal is None:
            chosen.append(filler)
    return sorted(chosen, key=lambda f: f.first)


def _by_name(
    spans: list[tuple[int, int]], weights: list[float], key: Callable[[int, int], str]
) -> Iterable[Filler]:
    """One filler for all occurrences of a name. One span is one name, whatever its key: to make keys is what
    costs."""
    alone = len(set(spans)) == 1
    names: dict[str, Filler] = {}
    strongest: dict[str, float] = {}
    for (first, last), weight in zip(spans, weights, strict=True):
        name = "" if alone else key(first, last)
        before = names.get(name)
        if before is None or weight > strongest[name]:
            strongest[name] = weight
            names[name] = Filler(first, last, weight + (before.weight if before else 0.0))
        else:
            names[name] = Filler(before.first, before.last, before.weight + weight)
    return names.values()


def _refusal(words: Words, filler: Filler, chosen: list[Filler], several: bool) -> str | None:
    """Why a name does not fill the role beside those that do; None where it does."""
    if not chosen:
        return None
    if not several:
        return "another is stronger, and only one is taken"
    if any(_overlap(filler, other) for other in chosen):
        return "it overlaps one that was taken"
    if filler.weight >= SHARE:
        return None
    if filler.weight < JOINED:
        return f"below {JOINED}"
    if any(_joined(words, filler, other) for other in chosen):
        return None
    return f"below {SHARE}, and not joined to one that was taken"


def settle(
    actors: list[Filler], recipients: list[Filler], names: Callable[[Filler], str], mutual: bool
) -> tuple[list[Filler], list[Filler]]:
    """Actors and recipients, where a party was pointed to as both.

    In a mutual event (talks, an accord) all parties are both, also where the text has all on one side ("the
    two signed"). Elsewhere nobody does something to themselves: the party stays where the pointer is
    stronger, and leaves the other role.
    """
    if mutual and bool(actors) != bool(recipients):
        everyone = actors or recipients
        return (everyone, everyone) if len({names(f) for f in everyone}) > 1 else (actors, recipients)
    if not actors or not recipients:
        return actors, recipients
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
