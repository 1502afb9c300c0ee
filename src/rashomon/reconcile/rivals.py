"""Rival accounts: voices that tell one deed of different parties, as another act, at another place or day.

All of them tell that something took place; they cannot all be right about what. Everything here asks for
plain words on both sides: what is vaguer on one side, or may be a second deed, is no dispute.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import combinations

from rashomon.model import Claim
from rashomon.reconcile.contests import odds, of_the_country
from rashomon.reconcile.deed_signs import rival_signs
from rashomon.reconcile.incidents import Dispute
from rashomon.reconcile.scene import Scene, any_alike, names, own, side_of, where
from rashomon.reconcile.traits import days_of, stems

ENOUGH = 0.0
"""Log odds above which two claims lay one deed at two doors."""
MOST = 200
"""Claims of an incident that are compared with each other."""
_FORCE = frozenset(("ASSAULT", "COERCE", "PROTEST"))
_DAYS = 3
NEAR = 500
"""Characters of one report within which two days may be of one deed."""
_ALSO = re.compile(r"\b(?:also|as well|besides)\b", re.IGNORECASE)
_KIND = frozenset(("CONSULT", "AID", "COOPERATE"))
_HARSH = frozenset(("ASSAULT", "COERCE", "ACCUSE"))
_OPPOSED = (frozenset(("release", "deport")), frozenset(("arrest", "abduct")))

Kinds = dict[tuple[str, str | None], list[int]]


def rival_disputes(stage: Scene) -> Iterator[Dispute]:
    """At most one dispute a field and kind of act."""
    blaming: dict[str, set[int]] = defaultdict(set)
    for one, other in rival_pairs(stage):
        if odds("actor", signs_of_pair(one, other, stage)) > ENOUGH:
            blaming[min(stage.claims[one].type, stage.claims[other].type)] |= {one, other}
    for key in sorted(blaming):
        yield Dispute("actor", tuple(stage.sides(sorted(blaming[key]), lambda claim: names(claim.actors))))
    kinds: Kinds = defaultdict(list)
    for at in stage.asserted():
        kinds[stage.claims[at].type, stage.claims[at].mode].append(at)
    yield from _within(stage, kinds, "date", _other_day, lambda claim: claim.date.first if claim.date else "")
    alike: Kinds = defaultdict(list)
    for at in stage.asserted():
        alike[stage.claims[at].type, None].append(at)
    yield from _within(stage, alike, "recipient", _other_recipient, lambda claim: names(claim.recipients))
    yield from _within(stage, alike, "place", _other_country, where)
    acts = stage.fighting(stage.asserted(), _other_act)
    if acts:
        yield Dispute("type", tuple(stage.sides(acts, lambda claim: claim.trigger.text)))


def rival_pairs(stage: Scene) -> Iterator[tuple[int, int]]:
    """Claims of two voices that something took place, each by somebody who cannot be the other's."""
    told = [at for at in stage.asserted() if stage.claims[at].actors][:MOST]
    for one, other in combinations(told, 2):
        ours, theirs = stage.claims[one], stage.claims[other]
        if (
            stage.whose[one] != stage.whose[other]
            and not any_alike(ours.actors, theirs.actors)
            and (ours.type == theirs.type or {ours.type, theirs.type} <= _FORCE)
        ):
            yield one, other


def signs_of_pair(one: int, other: int, stage: Scene) -> list[str]:
    """The signs of such a pair."""
    return rival_signs(stage.claims[one], stage.claims[other], stage.traits(one, other))


def _within(
    stage: Scene,
    kinds: Kinds,
    field: str,
    differ: Callable[[Claim, Claim], bool],
    say: Callable[[Claim], str],
) -> Iterator[Dispute]:
    for key in sorted(kinds, key=str):
        fighting = stage.fighting(kinds[key], differ)
        if fighting:
            yield Dispute(field, tuple(stage.sides(fighting, say)))


def _other_recipient(one: Claim, other: Claim) -> bool:
    """ "Gunmen" to one and "villagers" to the other, hit by the same hand: who is of the hand's side, or
    against those hit, says that it hit fighters, and somebody else that it did not."""
    if side_of(one.recipients) != "armed":
        one, other = other, one
    return (
        one.type == other.type == "ASSAULT"
        and side_of(one.recipients) == "armed"
        and side_of(other.recipients) == "civilians"
        and one.voice.kind != "publisher"
        and not any(own(one.voice, party) for party in one.recipients)
        and _by_one_hand(one, other)
        and _may_be_one_deed(one, other)
    )


def _by_one_hand(one: Claim, other: Claim) -> bool:
    """Whether two claims tell of one actor; where one names none, the voice must be of the other's side."""
    if one.actors and other.actors:
        return any_alike(one.actors, other.actors) or (
            any(own(one.voice, party) for party in one.actors) and of_the_country(one, other.actors)
        )
    return any(own(one.voice, party) for party in (*one.actors, *other.actors))


def _may_be_one_deed(one: Claim, other: Claim) -> bool:
    """Whether two claims of harm done stand together in one report, or agree on the day and the place."""
    if any(figure.kind == "displaced" for claim in (one, other) for figure in claim.figures):
        return False  # who fled was not hit
    if None not in (one.mode, other.mode) and one.mode != other.mode:
        return False
    if _ALSO.search(one.quote.text) or _ALSO.search(other.quote.text):
        return False
    ours, theirs = days_of(one.date), days_of(other.date)
    if ours is not None and theirs is not None and (ours[0] > theirs[1] or theirs[0] > ours[1]):
        return False
    there = not where(one) or not where(other) or _one_place(one, other)
    near = one.report == other.report and abs(one.quote.start - other.quote.start) < NEAR
    return there and (near or (ours is not None and ours == theirs))


def _other_act(one: Claim, other: Claim) -> bool:
    """What is a kindness, or the law, to one is none to the other: talks and an interrogation, an arrest and
    an abduction, a rescue and a release."""
    if "publisher" in (one.voice.kind, other.voice.kind) or not any_alike(one.recipients, other.recipients):
        return False
    hands = any_alike(one.actors, other.actors)
    if frozenset((one.mode, other.mode)) in _OPPOSED:
        return hands or not one.actors or not other.actors
    if {one.type, other.type} == {"AID", "RETREAT"} and "release" in (one.mode, other.mode):
        return True  # he was let go, or freed by somebody else
    if one.type in _HARSH:
        one, other = other, one
    return one.type in _KIND and other.type in _HARSH and hands


def _other_country(one: Claim, other: Claim) -> bool:
    """Each side says that it was on its own, or on the other's, soil."""
    if one.place is None or other.place is None or one.place.text is None or other.place.text is None:
        return False
    if one.type != other.type or _one_place(one, other) or one.status == "planned":
        return False
    lands = {one.place.country, other.place.country}
    sides = {_land(one), _land(other)}
    return None not in lands and len(lands) == 2 and lands == sides and _one_deed(one, other)


def _one_deed(one: Claim, other: Claim) -> bool:
    """Whether two claims are of the same parties: each in its place, or in the other's."""
    if not any_alike(one.recipients, other.recipients):
        return any_alike(one.actors, other.recipients) and any_alike(one.recipients, other.actors)
    return any_alike(one.actors, other.actors)


def _other_day(one: Claim, other: Claim) -> bool:
    """One deed in one report, on one day to one and on another to the other."""
    if one.report != other.report or one.mode is None or abs(one.quote.start - other.quote.start) >= NEAR:
        return False
    ours, theirs = days_of(one.date), days_of(other.date)
    if ours is None or theirs is None or ours[0] != ours[1] or theirs[0] != theirs[1]:
        return False
    return (
        1 <= abs(ours[0] - theirs[0]) <= _DAYS
        and "publisher" not in (one.voice.kind, other.voice.kind)
        and (one.type, one.mode) == (other.type, other.mode)
        and any_alike(one.recipients, other.recipients)
        and (any_alike(one.actors, other.actors) or not one.actors or not other.actors)
    )


def _one_place(one: Claim, other: Claim) -> bool:
    """Whether the places told share a word."""
    return not stems(where(one)).isdisjoint(stems(where(other)))


def _land(claim: Claim) -> str | None:
    return claim.voice.code.partition(" ")[0] if claim.voice.code else None
