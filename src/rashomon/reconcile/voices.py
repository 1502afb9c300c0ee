"""Who tells: the voices of an incident, each once, however it is named.

"Police", "police commander" and "the police of Vrelo" are one voice where their codes agree; the publisher
is a voice of its own in each report, and one voice for all copies of a report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from rashomon.model import Claim, Voice
from rashomon.reconcile.traits import stems

PUBLISHER = "the publisher"


class Teller(msgspec.Struct, frozen=True):
    """A voice of one incident: how it is called, and the claims that it vouches for (places in a list)."""

    name: str
    code: str | None
    voice: Voice
    claims: tuple[int, ...]


class Outlet(msgspec.Struct, frozen=True):
    """Where a report stands: its publisher's name if that is known, the report that it is a copy of (its own
    id if of none), and the day of publication or, if that is not known, the last day that it tells of."""

    publisher: str | None
    original: str
    day: str


def tellers(claims: Sequence[Claim], outlets: Mapping[str, Outlet]) -> list[Teller]:
    """The voices of an incident, in the order of their first claims."""
    groups: list[tuple[list[int], list[Voice]]] = []
    outlet_of: dict[str, int] = {}
    for number, claim in enumerate(claims):
        if claim.voice.kind == "publisher":
            outlet = outlets[claim.report]
            key = outlet.publisher or outlet.original
            if key not in outlet_of:
                outlet_of[key] = len(groups)
                groups.append(([], []))
            into = outlet_of[key]
        else:
            found = [
                at
                for at, (_, voices) in enumerate(groups)
                if voices and any(same_voice(claim.voice, voice) for voice in voices)
            ]
            into = found[0] if found else len(groups)
            if not found:
                groups.append(([], []))
            groups[into][1].append(claim.voice)
        groups[into][0].append(number)
    return [_teller(claims, numbers, voices, outlets) for numbers, voices in groups]


def same_voice(a: Voice, b: Voice) -> bool:
    """Whether two names stand for one voice: equal, or one the fuller form of the other under one code."""
    ours, theirs = stems(a.name or a.text or ""), stems(b.name or b.text or "")
    if a.code is not None and b.code is not None and a.code != b.code:
        return False
    if ours == theirs:
        return True
    return a.code == b.code and bool(ours and theirs) and (ours <= theirs or theirs <= ours)


def _teller(
    claims: Sequence[Claim], numbers: list[int], voices: list[Voice], outlets: Mapping[str, Outlet]
) -> Teller:
    first = claims[numbers[0]]
    if not voices:
        return Teller(outlets[first.report].publisher or PUBLISHER, None, first.voice, tuple(numbers))
    # the fullest form of the name, the first of them
    voice = max(voices, key=lambda each: len(each.name or each.text or ""))
    return Teller(voice.name or voice.text or "somebody", voice.code, voice, tuple(numbers))
