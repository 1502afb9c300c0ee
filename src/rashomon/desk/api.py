"""The REST API: the same questions and filters as the pages, as JSON, CSV, Parquet, GeoJSON or an Atom feed.

Lists have `items` and a `cursor` that the next page is asked for with. The form is chosen by `Accept`, or by
`format=json|csv|parquet|geojson|atom` in the address. Errors are
`{"error": {"kind", "what", "hint", "where"}}`.
"""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Response, Router, get
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import PathParameter

from rashomon.desk.answers import Asking, Missing, data, page
from rashomon.desk.asking import (
    ERRORS,
    Cursor,
    Form,
    Limit,
    Ref,
    Since,
    Until,
    asked,
    limit_of,
    only,
    query,
)  # fmt: skip
from rashomon.desk.figures import courses
from rashomon.desk.filters import asked_of_claims
from rashomon.desk.incident import as_data, cut
from rashomon.desk.pages import desk_of, incident_of
from rashomon.desk.people import read_dyad
from rashomon.desk.tables import (
    ATOM,
    CSV,
    GEOJSON,
    JSON,
    PARQUET,
    csv_rows,
    features,
    feed_of,
    form_of,
    parquet_rows,
    rows_of,
)
from rashomon.errors import InputError
from rashomon.exports import plain
from rashomon.exports.brief import brief
from rashomon.model import Claim, Report
from rashomon.reconcile.matrix import matrix
from rashomon.store import overviews, shelves
from rashomon.store.queries import IncidentFilter


@get(
    "/incidents",
    sync_to_thread=True,
    dependencies={"asked": Provide(asked, sync_to_thread=False)},
    responses=ERRORS,
)
def incidents(
    request: Asking,
    state: State,
    asked: NamedDependency[IncidentFilter],
    cursor: Cursor = None,
    limit: Limit = None,
    form: Form = None,
    sort: Annotated[str, query("sort", "day: the latest first; changed: the last changed first")] = "day",
) -> Response[bytes]:
    """Incidents, the latest first; `sort` is day or changed."""
    kind = form_of(request, form, (JSON, CSV, PARQUET, GEOJSON, ATOM))
    fields = {name: getattr(asked, name) for name in asked.__struct_fields__}
    found = desk_of(state).incidents(sort=sort, cursor=cursor or None, limit=limit_of(limit), **fields)  # type: ignore[arg-type]
    if kind == CSV:
        return data(csv_rows(rows_of(found)), CSV, headers=_next(found.cursor))
    if kind == PARQUET:
        return data(parquet_rows(rows_of(found)), PARQUET, headers=_next(found.cursor))
    if kind == GEOJSON:
        return data(features(found, found.cursor), GEOJSON, headers=_next(found.cursor))
    if kind == ATOM:
        with desk_of(state).store.reading() as connection:
            told = shelves.told_of(connection, [each.id for each in found])
        return data(feed_of(found, *told), ATOM, headers=_next(found.cursor))
    return data({"items": list(found), "cursor": found.cursor})


def _next(cursor: str | None) -> dict[str, str]:
    return {} if cursor is None else {"x-next-cursor": cursor}


@get(
    "/points",
    sync_to_thread=True,
    dependencies={"asked": Provide(asked, sync_to_thread=False)},
    responses=ERRORS,
)
def points(state: State, asked: NamedDependency[IncidentFilter]) -> Response[bytes]:
    """Up to 10,000 of the latest incidents with a place on the map, as short rows: id, longitude, latitude,
    type, score, day, disputed, voices, place, precision."""
    with desk_of(state).store.reading() as connection:
        found, whole = overviews.points(connection, asked)
    return data({"rows": found, "whole": whole})


@get("/incidents/{ref:str}", sync_to_thread=True, responses=ERRORS)
def incident(state: State, ref: Ref) -> Response[bytes]:
    """One incident with its claims, reports and history."""
    return data(incident_of(desk_of(state), ref))


@get("/incidents/{ref:str}/matrix", sync_to_thread=True, responses=ERRORS)
def incident_matrix(state: State, ref: Ref) -> Response[bytes]:
    """The account matrix of an incident: facts, voices, and how each voice tells each fact."""
    detail = incident_of(desk_of(state), ref)
    return data(matrix(cut(detail.incident), detail.claims, _reports(detail)))


@get("/incidents/{ref:str}/brief", sync_to_thread=True, responses=ERRORS)
def incident_brief(state: State, ref: Ref) -> Response[bytes]:
    """A brief of an incident: sentences with their sources."""
    detail = incident_of(desk_of(state), ref)
    return data(brief(cut(detail.incident), detail.claims, _reports(detail)))


@get("/incidents/{ref:str}/figures", sync_to_thread=True, responses=ERRORS)
def incident_figures(state: State, ref: Ref) -> Response[bytes]:
    """How the figures of an incident moved over time, by kind and voice."""
    detail = incident_of(desk_of(state), ref)
    grid = matrix(cut(detail.incident), detail.claims, _reports(detail))
    names = {claim: column.voice for column in grid.columns for claim in column.claims}
    return data({"courses": as_data(courses(detail.claims, detail.reports, names))})


def _reports(detail: Any) -> list[Report]:
    return [
        Report(
            text="",
            id=each.id,
            title=each.title,
            published=each.published,
            publisher=each.publisher,
            url=each.url,
        )
        for each in detail.reports.values()
    ]


@get("/claims", sync_to_thread=True, responses=ERRORS)
def claims(
    request: Asking,
    state: State,
    cursor: Cursor = None,
    limit: Limit = None,
    report: Annotated[str | None, query("report", "The id of a report: its claims")] = None,
    incident: Annotated[
        str | None, query("incident", "The id of an incident: the claims it is made of")
    ] = None,
    country: Annotated[str | None, query("country", "Where: a name or ISO 3166 alpha-3")] = None,
    since: Since = None,
    until: Until = None,
    type: Annotated[str | None, query("type", "PLOVER type, as ASSAULT")] = None,
    mode: Annotated[str | None, query("mode", "PLOVER mode, as aerial")] = None,
    actor: Annotated[str | None, query("actor", "Actor or recipient: a name, or a code as XKX COP")] = None,
    voice: Annotated[str | None, query("voice", "Who vouches: a name")] = None,
    status: Annotated[
        str | None, query("status", "happened, ongoing, planned, conditional, requested, possible or denied")
    ] = None,
    frame: Annotated[str | None, query("frame", "current or background")] = None,
    form: Form = None,
) -> Response[bytes]:
    """Claims, the latest first; as CSV and Parquet with all their fields, as `rashomon export` has them."""
    kind = form_of(request, form, (JSON, CSV, PARQUET))
    asked = asked_of_claims(request.query_params.multi_items())
    given = {name: value for name in asked.__struct_fields__ if (value := getattr(asked, name)) is not None}
    found = desk_of(state).claims(cursor=cursor or None, limit=limit_of(limit), **given)
    if kind != JSON:
        told = [each.claim for each in found]
        of = [Report(text="", id=each.claim.report, published=each.published, publisher=each.publisher)
              for each in found]  # fmt: skip
        body = (
            plain.to_parquet(told, Claim, of) if kind == PARQUET else b"".join(plain.to_csv(told, Claim, of))
        )
        return data(body, kind, headers=_next(found.cursor))
    return data({"items": list(found), "cursor": found.cursor})


@get("/reports", sync_to_thread=True, responses=ERRORS)
def reports(
    request: Asking,
    state: State,
    words: Annotated[
        str | None, query("words", 'Words of titles and texts: "a phrase", -without, begin*')
    ] = None,
    publisher: Annotated[str | None, query("publisher", "Which outlet")] = None,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = None,
    limit: Limit = None,
) -> Response[bytes]:
    """Reports without their texts, the latest first."""
    only(request, "words", "publisher", "since", "until", "cursor", "limit")
    found = desk_of(state).reports(
        words=words or None,
        publisher=publisher or None,
        since=since or None,
        until=until or None,
        cursor=cursor or None,
        limit=limit_of(limit),
    )
    return data({"items": list(found), "cursor": found.cursor})


@get("/reports/{ref:path}", sync_to_thread=True, responses=ERRORS)
def report(
    state: State, ref: Annotated[str, PathParameter(description="The report's id")]
) -> Response[bytes]:
    """One report with its text and claims."""
    found = desk_of(state).report(str(ref).removeprefix("/"))
    if found is None:
        raise Missing("there is no such report", where=str(ref)[:80])
    return data(found)


@get("/search", sync_to_thread=True, responses=ERRORS)
def search(
    request: Asking,
    state: State,
    q: Annotated[str, query("q", 'Words, all of them; "a phrase", -without, begin*')] = "",
    cursor: Cursor = None,
    limit: Limit = None,
) -> Response[bytes]:
    """Reports that have some words, with the piece of text where they stand."""
    only(request, "q", "cursor", "limit")
    found = desk_of(state).search(q, cursor=cursor or None, limit=limit_of(limit))
    return data({"items": list(found), "cursor": found.cursor})


@get("/changes", sync_to_thread=True, responses=ERRORS)
def changes(
    request: Asking,
    state: State,
    after: Annotated[str, query("after", "The number of the last change that is known; 0 without")] = "0",
    limit: Limit = None,
) -> Response[bytes]:
    """What happened to incidents after a change, the first first: for those who follow along."""
    only(request, "after", "limit")
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        raise InputError(
            f"{after[:40]!r} is no number of a change", where="after", hint="0 for the beginning"
        )
    found = desk_of(state).changes(int(after), limit_of(limit))
    items = [{"number": number, "change": change} for number, change in found]
    return data({"items": items, "cursor": str(found[-1][0]) if found else after})


@get("/tension", sync_to_thread=True, responses=ERRORS)
def tension(
    request: Asking,
    state: State,
    a: Annotated[str, query("a", "One country: a name or ISO 3166 alpha-3")] = "",
    b: Annotated[str, query("b", "The other one")] = "",
    by: Annotated[str, query("by", "day, week or month")] = "day",
    since: Since = None,
    until: Until = None,
) -> Response[bytes]:
    """Sums of event scores between two countries over time: as all tell them, and as each side does."""
    only(request, "a", "b", "by", "since", "until")
    read = read_dyad(desk_of(state), request.query_params)
    return data({"dyad": read.pair, "by": read.by, "points": read.result.points, "whole": read.whole})


@get("/publishers/{name:str}", sync_to_thread=True, responses=ERRORS)
def publisher(
    state: State, name: Annotated[str, PathParameter(description="The publisher's name, as reports have it")]
) -> Response[bytes]:
    """The profile of a publisher: country, owner, whose side it speaks for."""
    found = desk_of(state).publisher(name)
    if found is None:
        raise Missing("the store has no report of this publisher", where=name[:80])
    return data(found)


@get("/api", sync_to_thread=True, include_in_schema=False)
def pages(request: Asking) -> Response[bytes]:
    """What programs may ask, as a page."""
    paths = request.app.openapi_schema.paths or {}
    told = [
        (
            f"{method} {path}",
            asks.description or "",
            [p for p in asks.parameters or () if getattr(p, "param_in", "") == "query"],
        )
        for path, item in sorted(paths.items())
        for method, asks in (("GET", item.get), ("POST", item.post))
        if asks is not None and path.startswith("/api/")
    ]
    return page("api", told=told)


router = Router(
    "/api/v1",
    route_handlers=[
        incidents,
        points,
        incident,
        incident_matrix,
        incident_brief,
        incident_figures,
        claims,
        reports,
        report,
        search,
        changes,
        tension,
        publisher,
    ],
)

__all__ = ["pages", "router"]
