"""Denials: what is in dispute where a voice says that something did not happen.

A denial is set against the claims that it denies: those of its type and mode, or else of its type. Most
often it is whether the thing occurred. It is the actor where the voice only clears itself and somebody tells
the happening without it; the type where it tells the same thing as another kind of act; and a figure where it
says "nobody was hurt" (see `counts`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from rashomon.model import Claim, Party
from rashomon.reconcile.incidents import Dispute
from rashomon.reconcile.scene import ASSERTED, Scene, any_alike, names, same_deed, speaks_for

NEAR = 250
"""Characters of one report after which a denial may still be of what was told before."""
_TOLD = ASSERTED | {"planned", "conditional"}
_NOBODY = frozenset(("UAF", "UNK", "CRM", "CVL"))
COUNTED_TYPES = frozenset(("ASSAULT", "PROTEST"))
COUNTED = frozenset(("killed", "injured", "damage", "protesters"))
"""Types whose outcome is counted: "no one was hurt" is a figure, "no one was arrested" a denial."""


def denial_disputes(stage: Scene) -> Iterator[Dispute]:
    """A dispute for each kind of act that somebody denies and another voice asserts."""
    kinds: dict[tuple[str, str | None], list[int]] = defaultdict(list)
    for at, claim in enumerate(stage.claims):
        # an outlet that says "nobody was hurt" reports; it answers no one
        if claim.status == "denied" and claim.voice.kind != "publisher" and not is_count(claim):
            kinds[claim.type, claim.mode].append(at)
    for key in sorted(kinds, key=str):
        dispute = _dispute(stage, kinds[key])
        if dispute is not None:
            yield dispute


def is_count(claim: Claim) -> bool:
    """Whether a denial is about a number only: "no one was hurt", "the figure of 86 is invented"."""
    return (
        claim.status == "denied"
        and claim.type in COUNTED_TYPES
        and any(figure.kind in COUNTED for figure in claim.figures)
    )


def _dispute(stage: Scene, denied: Sequence[int]) -> Dispute | None:
    deniers = {stage.whose[at] for at in denied}
    kind = stage.claims[denied[0]]
    told = [
        at
        for at, claim in enumerate(stage.claims)
        if claim.status in _TOLD and stage.whose[at] not in deniers
    ]
    same = [at for at in told if stage.claims[at].type == kind.type]
    against = [at for at in same if same_deed(stage.claims[at], kind)] or same
    against = against or [
        at for at in told if any(_akin(stage.claims[at], stage.claims[no]) for no in denied)
    ]
    if not against:
        return None
    accused = [party for at in denied for party in stage.claims[at].actors]
    if accused and not any(blames(stage.claims[at], accused) for at in against):
        return None  # who clears itself of what nobody lays at its door is in dispute with nobody
    against = [at for at in against if any(_answers(stage.claims[no], stage.claims[at]) for no in denied)]
    if not against:
        return None
    own = [at for at in stage.asserted() if stage.whose[at] in deniers]
    field = _field(stage, denied, against, own)
    also = own if field == "type" else []
    return Dispute(
        field,
        (
            *stage.sides(against, lambda claim: _told(claim, field)),
            *stage.sides([*also, *denied], lambda claim: _told(claim, field)),
        ),
    )


def _answers(denied: Claim, told: Claim) -> bool:
    """Whether a denial is plainly of what another claim tells: the two stand together, or the accused clears
    itself of what is laid at its door, or they are of the same people in one report."""
    gap = denied.trigger.start - told.trigger.start
    if denied.report == told.report and (gap < NEAR or any_alike(denied.recipients, told.recipients)):
        return True
    return any(speaks_for(denied.voice, party) for party in denied.actors) and blames(told, denied.actors)


def _field(stage: Scene, denied: Sequence[int], against: Sequence[int], own: Sequence[int]) -> str:
    claims = stage.claims
    for at in denied:
        for mine in own:
            if _other_type(claims[at], claims[mine]):
                return "type"
    clears_itself = all(any(speaks_for(claims[at].voice, p) for p in claims[at].actors) for at in denied)
    accused = [party for at in denied for party in claims[at].actors]
    blaming = [at for at in against if blames(claims[at], accused)]
    if (
        clears_itself
        and 0 < len(blaming) < len(against)
        and all(claims[at].voice.kind != "publisher" for at in blaming)
    ):
        return "actor"
    return "occurred"


def blames(claim: Claim, accused: Sequence[Party]) -> bool:
    """Whether a claim names one of some parties as the actor, if only by its country."""
    return any_alike(claim.actors, accused) or any(
        ours.country == theirs.country and ours.sector not in _NOBODY
        for ours in claim.actors
        for theirs in accused
        if ours.country is not None
    )


def _akin(told: Claim, denied: Claim) -> bool:
    """Whether a claim of another type is what is denied: an abduction, denied as an arrest."""
    return {told.type, denied.type} == {"ASSAULT", "COERCE"} and any_alike(told.recipients, denied.recipients)


def _other_type(denied: Claim, own: Claim) -> bool:
    """ "He was not arrested, we rescued him": the same parties in another kind of act."""
    return (
        denied.type != own.type
        and denied.report == own.report
        and bool(denied.actors and denied.recipients)
        and any_alike(denied.actors, own.actors)
        and any_alike(denied.recipients, own.recipients)
    )


def _told(claim: Claim, field: str) -> str:
    denied = claim.status == "denied"
    if field == "actor":
        who = names(claim.actors)
        return f"not {who}" if denied else who or f"{claim.trigger.text}, by whom is not said"
    return f"denied: {claim.trigger.text}" if denied else claim.trigger.text
