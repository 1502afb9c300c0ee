"""Reconcile: claims into incidents, accounts, disputes and updates.

For now every claim is an incident of its own: the form is there and the joining is not.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # `import rashomon` brings this module in, and has to stay quick
    from rashomon.model import Claim
    from rashomon.reconcile.incidents import Incident


def reconcile(claims: Iterable[Claim]) -> list[Incident]:
    """The incidents that claims tell of, in the order of their first claims.

    Every claim makes one incident with one account, that of its voice; nothing is joined or disputed yet.
    """
    from rashomon.reconcile.incidents import Account, Incident

    return [
        Incident(
            id=f"i-{claim.id.removeprefix('c-')}",
            type=claim.type,
            modes=(claim.mode,) if claim.mode is not None else (),
            date=claim.date,
            place=claim.place,
            claims=(claim.id,),
            accounts=(Account(claim.voice, (claim.id,)),),
        )
        for claim in claims
    ]


__all__ = ["reconcile"]
