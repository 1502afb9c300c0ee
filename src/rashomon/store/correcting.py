"""`desk.corrections`: people put right what reading and reconciling got wrong.

desk.corrections.merge(["i-1", "i-2"], by="Ana", note="one market, two spellings")
desk.corrections.fix("c-7", "place", {"name": "Vrelo", ...}, by="Ana")
desk.corrections.undo(3, by="Bo")
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.errors import InputError
from rashomon.model import Claim
from rashomon.store.corrections import Correction, Kind, corrected, listed, record, undo, with_field
from rashomon.store.engine import Store, Write
from rashomon.store.intake import rewrite
from rashomon.store.publishers import now
from rashomon.store.regrouping import settle, swap
from rashomon.store.replacing import renew_dismissal
from rashomon.store.rows import encoded, key_of
from rashomon.store.schema import claim, claim_party, incident, incident_alias, incident_claim, pieces

_decode = msgspec.json.Decoder(Claim).decode
_PARTY = ("name", "code", "country", "sector", "wikidata")


class Corrections:
    """The corrections of one store. Every method that makes one returns its number; each is stored with all
    that follows from it, or not at all.

    Methods raise InputError where what they are about is not in the store, and StoreError where it cannot be
    written.
    """

    def __init__(self, write: Write, store: Store) -> None:
        self._write = write
        self._store = store

    def all(self) -> Sequence[Correction]:
        """All corrections, undone ones too, the last first."""
        with self._store.reading() as connection:
            return listed(connection)

    def merge(self, incidents: Collection[str], *, by: str, note: str | None = None) -> int:
        """Say that incidents are one. It keeps the id of the one with most claims."""

        def work(connection: Connection) -> int:
            found = {self._incident(connection, ref) for ref in incidents}
            if len(found) < 2:
                raise InputError("one incident cannot be merged", hint="name two or more")
            # one claim of each would do; with all of them it holds whatever reconciling does to them
            targets = [ref for num in found for ref in _claims_of(connection, num)]
            number = record(connection, "merge", targets, {}, by, note)
            settle(connection, found, now())
            return number

        return self._write(work)

    def split(self, incident_id: str, claims: Collection[str], *, by: str, note: str | None = None) -> int:
        """Say that some claims of an incident are one of their own."""

        def work(connection: Connection) -> int:
            num = self._incident(connection, incident_id)
            held = set(_claims_of(connection, num))
            if not claims or not set(claims) < held:
                raise InputError(
                    f"these are not some of the claims of {incident_id}", hint="some of them, and not all"
                )
            number = record(connection, "split", claims, {}, by, note)
            settle(connection, [num], now())
            return number

        return self._write(work)

    def dismiss(self, incident_id: str, *, by: str, note: str | None = None) -> int:
        """Say that an incident is none: lists leave it out unless they are asked for `dismissed=True`."""

        def work(connection: Connection) -> int:
            num = self._incident(connection, incident_id)
            number = record(connection, "dismiss", _claims_of(connection, num), {}, by, note)
            renew_dismissal(connection, num, now())
            return number

        return self._write(work)

    def fix(self, claim_id: str, field: str, value: Any, *, by: str, note: str | None = None) -> int:
        """Say that a field of a claim is another; `value` is as in the JSON of a claim, or a struct."""

        def work(connection: Connection) -> int:
            row = connection.execute(sa.select(claim.c.body).where(claim.c.id == claim_id)).first()
            if row is None:
                raise InputError(f"the store has no claim {claim_id!r}", where=self._store.name)
            read = _decode(row.body)
            now_says = corrected(connection, [read]).get(claim_id, read)
            with_field(now_says, field, value)  # raises where it is no value
            body = {"field": field, "value": msgspec.to_builtins(value)}
            number = record(connection, "field", [claim_id], body, by, note)
            _renew(connection, [claim_id])
            return number

        return self._write(work)

    def same_actor(
        self, name: str, into: Mapping[str, str | None], *, by: str, note: str | None = None
    ) -> int:
        """Say that all actors and recipients of a name are a known one: `into` has its name, and as far as
        they are known code, country, sector, wikidata."""
        known = {key: into.get(key) for key in _PARTY if key in into}
        if not known.get("name") or set(into) - set(_PARTY):
            raise InputError("an actor has a name", hint=f"and {', '.join(_PARTY[1:])} as far as known")
        code = known.get("code")
        if code and "country" not in known:
            known["country"], _, known["sector"] = code.partition(" ")

        def work(connection: Connection) -> int:
            number = record(connection, "same_actor", [key_of(name)], {"from": name, "into": known}, by, note)
            _renew(connection, _with_name(connection, key_of(name)))
            return number

        return self._write(work)

    def undo(self, number: int, *, by: str) -> Correction:
        """Let a correction hold no more; everything is as if it had never been made, but for its record."""

        def work(connection: Connection) -> Correction:
            was = undo(connection, number, by)
            kind: Kind = was.kind
            if kind == "same_actor":
                _renew(connection, _with_name(connection, was.targets[0], as_read=True))
            elif kind == "field":
                _renew(connection, was.targets)
            elif kind == "dismiss":
                for num in _incidents_of(connection, was.targets):
                    renew_dismissal(connection, num, now())
            else:
                nums = _incidents_of(connection, was.targets)
                _renew(connection, [ref for num in nums for ref in _claims_of(connection, num)], whole=True)
            return was

        return self._write(work)

    def _incident(self, connection: Connection, ref: str) -> int:
        alias = sa.select(incident_alias.c.incident).where(incident_alias.c.id == ref)
        query = sa.select(incident.c.num).where(sa.or_(incident.c.id == ref, incident.c.num.in_(alias)))
        num = connection.execute(query).scalar()
        if num is None:
            raise InputError(f"the store has no incident {ref!r}", where=self._store.name)
        return int(num)


def _claims_of(connection: Connection, num: int) -> list[str]:
    query = sa.select(claim.c.id).join(incident_claim, incident_claim.c.claim == claim.c.num)
    return list(connection.execute(query.where(incident_claim.c.incident == num)).scalars())


def _incidents_of(connection: Connection, refs: Collection[str]) -> list[int]:
    found: set[int] = set()
    for some in pieces(refs):
        query = sa.select(incident_claim.c.incident).join(claim, claim.c.num == incident_claim.c.claim)
        found.update(connection.execute(query.where(claim.c.id.in_(some))).scalars())
    return sorted(found)


def _with_name(connection: Connection, key: str, *, as_read: bool = False) -> list[str]:
    """Ids of the claims with a party of that name: as they hold, or as they were read."""
    if not as_read:
        query = sa.select(claim.c.id).join(claim_party, claim_party.c.claim == claim.c.num)
        return list(connection.execute(query.where(claim_party.c.key == key).distinct()).scalars())
    bodies = sa.select(claim.c.body).where(claim.c.corrected.is_not(None))
    read = map(_decode, connection.execute(bodies).scalars())
    return [
        one.id for one in read if any(key_of(party.name) == key for party in (*one.actors, *one.recipients))
    ]


def _renew(connection: Connection, refs: Collection[str], *, whole: bool = False) -> None:
    """Work out what claims say by the corrections that hold now, and reconcile those anew that say something
    else; all of them for `whole`."""
    read: list[Claim] = []
    now_say: dict[str, str | None] = {}
    for some in pieces(refs):
        query = sa.select(claim.c.id, claim.c.body, claim.c.corrected).where(claim.c.id.in_(some))
        for row in connection.execute(query):
            read.append(_decode(row.body))
            now_say[row.id] = row.corrected
    held = corrected(connection, read)
    changed = [
        one for one in read if whole or held.get(one.id, one) != _decode(now_say[one.id] or encoded(one))
    ]
    if changed:
        take, put = rewrite(connection, changed, held)
        new = [held.get(one.id, one) for one in changed]
        swap(connection, [one.id for one in new], take, new, put, now())
