"""One report, one incident, and the reports that a search finds, each with what belongs to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.model import Claim, Dateline, Report
from rashomon.store import publishers
from rashomon.store.fulltext import MASK, day_row
from rashomon.store.leads import FEW
from rashomon.store.queries import day_of, incident_record, limit_of
from rashomon.store.records import (
    Change,
    Hit,
    IncidentDetail,
    Page,
    ReportEntry,
    ReportRecord,
    cursor_of,
    key_of,
)
from rashomon.store.schema import (
    change,
    claim,
    incident,
    incident_alias,
    incident_claim,
    pieces,
    publisher,
    report,
    report_text,
)
from rashomon.store.search import excerpt_of, has_words, in_order, led_by_words, parts_of, reports_with

_claim = msgspec.json.Decoder(Claim).decode
_dateline = msgspec.json.Decoder(Dateline).decode
_notes = msgspec.json.Decoder(tuple[str, ...]).decode
_detail = msgspec.json.Decoder(dict[str, Any]).decode
_MOST_CHANGES = 200

_original = report.alias("original_report")
ENTRY: sa.Select[Any] = (
    sa.select(
        report.c.num, report.c.id, report_text.c.title, report.c.published, report.c.day,
        publisher.c.name.label("publisher"), report.c.url, report.c.story, report.c.n_claims, report.c.added,
        report.c.read, report.c.reader, _original.c.id.label("copy_of"), report.c.likeness, report.c.relation,
    )
    .join(report_text, report_text.c.num == report.c.num)
    .outerjoin(publisher, publisher.c.num == report.c.publisher)
    .outerjoin(_original, _original.c.num == report.c.original)
)  # fmt: skip


def entry_of(row: sa.Row[Any]) -> ReportEntry:
    """A report as it is listed, from a row of `ENTRY`."""
    return ReportEntry(
        row.id, row.title, row.published, row.publisher, row.url, row.story, row.n_claims, row.added,
        row.read, row.reader, row.copy_of, row.likeness, row.relation,
    )  # fmt: skip


def one_report(connection: Connection, ref: str) -> ReportRecord | None:
    """A report by its id; None where there is none."""
    row = connection.execute(ENTRY.where(report.c.id == ref)).first()
    if row is None:
        return None
    kept = connection.execute(sa.select(report).where(report.c.num == row.num)).one()
    text = connection.execute(sa.select(report_text.c.text).where(report_text.c.num == row.num)).scalar_one()
    query = (
        sa.select(claim.c.id, claim.c.body, claim.c.corrected, incident.c.id.label("incident"))
        .outerjoin(incident_claim, incident_claim.c.claim == claim.c.num)
        .outerjoin(incident, incident.c.num == incident_claim.c.incident)
        .where(claim.c.report == row.num)
        .order_by(claim.c.ordinal)
    )
    told = connection.execute(query).all()
    root = kept.original if kept.original is not None else row.num
    family = ENTRY.where(sa.or_(report.c.num == root, report.c.original == root), report.c.num != row.num)
    return ReportRecord(
        entry=entry_of(row),
        report=Report(
            text=text, published=row.published, publisher=row.publisher, title=row.title, url=row.url,
            id=row.id, story=row.story, language=kept.language,
            dateline=None if kept.dateline is None else _dateline(kept.dateline),
        ),
        notes=_notes(kept.notes),
        claims=tuple(_claim(each.corrected or each.body) for each in told),
        publisher=publishers.profile_of(connection, row.publisher) if row.publisher else None,
        copies=tuple(map(entry_of, connection.execute(family.order_by(report.c.day, report.c.num)))),
        incidents={each.id: each.incident for each in told if each.incident is not None},
    )  # fmt: skip


def report_of(connection: Connection, num: int) -> Report:
    """A report as it is read again, by its row: without what reading filled in."""
    row = connection.execute(ENTRY.where(report.c.num == num)).one()
    kept = sa.select(report_text.c.text, report.c.language).join(report, report.c.num == report_text.c.num)
    text, language = connection.execute(kept.where(report.c.num == num)).one()
    return Report(
        text=text, published=row.published, publisher=row.publisher, title=row.title, url=row.url,
        id=row.id, story=row.story, language=language,
    )  # fmt: skip


def one_incident(connection: Connection, ref: str) -> IncidentDetail | None:
    """An incident by its id, or by one that it had; None where there is none."""
    row = connection.execute(sa.select(incident).where(incident.c.id == ref)).first()
    if row is None:
        led = sa.select(incident_alias.c.incident).where(incident_alias.c.id == ref).scalar_subquery()
        row = connection.execute(sa.select(incident).where(incident.c.num == led)).first()
    if row is None:
        return None
    record = incident_record(row)
    query = (
        sa.select(claim.c.body, claim.c.corrected, claim.c.report, claim.c.id)
        .join(incident_claim, incident_claim.c.claim == claim.c.num)
        .where(incident_claim.c.incident == row.num)
    )
    told = {each.id: each for each in connection.execute(query)}
    ordered = [told[ref] for ref in record.incident.claims if ref in told]
    entries = entries_of(connection, {each.report for each in ordered})
    names = {entry.publisher for entry in entries.values() if entry.publisher is not None}
    profiles = publishers.profiles_of(connection, sorted(names))
    log = sa.select(change).where(change.c.incident == record.id).order_by(change.c.num.desc())
    return IncidentDetail(
        record,
        tuple(_claim(each.corrected or each.body) for each in ordered),
        {entry.id: entry for entry in entries.values()},
        profiles,
        tuple(change_of(each) for each in connection.execute(log.limit(_MOST_CHANGES)))[::-1],
    )


def told_of(connection: Connection, incidents: Iterable[str]) -> tuple[list[Claim], list[Report]]:
    """The claims of some incidents as they hold, and the reports that they are of, without their texts."""
    claims: list[Claim] = []
    of: set[int] = set()
    for some in pieces(incidents):
        query = (
            sa.select(claim.c.body, claim.c.corrected, claim.c.report)
            .join(incident_claim, incident_claim.c.claim == claim.c.num)
            .join(incident, incident.c.num == incident_claim.c.incident)
            .where(incident.c.id.in_(some))
        )
        for row in connection.execute(query):
            claims.append(_claim(row.corrected or row.body))
            of.add(row.report)
    return claims, [
        Report(
            text="", id=each.id, title=each.title, published=each.published, publisher=each.publisher,
            url=each.url,
        )
        for each in entries_of(connection, of).values()
    ]  # fmt: skip


def entries_of(connection: Connection, nums: Iterable[int]) -> dict[int, ReportEntry]:
    """Reports as they are listed, by row."""
    found = {}
    for some in pieces(sorted(nums)):
        for row in connection.execute(ENTRY.where(report.c.num.in_(some)).order_by(report.c.day)):
            found[row.num] = entry_of(row)
    return found


def changes_since(connection: Connection, after: int, limit: int) -> list[tuple[int, Change]]:
    """What happened after a change, the first first; each with its number."""
    query = sa.select(change).where(change.c.num > after).order_by(change.c.num).limit(limit_of(limit))
    return [(row.num, change_of(row)) for row in connection.execute(query)]


def change_of(row: sa.Row[Any]) -> Change:
    """A change from its row."""
    return Change(row.at, row.kind, row.incident, _detail(row.detail))


def reports(
    connection: Connection,
    words: str | None,
    publisher_name: str | None,
    since: str | None,
    until: str | None,
    cursor: str | None,
    limit: int,
) -> Page[ReportEntry]:
    """A page of reports, the latest first.

    Raises:
        InputError: a filter, the cursor or the limit cannot be understood.
    """
    rows, more = _reports(connection, words, publisher_name, since, until, cursor, limit)
    return Page((entry_of(row) for row in rows), more)


def search(connection: Connection, words: str, cursor: str | None, limit: int) -> Page[Hit]:
    """A page of the reports that have some words, the latest first, with the place where they stand.

    Raises:
        InputError: there is no word, or the cursor or the limit cannot be understood.
    """
    parts = parts_of(words)
    rows, more = _reports(connection, words, None, None, None, cursor, limit)
    nums = [row.num for row in rows]
    texts = {
        row.num: row.text
        for row in connection.execute(
            sa.select(report_text.c.num, report_text.c.text).where(report_text.c.num.in_(nums))
        )
    }
    query = (
        sa.select(claim.c.report, incident.c.id)
        .join(incident_claim, incident_claim.c.claim == claim.c.num)
        .join(incident, incident.c.num == incident_claim.c.incident)
        .where(claim.c.report.in_(nums))
        .order_by(claim.c.report, claim.c.ordinal)
    )
    told: dict[int, dict[str, None]] = {}
    for num, ref in connection.execute(query):
        told.setdefault(num, {}).setdefault(ref)
    hits = []
    for row in rows:
        excerpt, marks = excerpt_of(texts[row.num], parts)
        hits.append(Hit(entry_of(row), excerpt, marks, tuple(told.get(row.num, ()))))
    return Page(hits, more)


def _reports(
    connection: Connection,
    words: str | None,
    publisher_name: str | None,
    since: str | None,
    until: str | None,
    cursor: str | None,
    limit: int,
) -> tuple[Sequence[sa.Row[Any]], str | None]:
    query: sa.Select[Any] = sa.select(report.c.num, report.c.day)
    first, last = day_of(since, "since"), day_of(until, "until")
    if first is not None:
        query = query.where(report.c.day >= first)
    if last is not None:
        query = query.where(report.c.day <= last)
    index = "day"
    if publisher_name is not None:
        index = "publisher"
        key = publishers.key_of(publisher_name)
        mine = sa.select(publisher.c.num).where(publisher.c.key == key).scalar_subquery()
        query = query.where(report.c.publisher == mine)
    after = key_of(cursor, "reports")
    order: tuple[Any, ...] = (report.c.day, report.c.num)
    if words is not None and connection.dialect.name != "sqlite":
        query = query.where(report.c.num.in_(reports_with(connection, words)))
    elif words is not None and publisher_name is not None and _few(connection, query):
        query = query.where(has_words(words, report_text, report.c.day))
    elif words is not None:
        from_ = None if first is None else day_row(first, 0)
        query, row = led_by_words(query, words, from_, None, report_text, report)
        if last is not None:
            query = query.where(row <= day_row(last, MASK))
        query = in_order(query, row, after)
        order = ()
    if order:
        query = query.with_hint(report, f"INDEXED BY ix_report_{index}", "sqlite")
        query = query.order_by(*(each.desc() for each in order))
        if after is not None:
            query = query.where(sa.tuple_(*order) < sa.tuple_(*map(sa.literal, after)))
    picked = connection.execute(query.limit(limit_of(limit) + 1)).all()
    nums = [each.num for each in picked[:limit]]
    rows = {row.num: row for row in connection.execute(ENTRY.where(report.c.num.in_(nums)))}
    more = cursor_of("reports", (picked[limit - 1].day, nums[-1])) if len(picked) > limit else None
    return [rows[num] for num in nums], more


def _few(connection: Connection, query: sa.Select[Any]) -> bool:
    """Whether so few reports fit that looking each up in the index of words is the shorter way."""
    many = sa.select(sa.func.count()).select_from(query.limit(FEW).subquery())
    return int(connection.execute(many).scalar_one()) < FEW
