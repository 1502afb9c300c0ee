"""Reading again with a newer model: what was read then and is read now is set side by side, and what changed
is stored as one whole with the incidents that follow from it.

A claim is the same where its id is, that is, its type and the place of its event word; its row stays, so that
what people decided about it stays.
"""

from __future__ import annotations

from collections import Counter

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.model import Claim, Reading
from rashomon.store.corrections import corrected
from rashomon.store.intake import day_of_report, put_claims
from rashomon.store.publishers import now
from rashomon.store.regrouping import swap
from rashomon.store.rows import Told, encoded
from rashomon.store.schema import claim, correction_target, pieces, report

_claim = msgspec.json.Decoder(Claim).decode
_FIELDS = tuple(name for name in Claim.__struct_fields__ if name not in ("id", "report"))
# A model that is a little surer or less sure has not read something else.
_UNTOLD = frozenset(("confidence",))


class Reread(msgspec.Struct, frozen=True):
    """What reading a report again changed: ids of claims that are new, gone, and others with the names of
    their fields that changed; and the incidents that are new or changed."""

    report: str
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    changed: dict[str, tuple[str, ...]] = {}
    incidents: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether anything changed."""
        return bool(self.new or self.gone or self.changed)


class Tally(msgspec.Struct):
    """What reading many reports again changed."""

    reports: int = 0
    differ: int = 0
    new: int = 0
    gone: int = 0
    changed: int = 0
    fields: dict[str, int] = {}

    def count(self, one: Reread) -> None:
        """Take in what became of one report."""
        self.reports += 1
        self.differ += one.differs
        self.new += len(one.new)
        self.gone += len(one.gone)
        self.changed += len(one.changed)
        fields = Counter(self.fields)
        for names in one.changed.values():
            fields.update(names)
        self.fields = dict(fields)


def outdated(connection: Connection, reader: str, after: int, limit: int, everything: bool) -> list[int]:
    """Rows of reports after a row that another reader read; of all reports for `everything`."""
    query = sa.select(report.c.num).where(report.c.num > after).order_by(report.c.num).limit(limit)
    if not everything:
        query = query.where(report.c.reader != reader)
    return list(connection.execute(query).scalars())


def count_outdated(connection: Connection, reader: str, everything: bool) -> int:
    """How many reports another reader read; all reports for `everything`."""
    query = sa.select(sa.func.count()).select_from(report)
    return int(
        connection.execute(query if everything else query.where(report.c.reader != reader)).scalar_one()
    )


def renew(connection: Connection, num: int, reading: Reading, reader: str) -> Reread | None:
    """Put what is read now in the place of what was read then; None where the report was deleted
    meanwhile."""
    at = now()
    if connection.execute(sa.select(report.c.num).where(report.c.num == num)).first() is None:
        return None
    told = reading.report
    old = {
        row.id: row
        for row in connection.execute(
            sa.select(claim.c.num, claim.c.id, claim.c.ordinal, claim.c.body).where(claim.c.report == num)
        )
    }
    now_read = {each.id: each for each in reading.claims}
    gone = [ref for ref in old if ref not in now_read]
    same = {ref for ref, each in now_read.items() if ref in old and encoded(each) == old[ref].body}
    changed = {
        ref: differences(_claim(old[ref].body), now_read[ref]) for ref in now_read.keys() & old.keys() - same
    }
    come = [each for each in reading.claims if each.id not in same]
    _lead_on(connection, [_claim(old[ref].body) for ref in gone], [c for c in come if c.id not in old])
    held = corrected(connection, come)
    mine = Told(told.id, told.publisher, told.title, day_of_report(connection, num))
    places = {each.id: at for at, each in enumerate(reading.claims)}

    def take() -> None:
        for some in pieces(row.num for ref, row in old.items() if ref not in same):
            connection.execute(sa.delete(claim).where(claim.c.num.in_(some)))

    def put() -> None:
        put_claims(connection, num, come, mine, held, places, {ref: old[ref].num for ref in old})

    now_held = [held.get(one.id, one) for one in come]
    incidents = swap(connection, [ref for ref in old if ref not in same], take, now_held, put, at)
    for ref in same:
        if old[ref].ordinal != places[ref]:
            connection.execute(sa.update(claim).where(claim.c.id == ref).values(ordinal=places[ref]))
    connection.execute(
        sa.update(report)
        .where(report.c.num == num)
        .values(
            reader=reader, read=at, n_claims=len(reading.claims), notes=encoded(reading.notes),
            dateline=None if told.dateline is None else encoded(told.dateline), language=told.language,
        )
    )  # fmt: skip
    new = tuple(ref for ref in now_read if ref not in old)
    return Reread(told.id, new, tuple(gone), {k: v for k, v in changed.items() if v}, tuple(incidents))


def _lead_on(connection: Connection, gone: list[Claim], new: list[Claim]) -> None:
    """Let corrections of claims that are gone be about the new ones that stand in the same words."""
    for one in gone:
        start, end = one.trigger.start, one.trigger.end
        heir = next((c for c in new if c.trigger.start < end and start < c.trigger.end), None)
        if heir is not None:
            connection.execute(
                sa.update(correction_target)
                .where(correction_target.c.kind == "claim", correction_target.c.id == one.id)
                .values(id=heir.id)
            )


def differences(then: Claim, now_read: Claim) -> tuple[str, ...]:
    """Names of the fields in which two readings of a claim differ."""
    return tuple(
        name for name in _FIELDS if name not in _UNTOLD and getattr(then, name) != getattr(now_read, name)
    )
