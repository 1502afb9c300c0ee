"""The page of alerts: what is watched, what was raised and why, and what became of it. It only shows."""

from __future__ import annotations

from litestar import Response, get
from litestar.datastructures import State

from rashomon.desk.access import person_of
from rashomon.desk.alerts import log, watches
from rashomon.desk.answers import Asking, page
from rashomon.desk.pages import desk_of

LISTED = 100
"""Alerts that the page shows, the latest."""


@get("/alerts", sync_to_thread=True)
def alerts(request: Asking, state: State) -> Response[bytes]:
    """Watches with their rules, and the latest alerts. Addresses are shown to those who are known only: with
    `--anyone-may-read` anybody sees this page, and a mail address is somebody's own."""
    with desk_of(state).store.reading() as connection:
        found = watches.all_of(connection)
        counts = log.tally(connection)
        raised = log.entries(connection, LISTED)
    to_whom = person_of(request).how != "open"
    return page("alerts", watches=found, counts=counts, raised=raised, listed=LISTED, to_whom=to_whom)


__all__ = ["alerts"]
