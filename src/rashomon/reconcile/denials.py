"""Denials: what is in dispute where a voice says that something did not happen.

A denial is set against every claim of another voice that it may answer, and each pair is weighed by its signs
(`deed_signs.denial_signs`). Most often it is in dispute whether the thing occurred. It is the actor where the
voice only clears the accused of what nobody doubts; the recipient where it tells the same of other people;
the type where it tells the same thing as another kind of act; and a figure where it says "nobody was hurt"
(see `counts`) or "not five".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from rashomon.model import Claim, Party
from rashomon.reconcile.contests import odds
from rashomon.reconcile.deed_signs import cleared_signs, denial_signs
from rashomon.reconcile.incidents import Dispute
from rashomon.reconcile.scene import ASSERTED, Scene, any_alike, names, side_of, where
from rashomon.reconcile.traits import stems

ENOUGH = -0.3
"""Log odds above which a denial answers a claim: a little below even, for several answers add up."""
CLEARED = 0.0
"""Log odds above which only the doer is denied."""
MOST = 200
"""Claims that a denial is set against, of its own report first."""
_SPEECH = frozenset(("REQUEST", "REJECT", "ACCUSE", "THREATEN", "AGREE", "SUPPORT"))
_NOBODY = frozenset(("UAF", "UNK", "CRM", "CVL"))
_TOLD = ASSERTED | {"planned", "conditional"}
COUNTED_TYPES = frozenset(("ASSAULT", "PROTEST"))
COUNTED = frozenset(("killed", "injured", "damage", "protesters"))
_DENIES = frozenset(("denied", "denies", "deny", "denying", "denial"))
"""Types whose outcome is counted: "no one was hurt" is a figure, "no one was arrested" a denial."""


def denial_disputes(stage: Scene) -> Iterator[Dispute]:
    """A dispute for each kind of act that somebody denies and another voice asserts."""
    answered: dict[int, list[int]] = defaultdict(list)
    for denied, told in denial_pairs(stage):
        if odds("denial", signs_of_pair(denied, told, stage)) > ENOUGH:
            answered[denied].append(told)
    for kind, against in kinds_of(stage, answered):
        yield _dispute(stage, kind, against)


def kinds_of(stage: Scene, answered: Mapping[int, Sequence[int]]) -> Iterator[tuple[list[int], list[int]]]:
    """Denials with the claims that they answer, those of one kind of act together; without those that clear
    somebody of what nobody lays at anybody's door."""
    kinds: dict[tuple[object, ...], tuple[list[int], set[int]]] = defaultdict(lambda: ([], set()))
    for at in sorted(answered):
        claim = stage.claims[at]
        number = _number_denied(claim, [stage.claims[told] for told in answered[at]])
        denied, against = kinds[claim.type, claim.mode, number]
        denied.append(at)
        against.update(answered[at])
    for key in sorted(kinds, key=str):
        denied, against = kinds[key]
        accused = [party for at in denied for party in stage.claims[at].actors]
        if not accused or any(blames(stage.claims[at], accused) for at in against):
            yield denied, sorted(against)


def blames(claim: Claim, accused: Sequence[Party]) -> bool:
    """Whether a claim names one of some parties as the actor, if only by its country."""
    return any_alike(claim.actors, accused) or any(
        ours.country == theirs.country and ours.sector not in _NOBODY
        for ours in claim.actors
        for theirs in accused
        if ours.country is not None
    )


def denial_pairs(stage: Scene) -> Iterator[tuple[int, int]]:
    """Each denial with each claim of another voice that it may answer."""
    for denied, claim in enumerate(stage.claims):
        if claim.status != "denied" or claim.voice.kind == "publisher" or is_count(claim):
            continue  # an outlet that says "nobody was hurt" reports; it answers no one
        told = [
            at
            for at, other in enumerate(stage.claims)
            if other.status in _TOLD
            and stage.whose[at] != stage.whose[denied]
            and not _one_body_elsewhere(claim, other)
        ]
        told.sort(key=lambda at: stage.claims[at].report != claim.report)
        yield from ((denied, at) for at in told[:MOST])


def _one_body_elsewhere(one: Claim, other: Claim) -> bool:
    """Whether two voices of one body speak of places without a common name: of two things, then."""
    if one.voice.code is None or one.voice.code != other.voice.code:
        return False
    ours, theirs = where(one), where(other)
    return bool(ours and theirs) and stems(ours).isdisjoint(stems(theirs))


def signs_of_pair(denied: int, told: int, stage: Scene) -> list[str]:
    """The signs of such a pair."""
    return denial_signs(stage.claims[denied], stage.claims[told], stage.traits(denied, told))


def signs_of_kind(denied: Sequence[int], told: Sequence[int], stage: Scene) -> list[str]:
    """The signs that denials of one kind only clear the doer."""
    return cleared_signs([stage.claims[at] for at in denied], [stage.claims[at] for at in told], stage.claims)


def is_count(claim: Claim) -> bool:
    """Whether a denial is a number, none: "no one was hurt"."""
    return (
        claim.status == "denied"
        and claim.type in COUNTED_TYPES
        and any(figure.kind in COUNTED and figure.high == 0 for figure in claim.figures)
    )


def _dispute(stage: Scene, denied: Sequence[int], against: Sequence[int]) -> Dispute:
    deniers = {stage.whose[at] for at in denied}
    own = [at for at in stage.asserted() if stage.whose[at] in deniers]
    field = _field(stage, denied, against, own)
    also = own if field in ("type", "recipient") else []
    return Dispute(
        field,
        (
            *stage.sides([at for at in against if at not in also], lambda claim: _told(claim, field)),
            *stage.sides([*also, *denied], lambda claim: _told(claim, field)),
        ),
    )


def _field(stage: Scene, denied: Sequence[int], against: Sequence[int], own: Sequence[int]) -> str:
    no = [stage.claims[at] for at in denied]
    told = [stage.claims[at] for at in against]
    mine = [stage.claims[at] for at in own]
    number = _number_denied(no[0], told)
    if number is not None:
        return number
    if any(_other_type(claim, each) for claim in no for each in mine):
        return "type"
    if any(_other_people(claim, each) for claim in no for each in mine):
        return "recipient"
    if any(_owned(claim, each) for claim in no for each in mine):
        return "actor"
    return "actor" if odds("cleared", signs_of_kind(denied, against, stage)) > CLEARED else "occurred"


def _number_denied(denied: Claim, told: Sequence[Claim]) -> str | None:
    """The kind of figure where it is a told number that is denied: "the figure of 86 is invented"."""
    others = [figure for claim in told for figure in claim.figures]
    for figure in denied.figures:
        bounds = figure.kind, figure.low, figure.high
        if figure.kind in COUNTED and any((each.kind, each.low, each.high) == bounds for each in others):
            return figure.kind
    return None


def _other_type(denied: Claim, own: Claim) -> bool:
    """ "He was not arrested, we rescued him": the same parties in another kind of act."""
    return (
        denied.type != own.type
        and own.type not in _SPEECH
        and denied.report == own.report
        and any_alike(denied.recipients, own.recipients)
        and (any_alike(denied.actors, own.actors) or not denied.actors)
    )


def _owned(denied: Claim, own: Claim) -> bool:
    """ "None of ours burned the lorries, they burned at night": it occurred, says who clears itself."""
    return (
        denied.type == own.type
        and denied.mode is not None
        and denied.mode == own.mode
        and any_alike(denied.recipients, own.recipients)
        and bool(denied.actors)
        and not any_alike(denied.actors, own.actors)
    )


def _other_people(denied: Claim, own: Claim) -> bool:
    """ "No villager was hit, those were fighters": the same outcome, of the other side."""
    sides = {side_of(denied.recipients), side_of(own.recipients)}
    return denied.type == own.type == "ASSAULT" and not denied.actors and sides == {"armed", "civilians"}


def _told(claim: Claim, field: str) -> str:
    denied = claim.status == "denied"
    if field in ("actor", "recipient"):
        who = names(claim.actors if field == "actor" else claim.recipients)
        untold = f"{claim.trigger.text}, {'by whom' if field == 'actor' else 'whom'} is not said"
        return f"not {who}" if denied and who else who or untold
    if denied and claim.trigger.text.casefold() in _DENIES:  # "the army denied it": what, is not said again
        return "denied"
    return f"denied: {claim.trigger.text}" if denied else claim.trigger.text
