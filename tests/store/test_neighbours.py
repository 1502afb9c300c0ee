from __future__ import annotations

import hashlib

import sqlalchemy as sa
from store_builders import attack, many

from rashomon import reconcile
from rashomon.reconcile.vicinity import copy_keys, filings
from rashomon.store import neighbours
from rashomon.store.desk import Desk
from rashomon.store.schema import claim_filing, setting


def test_the_form_says_how_claims_are_filed() -> None:
    claims = [reading.claims[0] for reading in many(6)]
    told = [(row.facet, row.place) for claim in claims for row in filings([claim])]
    digest = hashlib.sha256(repr((told, list(copy_keys(claims).values()))).encode()).hexdigest()[:16]
    # where this differs, stores hold filings that reconciling does not look for: raise FORM with the hash
    assert (neighbours.FORM, digest) == ("1", "cc8d7d924fb1beb2")


def test_a_store_of_another_form_is_filed_anew(target: str) -> None:
    readings = many(12)
    with Desk(target) as desk:
        desk.add(readings[:9])

        def spoil(connection: sa.Connection) -> None:
            connection.execute(sa.update(claim_filing).values(facet=claim_filing.c.facet + 1))
            connection.execute(sa.update(setting).values(value="0"))

        desk.store.write(spoil)
    with Desk(target) as desk:
        desk.add(readings[9:])
        stored = {frozenset(record.incident.claims) for record in desk.incidents(limit=100)}
    at_once = reconcile([c for r in readings for c in r.claims], [r.report for r in readings])
    assert stored == {frozenset(incident.claims) for incident in at_once}


def test_a_forgotten_report_leaves_no_filing(desk: Desk) -> None:
    given = attack(1)
    desk.add(given)
    desk.delete(report=given.report.id)
    with desk.store.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(claim_filing)).scalar() == 0
