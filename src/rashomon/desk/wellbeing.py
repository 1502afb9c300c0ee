"""Whether the desk is well: for those who watch over it, and for the programs that do."""

from __future__ import annotations

from litestar import Response, get
from litestar.datastructures import State

from rashomon.desk.access import checked, person_of
from rashomon.desk.answers import Asking, data
from rashomon.desk.asking import ERRORS
from rashomon.desk.identity import sits_here
from rashomon.desk.measures import KIND, Measures
from rashomon.desk.pages import desk_of
from rashomon.errors import StoreError
from rashomon.store import overviews
from rashomon.store.migrations import HEAD, form_of

_MAY_FAIL = {status: ERRORS[status] for status in (400, 401, 414, 429, 503)}
_FRESH = {"cache-control": "no-store"}


@get("/health", sync_to_thread=True, responses=_MAY_FAIL)
def health(request: Asking, state: State) -> Response[bytes]:
    """Whether the store answers; how many changes it has seen, to those who may read."""
    told: dict[str, object] = {"status": "ok"}
    with desk_of(state).store.reading() as connection:
        version = overviews.version(connection)
    if person_of(request).may("read"):
        told["version"] = version
    return data(told, headers=_FRESH)


@get("/health/live", responses=_MAY_FAIL)
async def live() -> Response[bytes]:
    """Whether the process answers at all: one that does not should be started again."""
    return data({"status": "ok"}, headers=_FRESH)


@get("/health/ready", sync_to_thread=True, responses=_MAY_FAIL)
def ready(state: State) -> Response[bytes]:
    """Whether questions can be answered now: the store can be read, and has the form that this desk knows."""
    with desk_of(state).store.reading() as connection:
        form = form_of(connection)
    if form != HEAD:
        raise StoreError("the store has another form than this desk knows", hint="start the desk again")
    return data({"status": "ok", "store": "ok"}, headers=_FRESH)


@get("/metrics", sync_to_thread=True, include_in_schema=False)
def metrics(request: Asking, state: State) -> Response[bytes]:
    """Counts for Prometheus: to admins, and to programs on this machine."""
    if not sits_here(request.scope):
        checked(person_of(request), "admin")
    measures: Measures = state.measures
    return data(measures.told(), KIND, headers=_FRESH)


__all__ = ["health", "live", "metrics", "ready"]
