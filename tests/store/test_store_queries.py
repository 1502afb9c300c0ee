from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_reader import FakeReader
from hypothesis import given, settings
from hypothesis import strategies as st
from store_builders import attack, many

from rashomon.errors import InputError
from rashomon.knowledge import actors
from rashomon.model import Report
from rashomon.store.desk import Desk
from rashomon.store.records import IncidentRecord
from rashomon.store.search import fts5, parts_of


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def full(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A store with some sixty reports, made once in each kind of database."""
    if request.param == "sqlite":
        target = str(tmp_path_factory.mktemp("full") / "desk.db")
    else:
        url: str = request.getfixturevalue("postgres")
        import psycopg

        with psycopg.connect(url.format("postgres"), autocommit=True) as server:
            server.execute("DROP DATABASE IF EXISTS full_store")
            server.execute("CREATE DATABASE full_store")
        target = url.format("full_store")
    with Desk(target, reader=FakeReader()) as desk:  # type: ignore[arg-type]
        desk.add(many(60))
        desk.add([Report(text="Nobody was arrested in the Älvdal hills.", title="The O'Brien affair")])
        yield desk


def everything(desk: Desk) -> list[IncidentRecord]:
    return list(desk.incidents(limit=1000))


def through_pages(desk: Desk, limit: int, **asked: Any) -> list[str]:
    found: list[str] = []
    cursor = None
    while True:
        page = desk.incidents(limit=limit, cursor=cursor, **asked)
        found += [record.id for record in page]
        cursor = page.cursor
        if cursor is None:
            return found
        assert len(page) == limit


@pytest.mark.parametrize("limit", [1, 3, 7, 1000])
@pytest.mark.parametrize("asked", [{}, {"actor": "rebels"}, {"status": "happened", "actor": "VRL CVL"},
                                   {"sort": "changed"}, {"words": "market"}])  # fmt: skip
def test_pages_give_each_incident_once_in_order(full: Desk, limit: int, asked: dict[str, Any]) -> None:
    ids = through_pages(full, limit, **asked)
    assert len(set(ids)) == len(ids) > 5
    at_once = full.incidents(limit=1000, **asked)
    assert ids == [record.id for record in at_once]
    keys = [record.changed if asked.get("sort") else record.last_day for record in at_once]
    assert keys == sorted(keys, reverse=True)


@pytest.fixture(autouse=True)
def known_country(monkeypatch: pytest.MonkeyPatch) -> None:
    """VRL, of which the reports here tell, is on no map: it counts as a code only where it is known."""
    monkeypatch.setattr(actors, "ABOVE_STATES", frozenset((*actors.ABOVE_STATES, "VRL")))


TESTS: dict[str, tuple[dict[str, Any], Any]] = {
    "country": ({"country": "VRL"}, lambda r: r.country == "VRL"),
    "type": ({"type": "COERCE"}, lambda r: r.incident.type == "COERCE"),
    "country and type": ({"country": "VRL", "type": "ASSAULT"}, lambda r: r.country == "VRL"),
    "since": ({"since": "2024-05-01"}, lambda r: r.last_day >= "2024-05-01"),
    "until": ({"until": "2024-05-01"}, lambda r: r.first_day <= "2024-05-01"),
    "span": ({"since": "2024-03-01", "until": "2024-06-30"},
             lambda r: r.last_day >= "2024-03-01" and r.first_day <= "2024-06-30"),
    "disputed": ({"disputed": True}, lambda r: bool(r.incident.disputes)),
    "undisputed": ({"disputed": False}, lambda r: not r.incident.disputes),
    "field": ({"disputed": "killed"}, lambda r: any(d.field == "killed" for d in r.incident.disputes)),
    "voices": ({"min_voices": 2}, lambda r: r.n_voices >= 2),
    "mode": ({"mode": "armed"}, lambda r: "armed" in r.incident.modes),
    "actor": ({"actor": "Rebels"}, lambda r: r.incident.type == "ASSAULT"),
    "code": ({"actor": "VRL REB"}, lambda r: r.incident.type == "ASSAULT"),
    "country of an actor": ({"actor": "VRL"}, lambda r: r.incident.type == "ASSAULT"),
    "voice": ({"voice": "The clinic"},
              lambda r: any(account.voice.name == "the clinic" for account in r.incident.accounts)),
    "nobody": ({"voice": "the moon"}, lambda r: False),
    "dismissed": ({"dismissed": True}, lambda r: False),
    "several": ({"actor": "rebels", "voice": "the clinic", "mode": "armed", "country": "VRL"},
                lambda r: r.incident.type == "ASSAULT"),
}  # fmt: skip


@pytest.mark.parametrize("name", TESTS)
def test_filters_give_what_they_say(full: Desk, name: str) -> None:
    asked, test = TESTS[name]
    found = {record.id for record in full.incidents(limit=1000, **asked)}
    assert found == {record.id for record in everything(full) if test(record)}
    assert full.count(**asked) == len(found)


def test_filters_by_publisher_and_words(full: Desk) -> None:
    for record in full.incidents(publisher="dol radio", limit=1000):
        detail = full.incident(record.id)
        assert detail is not None and "Dol Radio" in {entry.publisher for entry in detail.reports.values()}
    found = full.incidents(words="kamenjar trader", limit=1000)
    assert found and {record.incident.place.name for record in found if record.incident.place} == {"Kamenjar"}
    assert full.incidents(box=(0, 0, 10, 10)) == []


def test_claims_are_found(full: Desk) -> None:
    assert len(full.claims(limit=1000)) == 61
    for asked in ({"actor": "rebels"}, {"actor": "VRL REB"}, {"actor": "VRL"}, {"voice": "the clinic"},
                  {"type": "ASSAULT", "status": "happened", "country": "VRL"}):  # fmt: skip
        assert len(full.claims(limit=1000, **asked)) == 60, asked
    record = full.claims(limit=1)[0]
    assert record.incident is not None and not record.corrected
    assert record.claim.id in [c.claim.id for c in full.claims(incident=record.incident)]
    pages = [full.claims(limit=40)]
    pages.append(full.claims(limit=40, cursor=pages[0].cursor))
    assert len({c.claim.id for page in pages for c in page}) == 61 and pages[1].cursor is None


@pytest.mark.parametrize(
    ("words", "count"),
    [("market", 60), ("MARKETS", 60), ("nobody", 1), ("alvdal", 1), ('"nobody was arrested"', 1), ("o'brien",
    1),
     ('"was nobody"', 0), ("market -kamenjar", 51), ("kamen*", 9), ("-kamenjar market", 51), ("zebra", 0)],
)  # fmt: skip
def test_searching(full: Desk, words: str, count: int) -> None:
    found = full.search(words, limit=100)
    if words == "alvdal" and not full.store.sqlite:
        pytest.skip("PostgreSQL folds accents only with the extension unaccent")
    assert len(found) == count
    for hit in found:
        assert hit.excerpt and all(hit.excerpt[a:b] for a, b in hit.marks)


def test_a_hit_shows_where_and_leads_to_incidents(full: Desk) -> None:
    (hit,) = full.search("hill arrest")
    assert [hit.excerpt[a:b] for a, b in hit.marks] == ["arrested", "hills"]
    assert hit.incidents and full.incident(hit.incidents[0]) is not None


@settings(max_examples=150, deadline=None)
@given(words=st.text(max_size=60) | st.lists(st.sampled_from(
    ['"', "-", "*", "(", ")", "AND", "OR", "NOT", "NEAR", "market", ":", "^", "{", "'", "\\", "<->", "!", "&"]
)).map(" ".join))  # fmt: skip
def test_whatever_is_typed_is_words(full: Desk, words: str) -> None:
    try:
        parts = parts_of(words)
    except InputError:
        return
    assert fts5(parts)
    full.search(words, limit=5)
    full.incidents(words=words, limit=5)


@pytest.mark.parametrize(
    "asked",
    [{"cursor": "nonsense"}, {"cursor": "////"}, {"cursor": "WyJkYXkiXQ"}, {"cursor": "é"}, {"limit": 0},
     {"limit": 1001}, {"limit": True}, {"since": "yesterday"}, {"until": "2024-13-01"}, {"sort": "size"},
     {"box": (0, 50, 10, 40)}, {"box": (0, float("nan"), 1, 1)}, {"words": "-only"}, {"words": ""},
     {"colour": "red"}],
)  # fmt: skip
def test_odd_questions_are_errors(full: Desk, asked: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        full.incidents(**asked)


def test_a_cursor_is_of_one_list(full: Desk) -> None:
    page = full.incidents(limit=1)
    for ask in (full.claims, full.reports, lambda **a: full.incidents(sort="changed", **a)):
        with pytest.raises(InputError):
            ask(cursor=page.cursor)
    far = full.incidents(limit=5, cursor=page.cursor)
    assert page[0].id not in {record.id for record in far}


def test_pages_go_on_while_others_write(tmp_path: Path) -> None:
    readings = many(45)
    random.Random(4).shuffle(readings)
    with Desk(tmp_path / "desk.db") as desk:
        desk.add(readings[:30])
        before = {record.id: record.changed for record in everything(desk)}
        first = desk.incidents(limit=5)
        desk.add(readings[30:])
        seen = [record.id for record in first]
        cursor = first.cursor
        while cursor is not None:
            page = desk.incidents(limit=5, cursor=cursor)
            seen += [record.id for record in page]
            cursor = page.cursor
        still = [record.id for record in everything(desk) if before.get(record.id) == record.changed]
        assert still
        assert [seen.count(ref) for ref in still] == [1] * len(still)


def test_three_capitals_that_are_no_country_are_a_name(desk: Desk) -> None:
    desk.add(attack(1, outlet="Vrelo Courier", teller="BBC"))
    assert len(desk.incidents(voice="BBC")) == len(desk.claims(voice="BBC")) == 1
    assert not desk.incidents(voice="CNN") and not desk.incidents(actor="BBC")


def test_words_of_the_database_are_only_words(desk: Desk) -> None:
    name = "'); DROP TABLE report; --"
    desk.add(attack(1, outlet=name, teller=name))
    assert len(desk.reports(publisher=name)) == 1
    assert len(desk.incidents(voice=name)) == 1 and not desk.incidents(actor="' OR 1=1 --")
