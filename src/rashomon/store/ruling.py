"""What people decided about incidents, put to what reconciling gave: merged, parted, dismissed.

Reconciling knows nothing of this and sees claims only; here its incidents are brought together or taken apart
before they are stored, whenever they are touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.reconcile.incidents import Incident
from rashomon.reconcile.incremental import incident_among
from rashomon.reconcile.vicinity import Set
from rashomon.store.corrections import holding
from rashomon.store.neighbours import StoredClaims
from rashomon.store.schema import claim, correction, incident_claim, pieces


def ruled(
    connection: Connection, incidents: Sequence[Incident], touched: Sequence[int] = ()
) -> list[Incident]:
    """Incidents as people want them.

    All claims of every stored incident that is touched, those of the rows `touched` among them, are in what
    is returned, as replacing asks for it.
    """
    any_ = sa.select(correction.c.num).where(correction.c.kind.in_(("merge", "split")))
    if connection.execute(any_.limit(1)).first() is None:
        return list(incidents)
    groups = [frozenset(each.claims) for each in incidents]
    given = dict(zip(groups, incidents, strict=True))
    while True:
        refs = frozenset[str]().union(*groups)
        rules = holding(connection, ["merge", "split"], refs)
        wanted = refs.union(*(each.targets for each in rules if each.kind == "merge"))
        left = [rest for whole in _stored(connection, wanted, touched) if (rest := whole - refs)]
        if not left:
            break
        groups += left
    for each in rules:  # the first first: where two contradict each other, the later one holds
        apply = _merged if each.kind == "merge" else _parted
        groups = apply(groups, frozenset(each.targets))
    stored = StoredClaims(connection)
    state = Set(stored)
    return [given.get(group) or _built(stored, state, group) for group in groups]


def dismissed(connection: Connection, groups: Sequence[Sequence[str]]) -> list[bool]:
    """Whether each group of claims is one that people dismissed: half of them or more."""
    found = holding(connection, ["dismiss"], [ref for group in groups for ref in group])
    out = frozenset[str]().union(*(each.targets for each in found))
    return [bool(out) and 2 * sum(ref in out for ref in group) >= len(group) for group in groups]


def _parted(groups: Iterable[frozenset[str]], apart: frozenset[str]) -> list[frozenset[str]]:
    """The groups with those claims taken out that are to be apart."""
    return [part for group in groups for part in (group & apart, group - apart) if part]


def _merged(groups: Iterable[frozenset[str]], together: frozenset[str]) -> list[frozenset[str]]:
    """The groups with those brought together that hold some claims."""
    hit = [group for group in groups if group & together]
    rest = [group for group in groups if not group & together]
    return [*rest, frozenset[str]().union(*hit)] if hit else rest


def _stored(connection: Connection, refs: Iterable[str], touched: Iterable[int]) -> list[frozenset[str]]:
    """The claims of every stored incident that has any of some claims, or is one of some rows."""
    nums = set(touched)
    for some in pieces(refs):
        query = (
            sa.select(incident_claim.c.incident)
            .join(claim, claim.c.num == incident_claim.c.claim)
            .where(claim.c.id.in_(some))
        )
        nums.update(connection.execute(query).scalars())
    found: dict[int, set[str]] = {}
    for wanted in pieces(nums):
        held = (
            sa.select(incident_claim.c.incident, claim.c.id)
            .join(claim, claim.c.num == incident_claim.c.claim)
            .where(incident_claim.c.incident.in_(wanted))
        )
        for num, ref in connection.execute(held):
            found.setdefault(num, set()).add(ref)
    return [frozenset(group) for group in found.values()]


def _built(stored: StoredClaims, state: Set, group: frozenset[str]) -> Incident:
    ordered = sorted(state.traits(group), key=lambda each: (each.report, each.at, each.id))
    return incident_among(stored, state, [each.id for each in ordered])
