"""Taking readings in: a report with its claims and all that follows from them, as one whole.

At least once: a report that was acknowledged is in the store; one that was not may be given again. What is
there already is known by its fields, or by its link and words, and is not taken twice; what was forgotten on
request stays forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.errors import MalformedInput
from rashomon.model import Claim, Reading, Report
from rashomon.store import identity
from rashomon.store.corrections import corrected
from rashomon.store.fulltext import day_row
from rashomon.store.publishers import key_of, now, number_of
from rashomon.store.regrouping import come, numbered
from rashomon.store.rows import Row, Told, claim_columns, encoded, iso_day, party_rows
from rashomon.store.schema import claim, claim_party, pieces, report, report_band, report_text, tombstone

State = Literal["added", "known", "forgotten"]
_CANDIDATES = 64  # near copies that are looked at, the oldest first


class Added(msgspec.Struct, frozen=True):
    """What became of a report that was given: `added`, `known` (it was there already) or `forgotten` (it was
    deleted on request, and is not taken again). `report` is its id in the store; `copy_of` the report that it
    is a near copy, or another version, of."""

    report: str
    state: State
    claims: int = 0
    copy_of: str | None = None
    notes: tuple[str, ...] = ()


class Prepared(msgspec.Struct, frozen=True):
    """A reading that is ready to be stored: what can be worked out without the store."""

    reading: Reading
    sha256: str
    content: str
    link: str | None
    signature: identity.Signature | None
    reader: str


class Taken(msgspec.Struct, frozen=True):
    """What became of several readings: one entry each, and the incidents that are new or changed."""

    added: tuple[Added, ...]
    incidents: tuple[str, ...] = ()


def prepared(reading: Reading, reader: str, given: Report | None = None) -> Prepared:
    """Work out what a reading is known by. `given` is the report as it came, where reading changed it."""
    told = reading.report
    _check(reading)
    return Prepared(
        reading,
        (given or told).sha256,
        identity.content_of(told.text),
        identity.link_of(told.url),
        identity.signature_of(told.text),
        reader,
    )


def seen(connection: Connection, given: Report) -> Added | None:
    """Whether a report is in the store, or was forgotten; None for a new one."""
    return _seen(
        connection,
        given,
        given.sha256,
        identity.content_of(given.text),
        identity.link_of(given.url),
    )


def named(connection: Connection, given: Report, waiting: Collection[str] = ()) -> Report:
    """A new report under its own id, or under one of its content where another report, stored or `waiting` to
    be, has that."""
    stored = connection.execute(sa.select(report.c.num).where(report.c.id == given.id)).first()
    free = stored is None and given.id not in waiting
    return given if free else msgspec.structs.replace(given, id=f"r-{given.sha256[:16]}")


def take(connection: Connection, batch: Sequence[Prepared]) -> Taken:
    """Store readings, and reconcile their claims with what is there.

    Raises:
        MalformedInput: another report has the id of one, or a claim's id is taken.
    """
    at = now()
    added: list[Added] = []
    new: list[tuple[int, Reading, Told]] = []
    for each in batch:
        told = each.reading.report
        known = _seen(connection, told, each.sha256, each.content, each.link)
        if known is not None:
            added.append(known)
            continue
        if connection.execute(sa.select(report.c.num).where(report.c.id == told.id)).first():
            raise MalformedInput(
                "another report of this id is in the store", where=told.id, hint="give it an id of its own"
            )
        num, original = _put_report(connection, each, at)
        mine = Told(told.id, told.publisher, told.title, _day(told, at))
        new.append((num, each.reading, mine))
        added.append(Added(told.id, "added", len(each.reading.claims), original, each.reading.notes))
    claims = [one for _, reading, _ in new for one in reading.claims]
    _refuse_taken(connection, claims)

    held = corrected(connection, claims)

    def put() -> None:
        for num, reading, mine in new:
            put_claims(connection, num, reading.claims, mine, held)

    claims = [held.get(one.id, one) for one in claims]
    incidents = come(connection, claims, [reading.report for _, reading, _ in new], put, at) if claims else []
    return Taken(tuple(added), tuple(incidents))


def put_claims(
    connection: Connection,
    number: int,
    claims: Sequence[Claim],
    told: Told,
    held: Mapping[str, Claim],
    places: Mapping[str, int] | None = None,
    nums: Mapping[str, int] | None = None,
) -> None:
    """Write claims of a stored report. `held` are those of them that say something else by corrections, by
    id; `places` their places among the report's claims, where they are not all of them; `nums` the rows that
    some of them had and are to have again."""
    rows: list[Row] = [
        {
            "id": each.id, "report": number, "ordinal": at if places is None else places[each.id],
            "body": encoded(each), "corrected": encoded(held[each.id]) if each.id in held else None,
            "is_copy": 0, **claim_columns(held.get(each.id, each), told),
        }
        for at, each in enumerate(claims)
    ]  # fmt: skip
    if not rows:
        return
    again = [{"num": nums[row["id"]], **row} for row in rows if nums and row["id"] in nums]
    fresh = [row for row in rows if not nums or row["id"] not in nums]
    at: dict[str, int] = {row["id"]: row["num"] for row in again}
    if again:
        connection.execute(sa.insert(claim), again)
    if fresh:
        query = sa.insert(claim).returning(claim.c.id, claim.c.num)
        at.update({row.id: row.num for row in connection.execute(query, fresh)})
    parties = [row for each in claims for row in party_rows(held.get(each.id, each), at[each.id], told)]
    if parties:
        connection.execute(sa.insert(claim_party), parties)


def rewrite(
    connection: Connection, claims: Sequence[Claim], held: Mapping[str, Claim]
) -> tuple[Callable[[], None], Callable[[], None]]:
    """How stored claims, as they were read, are taken out and put back into their rows: two things to do."""
    asked = [one.id for one in claims]
    rows: dict[str, Any] = {}
    for some in pieces(asked):
        query = sa.select(claim.c.id, claim.c.num, claim.c.report, claim.c.ordinal).where(
            claim.c.id.in_(some)
        )
        rows.update((row.id, row) for row in connection.execute(query))
    told = {ref: each.told for ref, each in numbered(connection, asked).items()}

    def take() -> None:
        for some in pieces(row.num for row in rows.values()):
            connection.execute(sa.delete(claim).where(claim.c.num.in_(some)))

    def put() -> None:
        of: dict[int, list[Claim]] = {}
        for one in claims:
            of.setdefault(rows[one.id].report, []).append(one)
        places = {ref: row.ordinal for ref, row in rows.items()}
        nums = {ref: row.num for ref, row in rows.items()}
        for number, mine in of.items():
            put_claims(connection, number, mine, told[mine[0].id], held, places, nums)

    return take, put


def _refuse_taken(connection: Connection, claims: Sequence[Claim]) -> None:
    reports = {one.id: one.report for one in reversed(claims)}
    for one in claims:
        if reports[one.id] != one.report:
            raise MalformedInput(f"the claim {one.id} is of two reports", where=one.report)
    for some in pieces(reports):
        taken = connection.execute(sa.select(claim.c.id).where(claim.c.id.in_(some))).scalars().first()
        if taken is not None:
            raise MalformedInput(f"the claim {taken} is in the store already", where=reports[taken])


def _check(reading: Reading) -> None:
    told = reading.report
    if len({each.id for each in reading.claims}) != len(reading.claims):
        raise MalformedInput("two claims of this report have one id", where=told.id)
    stranger: Claim | None = next((each for each in reading.claims if each.report != told.id), None)
    if stranger is not None:
        raise MalformedInput(f"the claim {stranger.id} is of another report", where=told.id)


def _seen(connection: Connection, told: Report, sha256: str, content: str, link: str | None) -> Added | None:
    tests = [report.c.sha256 == sha256, sa.and_(report.c.content == content, report.c.id == told.id)]
    if link is not None:
        tests.append(sa.and_(report.c.content == content, report.c.link == link))
    for test in tests:
        row = connection.execute(sa.select(report.c.id, report.c.n_claims).where(test).limit(1)).first()
        if row is not None:
            return Added(row.id, "known", row.n_claims)
    keys = identity.tomb_keys(sha256, content, link)
    if told.publisher:
        keys.append(("publisher", key_of(told.publisher)))
    query = sa.select(tombstone.c.num).where(sa.tuple_(tombstone.c.kind, tombstone.c.key).in_(keys))
    return Added(told.id, "forgotten") if connection.execute(query).first() is not None else None


def day_of_report(connection: Connection, number: int) -> str:
    """The day that a stored report stands under."""
    day: str = connection.execute(sa.select(report.c.day).where(report.c.num == number)).scalar_one()
    return day


def _day(told: Report, at: str) -> str:
    return iso_day(told.published) or at[:10]


def _put_report(connection: Connection, each: Prepared, at: str) -> tuple[int, str | None]:
    """Write a report; its row, and the id of the one that it is a copy of."""
    told = each.reading.report
    row: Row = {
        "id": told.id, "sha256": each.sha256, "content": each.content, "link": each.link, "url": told.url,
        "published": told.published, "day": _day(told, at),
        "publisher": number_of(connection, told.publisher), "story": told.story, "language": told.language,
        "dateline": None if told.dateline is None else encoded(told.dateline),
        "notes": encoded(each.reading.notes), "reader": each.reader, "added": at, "read": at,
        "signature": identity.packed(each.signature), "n_claims": len(each.reading.claims),
    }  # fmt: skip
    num = connection.execute(sa.insert(report).values(**row).returning(report.c.num)).scalar_one()
    words = {"num": num, "title": told.title, "text": told.text, "day_row": day_row(row["day"], num)}
    connection.execute(sa.insert(report_text).values(**words))
    if each.signature is not None:
        bands = [{"band": band, "report": num} for band in set(identity.bands_of(each.signature))]
        connection.execute(sa.insert(report_band), bands)
    return num, _link_copies(connection, num, each)


def _link_copies(connection: Connection, num: int, each: Prepared) -> str | None:
    """Link a report with the family that it is a near copy of; the id of the family's original, if that is
    another. The original is the first published, of equals the first stored."""
    found = _nearest(connection, num, each)
    if found is None:
        return None
    other, like, relation = found
    root = connection.execute(sa.select(report.c.original).where(report.c.num == other)).scalar() or other
    days = sa.select(report.c.num, report.c.day, report.c.id).where(report.c.num.in_((num, root)))
    stands = {row.num: row for row in connection.execute(days)}
    if (stands[num].day, num) < (stands[root].day, root):
        family = sa.or_(report.c.num == root, report.c.original == root)
        values = {"original": num, "likeness": like, "relation": relation}
        connection.execute(sa.update(report).where(family).values(**values))
        return None
    values = {"original": root, "likeness": like, "relation": relation}
    connection.execute(sa.update(report).where(report.c.num == num).values(**values))
    return str(stands[root].id)


def _nearest(connection: Connection, num: int, each: Prepared) -> tuple[int, float, str] | None:
    """The stored report that is most like a new one, if any is near: its row, likeness, and relation."""
    if each.link is not None:
        query = sa.select(report.c.num, report.c.signature).where(
            report.c.link == each.link, report.c.num != num
        )
        for row in connection.execute(query.order_by(report.c.num).limit(1)):
            old = identity.unpacked(row.signature)
            like = 0.0 if old is None or each.signature is None else identity.likeness(each.signature, old)
            return row.num, like, "version"
    query = sa.select(report.c.num).where(report.c.content == each.content, report.c.num != num)
    same = connection.execute(query.order_by(report.c.num).limit(1)).scalar()
    if same is not None:
        return int(same), 1.0, "copy"
    if each.signature is None:
        return None
    bands = identity.bands_of(each.signature)
    hits = sa.func.count().label("hits")
    query = (
        sa.select(report.c.num, report.c.signature)
        .join(
            sa.select(report_band.c.report, hits)
            .where(report_band.c.band.in_(bands), report_band.c.report != num)
            .group_by(report_band.c.report)
            .order_by(hits.desc(), report_band.c.report)
            .limit(_CANDIDATES)
            .subquery("near"),
            sa.literal_column("near.report") == report.c.num,
        )
    )  # fmt: skip
    best: tuple[float, int] | None = None
    for row in connection.execute(query):
        old = identity.unpacked(row.signature)
        like = 0.0 if old is None else identity.likeness(each.signature, old)
        if like >= identity.NEAR and (best is None or (-like, row.num) < (-best[0], best[1])):
            best = (like, row.num)
    return None if best is None else (best[1], best[0], "copy")
