"""Parties that the sentence does not name and the report makes plain.

"Police stormed the hall. Forty were arrested.": nobody else than police makes the arrests. The corpus' own
annotators often left such an actor empty, so the model's pointer does too; the guideline wants it given where
the report makes it plain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from rashomon.model import Claim, Party

ARRESTERS = "COP"


def with_plain_arresters(claims: Iterable[Claim]) -> Iterator[Claim]:
    """The claims in their order; an arrest by nobody named is by the police that acted last before it in the
    report, if any did. Its party keeps the words that name the police there, and is `implied`."""
    police: tuple[Party, ...] = ()
    for claim in claims:
        if not claim.actors and claim.type == "COERCE" and claim.mode == "arrest" and police:
            yield msgspec.structs.replace(claim, actors=police)
            continue
        acting = tuple(party for party in claim.actors if party.sector == ARRESTERS)
        if acting:
            police = tuple(msgspec.structs.replace(p, resolved_from="implied") for p in acting[:1])
        yield claim
