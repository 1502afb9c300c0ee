"""What people decided: records of their own, with who, when and why, that hold whenever claims are read again
or reconciled again, and that can be undone.

| kind | says |
|---|---|
| `field` | a field of a claim is another: `{"field": "status", "value": "denied", "was": ...}` |
| `same_actor` | a name is an actor that is known by another: `{"from": "rebels", "into": {"name": ...}}` |
| `merge` | the incidents of some claims are one |
| `split` | some claims are an incident of their own |
| `dismiss` | the incident of some claims is none, and is not listed |

A correction of incidents is about their claims: incidents come and go, claims stay. Its body names the
incidents as they were called when somebody decided (`{"incidents": [...]}`), for people to read. `field` and
`same_actor` change claims before they are reconciled (here); the others change what reconciling gave
(`ruling`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.errors import InputError
from rashomon.model import Claim, Party
from rashomon.store.publishers import now
from rashomon.store.rows import encoded, key_of
from rashomon.store.schema import correction, correction_target, pieces

Kind = Literal["field", "same_actor", "merge", "split", "dismiss"]
FIELDS = (
    "type", "mode", "contexts", "actors", "recipients", "status", "frame", "date", "place", "figures",
    "voice",
)  # fmt: skip
"""Fields of a claim that can be corrected: what it says. Its words and where they stand are the report's."""
_body = msgspec.json.Decoder(dict[str, Any]).decode
_NAME_CHARS = 200
_LARGEST = 2**63 - 1  # of a whole number in either database; what is asked beyond it is no error of theirs


class Correction(msgspec.Struct, frozen=True):
    """One decision: `targets` are ids of claims, or the folded name of an actor; `body` what is to hold."""

    number: int
    kind: Kind
    at: str
    by: str
    note: str | None
    targets: tuple[str, ...]
    body: dict[str, Any]
    undone_at: str | None = None
    undone_by: str | None = None


def record(
    connection: Connection,
    kind: Kind,
    targets: Collection[str],
    body: dict[str, Any],
    by: str,
    note: str | None,
) -> int:
    """Write a correction; its number.

    Raises:
        InputError: nobody is named who decided it, or it is about nothing.
    """
    if not by.strip():
        raise InputError("a correction needs to say who made it", hint='for instance by="Ana"')
    if not targets:
        raise InputError("a correction is about something", hint="name claims, incidents or an actor")
    row = {"kind": kind, "at": now(), "by": by.strip()[:_NAME_CHARS], "note": note, "body": encoded(body)}
    made = sa.insert(correction).values(**row).returning(correction.c.num)
    num = int(connection.execute(made).scalar_one())
    of = "actor" if kind == "same_actor" else "claim"
    rows = [{"correction": num, "kind": of, "id": ref} for ref in sorted(set(targets))]
    connection.execute(sa.insert(correction_target), rows)
    return num


def undo(connection: Connection, number: int, by: str) -> Correction:
    """Let a correction hold no more; as it was.

    Raises:
        InputError: there is none of this number, or it was undone already.
    """
    there = 0 < number <= _LARGEST
    found = [each for each in listed(connection, [number]) if each.undone_at is None] if there else []
    if not found:
        raise InputError(f"there is no correction {number} that holds")
    connection.execute(
        sa.update(correction).where(correction.c.num == number).values(undone_at=now(), undone_by=by)
    )
    return found[0]


def listed(connection: Connection, numbers: Collection[int] | None = None) -> list[Correction]:
    """Corrections by number, or all, the last first."""
    query = sa.select(correction).order_by(correction.c.num.desc())
    if numbers is not None:
        query = query.where(correction.c.num.in_(numbers))
    return whole(connection, query)


def whole(connection: Connection, query: sa.Select[Any]) -> list[Correction]:
    """The corrections of some rows, with their targets."""
    rows = connection.execute(query).all()
    targets: dict[int, list[str]] = {row.num: [] for row in rows}
    for some in pieces(targets):
        asked = sa.select(correction_target).where(correction_target.c.correction.in_(some))
        for each in connection.execute(asked.order_by(correction_target.c.id)):
            targets[each.correction].append(each.id)
    return [
        Correction(row.num, row.kind, row.at, row.by, row.note, tuple(targets[row.num]), _body(row.body),
                   row.undone_at, row.undone_by)
        for row in rows
    ]  # fmt: skip


def holding(connection: Connection, kinds: Sequence[Kind], targets: Iterable[str]) -> list[Correction]:
    """The corrections of some kinds that hold and are about some claims, the first first."""
    some_there = sa.select(correction.c.num).where(
        correction.c.kind.in_(kinds), correction.c.undone_at.is_(None)
    )
    if connection.execute(some_there.limit(1)).first() is None:  # the plain case, asked with every write
        return []
    found: set[int] = set()
    for some in pieces(targets):
        query = some_there.join(correction_target, correction_target.c.correction == correction.c.num)
        found.update(connection.execute(query.where(correction_target.c.id.in_(some))).scalars())
    return listed(connection, found)[::-1] if found else []


def corrected(connection: Connection, claims: Sequence[Claim]) -> dict[str, Claim]:
    """Those of some claims, as read, that say something else by corrections of fields and actors, by id."""
    changed: dict[str, Claim] = {}
    for each in holding(connection, ["field"], [one.id for one in claims]):
        for one in claims:
            if one.id in each.targets and "value" in each.body:
                known = changed.get(one.id, one)
                # a mode that was put right is none any more where the type was changed since
                with suppress(InputError):
                    changed[one.id] = with_field(known, each.body["field"], each.body["value"])
    names = {key_of(party.name) for one in claims for party in (*one.actors, *one.recipients)}
    actors = {each.targets[0]: each.body["into"] for each in holding(connection, ["same_actor"], names)}
    if actors:
        for one in claims:
            known = changed.get(one.id, one)
            after = _with_actors(known, actors)
            if after != known:
                changed[one.id] = after
    return changed


def drop_words(connection: Connection, claims: Collection[str]) -> None:
    """Take out of the records what claims said that are forgotten; that they were corrected, when and by whom
    stays."""
    for some in pieces(claims):
        about = sa.select(correction_target.c.correction).where(
            correction_target.c.kind == "claim", correction_target.c.id.in_(some)
        )
        query = sa.select(correction.c.num, correction.c.body).where(
            correction.c.kind == "field", correction.c.num.in_(about)
        )
        for num, body in connection.execute(query).all():
            left = encoded({"field": _body(body).get("field")})
            connection.execute(sa.update(correction).where(correction.c.num == num).values(body=left))


def with_field(claim: Claim, field: str, value: Any) -> Claim:
    """A claim with another value of a field, given as in the JSON of a claim.

    Raises:
        InputError: there is no such field, or the value is none of it.
    """
    if field not in FIELDS:
        raise InputError(f"{str(field)[:40]!r} is no field that can be corrected", hint=", ".join(FIELDS))
    data = msgspec.to_builtins(claim)
    data[field] = msgspec.to_builtins(value)
    try:
        after: Claim = msgspec.convert(data, Claim, strict=True)
    except msgspec.ValidationError as error:
        raise InputError(f"this is no value of `{field}`: {error}") from error
    return _scored(after, field) if field in ("type", "mode") else after


def _scored(claim: Claim, field: str) -> Claim:
    """A claim whose class and score are those of its type and mode; a mode that another type had goes."""
    from rashomon import ontology

    if claim.type not in ontology.TYPES:
        raise InputError(f"{claim.type[:40]!r} is no type", hint=", ".join(ontology.TYPES))
    entry = ontology.event_type(claim.type)
    modes = {mode.name: mode.score for mode in entry.modes}
    mode = claim.mode
    if mode is not None and mode not in modes:
        if field == "mode":
            known = ", ".join(modes) or "it has none"
            raise InputError(f"{mode[:40]!r} is no mode of {claim.type}", hint=known)
        mode = None
    score = entry.score if mode is None else modes[mode]
    return msgspec.structs.replace(claim, mode=mode, quad=entry.quad, score=score)


def _with_actors(claim: Claim, actors: dict[str, dict[str, Any]]) -> Claim:
    def known(party: Party) -> Party:
        into = actors.get(key_of(party.name))
        return party if into is None else msgspec.structs.replace(party, **into)

    return msgspec.structs.replace(
        claim, actors=tuple(map(known, claim.actors)), recipients=tuple(map(known, claim.recipients))
    )


__all__ = [
    "FIELDS",
    "Correction",
    "corrected",
    "drop_words",
    "holding",
    "listed",
    "record",
    "undo",
    "whole",
    "with_field",
]
