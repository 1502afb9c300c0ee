"""The stored claims as reconciling asks for them: what is near a claim, through indexes, nothing as a whole.

It is the `Neighbours` of `rashomon.reconcile.vicinity` over the tables `claim` and `claim_filing`. What was
asked once in a write is kept for the rest of it; `forget` lets go of what the write itself changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.model import Claim, Report
from rashomon.reconcile.copies import copy_key
from rashomon.reconcile.traits import traits_of
from rashomon.reconcile.vicinity import filings
from rashomon.store import settings
from rashomon.store.engine import Store
from rashomon.store.schema import claim, claim_filing, pieces, publisher, report

FORM = "1"
"""Of what `filings` and `copy_keys` give; a test holds it to them. A store of another form is filed anew."""
_decode = msgspec.json.Decoder(Claim).decode
_FILED = (
    "SELECT c.id, f.place FROM claim_filing f JOIN claim c ON c.num = f.claim "
    "WHERE f.facet = {0} AND f.place BETWEEN {0} AND {0} LIMIT {0}"
)


class StoredClaims:
    """The claims of a store, within one write."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._claims: dict[str, Claim] = {}
        self._nums: dict[str, int] = {}
        self._copies: dict[str, bool] = {}
        self._told: dict[str, list[str]] = {}
        self._reports: dict[str, Report | None] = {}
        self._drawers: dict[tuple[int, int, int, int], Sequence[tuple[str, int]]] = {}
        self._cursor = connection.connection.cursor()
        self._filed = _FILED.format("?" if connection.dialect.name == "sqlite" else "%s")

    def forget(self) -> None:
        """Let go of all that was asked: the store has changed."""
        for kept in (
            self._claims, self._nums, self._copies, self._told, self._reports, self._drawers
        ):  # fmt: skip
            kept.clear()

    def numbers(self, ids: Collection[str]) -> dict[str, int]:
        """The rows of claims, by id."""
        self.claims(ids)
        return {ref: self._nums[ref] for ref in ids if ref in self._nums}

    # Neighbours

    def report(self, ref: str, /) -> Report | None:
        """A report without its text."""
        if ref not in self._reports:
            query = (
                sa.select(report.c.published, publisher.c.name)
                .outerjoin(publisher, publisher.c.num == report.c.publisher)
                .where(report.c.id == ref)
            )
            row = self._connection.execute(query).first()
            found = None if row is None else Report(text="", id=ref, published=row[0], publisher=row[1])
            self._reports[ref] = found
        return self._reports[ref]

    def told(self, ref: str, /) -> Sequence[Claim]:
        """All claims of a report."""
        if ref not in self._told:
            query = sa.select(claim.c.id, *_COLUMNS).join(report, report.c.num == claim.c.report)
            rows = self._connection.execute(query.where(report.c.id == ref)).all()
            self._keep(rows)
            self._told[ref] = [row.id for row in rows]
        return [self._claims[each] for each in self._told[ref]]

    def holders(self, key: int, /) -> Collection[str]:
        """The reports that have a claim of that copy key."""
        query = (
            sa.select(report.c.id)
            .join(claim, claim.c.report == report.c.num)
            .where(claim.c.copy_key == key)
            .distinct()
        )
        return set(self._connection.execute(query).scalars())

    def filed(self, facet: int, first: int, last: int, most: int, /) -> Sequence[tuple[str, int]]:
        """The claims in a range of places under a facet."""
        asked = (facet, first, last, most)
        if asked not in self._drawers:
            # asked some seventy times for each claim: SQLAlchemy would take most of the time
            self._cursor.execute(self._filed, asked)
            self._drawers[asked] = self._cursor.fetchall()
        return self._drawers[asked]

    def claims(self, ids: Collection[str], /) -> Sequence[Claim]:
        """Claims by their ids, as they hold."""
        lacking = [ref for ref in ids if ref not in self._claims]
        for some in pieces(lacking):
            query = sa.select(claim.c.id, *_COLUMNS).where(claim.c.id.in_(some))
            self._keep(self._connection.execute(query).all())
        return [self._claims[ref] for ref in ids if ref in self._claims]

    def copies(self, ids: Collection[str], /) -> Collection[str]:
        """Those of some claims that are copies."""
        self.claims(ids)
        return {ref for ref in ids if self._copies.get(ref)}

    def _keep(self, rows: Iterable[Any]) -> None:
        for ref, num, body, corrected, is_copy in rows:
            if ref not in self._claims:
                self._claims[ref] = _decode(corrected if corrected is not None else body)
            self._nums[ref] = num
            self._copies[ref] = bool(is_copy)


_COLUMNS = (claim.c.num, claim.c.body, claim.c.corrected, claim.c.is_copy)


def file_anew(store: Store, say: Callable[[str], None] = lambda _line: None) -> None:
    """File all claims of a store again where they were filed by another version of reconciling. That takes
    about a millisecond a claim, once; `say` hears how far it is.

    Raises:
        StoreError: the store cannot be written.
    """
    with store.reading() as connection:
        if settings.kept(connection, "filing") == FORM:
            return

    def work(connection: Connection) -> None:
        if settings.kept(connection, "filing") == FORM:  # another process was quicker
            return
        connection.execute(sa.delete(claim_filing))
        refs = connection.execute(sa.select(report.c.id).order_by(report.c.num)).scalars().all()
        for at, some in enumerate(pieces(refs, 200)):
            if at and at % 50 == 0:
                say(f"filing claims anew for reconciling: {at * 200:,} of {len(refs):,} reports")
            stored = StoredClaims(connection)
            for one in (one for ref in some for one in stored.told(ref)):
                key = copy_key(traits_of(one))
                connection.execute(sa.update(claim).where(claim.c.id == one.id).values(copy_key=key))
            put_in(stored, connection, some)
        settings.keep(connection, "filing", FORM)

    store.write(work)


def take_out(stored: StoredClaims, connection: Connection, reports: Iterable[str]) -> None:
    """Take the claims of reports out of the files."""
    rows = _rows(stored, reports)
    if rows:
        connection.execute(
            sa.delete(claim_filing).where(
                claim_filing.c.facet == sa.bindparam("at_facet"),
                claim_filing.c.place == sa.bindparam("at_place"),
                claim_filing.c.claim == sa.bindparam("of_claim"),
            ),
            [{"at_facet": facet, "at_place": place, "of_claim": num} for facet, place, num in rows],
        )


def put_in(stored: StoredClaims, connection: Connection, reports: Iterable[str]) -> None:
    """Put the claims of reports into the files."""
    rows = _rows(stored, reports)
    if rows:
        connection.execute(
            sa.insert(claim_filing),
            [{"facet": facet, "place": place, "claim": num} for facet, place, num in sorted(rows)],
        )


def _rows(stored: StoredClaims, reports: Iterable[str]) -> set[tuple[int, int, int]]:
    found: set[tuple[int, int, int]] = set()
    for ref in reports:
        told = stored.told(ref)
        nums = stored.numbers([each.id for each in told])
        copies = stored.copies(list(nums))
        found.update(
            (row.facet, row.place, nums[row.claim]) for row in filings(told) if row.claim not in copies
        )
    return found


__all__ = ["FORM", "StoredClaims", "file_anew", "put_in", "take_out"]
