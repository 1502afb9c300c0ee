"""What belongs to an incident's operation: the incidents beside it that are parts of one affair.

The store keeps incidents; operations are worked out from those near one when its page is asked for, by
`rashomon.reconcile.operations`.
"""

from __future__ import annotations

from rashomon.model import Report
from rashomon.reconcile.operations import operations
from rashomon.store import shelves
from rashomon.store.desk import Desk
from rashomon.store.records import IncidentDetail, IncidentRecord

NEAR = 60
"""Incidents of the same days and country that are looked at."""
LOOKED_INTO = 10
"""Those of them whose claims are read: the ones that most voices tell."""
CLAIMS = 60
"""An incident of more claims than these is not looked into."""
_FORCE = ("ASSAULT", "COERCE", "PROTEST")


def parts_beside(desk: Desk, detail: IncidentDetail) -> list[IncidentRecord]:
    """The other incidents of the operation that an incident is part of, the main one first; [] where it is
    alone, or where it tells neither day nor country."""
    own = detail.record
    if own.incident.type not in _FORCE or own.country is None or not own.dated or own.dismissed:
        return []
    if own.n_claims > CLAIMS:
        return []
    near = desk.incidents(country=own.country, since=own.first_day, until=own.last_day, limit=NEAR)
    others = [
        each
        for each in near
        if each.id != own.id and each.incident.type in _FORCE and each.n_claims <= CLAIMS
    ]
    others.sort(key=lambda each: (-each.n_voices, -each.n_claims, each.id))
    with desk.store.reading() as connection:
        found = [shelves.one_incident(connection, each.id) for each in others[:LOOKED_INTO]]
    details = [detail, *(each for each in found if each is not None)]
    records = {each.record.id: each.record for each in details}
    entries = {entry.id: entry for each in details for entry in each.reports.values()}
    reports = [Report(text="", id=each.id, publisher=each.publisher) for each in entries.values()]
    claims = [claim for each in details for claim in each.claims]
    for one in operations([each.incident for each in details], claims, reports):
        ids = [part.id for part in one.parts]
        if own.id in ids:
            return [records[ref] for ref in ids if ref != own.id]
    return []


__all__ = ["parts_beside"]
