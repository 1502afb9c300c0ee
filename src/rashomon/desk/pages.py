"""Today, incidents on map and timeline, reports, search; and the files that pages load."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup

from rashomon import ontology
from rashomon.desk import ahead, filters
from rashomon.desk.answers import Asking, Missing, data, page
from rashomon.desk.incident import MOST_VOICES, REPORTS, VOICES, parts, view
from rashomon.desk.kept import counted
from rashomon.desk.operation import parts_beside
from rashomon.desk.shown import address, assets
from rashomon.desk.timeline import bars
from rashomon.errors import InputError
from rashomon.exports.page import byline
from rashomon.store import overviews
from rashomon.store.desk import Desk
from rashomon.store.queries import COUNTED
from rashomon.store.records import IncidentDetail, IncidentRecord

LISTED = 25
"""Entries of a page."""
TODAY = 8
"""Entries of each list of the first page."""


def desk_of(state: State) -> Desk:
    """The store."""
    desk: Desk = state.desk
    return desk


def next_page(request: Asking, path: str, more: str | None) -> str | None:
    """The address of the next page."""
    if more is None:
        return None
    fields = {key: value for key, value in request.query_params.items() if key != "cursor"}
    return address(path, **fields, cursor=more)


@get("/", sync_to_thread=True)
def today(state: State) -> Response[bytes]:
    """What is new: incidents that were added or grew, and those whose accounts differ."""
    desk = desk_of(state)
    with desk.store.reading() as connection:
        new = overviews.latest_changes(connection, TODAY, ("new",))
        grown = overviews.latest_changes(connection, TODAY, ("grown",))
    return page(
        "today",
        new=new,
        grown=grown,
        disputed=desk.incidents(sort="changed", disputed=True, limit=TODAY),
        latest=desk.incidents(cursor=ahead.from_here(), limit=TODAY),
        ahead=desk.count(since=ahead.later()),
        later=ahead.later(),
        count=desk.count(),
        counted=COUNTED,
    )


@get("/incidents", sync_to_thread=True)
def incidents(request: Asking, state: State) -> Response[Any]:
    """Incidents by filters: on a map, over time, in a list."""
    given = list(request.query_params.multi_items())
    if any(not value for _, value in given):  # a form sends its empty fields too
        return Redirect(address("/incidents", **{name: value for name, value in given if value}))
    asked = filters.asked(given)
    desk = desk_of(state)
    sort = request.query_params.get("sort") or "day"
    values: dict[str, Any] = {
        "asked": asked,
        "sort": sort,
        "types": ontology.TYPES,
        "statuses": filters.STATUSES,
        "fields": filters.DISPUTE_FIELDS,
        "found": [],
        "count": 0,
        "whole": True,
        "bars": None,
        "more": None,
        "from_here": None,
        "paged": "cursor" in request.query_params,
        "points": "",
        "problem": None,
    }
    if asked.problems:
        return page("incidents", 400, **values)
    last = ahead.tomorrow()
    told = counted(
        desk, (asked.filter, last), lambda connection: overviews.timeline(connection, asked.filter, last)
    )
    try:
        found = desk.incidents(
            sort=sort,  # type: ignore[arg-type]
            cursor=request.query_params.get("cursor") or None,
            limit=LISTED,
            **_fields(asked),
        )
    except InputError as error:
        return page("incidents", 400, **{**values, "problem": error})
    values |= {
        "found": found,
        "count": told.count,
        "whole": told.whole,
        "bars": bars(told, asked),
        "more": next_page(request, "/incidents", found.cursor),
        "from_here": _from_here(asked, sort, values["paged"], found),
        "points": address("/api/v1/points", **asked.values),
    }
    return page("incidents", **values)


def _from_here(asked: filters.Asked, sort: str, paged: bool, found: Sequence[IncidentRecord]) -> str | None:
    """Where a list that begins with days that lie ahead goes on with tomorrow; none where it was asked for
    those days."""
    if sort != "day" or paged or not found or not ahead.is_ahead(found[0].last_day):
        return None
    if asked.filter.since and ahead.is_ahead(asked.filter.since):
        return None
    return address("/incidents", **asked.values, cursor=ahead.from_here())


def _fields(asked: filters.Asked) -> dict[str, Any]:
    return {name: getattr(asked.filter, name) for name in asked.filter.__struct_fields__}


def incident_of(desk: Desk, ref: str) -> IncidentDetail:
    """An incident, by its id or by one that leads to it.

    Raises:
        Missing: there is none.
    """
    detail = desk.incident(ref)
    if detail is None:
        hint = "it may have gone when a report was deleted; look for it by words"
        raise Missing("there is no such incident", where=ref[:80], hint=hint)
    return detail


@get("/incidents/{ref:str}", sync_to_thread=True)
def incident(request: Asking, state: State, ref: FromPath[str]) -> Response[Any]:
    """One incident: who says what of it."""
    desk = desk_of(state)
    detail = incident_of(desk, ref)
    if detail.record.id != ref:  # it was merged into another, or renamed
        return Redirect(address(f"/incidents/{detail.record.id}", **request.query_params))
    skip = whole_number(request.query_params.get("reports"), "reports")
    voices = whole_number(request.query_params.get("voices"), "voices") or VOICES
    shown = view(desk, detail, skip, voices)
    done = whole_number(request.query_params.get("corrected"), "corrected")
    decided = desk.corrections.decided(claims=detail.incident.claims, holds=True, limit=20)
    return page(
        "incident",
        detail=detail,
        view=shown,
        skip=skip,
        step=REPORTS,
        most=MOST_VOICES,
        beside=parts_beside(desk, detail),
        corrections=decided,
        done=next((each for each in decided if each.correction.number == done), None),
    )


def whole_number(value: str | None, name: str) -> int:
    """A whole number of an address; 0 where there is none.

    Raises:
        InputError: it is no whole number.
    """
    if not value:
        return 0
    if not (value.isascii() and value.isdigit() and len(value) < 16):
        raise InputError(f"{value[:40]!r} is no number", where=name, hint="a whole number from 0 on")
    return int(value)


@get("/reports", sync_to_thread=True)
def reports(request: Asking, state: State) -> Response[bytes]:
    """Reports, the latest first."""
    asked = {
        name: request.query_params.get(name) or None for name in ("words", "publisher", "since", "until")
    }
    unknown = set(request.query_params) - {*asked, "cursor"}
    values: dict[str, Any] = {"asked": asked, "found": [], "more": None, "problem": None}
    try:
        if unknown:
            raise InputError(
                f"there is no filter {min(unknown)[:40]!r}", hint=f"there are {', '.join(asked)}"
            )
        found = desk_of(state).reports(
            **asked, cursor=request.query_params.get("cursor") or None, limit=LISTED
        )
    except InputError as error:
        return page("reports", 400, **{**values, "problem": error})
    return page("reports", **{**values, "found": found, "more": next_page(request, "/reports", found.cursor)})


@get("/report", sync_to_thread=True)
def report(request: Asking, state: State) -> Response[bytes]:
    """One report with the words marked that its claims came from."""
    ref = request.query_params.get("id") or ""
    record = desk_of(state).report(ref)
    if record is None:
        raise Missing("there is no such report", where=ref[:80], hint="it may have been deleted")
    at = whole_number(request.query_params.get("at"), "at")
    text, cards = parts("r0", record.reading, frozenset((at,)))
    return page("report", record=record, text=text, cards=cards, byline=Markup(byline(record.report)))


@get("/search", sync_to_thread=True)
def search(request: Asking, state: State) -> Response[bytes]:
    """Reports and incidents that have some words."""
    desk = desk_of(state)
    words = (request.query_params.get("q") or "").strip()
    values: dict[str, Any] = {"words": words, "hits": [], "incidents": [], "more": None, "problem": None}
    cursor = request.query_params.get("cursor") or None
    if words:
        try:
            hits = desk.search(words, cursor=cursor, limit=15)
            found = desk.incidents(words=words, limit=6) if cursor is None else []
        except InputError as error:
            return page("search", 400, **{**values, "problem": error})
        values |= {"hits": hits, "incidents": found, "more": next_page(request, "/search", hits.cursor)}
    return page("search", **values)


@get("/static/{name:path}", sync_to_thread=False, include_in_schema=False)
def static(request: Asking, name: FromPath[str]) -> Response[bytes]:
    """A file that pages load."""
    found = assets().get(str(name).lstrip("/"))
    if found is None:
        raise Missing("there is no such file", hint="the desk's third-party files are built by: make assets")
    answer = data(found.content, found.kind)
    if request.query_params.get("v"):
        answer.headers["cache-control"] = "public, max-age=31536000, immutable"
    return answer


__all__ = [
    "desk_of",
    "incident",
    "incident_of",
    "incidents",
    "next_page",
    "report",
    "reports",
    "search",
    "static",
    "today",
    "whole_number",
]
