"""Parties that the sentence does not name and the report makes plain; numbers that two claims point to.

"Police stormed the hall. Forty were arrested.": nobody else than police makes the arrests. The corpus' own
annotators often left such an actor empty, so the model's pointer does too; the guideline wants it given where
the report makes it plain.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from rashomon.model import Claim, Party

ARRESTERS = "COP"
_NOBODY = frozenset(("nobody", "no one", "no-one", "anybody", "anyone"))


def with_one_voice_a_number(claims: Sequence[Claim]) -> list[Claim]:
    """The claims with each number of the text in the mouth of one voice only: that of the event word nearest
    to it.

    "The ministry and the union gave accounts of a clash in which, the union says, four were killed": the
    clash and the killing may both point to the four, and the clash may be the ministry's.
    """
    tellers: dict[tuple[int, int], list[Claim]] = defaultdict(list)
    for claim in claims:
        for figure in claim.figures:
            tellers[figure.start, figure.end].append(claim)
    keeps = {
        span: _voice(min(its, key=lambda claim: _distance(claim, span)))
        for span, its in tellers.items()
        if len({_voice(claim) for claim in its}) > 1
    }
    made = []
    for claim in claims:
        left = tuple(
            figure
            for figure in claim.figures
            if keeps.get((figure.start, figure.end), _voice(claim)) == _voice(claim)
        )
        whole = len(left) == len(claim.figures)
        made.append(claim if whole else msgspec.structs.replace(claim, figures=left))
    return made


def with_nobody_hit(claims: Iterable[Claim], text: str) -> Iterator[Claim]:
    """The claims; "The soldiers fired into the air and nobody was killed" denies nothing of the soldiers, to
    whom the pointer leads for want of somebody: who stands before a "nobody" that was hit is not hit."""
    for claim in claims:
        at = [f.start for f in claim.figures if f.high == 0 and text[f.start : f.end].lower() in _NOBODY]
        if claim.status == "denied" and at:
            kept = tuple(p for p in claim.recipients if p.start is None or p.start > at[0])
            claim = msgspec.structs.replace(claim, recipients=kept)
        yield claim


def _voice(claim: Claim) -> tuple[str, str | None]:
    return claim.voice.kind, claim.voice.name


def _distance(claim: Claim, span: tuple[int, int]) -> int:
    return max(span[0] - claim.trigger.end, claim.trigger.start - span[1], 0)


def with_plain_arresters(claims: Iterable[Claim], issuer: Party | None = None) -> Iterator[Claim]:
    """The claims in their order; an arrest by nobody named is by the police that acted last before it in the
    report, or that issued it (`issuer`), if any did. Its party keeps the words that name the police there,
    and is `implied`."""
    police: tuple[Party, ...] = (issuer,) if issuer is not None and issuer.sector == ARRESTERS else ()
    for claim in claims:
        if not claim.actors and claim.type == "COERCE" and claim.mode == "arrest" and police:
            yield msgspec.structs.replace(claim, actors=police)
            continue
        acting = tuple(party for party in claim.actors if party.sector == ARRESTERS)
        if acting:
            police = tuple(msgspec.structs.replace(p, resolved_from="implied") for p in acting[:1])
        yield claim
