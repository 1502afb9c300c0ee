"""Signs that a denial answers what another voice tells, that only the doer is denied, and that two voices
tell one deed otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rashomon.model import Claim
from rashomon.reconcile.contests import likeness, of_the_country, said_with, told_by, where_and_when
from rashomon.reconcile.scene import ASSERTED, any_alike, opposed, same_deed, side_of, speaks_for
from rashomon.reconcile.traits import Traits

_FORCE = frozenset(("ASSAULT", "COERCE"))
_HARM = frozenset(("killed", "injured", "damage", "abducted"))


def denial_signs(denied: Claim, told: Claim, traits: tuple[Traits, Traits]) -> list[str]:
    """Signs that a denial answers what another voice tells."""
    found = [*where_and_when(denied, told, traits), *_kinds(denied, told)]
    if denied.report == told.report:
        found.append("denied after" if denied.trigger.start > told.trigger.start else "denied before")
    found += [*_parties(denied, told), f"denied by {told_by(denied)}"]
    if told.voice.kind == "publisher":
        found.append("told by the publisher")
    if told.status not in ASSERTED or told.status == "possible":
        found.append("told as possible" if told.status == "possible" else "told as not yet done")
    if denied.figures:
        found.append("a figure is denied")
    if told.figures:
        found.append("told with a figure")
    if opposed(denied.voice, told.voice):
        found.append("voices opposed")
    elif denied.voice.code is not None and denied.voice.code == told.voice.code:
        found.append("voices of one body")
    if denied.frame != told.frame:
        found.append("one is background")
    found.append(f"{min(len(traits[0].plain & traits[1].plain), 3)} words shared")
    return [*found, *(f"denial: {cue}" for cue in said_with(denied))]


def _kinds(denied: Claim, told: Claim) -> Iterator[str]:
    if denied.type != told.type:
        yield "types differ"
        if {denied.type, told.type} == _FORCE:
            yield "force of both kinds"
    elif same_deed(denied, told):
        yield "same deed" if denied.mode == told.mode else "same deed, one mode unknown"
    else:
        yield "modes differ"


def _parties(denied: Claim, told: Claim) -> Iterator[str]:
    yield likeness("actors", denied.actors, told.actors)
    yield likeness("recipients", denied.recipients, told.recipients)
    if denied.recipients and told.recipients and side_of(denied.recipients) != side_of(told.recipients):
        yield "sides of recipients differ"
    if not denied.actors:
        yield "nobody is cleared"
    elif any(speaks_for(denied.voice, party) for party in denied.actors):
        yield "the accused answers"
    if any(speaks_for(denied.voice, party) for party in told.actors):
        yield "the denier is blamed"
    elif of_the_country(denied, told.actors):
        yield "the denier's country is blamed"


def cleared_signs(denied: Sequence[Claim], told: Sequence[Claim], incident: Sequence[Claim]) -> list[str]:
    """Signs that it is only the doer that is denied, not that the thing occurred.

    Args:
        denied: the denials of one kind of act.
        told: the claims that they answer.
        incident: every claim of the incident.
    """
    kind = denied[0].type
    accused = [party for claim in denied for party in claim.actors]
    found = [f"denied {kind}" if kind in _FORCE or kind == "PROTEST" else "denied another type"]
    if not accused:
        found.append("nobody is cleared")
    elif any(speaks_for(claim.voice, party) for claim in denied for party in claim.actors):
        found.append("the accused answers")
    elif any(of_the_country(claim, claim.actors) for claim in denied):
        found.append("a landsman answers")
    else:
        found.append("a third party answers")
    deniers = {claim.voice for claim in denied}
    same = [
        claim
        for claim in incident
        if claim.status in ASSERTED and any(same_deed(claim, each) for each in denied)
    ]
    bare = [claim for claim in same if not claim.actors]
    others = [claim for claim in same if claim.actors and not any_alike(claim.actors, accused)]
    if bare:
        found.append("told without a doer")
    if any(claim.voice in deniers for claim in bare):
        found.append("the denier tells it without a doer")
    if any(claim.voice.kind == "publisher" for claim in bare):
        found.append("the publisher tells it without a doer")
    if any(claim.figures for claim in bare):
        found.append("victims are counted without a doer")
    if any(figure.kind in _HARM and figure.high != 0 for claim in same for figure in claim.figures):
        found.append("there are victims")
    if any(figure.kind in _HARM and figure.high != 0 for claim in told for figure in claim.figures):
        found.append("there are victims of it")
    if denied[0].mode is not None and kind in _FORCE:
        found.append(f"denied {denied[0].mode}")
    if others and accused:
        found.append("another doer is named")
        if any(claim.voice in deniers for claim in others):
            found.append("the denier names another doer")
    if any(claim.recipients for claim in denied):
        found.append("the denial names whom")
    if all(claim.voice.kind == "publisher" for claim in told):
        found.append("told by the publisher alone")
    found += [f"told: {cue}" for cue in sorted({cue for claim in told for cue in said_with(claim)})]
    found += [f"denial: {cue}" for cue in sorted({cue for claim in denied for cue in said_with(claim)})]
    return found


def rival_signs(one: Claim, other: Claim, traits: tuple[Traits, Traits]) -> list[str]:
    """Signs of two claims that something took place; the same whichever of them comes first."""
    found = [*where_and_when(one, other, traits)]
    if one.type == other.type:
        found += [f"both {one.type}", _modes(one, other)]
    else:
        found += ["types differ", " and ".join(sorted((one.type, other.type)))]
    found.append(likeness("actors", one.actors, other.actors))
    found.append(likeness("recipients", one.recipients, other.recipients))
    found += [*_sides(one, other), *_stakes(one, other)]
    if "possible" in (one.status, other.status):
        found.append("told as possible")
    if one.frame != other.frame:
        found.append("one is background")
    if one.figures and other.figures:
        ours, theirs = ({(f.kind, f.low, f.high) for f in claim.figures} for claim in (one, other))
        found.append("same figure" if ours & theirs else "other figure")
    found.append(f"{min(len(traits[0].plain & traits[1].plain), 3)} words shared")
    return found


def _modes(one: Claim, other: Claim) -> str:
    if one.mode == other.mode:
        return "same mode"
    return "one mode unknown" if None in (one.mode, other.mode) else "modes differ"


def _sides(one: Claim, other: Claim) -> Iterator[str]:
    crossed = any_alike(one.actors, other.recipients), any_alike(one.recipients, other.actors)
    if any(crossed):
        yield "parties change places" if all(crossed) else "a party changes places"
    if {side_of(one.recipients), side_of(other.recipients)} == {"armed", "civilians"}:
        yield "armed to one, civilians to the other"


def _stakes(one: Claim, other: Claim) -> Iterator[str]:
    """What the voices have to do with the deed."""
    if opposed(one.voice, other.voice):
        yield "voices opposed"
    blamed = [
        any(speaks_for(answer.voice, party) for party in charge.actors)
        or of_the_country(answer, charge.actors)
        for charge, answer in ((one, other), (other, one))
    ]
    if any(blamed):
        yield "each blames the other" if all(blamed) else "one blames the other"
    owned = [any(speaks_for(claim.voice, party) for party in claim.actors) for claim in (one, other)]
    if any(owned):
        yield "both own up" if all(owned) else "one owns up"
    publishers = [claim.voice.kind == "publisher" for claim in (one, other)]
    if any(publishers):
        yield "told by publishers" if all(publishers) else "told by a publisher"
