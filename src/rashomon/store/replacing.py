"""Putting reconciled incidents in the place of those that held their claims before.

An incident keeps its id while it grows: of the incidents that were there, the one with most claims in common
stays, and the names of those that were merged into it lead to it. What did not change is not written.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.model import Claim
from rashomon.reconcile.incidents import Incident
from rashomon.store import dyads
from rashomon.store.fulltext import day_row
from rashomon.store.rows import Row, Told, encoded, facets, incident_columns, words_of
from rashomon.store.ruling import dismissed
from rashomon.store.schema import (
    change,
    incident,
    incident_alias,
    incident_claim,
    incident_dyad,
    incident_facet,
    incident_text,
    pieces,
)

_claims = msgspec.json.Decoder(Incident).decode
_UNTOLD = frozenset(("body", "title"))  # columns whose change says nothing to people


class Numbered(msgspec.Struct, frozen=True):
    """A stored claim: its row, the claim as it holds (corrections applied), and what its report tells."""

    num: int
    claim: Claim
    told: Told


class _Old(msgspec.Struct):
    """An incident that was there: its columns, the rows of its claims, and those that it still holds."""

    row: Mapping[str, Any]
    claims: set[int]
    linked: set[int]


class _New(msgspec.Struct):
    """An incident that is to be there: its claims, the incident that it goes on from, its row."""

    incident: Incident
    claims: list[Numbered]
    group: set[int]
    heir_of: int | None = None
    num: int = 0


def replace(
    connection: Connection,
    incidents: Iterable[Incident],
    claims: Mapping[str, Numbered],
    at: str,
    before: Mapping[int, Collection[int]] | None = None,
    anew: Collection[int] = (),
) -> list[str]:
    """Store incidents in place of all that hold any of their claims.

    Args:
        connection: of a write.
        incidents: together they hold all claims of every incident that they touch.
        claims: by id, at least every claim of `incidents`.
        at: the moment.
        before: further incidents that may have lost claims, by row; for each those of its claims that were
            taken from it and are there again.
        anew: rows of claims that say something else than before.

    Returns:
        Ids of the incidents that are new or changed.
    """
    news = []
    for each in incidents:
        mine = [claims[ref] for ref in each.claims]
        news.append(_New(each, mine, {one.num for one in mine}))
    olds = _olds(connection, set[int]().union(*(new.group for new in news)), before or {})
    _check(news, olds)
    _inherit(news, olds)
    gone = set(olds) - {new.heir_of for new in news}
    aliases = _bury(connection, gone, olds)
    moved = [new for new in news if new.heir_of is None or olds[new.heir_of].linked != new.group]
    for some in pieces([num for new in moved for num in new.group]):
        connection.execute(sa.delete(incident_claim).where(incident_claim.c.claim.in_(some)))
    _name(connection, news, olds)
    log: list[Row] = []
    changed = _put(connection, news, olds, at, log, set(anew))
    links = [{"incident": new.num, "claim": num} for new in moved for num in sorted(new.group)]
    if links:
        connection.execute(sa.insert(incident_claim), links)
    _lead_on(connection, aliases, gone, olds, news, at, log)
    if log:
        connection.execute(sa.insert(change), log)
    return changed


def _check(news: Sequence[_New], olds: Mapping[int, _Old]) -> None:
    """Refuse what would leave a claim in no incident, or in two: nothing of the write is done then."""
    held = Counter(num for new in news for num in new.group)
    left = set[int]().union(*(old.claims for old in olds.values())) - set(held)
    if left or any(count > 1 for count in held.values()):
        raise AssertionError(f"claims would be in no incident ({len(left)}), or in several")


def _olds(connection: Connection, claims: set[int], before: Mapping[int, Collection[int]]) -> dict[int, _Old]:
    """The incidents that hold some claims, or held some, with all that they hold, by row."""
    nums = set(before)
    for some in pieces(claims):
        query = sa.select(incident_claim.c.incident).where(incident_claim.c.claim.in_(some)).distinct()
        nums.update(connection.execute(query).scalars())
    olds: dict[int, _Old] = {}
    for some in pieces(nums):
        for row in connection.execute(sa.select(incident).where(incident.c.num.in_(some))):
            olds[row.num] = _Old(dict(row._mapping), set(before.get(row.num, ())), set())
        query = sa.select(incident_claim).where(incident_claim.c.incident.in_(some))
        for link in connection.execute(query):
            olds[link.incident].claims.add(link.claim)
            olds[link.incident].linked.add(link.claim)
    return olds


def _inherit(news: Sequence[_New], olds: Mapping[int, _Old]) -> None:
    """Pair each new incident with the old one that it goes on from: most claims in common, then the
    oldest."""
    holder = {num: old for old, entry in olds.items() for num in entry.claims}
    shared: Counter[tuple[int, int]] = Counter()
    for number, new in enumerate(news):
        shared.update((holder[num], number) for num in new.group if num in holder)
    taken: set[int] = set()
    for (old, number), _ in sorted(shared.items(), key=lambda pair: (-pair[1], pair[0])):
        if old not in taken and news[number].heir_of is None:
            news[number].heir_of = old
            taken.add(old)


def _bury(connection: Connection, gone: set[int], olds: Mapping[int, _Old]) -> dict[int, list[str]]:
    """Delete incidents that are no more; the names that led to each of them, its own among them."""
    aliases: dict[int, list[str]] = {num: [olds[num].row["id"]] for num in gone}
    for some in pieces(sorted(gone)):
        for row in connection.execute(sa.select(incident_alias).where(incident_alias.c.incident.in_(some))):
            aliases[row.incident].append(row.id)
        connection.execute(sa.delete(incident).where(incident.c.num.in_(some)))
    return aliases


def _name(connection: Connection, news: Sequence[_New], olds: Mapping[int, _Old]) -> None:
    """Give each incident the id of the one that it goes on from; a new one keeps its own, if that is free."""
    wanted = {new.incident.id for new in news if new.heir_of is None}
    held: set[str] = set()
    for some in pieces(sorted(wanted)):
        held.update(connection.execute(sa.select(incident.c.id).where(incident.c.id.in_(some))).scalars())
    for new in news:
        name = new.incident.id if new.heir_of is None else str(olds[new.heir_of].row["id"])
        while new.heir_of is None and name in held:
            name = "i-" + hashlib.sha256(f"{name}\0again".encode()).hexdigest()[:16]
            if connection.execute(sa.select(incident.c.num).where(incident.c.id == name)).first():
                held.add(name)
        held.add(name)
        new.incident = msgspec.structs.replace(new.incident, id=name)
    _forget_aliases(connection, [new.incident.id for new in news if new.heir_of is None])


def _forget_aliases(connection: Connection, names: Iterable[str]) -> None:
    """Names lead nowhere from now on: who bears a name goes before whoever bore it."""
    for some in pieces(sorted(names)):
        connection.execute(sa.delete(incident_alias).where(incident_alias.c.id.in_(some)))


def _put(
    connection: Connection,
    news: Sequence[_New],
    olds: Mapping[int, _Old],
    at: str,
    log: list[Row],
    anew: set[int],
) -> list[str]:
    """Write the rows of what is new or changed; their ids."""
    made: list[Row] = []
    changed: list[_New] = []
    out = dismissed(connection, [new.incident.claims for new in news])
    for new, dismiss in zip(news, out, strict=True):
        told = {one.claim.report: one.told for one in new.claims}
        row = incident_columns(new.incident, [one.claim for one in new.claims], told)
        row["dismissed"] = int(dismiss)
        if new.heir_of is None:
            made.append({"id": new.incident.id, "created": at, "changed": at, **row})
            log.append(_entry(at, "new", new.incident.id, claims=len(new.claims), **_disputes(new.incident)))
            changed.append(new)
            continue
        new.num, old = new.heir_of, olds[new.heir_of]
        fields = [name for name, value in row.items() if old.row[name] != value]
        if not fields and old.claims == new.group and not anew & new.group:
            continue
        connection.execute(sa.update(incident).where(incident.c.num == new.num).values(changed=at, **row))
        kind = "grown" if new.group > old.claims else "changed"
        seen = sorted(set(fields) - _UNTOLD)
        more = len(new.group) - len(old.claims)
        disputes = _disputes(new.incident, old)
        log.append(_entry(at, kind, new.incident.id, claims=more, fields=seen, **disputes))
        changed.append(new)
    if made:
        query = sa.insert(incident).returning(incident.c.id, incident.c.num)
        nums: dict[str, int] = {row.id: row.num for row in connection.execute(query, made)}
        for new in news:
            new.num = new.num or nums[new.incident.id]
    _index(connection, changed, olds)
    return [new.incident.id for new in changed]


def _index(connection: Connection, news: Sequence[_New], olds: Mapping[int, _Old]) -> None:
    """What incidents are filtered and searched by. Words go and come in the order of their index (`day_row`):
    out of it each would be a piece of the index of its own."""
    there = [new.num for new in news if new.heir_of is not None]
    for some in pieces(there):
        connection.execute(sa.delete(incident_facet).where(incident_facet.c.incident.in_(some)))
        connection.execute(sa.delete(incident_dyad).where(incident_dyad.c.incident.in_(some)))
    there.sort(key=lambda num: (olds[num].row["last_day"], num))
    if there:
        gone = sa.delete(incident_text).where(incident_text.c.num == sa.bindparam("of"))
        connection.execute(gone, [{"of": num} for num in there])
    found: list[Row] = []
    words: list[Row] = []
    between: list[Row] = []
    for new in news:
        claims = [one.claim for one in new.claims]
        told = {one.claim.report: one.told for one in new.claims}
        last = incident_columns(new.incident, claims, told)["last_day"]
        found += (
            {"kind": kind, "value": value, "last_day": last, "incident": new.num}
            for kind, value in sorted(facets(new.incident, claims, told))
        )
        homes = {ref: each.publisher for ref, each in told.items()}
        between += dyads.rows_of(new.num, last, new.incident, claims, homes)
        text = words_of(new.incident, claims, told)
        words.append({"num": new.num, "words": text, "day_row": day_row(last, new.num)})
    if news:
        connection.execute(sa.insert(incident_facet), found)
        words.sort(key=lambda row: int(row["day_row"]))
        connection.execute(sa.insert(incident_text), words)
    if between:
        connection.execute(sa.insert(incident_dyad), between)


def _lead_on(
    connection: Connection,
    aliases: Mapping[int, Sequence[str]],
    gone: Collection[int],
    olds: Mapping[int, _Old],
    news: Sequence[_New],
    at: str,
    log: list[Row],
) -> None:
    """Let the names of incidents that are no more lead to where most of their claims are now."""
    home = {num: new for new in news for num in new.group}
    taken = {new.incident.id for new in news}
    links: dict[str, int] = {}
    for old in sorted(gone):
        went = Counter(home[num].num for num in olds[old].claims if num in home)
        into = min(went, key=lambda num: (-went[num], num), default=None)
        name = next((new.incident.id for new in news if new.num == into), None)
        log.append(_entry(at, "gone", olds[old].row["id"], into=name))
        if into is not None:
            links |= {ref: into for ref in aliases[old] if ref not in taken}
    if links:
        _forget_aliases(connection, links)  # stores of before may have given a name twice
        rows = [{"id": ref, "incident": into} for ref, into in links.items()]
        connection.execute(sa.insert(incident_alias), rows)


def renew_dismissal(connection: Connection, num: int, at: str) -> None:
    """Write whether an incident is dismissed, as corrections have it now."""
    ref, body = connection.execute(
        sa.select(incident.c.id, incident.c.body).where(incident.c.num == num)
    ).one()
    (out,) = dismissed(connection, [_claims(body).claims])
    connection.execute(
        sa.update(incident).where(incident.c.num == num).values(dismissed=int(out), changed=at)
    )
    entry = _entry(at, "dismissed" if out else "restored", ref)
    connection.execute(sa.insert(change), [entry])


def _disputes(now: Incident, old: _Old | None = None) -> dict[str, list[str]]:
    """The fields that accounts have come to differ on, for the log; an alert must hear of them even where it
    looks only after they agree again."""
    fields = {each.field for each in now.disputes}
    if fields and old is not None:
        fields -= {each.field for each in _claims(old.row["body"]).disputes}
    return {"disputes": sorted(fields)} if fields else {}


def _entry(at: str, kind: str, ref: str, **detail: object) -> Row:
    return {"at": at, "kind": kind, "incident": ref, "detail": encoded(detail)}


__all__ = ["Numbered", "renew_dismissal", "replace"]
