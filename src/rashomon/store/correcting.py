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

from rashomon.errors import InputError, StoreChanged
from rashomon.model import Claim
from rashomon.store.corrections import (
    FIELDS,
    Correction,
    Kind,
    corrected,
    holding,
    listed,
    record,
    undo,
    with_field,
)
from rashomon.store.decided import Decided, decided, one_claim, revision
from rashomon.store.engine import Store, Write
from rashomon.store.gold import Gold, gold
from rashomon.store.intake import rewrite
from rashomon.store.publishers import now
from rashomon.store.records import ClaimRecord
from rashomon.store.regrouping import settle, swap
from rashomon.store.replacing import renew_dismissal
from rashomon.store.rows import encoded, key_of
from rashomon.store.schema import claim, claim_party, incident, incident_alias, incident_claim, pieces

_decode = msgspec.json.Decoder(Claim).decode
_AGAIN = "nothing was written; look at it as it is now, and decide again"
PARTY = ("name", "code", "country", "sector", "wikidata")


class Corrections:
    """The corrections of one store. Every method that makes one returns its number; each is stored with all
    that follows from it, or not at all.

    Methods raise InputError where what they are about is not in the store, StoreChanged where it is no more
    as `expect` says (the `revision` of an incident's claims, or of a claim, that a person looked at), and
    StoreError where it cannot be written.
    """

    def __init__(self, write: Write, store: Store) -> None:
        self._write = write
        self._store = store

    def all(self) -> Sequence[Correction]:
        """All corrections, undone ones too, the last first."""
        with self._store.reading() as connection:
            return listed(connection)

    def decided(
        self,
        *,
        kind: str | None = None,
        by: str | None = None,
        claims: Collection[str] | None = None,
        holds: bool | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> list[Decided]:
        """Some corrections, the last first, each with what it is about as that is now: of a kind, by
        somebody, about some claims, only those that hold or that were undone, with a number lower than
        `before`."""
        with self._store.reading() as connection:
            return decided(connection, kind, by, claims, holds, before, limit)

    def claim(self, claim_id: str) -> ClaimRecord | None:
        """A claim as it holds, and as it was read; None where there is none."""
        with self._store.reading() as connection:
            return one_claim(connection, claim_id)

    def gold(self) -> Gold:
        """The reports of which people corrected claims, with all their claims as they hold and the incidents
        of these."""
        with self._store.reading() as connection:
            return gold(connection)

    def merge(
        self,
        incidents: Collection[str],
        *,
        by: str,
        note: str | None = None,
        expect: Mapping[str, str] | None = None,
    ) -> int:
        """Say that incidents are one. It keeps the id of the one with most claims. `expect` has revisions by
        incident."""

        def work(connection: Connection) -> int:
            found = {self._incident(connection, ref) for ref in incidents}
            if len(found) < 2:
                raise InputError("one incident cannot be merged", hint="name two or more")
            for ref, seen in (expect or {}).items():
                _unchanged(connection, self._incident(connection, ref), ref, seen)
            # one claim of each would do; with all of them it holds whatever reconciling does to them
            targets = [ref for num in found for ref in _claims_of(connection, num)]
            body = {"incidents": _ids(connection, found)}
            number = record(connection, "merge", targets, body, by, note)
            settle(connection, found, now())
            return number

        return self._write(work)

    def split(
        self,
        incident_id: str,
        claims: Collection[str],
        *,
        by: str,
        note: str | None = None,
        expect: str | None = None,
    ) -> int:
        """Say that some claims of an incident are one of their own."""

        def work(connection: Connection) -> int:
            num = self._incident(connection, incident_id)
            _unchanged(connection, num, incident_id, expect)
            held = set(_claims_of(connection, num))
            if not claims or not set(claims) < held:
                raise InputError(
                    f"these are not some of the claims of {incident_id}", hint="some of them, and not all"
                )
            body = {"incidents": _ids(connection, [num])}
            number = record(connection, "split", claims, body, by, note)
            settle(connection, [num], now())
            return number

        return self._write(work)

    def dismiss(
        self, incident_id: str, *, by: str, note: str | None = None, expect: str | None = None
    ) -> int:
        """Say that an incident is none: lists leave it out unless they are asked for `dismissed=True`."""

        def work(connection: Connection) -> int:
            num = self._incident(connection, incident_id)
            _unchanged(connection, num, incident_id, expect)
            body = {"incidents": _ids(connection, [num])}
            number = record(connection, "dismiss", _claims_of(connection, num), body, by, note)
            renew_dismissal(connection, num, now())
            return number

        return self._write(work)

    def restore(self, incident_id: str, *, by: str, expect: str | None = None) -> list[int]:
        """Undo what dismisses an incident; the numbers of these corrections."""

        def work(connection: Connection) -> list[int]:
            num = self._incident(connection, incident_id)
            _unchanged(connection, num, incident_id, expect)
            found = holding(connection, ["dismiss"], _claims_of(connection, num))
            if not found:
                raise InputError(f"{incident_id} is not dismissed", hint="there is nothing to restore")
            for each in found:
                self._undone(connection, each.number, by)
            return [each.number for each in found]

        return self._write(work)

    def fix(
        self,
        claim_id: str,
        field: str,
        value: Any,
        *,
        by: str,
        note: str | None = None,
        expect: str | None = None,
    ) -> int:
        """Say that a field of a claim is another; `value` is as in the JSON of a claim, or a struct."""
        return self.fix_all(claim_id, {field: value}, by=by, note=note, expect=expect)[0]

    def fix_all(
        self,
        claim_id: str,
        values: Mapping[str, Any],
        *,
        by: str,
        note: str | None = None,
        expect: str | None = None,
    ) -> list[int]:
        """Say that several fields of a claim are others, all of it or nothing; a number for each."""

        def work(connection: Connection) -> list[int]:
            row = connection.execute(sa.select(claim.c.body).where(claim.c.id == claim_id)).first()
            if row is None:
                raise InputError(f"the store has no claim {claim_id!r}", where=self._store.name)
            read = _decode(row.body)
            says = corrected(connection, [read]).get(claim_id, read)
            if expect is not None and revision([says]) != expect:
                raise StoreChanged("this claim has been corrected since you opened it", hint=_AGAIN)
            if not values:
                raise InputError("nothing is corrected", hint="name a field and what it is to be")
            numbers = []
            # the type comes first: a mode is one of its type
            for field in sorted(values, key=lambda name: FIELDS.index(name) if name in FIELDS else -1):
                value = msgspec.to_builtins(values[field])
                after = with_field(says, field, value)  # raises where it is no value
                body = {"field": field, "value": value, "was": msgspec.to_builtins(getattr(says, field))}
                numbers.append(record(connection, "field", [claim_id], body, by, note))
                says = after
            _renew(connection, [claim_id])
            return numbers

        return self._write(work)

    def same_actor(
        self, name: str, into: Mapping[str, str | None], *, by: str, note: str | None = None
    ) -> int:
        """Say that all actors and recipients of a name are a known one: `into` has its name, and as far as
        they are known code, country, sector, wikidata."""
        known = {key: into.get(key) for key in PARTY if key in into}
        if not known.get("name") or set(into) - set(PARTY):
            raise InputError("an actor has a name", hint=f"and {', '.join(PARTY[1:])} as far as known")
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
        return self._write(lambda connection: self._undone(connection, number, by))

    def _undone(self, connection: Connection, number: int, by: str) -> Correction:
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

    def _incident(self, connection: Connection, ref: str) -> int:
        alias = sa.select(incident_alias.c.incident).where(incident_alias.c.id == ref)
        query = sa.select(incident.c.num).where(sa.or_(incident.c.id == ref, incident.c.num.in_(alias)))
        num = connection.execute(query).scalar()
        if num is None:
            raise InputError(f"the store has no incident {ref!r}", where=self._store.name)
        return int(num)


def _ids(connection: Connection, nums: Collection[int]) -> list[str]:
    query = sa.select(incident.c.id).where(incident.c.num.in_(nums)).order_by(incident.c.id)
    return list(connection.execute(query).scalars())


def _unchanged(connection: Connection, num: int, ref: str, seen: str | None) -> None:
    """Raise where an incident is not as somebody saw it."""
    if seen is None:
        return
    query = (
        sa.select(claim.c.body, claim.c.corrected)
        .join(incident_claim, incident_claim.c.claim == claim.c.num)
        .where(incident_claim.c.incident == num)
    )
    held = [_decode(row.corrected or row.body) for row in connection.execute(query)]
    out = connection.execute(sa.select(incident.c.dismissed).where(incident.c.num == num)).scalar_one()
    if revision(held, dismissed=bool(out)) != seen:
        raise StoreChanged(f"{ref} has changed since you opened it", where=ref, hint=_AGAIN)


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
