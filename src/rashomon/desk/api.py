"""The REST API: the same questions and filters as the pages, as JSON, CSV or GeoJSON.

Lists have `items` and a `cursor` that the next page is asked for with. The form is chosen by `Accept`, or by
`format=json|csv|geojson` in the address. Errors are `{"error": {"kind", "what", "hint", "where"}}`.
"""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Response, Router, get
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, QueryParameter

from rashomon.desk import filters
from rashomon.desk.answers import Asking, FaultBody, Missing, data, page
from rashomon.desk.figures import courses
from rashomon.desk.incident import as_data, cut
from rashomon.desk.pages import desk_of
from rashomon.desk.people import read_dyad
from rashomon.desk.tables import CSV, GEOJSON, JSON, csv_rows, features, form_of, rows_of
from rashomon.errors import InputError
from rashomon.exports.brief import brief
from rashomon.model import Report
from rashomon.reconcile.matrix import matrix
from rashomon.store import overviews
from rashomon.store.queries import ClaimFilter, IncidentFilter

_ERRORS = {
    400: ResponseSpec(FaultBody, description="The question cannot be understood"),
    404: ResponseSpec(FaultBody, description="There is no such thing"),
    406: ResponseSpec(FaultBody, description="No such form"),
    503: ResponseSpec(FaultBody, description="The store cannot be reached just now"),
}
_HELP = {
    "words": 'Words of quotes, names and titles: "a phrase", -without, begin*',
    "type": "PLOVER type, as ASSAULT",
    "mode": "PLOVER mode, as aerial",
    "country": "Where: a name or ISO 3166 alpha-3",
    "side": "A country whose voices or outlets tell of it",
    "actor": "Actor or recipient: a name, or a code as XKX COP",
    "voice": "Who vouches: a name or a code",
    "publisher": "Which outlet carries it",
    "status": "Of any claim: happened, denied ...",
    "disputed": "yes, no, or the field that is disputed",
    "since": "From this day on",
    "until": "Up to this day",
    "box": "west,south,east,north in degrees",
    "min_voices": "Told by at least so many voices",
}


def _told(name: str) -> Any:
    return QueryParameter(name=name, required=False, description=_HELP[name])


def asked(
    request: Asking,
    words: Annotated[str | None, _told("words")] = None,
    type: Annotated[str | None, _told("type")] = None,
    mode: Annotated[str | None, _told("mode")] = None,
    country: Annotated[str | None, _told("country")] = None,
    side: Annotated[str | None, _told("side")] = None,
    actor: Annotated[str | None, _told("actor")] = None,
    voice: Annotated[str | None, _told("voice")] = None,
    publisher: Annotated[str | None, _told("publisher")] = None,
    status: Annotated[str | None, _told("status")] = None,
    disputed: Annotated[str | None, _told("disputed")] = None,
    since: Annotated[str | None, _told("since")] = None,
    until: Annotated[str | None, _told("until")] = None,
    box: Annotated[str | None, _told("box")] = None,
    min_voices: Annotated[str | None, _told("min_voices")] = None,
) -> IncidentFilter:
    """The filters of incidents. They are declared for the schema, and read as pages read them."""
    return filters.asked(request.query_params.multi_items()).require()


Cursor = Annotated[
    str | None, QueryParameter(name="cursor", required=False, description="Where the last page ended")
]
Limit = Annotated[
    str | None, QueryParameter(name="limit", required=False, description="1 to 1000; 50 without")
]
Form = Annotated[
    str | None, QueryParameter(name="format", required=False, description="json, csv or geojson")
]


def _limit(value: str | None) -> int:
    if not value:
        return 50
    if not (value.isascii() and value.isdigit() and len(value) < 6 and 1 <= int(value) <= 1_000):
        raise InputError(f"{value[:40]!r} is no length of a page", where="limit", hint="1 to 1000")
    return int(value)


def _known(request: Asking, *names: str) -> None:
    for name in request.query_params:
        if name not in names:
            raise InputError(
                f"there is no parameter {name[:40]!r}", where=name[:40], hint=f"there are {', '.join(names)}"
            )


@get(
    "/incidents",
    sync_to_thread=True,
    dependencies={"asked": Provide(asked, sync_to_thread=False)},
    responses=_ERRORS,
)
def incidents(
    request: Asking,
    state: State,
    asked: NamedDependency[IncidentFilter],
    cursor: Cursor = None,
    limit: Limit = None,
    form: Form = None,
    sort: FromQuery[str] = "day",
) -> Response[bytes]:
    """Incidents, the latest first; `sort` is day or changed."""
    kind = form_of(request, form, (JSON, CSV, GEOJSON))
    fields = {name: getattr(asked, name) for name in asked.__struct_fields__}
    found = desk_of(state).incidents(sort=sort, cursor=cursor or None, limit=_limit(limit), **fields)  # type: ignore[arg-type]
    if kind == CSV:
        return data(csv_rows(rows_of(found)), CSV, headers=_next(found.cursor))
    if kind == GEOJSON:
        return data(features(found, found.cursor), GEOJSON, headers=_next(found.cursor))
    return data({"items": list(found), "cursor": found.cursor})


def _next(cursor: str | None) -> dict[str, str]:
    return {} if cursor is None else {"x-next-cursor": cursor}


@get(
    "/points",
    sync_to_thread=True,
    dependencies={"asked": Provide(asked, sync_to_thread=False)},
    responses=_ERRORS,
)
def points(state: State, asked: NamedDependency[IncidentFilter]) -> Response[bytes]:
    """Up to 10,000 of the latest incidents with a place on the map, as short rows: id, longitude, latitude,
    type, score, day, disputed, voices, place, precision."""
    with desk_of(state).store.reading() as connection:
        found, whole = overviews.points(connection, asked)
    rows = [
        (
            each.id,
            round(each.lon, 4),
            round(each.lat, 4),
            each.type,
            each.score,
            each.day,
            int(each.disputed),
            each.voices,
            each.place,
            each.precision,
        )
        for each in found
    ]
    return data({"rows": rows, "whole": whole})


@get("/incidents/{ref:str}", sync_to_thread=True, responses=_ERRORS)
def incident(state: State, ref: FromPath[str]) -> Response[bytes]:
    """One incident with its claims, reports and history."""
    return data(_detail(state, ref))


@get("/incidents/{ref:str}/matrix", sync_to_thread=True, responses=_ERRORS)
def incident_matrix(state: State, ref: FromPath[str]) -> Response[bytes]:
    """The account matrix of an incident: facts, voices, and how each voice tells each fact."""
    detail = _detail(state, ref)
    return data(matrix(cut(detail.incident), detail.claims, _reports(detail)))


@get("/incidents/{ref:str}/brief", sync_to_thread=True, responses=_ERRORS)
def incident_brief(state: State, ref: FromPath[str]) -> Response[bytes]:
    """A brief of an incident: sentences with their sources."""
    detail = _detail(state, ref)
    return data(brief(cut(detail.incident), detail.claims, _reports(detail)))


@get("/incidents/{ref:str}/figures", sync_to_thread=True, responses=_ERRORS)
def incident_figures(state: State, ref: FromPath[str]) -> Response[bytes]:
    """How the figures of an incident moved over time, by kind and voice."""
    detail = _detail(state, ref)
    grid = matrix(cut(detail.incident), detail.claims, _reports(detail))
    names = {claim: column.voice for column in grid.columns for claim in column.claims}
    return data({"courses": as_data(courses(detail.claims, detail.reports, names))})


def _detail(state: State, ref: FromPath[str]) -> Any:
    detail = desk_of(state).incident(ref)
    if detail is None:
        raise Missing("there is no such incident", where=ref[:80])
    return detail


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


@get("/claims", sync_to_thread=True, responses=_ERRORS)
def claims(
    request: Asking,
    state: State,
    cursor: Cursor = None,
    limit: Limit = None,
    report: FromQuery[str | None] = None,
    incident: FromQuery[str | None] = None,
    country: FromQuery[str | None] = None,
    since: FromQuery[str | None] = None,
    until: FromQuery[str | None] = None,
    type: FromQuery[str | None] = None,
    mode: FromQuery[str | None] = None,
    actor: FromQuery[str | None] = None,
    voice: FromQuery[str | None] = None,
    status: FromQuery[str | None] = None,
    frame: FromQuery[str | None] = None,
) -> Response[bytes]:
    """Claims, the latest first."""
    names = ClaimFilter.__struct_fields__
    _known(request, *names, "cursor", "limit", "format")
    given = {name: request.query_params[name] for name in names if request.query_params.get(name)}
    found = desk_of(state).claims(cursor=cursor or None, limit=_limit(limit), **given)
    return data({"items": list(found), "cursor": found.cursor})


@get("/reports", sync_to_thread=True, responses=_ERRORS)
def reports(
    request: Asking,
    state: State,
    words: FromQuery[str | None] = None,
    publisher: FromQuery[str | None] = None,
    since: FromQuery[str | None] = None,
    until: FromQuery[str | None] = None,
    cursor: Cursor = None,
    limit: Limit = None,
) -> Response[bytes]:
    """Reports without their texts, the latest first."""
    _known(request, "words", "publisher", "since", "until", "cursor", "limit")
    found = desk_of(state).reports(
        words=words or None,
        publisher=publisher or None,
        since=since or None,
        until=until or None,
        cursor=cursor or None,
        limit=_limit(limit),
    )
    return data({"items": list(found), "cursor": found.cursor})


@get("/reports/{ref:path}", sync_to_thread=True, responses=_ERRORS)
def report(state: State, ref: FromPath[str]) -> Response[bytes]:
    """One report with its text and claims."""
    found = desk_of(state).report(str(ref).removeprefix("/"))
    if found is None:
        raise Missing("there is no such report", where=str(ref)[:80])
    return data(found)


@get("/search", sync_to_thread=True, responses=_ERRORS)
def search(
    request: Asking, state: State, q: FromQuery[str] = "", cursor: Cursor = None, limit: Limit = None
) -> Response[bytes]:
    """Reports that have some words, with the piece of text where they stand."""
    _known(request, "q", "cursor", "limit")
    found = desk_of(state).search(q, cursor=cursor or None, limit=_limit(limit))
    return data({"items": list(found), "cursor": found.cursor})


@get("/changes", sync_to_thread=True, responses=_ERRORS)
def changes(
    request: Asking, state: State, after: FromQuery[str] = "0", limit: Limit = None
) -> Response[bytes]:
    """What happened to incidents after a change, the first first: for those who follow along."""
    _known(request, "after", "limit")
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        raise InputError(
            f"{after[:40]!r} is no number of a change", where="after", hint="0 for the beginning"
        )
    found = desk_of(state).changes(int(after), _limit(limit))
    items = [{"number": number, "change": change} for number, change in found]
    return data({"items": items, "cursor": str(found[-1][0]) if found else after})


@get("/tension", sync_to_thread=True, responses=_ERRORS)
def tension(
    request: Asking,
    state: State,
    a: FromQuery[str] = "",
    b: FromQuery[str] = "",
    by: FromQuery[str] = "day",
    since: FromQuery[str | None] = None,
    until: FromQuery[str | None] = None,
) -> Response[bytes]:
    """Sums of event scores between two countries over time: as all tell them, and as each side does."""
    _known(request, "a", "b", "by", "since", "until")
    read = read_dyad(desk_of(state), request.query_params)
    return data({"dyad": read.pair, "by": read.by, "points": read.result.points, "whole": read.whole})


@get("/publishers/{name:str}", sync_to_thread=True, responses=_ERRORS)
def publisher(state: State, name: FromPath[str]) -> Response[bytes]:
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
