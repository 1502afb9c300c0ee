"""How SQLite goes about what the desk asks of a store with some thousands of claims: never through a whole
table, and never much further than the answer is long. Plans and steps are counted, not seconds, so a busy
machine changes nothing."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from rashomon.store import dyads, overviews
from rashomon.store.desk import Desk
from rashomon.store.queries import IncidentFilter

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from desk_store import fill

CLAIMS = 20_000
LARGE = {"claim", "claim_party", "report", "report_text", "incident", "incident_text", "incident_facet",
         "incident_dyad", "incident_claim", "change"}  # fmt: skip


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A store with twenty thousand claims, without the statistics that guide SQLite: few stores have them."""
    target = str(tmp_path_factory.mktemp("plans") / "desk.db")
    fill(target, CLAIMS)
    with Desk(target) as desk:
        raw = desk.store.engine.raw_connection()
        raw.cursor().execute("DELETE FROM sqlite_stat1")
        raw.close()
        desk.store.engine.dispose()
        yield desk


FILTERS: dict[str, dict[str, Any]] = {
    "all": {},
    "type": {"type": "ASSAULT"},
    "country": {"country": "UKR"},
    "country and type": {"country": "UKR", "type": "AGREE"},
    "actor": {"actor": "army"},
    "country of an actor": {"actor": "UKR"},
    "actor and voice": {"actor": "UKR", "voice": "RUS"},
    "voice, type": {"voice": "UKR GOV", "type": "AID"},
    "outlet": {"publisher": "nobody"},
    "side": {"side": "UKR"},
    "a rare side": {"side": "MAR"},
    "side and status": {"side": "RUS", "status": "denied"},
    "mode": {"mode": "aerial"},
    "disputed": {"disputed": True},
    "disputed field": {"disputed": "killed", "country": "RUS"},
    "since": {"since": "2024-01-01"},
    "span": {"since": "2018-01-01", "until": "2018-03-01"},
    "long ago": {"until": "2015-06-01"},
    "common words": {"words": "army killed"},
    "words, country": {"words": "killed", "country": "UKR"},
    "words, rare": {"words": "killed", "country": "MAR", "status": "denied"},
    "box": {"box": (-60.0, -40.0, 0.0, 10.0)},
    "an empty box": {"box": (170.0, 80.0, 171.0, 81.0)},
    "voices": {"min_voices": 100},
}


def others(desk: Desk) -> dict[str, Callable[[], object]]:
    """What is asked besides lists of incidents."""

    def over(what: Callable[..., object], *given: Any) -> Callable[[], object]:
        def ask() -> object:
            with desk.store.reading() as connection:
                return what(connection, *given)

        return ask

    return {
        "latest changes": over(overviews.latest_changes, 14),
        "changes": lambda: desk.changes(3_000),
        "incident": lambda: desk.incident("i-00000500"),
        "incident with 200 claims": lambda: desk.incident("i-00000018"),
        "search": lambda: desk.search("army killed"),
        "search for little": lambda: desk.search("army nothing"),
        "reports": lambda: desk.reports(),
        "reports of an outlet": lambda: desk.reports(publisher="nobody"),
        "reports with words": lambda: desk.reports(words="killed", until="2020-01-01"),
        "report": lambda: desk.report("r-00000500"),
        "claims": lambda: desk.claims(),
        "claims by country": lambda: desk.claims(country="UKR", type="AID", status="denied"),
        "claims by voice": lambda: desk.claims(voice="market of nowhere"),
        "claims of an actor": lambda: desk.claims(actor="army"),
        "claims of a country's actors": lambda: desk.claims(actor="UKR"),
        "claims of an incident": lambda: desk.claims(incident="i-00000018"),
        "claims of a report": lambda: desk.claims(report="r-00000018"),
        "voice": over(overviews.voice_profile, "RUS", lambda name: False),
        "actor": over(overviews.party_profile, "army"),
        "country as an actor": over(overviews.party_profile, "UKR"),
        "dyad": over(dyads.between, ("RUS", "UKR"), None, None),
        "parties": over(overviews.parties),
        "voices": over(overviews.voices),
        "dyads": over(overviews.dyads),
    }


def plans(desk: Desk, ask: Callable[[], object]) -> Iterator[tuple[str, str]]:
    """The statements of a question, each with a line of its plan."""
    asked: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        asked.append((statement, parameters))

    sa.event.listen(desk.store.engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        sa.event.remove(desk.store.engine, "before_cursor_execute", note)
    with desk.store.reading() as connection:
        for statement, parameters in asked:
            if statement.lstrip().startswith("SELECT"):
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
                    yield statement, row.detail


def check(desk: Desk, ask: Callable[[], object]) -> None:
    seen = 0
    for statement, step in plans(desk, ask):
        seen += 1
        found = re.match(r"SCAN (\w+)(.*)", step)
        if found and found[1] in LARGE:
            assert "INDEX" in found[2] or f"ORDER BY {found[1]}.num" in statement, f"{step}: {statement}"
            assert "LIMIT" in statement, f"{step}, to its end: {statement}"
    assert seen


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("sort", ["day", "changed"])
def test_no_list_goes_through_a_whole_table(large: Desk, name: str, sort: Any) -> None:
    check(large, lambda: large.incidents(sort=sort, **FILTERS[name]))


@pytest.mark.parametrize("name", FILTERS)
def test_no_overview_goes_through_a_whole_table(large: Desk, name: str) -> None:
    def ask() -> None:
        with large.store.reading() as connection:
            overviews.points(connection, IncidentFilter(**FILTERS[name]))
            overviews.timeline(connection, IncidentFilter(**FILTERS[name]))
        large.count(**FILTERS[name])

    check(large, ask)


def test_no_page_goes_through_a_whole_table(large: Desk) -> None:
    for ask in others(large).values():
        check(large, ask)


def steps(desk: Desk, ask: Callable[[], object]) -> int:
    """How many thousands of SQLite's instructions a question takes."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    def listen(connection: Any, *_: Any) -> None:
        connection.set_progress_handler(tick, 1_000)

    desk.store.engine.dispose()
    sa.event.listen(desk.store.engine, "connect", listen)
    try:
        ask()
    finally:
        sa.event.remove(desk.store.engine, "connect", listen)
        desk.store.engine.dispose()
    return count


@pytest.mark.parametrize("name", FILTERS)
def test_a_page_is_found_soon(large: Desk, name: str) -> None:
    """A list of 6,500 incidents."""
    first = large.incidents(limit=25, **FILTERS[name])
    assert steps(large, lambda: large.incidents(limit=25, **FILTERS[name])) <= 150
    if first.cursor:
        assert steps(large, lambda: large.incidents(limit=25, cursor=first.cursor, **FILTERS[name])) <= 150


@pytest.mark.parametrize("words", ["killed", "army killed", '"attacked the"', "market army"])
def test_the_commonest_words_cost_no_more_than_a_page(large: Desk, words: str) -> None:
    assert steps(large, lambda: large.search(words)) <= 20
