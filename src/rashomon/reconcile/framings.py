"""What a voice says that a deed was, or was for: "a land grab", "because the station had no licence".

Such words stand behind a small number of cues (`purpose_cues.csv`: words in a row, "|" between words that
will do as well, "*" for up to five of any kind). Two voices that stand on two sides and see one deed
otherwise are in dispute about its purpose; two onlookers may each know half of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

import msgspec

from rashomon.model import Claim
from rashomon.reconcile.incidents import Dispute
from rashomon.reconcile.scene import ASSERTED, Scene, any_alike, opposed, own
from rashomon.reconcile.tables import purpose_cues
from rashomon.reconcile.traits import stems

LONGEST = 12
"""Words of a purpose; what is longer goes on with something else."""
_END = re.compile(
    r"""[.,;:!?()"“”\n]|\s[-–—]\s|\s(?:and|but|while|when|which|who|said|says|that had|after)\b""",
    re.IGNORECASE,
)
_OPENING = re.compile(r"""\s*["“'‘]?""")
_WORD = re.compile(r"\S+")
_QUOTED = 1000
"""Characters of a quote that are looked through: a quote is a sentence."""


class Framing(msgspec.Struct, frozen=True):
    """What a claim says that its deed was, or was for: words, and their span in the report's text."""

    words: str
    start: int
    end: int


def framing_of(claim: Claim) -> Framing | None:
    """The words of a claim's quote that say what its deed was or was for; None where nothing does."""
    found = _framed(claim.quote.text[:_QUOTED])
    if found is None:
        return None
    start, end = found
    return Framing(claim.quote.text[start:end], claim.quote.start + start, claim.quote.start + end)


def purpose_disputes(stage: Scene) -> Iterator[Dispute]:
    """At most one: voices of two sides that see one deed otherwise."""
    framed = {at: framing for at, claim in enumerate(stage.claims) if (framing := framing_of(claim))}

    fighting = stage.fighting(list(framed), _sees_otherwise)
    if fighting:
        words = {stage.claims[at].id: framed[at].words for at in fighting}
        yield Dispute("purpose", tuple(stage.sides(fighting, lambda claim: words[claim.id])))


def _sees_otherwise(one: Claim, other: Claim) -> bool:
    ours, theirs = framing_of(one), framing_of(other)
    if ours is None or theirs is None or "publisher" in (one.voice.kind, other.voice.kind):
        return False
    return (
        _of_one_deed(one, other)
        and _of_two_sides(one, other)
        and bool(stems(ours.words))
        and bool(stems(theirs.words))
        and stems(ours.words).isdisjoint(stems(theirs.words))
    )


def _of_one_deed(one: Claim, other: Claim) -> bool:
    return (
        one.type == other.type
        and one.status in ASSERTED | {"denied"}
        and other.status in ASSERTED | {"denied"}
        and (any_alike(one.actors, other.actors) or not one.actors or not other.actors)
    )


def _of_two_sides(one: Claim, other: Claim) -> bool:
    """Whether one voice is of the side that acted, and the other is not."""
    hands = (*one.actors, *other.actors)
    ours, theirs = (any(own(claim.voice, party) for party in hands) for claim in (one, other))
    return ours != theirs and (
        opposed(one.voice, other.voice) or "" in (one.voice.code or "", other.voice.code or "")
    )


@lru_cache(maxsize=16384)
def _framed(text: str) -> tuple[int, int] | None:
    for cue in _patterns():
        found = cue.search(text)
        if found is None:
            continue
        start = found.end()
        opening = _OPENING.match(text, start)
        start = opening.end() if opening else start
        end = _END.search(text, start)
        words = list(_WORD.finditer(text, start, end.start() if end else len(text)))[:LONGEST]
        if words:
            return words[0].start(), words[-1].end()
    return None


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(
        re.compile(r"\b" + r"\s+".join(_part(part) for part in cue.split(", ")) + r"\b", re.IGNORECASE)
        for _, cue in purpose_cues()
    )


def _part(part: str) -> str:
    return (
        r"[^\s.,;:!?]+(?:\s+[^\s.,;:!?]+){0,4}?"
        if part == "*"
        else f"(?:{'|'.join(map(re.escape, part.split('|')))})"
    )


__all__ = ["Framing", "framing_of", "purpose_disputes"]
