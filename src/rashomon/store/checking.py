"""Whether a store is whole: the file, the tables, what has to hang together, and what it counts."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.doctor import Finding
from rashomon.errors import StoreError
from rashomon.store import dyads, settings
from rashomon.store.engine import Store
from rashomon.store.fulltext import INDEXED
from rashomon.store.migrations import HEAD, KNOWN, form_of
from rashomon.store.neighbours import FORM
from rashomon.store.persons import moment
from rashomon.store.schema import (
    alert_delivery,
    alert_watch,
    claim,
    claim_filing,
    correction,
    incident,
    incident_claim,
    incident_facet,
    incident_text,
    person,
    person_token,
    publisher,
    report,
    report_text,
    tombstone,
)
from rashomon.store.scopes import SCOPES

_SOON_DAYS = 14
_RESTORE = "restore a copy, or save what can be read with sqlite3's .recover"
_REPORT = "this is a fault of Rashomon: please report it with the output of `rashomon doctor`"


def examine(store: Store) -> Iterator[Finding]:
    """Look at every part of a store, one after the other."""
    yield Finding("store", "ok", f"{store.name}: {store.engine.dialect.name}")
    parts = [("file", _file), ("search index", _index)] if store.sqlite else [("server", _server)]
    parts += [("counts", _counts), ("links", _links), ("filings", _filings), ("readers", _readers)]
    parts += [("dyads", _dyads), ("alerts", _alerts)]
    for name, look in [("form", _form), *parts, ("accounts", _accounts)]:
        try:
            with store.reading() as connection:
                yield look(connection, name)
        except StoreError as error:
            yield Finding(name, "broken", error.what, error.hint)


def _form(connection: Connection, part: str) -> Finding:
    form = form_of(connection)
    if form != HEAD:
        return Finding(part, "broken", f"form {form}, this version knows {HEAD}", _REPORT)
    return Finding(part, "ok", f"{form}, the present one; {len(KNOWN)} migrations")


def _filings(connection: Connection, part: str) -> Finding:
    """Whether claims are filed where reconciling looks for them. Filings have no foreign key."""
    filed = settings.kept(connection, "filing")
    rows = connection.execute(sa.select(sa.func.count()).select_from(claim_filing)).scalar_one()
    lost = sa.select(sa.func.count()).where(~sa.exists().where(claim.c.num == claim_filing.c.claim))
    orphans = connection.execute(lost.select_from(claim_filing)).scalar_one()
    claims = connection.execute(sa.select(sa.func.count()).select_from(claim)).scalar_one()
    if filed != FORM:
        return Finding(part, "broken", f"filed as {filed}, reconciling looks as {FORM}", _REPORT)
    if orphans:
        return Finding(part, "broken", f"{orphans:,} filings are of claims that are not there", _REPORT)
    if claims and not rows:
        return Finding(part, "broken", f"none of {claims:,} claims is filed", _REPORT)
    return Finding(part, "ok", f"{rows:,} filings, all of claims that are there")


def _dyads(connection: Connection, part: str) -> Finding:
    """Whether what is kept between countries is what claims say, in the latest incidents."""
    form = dyads.form_of(connection)
    if form != dyads.FORM:
        return Finding(part, "broken", f"kept as {form}, this version reads {dyads.FORM}", _REPORT)
    seen, wrong = dyads.amiss(connection)
    if wrong:
        told = f"of {wrong:,} of the latest {seen:,} incidents others are kept than their claims say"
        return Finding(part, "broken", told, _REPORT)
    return Finding(part, "ok", f"as the claims of the latest {_count(seen, 'incident')} say")


def _accounts(connection: Connection, part: str) -> Finding:
    people = connection.execute(sa.select(person.c.scopes, person.c.password.is_not(None))).all()
    if not people:
        return Finding(part, "ok", "nobody has an account: the desk answers this machine only")
    now = moment()
    count = sa.select(sa.func.count()).select_from(person_token).where(person_token.c.revoked.is_(None))
    hold = connection.execute(count.where(person_token.c.ends > now)).scalar_one()
    soon = connection.execute(
        count.where(person_token.c.ends > now, person_token.c.ends <= moment(days=_SOON_DAYS))
    ).scalar_one()
    signed_in = sum(has for _, has in people)
    told = [
        _count(signed_in, "person", "people"), _count(len(people) - signed_in, "program"),
        f"{_count(hold, 'token')} that hold",
    ]  # fmt: skip
    if soon:
        told.append(f"{_count(soon, 'token')} end within {_SOON_DAYS} days (`rashomon token list`)")
    unlike = [scope for scope, _ in people if scope not in SCOPES]
    if unlike:
        return Finding(part, "broken", f"{len(unlike):,} accounts have a scope that there is not", _REPORT)
    return Finding(part, "ok", ", ".join(told))


def _count(count: int, noun: str, many: str | None = None) -> str:
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def _file(connection: Connection, part: str) -> Finding:
    said = connection.exec_driver_sql("PRAGMA integrity_check(5)").scalars().all()
    keys = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if list(said) != ["ok"]:
        return Finding(part, "broken", "; ".join(map(str, said))[:500], _RESTORE)
    if keys:
        return Finding(part, "broken", f"{len(keys):,} rows point to rows that are not there", _REPORT)
    mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
    pages, size = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()) for name in ("page_count", "page_size")
    )
    return Finding(part, "ok", f"{pages * size / 1e6:,.1f} MB, every page is sound, journal: {mode}")


def _server(connection: Connection, part: str) -> Finding:
    version = connection.exec_driver_sql("SHOW server_version").scalar()
    size = connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one()
    return Finding(part, "ok", f"PostgreSQL {version}, {size / 1e6:,.1f} MB")


def _index(connection: Connection, part: str) -> Finding:
    for table in INDEXED:
        rows, indexed = (
            connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()
            for name in (table, f"{table}_index_docsize")
        )
        if rows != indexed:
            return Finding(part, "broken", f"{table} has {rows:,} rows, {indexed:,} are indexed", _REPORT)
    return Finding(part, "ok", "every text is indexed")


def _counts(connection: Connection, part: str) -> Finding:
    named = (
        (report, "reports"), (publisher, "publishers"), (claim, "claims"), (incident, "incidents"),
        (correction, "corrections"),
    )  # fmt: skip
    told = [
        f"{connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one():,} {name}"
        for table, name in named
    ]
    query = sa.select(sa.func.count()).select_from(incident)
    told.append(f"{connection.execute(query.where(incident.c.disputed == 1)).scalar_one():,} disputed")
    query = sa.select(sa.func.count()).select_from(tombstone).where(tombstone.c.kind == "id")
    told.append(f"{connection.execute(query).scalar_one():,} reports deleted")
    return Finding(part, "ok", ", ".join(told))


def _links(connection: Connection, part: str) -> Finding:
    """Every claim is in an incident, every incident has its claims, its words and its facets, every report
    its text, and the numbers beside them are right."""
    n_claims = sa.select(sa.func.count()).where(claim.c.report == report.c.num).scalar_subquery()
    held = sa.select(sa.func.count()).where(incident_claim.c.incident == incident.c.num).scalar_subquery()
    tests = {
        "claims in no incident": sa.select(claim.c.num).where(
            ~sa.exists().where(incident_claim.c.claim == claim.c.num)
        ),
        "incidents that do not hold the claims they count": sa.select(incident.c.num).where(
            incident.c.n_claims != held
        ),
        "incidents without words": sa.select(incident.c.num).where(
            ~sa.exists().where(incident_text.c.num == incident.c.num)
        ),
        "incidents without facets": sa.select(incident.c.num).where(
            ~sa.exists().where(incident_facet.c.incident == incident.c.num)
        ),
        "reports without a text": sa.select(report.c.num).where(
            ~sa.exists().where(report_text.c.num == report.c.num)
        ),
        "reports that do not have the claims they count": sa.select(report.c.num).where(
            report.c.n_claims != n_claims
        ),
    }
    wrong = {
        what: connection.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one()
        for what, query in tests.items()
    }
    found = [f"{count:,} {what}" for what, count in wrong.items() if count]
    if found:
        return Finding(part, "broken", "; ".join(found), _REPORT)
    return Finding(part, "ok", "no orphans: claims, incidents, texts and facets belong together")


def _readers(connection: Connection, part: str) -> Finding:
    query = sa.select(report.c.reader, sa.func.count()).group_by(report.c.reader).order_by(report.c.reader)
    read = [f"{count:,} by {reader}" for reader, count in connection.execute(query)]
    if len(read) > 1:
        hint = "`rashomon reread --store ...` brings all to the present reader"
        return Finding(part, "warning", f"reports read {', '.join(read)}", hint)
    return Finding(part, "ok", f"reports read {read[0]}" if read else "no report yet")


def _alerts(connection: Connection, part: str) -> Finding:
    watches = connection.execute(sa.select(sa.func.count()).select_from(alert_watch)).scalar_one()
    query = sa.select(alert_delivery.c.state, sa.func.count()).group_by(alert_delivery.c.state)
    counts: dict[str, int] = {state: int(count) for state, count in connection.execute(query)}
    told = [f"{counts.get(state, 0):,} {state}" for state in ("sent", "waiting", "parked")]
    seen = f"{watches:,} watches; {', '.join(told)}" if watches else "nothing is watched"
    if counts.get("parked"):
        hint = "`rashomon alert log` says why they were not taken, `rashomon alert retry` tries again"
        return Finding(part, "warning", seen, hint)
    return Finding(part, "ok", seen)
