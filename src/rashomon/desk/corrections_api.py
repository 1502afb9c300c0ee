"""Corrections for programs: what the forms of the pages do, as JSON.

`revision`s come with claims (`GET /api/v1/claim`) and incidents (`GET /api/v1/incidents/{id}/revision`);
sent back as `expect`, a correction of something that has changed since is refused with 409, and nothing is
written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import anyio.to_thread
import msgspec
from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter

from rashomon.desk.access import need
from rashomon.desk.answers import Asking, FaultBody, Missing, data
from rashomon.desk.asking import ERRORS, Cursor, Limit, Ref, limit_of, only, query
from rashomon.desk.correcting import gold_file, seen, which
from rashomon.desk.decided_words import KINDS
from rashomon.desk.described import components_of, operation_with
from rashomon.desk.pages import desk_of, incident_of, whole_number
from rashomon.errors import InputError
from rashomon.store.correcting import PARTY, Corrections
from rashomon.store.corrections import FIELDS
from rashomon.store.decided import Decided, revision

_LONGEST = 1_000
_ERRORS = {
    **ERRORS,
    403: ResponseSpec(FaultBody, description="This needs the scope `correct`"),
    409: ResponseSpec(FaultBody, description="It is not as `expect` says any more"),
}
_OF_BODIES = {
    408: ResponseSpec(FaultBody, description="The body did not come in time"),
    413: ResponseSpec(FaultBody, description="The body is too large"),
}


def _told(description: str, **more: Any) -> msgspec.Meta:
    """What the document says of a field; what is in `more` the store sees to, with errors in its words."""
    return msgspec.Meta(description=description, extra_json_schema=more)


_Note = Annotated[str, msgspec.Meta(max_length=_LONGEST, description="Why")]
_IncidentId = Annotated[str, _told("The id of an incident, or one that leads to it")]
_ClaimId = Annotated[str, _told("The id of a claim")]
_Revision = Annotated[str, _told("The revision that was looked at; another one by now is a conflict (409)")]


class _Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", kw_only=True):
    note: _Note | None = None


class Merge(_Wanted, frozen=True, tag="merge"):
    """Incidents are one; `expect` has revisions by incident."""

    incidents: Annotated[list[_IncidentId], _told("Two or more", minItems=2)]
    expect: Annotated[dict[str, _Revision], _told("Revisions by the id of the incident")] = {}

    def done(self, decide: Corrections, by: str) -> list[int]:
        """The numbers of what was written."""
        return [decide.merge(self.incidents, by=by, note=self.note, expect=self.expect)]


class Split(_Wanted, frozen=True, tag="split"):
    """Some claims of an incident are one of their own."""

    incident: _IncidentId
    claims: Annotated[list[_ClaimId], _told("Some of its claims, not all", minItems=1)]
    expect: _Revision | None = None

    def done(self, decide: Corrections, by: str) -> list[int]:
        """The numbers of what was written."""
        return [decide.split(self.incident, self.claims, by=by, note=self.note, expect=self.expect)]


class Dismiss(_Wanted, frozen=True, tag="dismiss"):
    """An incident is none."""

    incident: _IncidentId
    expect: _Revision | None = None

    def done(self, decide: Corrections, by: str) -> list[int]:
        """The numbers of what was written."""
        return [decide.dismiss(self.incident, by=by, note=self.note, expect=self.expect)]


class Restore(_Wanted, frozen=True, tag="restore"):
    """A dismissed incident is one after all."""

    incident: _IncidentId
    expect: _Revision | None = None

    def done(self, decide: Corrections, by: str) -> list[int]:
        """The numbers of what was undone."""
        return decide.restore(self.incident, by=by, expect=self.expect)


class FixFields(_Wanted, frozen=True, tag="field"):
    """Fields of a claim are others; values are as in the JSON of a claim."""

    claim: _ClaimId
    values: Annotated[
        dict[str, Any],
        _told("Values by field", minProperties=1, propertyNames={"enum": list(FIELDS)}),
    ]
    expect: _Revision | None = None

    def done(self, decide: Corrections, by: str) -> list[int]:
        """The numbers of what was written."""
        return decide.fix_all(self.claim, self.values, by=by, note=self.note, expect=self.expect)


class SameActor(_Wanted, frozen=True, tag="same_actor"):
    """A name is an actor that is known by another."""

    name: Annotated[str, _told("A name as claims have it")]
    into: Annotated[
        dict[str, str | None],
        _told("Its name and, as far as known, the rest", required=["name"], propertyNames={"enum": PARTY}),
    ]

    def done(self, decide: Corrections, by: str) -> list[int]:
        """The numbers of what was written."""
        return [decide.same_actor(self.name, self.into, by=by, note=self.note)]


Wanted = Merge | Split | Dismiss | Restore | FixFields | SameActor
_wanted: Callable[[bytes], Wanted] = msgspec.json.Decoder(Wanted).decode


def schemas() -> dict[str, Any]:
    """What bodies of corrections are, for the OpenAPI document."""
    return components_of("Correction", Wanted)


class Written(msgspec.Struct, frozen=True):
    """What was written: the numbers of corrections, or for `restore` of those that were undone."""

    numbers: list[int]


@get("/corrections", responses=_ERRORS)
async def corrections(
    request: Asking,
    state: State,
    kind: Annotated[str | None, query("kind", f"One of {', '.join(KINDS)}")] = None,
    by: Annotated[str | None, query("by", "The name of who corrected")] = None,
    claim: Annotated[str | None, query("claim", "The id of a claim that it is about")] = None,
    incident: Annotated[str | None, query("incident", "The id of an incident that it is about")] = None,
    holds: Annotated[str | None, query("holds", "yes, or no for undone ones")] = None,
    cursor: Cursor = None,
    limit: Limit = None,
) -> Response[bytes]:
    """Corrections, the last first, each with the claims and incidents that it is about now."""
    only(request, "kind", "by", "claim", "incident", "holds", "cursor", "limit")
    asked = which(kind, by, holds)
    size, before = limit_of(limit), whole_number(cursor, "cursor") or None

    def work() -> Response[bytes]:
        desk = desk_of(state)
        refs = [claim] if claim else None
        if incident:
            refs = list(incident_of(desk, incident).incident.claims)
        found = desk.corrections.decided(
            **asked,
            claims=refs,
            before=before,
            limit=size,
        )
        after = str(found[-1].correction.number) if len(found) == size else None
        return data({"items": [_as_data(each) for each in found], "cursor": after})

    return await anyio.to_thread.run_sync(work)


def _as_data(one: Decided) -> dict[str, Any]:
    about = [{"claim": each.claim.id, "incident": each.incident} for each in one.about]
    return {**msgspec.structs.asdict(one.correction), "about": about}


@post(
    "/corrections",
    responses={**_ERRORS, **_OF_BODIES, 201: ResponseSpec(Written, description="It is written")},
    status_code=201,
    operation_class=operation_with("Correction", "One of six kinds, told apart by `kind`"),
)
async def correct(request: Request[Any, Any, State], state: State) -> Response[bytes]:
    """Correct: `kind` is merge (`incidents`), split (`incident`, `claims`), dismiss or restore (`incident`),
    field (`claim`, `values`) or same_actor (`name`, `into`); with `note` and, but for the last,
    `expect`."""
    person = need(request, "correct")
    try:
        wanted = _wanted(await request.body())
    except msgspec.DecodeError as error:
        hint = "the page /api says what they look like"
        raise InputError(f"this is no correction: {error}", hint=hint) from error

    def work() -> Response[bytes]:
        decide = desk_of(state).corrections
        return data(Written(wanted.done(decide, person.name)), status=201)

    return await anyio.to_thread.run_sync(work)


@post("/corrections/{number:int}/undo", responses={**_ERRORS, **_OF_BODIES}, status_code=200)
async def undo(
    request: Asking,
    state: State,
    number: Annotated[int, PathParameter(description="The correction's number")],
) -> Response[bytes]:
    """Let a correction hold no more; as it was."""
    person = need(request, "correct")
    was = await anyio.to_thread.run_sync(lambda: desk_of(state).corrections.undo(number, by=person.name))
    return data(was)


@get("/corrections/gold", sync_to_thread=True, responses=_ERRORS)
def gold(state: State) -> Response[bytes]:
    """The reports of which claims were corrected, whole, as a story file of the accounts form (YAML)."""
    return gold_file(desk_of(state))


@get("/claim", sync_to_thread=True, responses=_ERRORS)
def claim(state: State, id: Annotated[str, query("id", "The claim's id")] = "") -> Response[bytes]:
    """One claim as it holds and as it was read, its incident, and its revision."""
    found = desk_of(state).corrections.claim(id)
    if found is None:
        raise Missing("there is no such claim", where=id[:80])
    return data({**msgspec.structs.asdict(found), "revision": revision([found.claim])})


@get("/incidents/{ref:str}/revision", sync_to_thread=True, responses=_ERRORS)
def incident_revision(state: State, ref: Ref) -> Response[bytes]:
    """What an incident is known by as it is now, to be sent back as `expect`."""
    detail = incident_of(desk_of(state), ref)
    return data({"incident": detail.record.id, "revision": seen(detail)})


router = Router("/api/v1", route_handlers=[corrections, correct, undo, gold, claim, incident_revision])

__all__ = ["router", "schemas"]
