"""Whatever leads a search, it finds what plain filtering finds: on random stores, in both databases."""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from rashomon.errors import InputError
from rashomon.store import leads, overviews, shelves
from rashomon.store.desk import Desk
from rashomon.store.leads import Lead, Wanted
from rashomon.store.queries import IncidentFilter
from rashomon.store.records import cursor_of
from rashomon.store.schema import (
    claim,
    claim_party,
    incident,
    incident_facet,
    incident_text,
    publisher,
    report,
)

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from desk_store import WORDS, fill

CLAIMS = 450


class Plain:
    """All that a store holds, filtered in Python."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        with desk.store.reading() as connection:

            def all_of(table: sa.Table) -> list[Any]:
                return list(connection.execute(sa.select(table)))

            self.incidents = all_of(incident)
            self.words = {row.num: _words(row.words) for row in all_of(incident_text)}
            self.facets: dict[int, set[tuple[str, str]]] = {}
            for row in all_of(incident_facet):
                self.facets.setdefault(row.incident, set()).add((row.kind, row.value))
            self.homes = {row.key: row.country for row in all_of(publisher)}
            self.claims = all_of(claim)
            self.parties: dict[int, set[str]] = {}
            for row in all_of(claim_party):
                self.parties.setdefault(row.claim, set()).update((row.key, row.code, row.code[:3]))
            self.reports = all_of(report)
            self.outlets = {row.num: row.key for row in all_of(publisher)}
            texts = connection.execute(sa.text("SELECT num, title, text FROM report_text"))
            self.texts = {row.num: _words(f"{row.title} {row.text}") for row in texts}

    def fits(self, row: Any, asked: IncidentFilter) -> bool:
        facets = self.facets[row.num]
        home = {kind_value[1] for kind_value in facets if kind_value[0] == "publisher"}
        tests = [
            bool(row.dismissed) == asked.dismissed,
            asked.country in (None, row.country),
            asked.type in (None, row.type),
            asked.since is None or row.last_day >= asked.since,
            asked.until is None or row.first_day <= asked.until,
            not isinstance(asked.disputed, bool) or bool(row.disputed) == asked.disputed,
            asked.min_voices is None or row.n_voices >= asked.min_voices,
            asked.words is None or set(asked.words.split()) <= self.words[row.num],
            asked.side is None
            or ("voice", asked.side) in facets
            or any(self.homes.get(key) == asked.side for key in home),
            *(facet in facets for facet in asked.facets()),
        ]
        if asked.box is not None:
            west, south, east, north = asked.box
            tests.append(row.lat is not None and south <= row.lat <= north)
            tests.append(row.lon is not None and (
                west <= row.lon <= east if west <= east else row.lon >= west or row.lon <= east
            ))  # fmt: skip
        return all(tests)

    def found(self, asked: IncidentFilter, sort: str) -> list[str]:
        key = (lambda row: (row.last_day, row.num)) if sort == "day" else (lambda row: (row.changed, row.num))
        return [row.id for row in sorted(self.incidents, key=key, reverse=True) if self.fits(row, asked)]


def _words(text: str) -> set[str]:
    return {word.strip(".,").lower() for word in text.split()}


STORES = [("sqlite", 11), ("sqlite", 12), ("postgresql", 11)]


@pytest.fixture(scope="module", params=STORES, ids=str)
def plain(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plain]:
    """A random store, and the same outside of it."""
    kind, seed = request.param
    if kind == "sqlite":
        target = str(tmp_path_factory.mktemp("leads") / "desk.db")
    else:
        url: str = request.getfixturevalue("postgres")
        import psycopg

        with psycopg.connect(url.format("postgres"), autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS leads_{seed}")
            server.execute(f"CREATE DATABASE leads_{seed}")
        target = url.format(f"leads_{seed}")
    fill(target, CLAIMS, seed)
    with Desk(target) as desk:
        yield Plain(desk)


@pytest.fixture(params=[(10_000, 1_000), (40, 5), (3, 1), (1, 0)], ids=str)
def limits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What counts as common and as few: with low bounds all the ways are taken in a small store."""
    monkeypatch.setattr(leads, "ENOUGH", request.param[0])
    monkeypatch.setattr(leads, "FEW", request.param[1])
    monkeypatch.setattr(shelves, "FEW", request.param[1])


def some_filter(plain: Plain, dice: random.Random) -> IncidentFilter:
    """A filter that often finds something: most of it is true of one incident."""
    row = dice.choice(plain.incidents)
    facets = sorted(plain.facets[row.num])

    def of(kind: str) -> str | None:
        return dice.choice([value for other, value in facets if other == kind] or ["nobody"])

    far = dice.choice((0.5, 10.0, 90.0))
    lon, lat = (row.lon or 0.0, row.lat or 0.0)
    values: dict[str, Any] = {
        "country": row.country, "type": row.type, "since": row.last_day, "until": row.first_day,
        "mode": of("mode"), "actor": of("actor"), "voice": of("voice"), "publisher": of("publisher"),
        "status": of("status"), "disputed": dice.choice((True, False, "killed", "actor")),
        "words": " ".join(dice.sample(["killed", "army", *WORDS[:4]], dice.choice((1, 1, 2)))),
        "box": (max(lon - far, -180), max(lat - far, -90), min(lon + far, 180), min(lat + far, 90)),
        "min_voices": dice.choice((1, 2, 3, 20)), "side": of("voice"),
        "dismissed": dice.random() < 0.5,
    }  # fmt: skip
    if not (values["side"] or "").isupper() or len(values["side"]) != 3:
        values["side"] = dice.choice(["UKR", "RUS", row.country])
    names = dice.sample(sorted(values), dice.choice((0, 1, 1, 2, 2, 3, 4)))
    return IncidentFilter(**{name: values[name] for name in names})


def through(desk: Desk, limit: int, sort: Any, asked: IncidentFilter) -> list[str]:
    found: list[str] = []
    cursor = None
    while True:
        page = desk.incidents(sort=sort, limit=limit, cursor=cursor, **msgspec.structs.asdict(asked))
        found += [record.id for record in page]
        cursor = page.cursor
        if cursor is None:
            return found


@pytest.mark.usefixtures("limits")
@pytest.mark.parametrize("sort", ["day", "changed"])
def test_what_is_found_is_what_fits(plain: Plain, sort: str) -> None:
    dice = random.Random(sort)
    seen = 0
    for _ in range(40):
        asked = some_filter(plain, dice)
        wanted = plain.found(asked, sort)
        seen += bool(wanted)
        assert through(plain.desk, dice.choice((1000, 1000, 7)), sort, asked) == wanted, asked
    assert seen > 12


@pytest.mark.usefixtures("limits")
def test_counts_points_and_timelines_are_of_what_fits(plain: Plain) -> None:
    dice = random.Random(5)
    rows = {row.id: row for row in plain.incidents}
    for _ in range(25):
        asked = some_filter(plain, dice)
        wanted = [rows[ref] for ref in plain.found(asked, "day")]
        assert plain.desk.count(**msgspec.structs.asdict(asked)) == len(wanted), asked
        with plain.desk.store.reading() as connection:
            points, whole = overviews.points(connection, asked)
            told = overviews.timeline(connection, asked)
        assert whole and [each.id for each in points] == [row.id for row in wanted if row.lat is not None]
        width = {"day": 10, "month": 7, "year": 4}[told.step]
        bars = Counter(row.last_day[:width] for row in wanted)
        disputed = Counter(row.last_day[:width] for row in wanted if row.disputed)
        assert told.bars == tuple((period, bars[period], disputed[period]) for period in sorted(bars))


@pytest.mark.parametrize("ways", [(10_000, 1_000), (8, 1)], ids=str)
def test_where_it_is_cut_the_latest_are_told(
    plain: Plain, ways: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leads, "ENOUGH", ways[0])
    monkeypatch.setattr(leads, "FEW", ways[1])
    monkeypatch.setattr(leads, "MOST", 12)
    dice = random.Random(7)
    rows = {row.id: row for row in plain.incidents}
    wholes = set()
    for _ in range(60):
        asked = some_filter(plain, dice)
        wanted = [ref for ref in plain.found(asked, "day") if rows[ref].lat is not None]
        with plain.desk.store.reading() as connection:
            points, whole = overviews.points(connection, asked)
            told = overviews.timeline(connection, asked)
        assert [each.id for each in points] == (wanted if whole else wanted[: len(points)]), asked
        assert told.whole == whole
        wholes.add(whole)
        assert plain.desk.count(**msgspec.structs.asdict(asked)) == len(plain.found(asked, "day"))
    assert True in wholes
    assert False in wholes or ways[0] < 10  # with low bounds what is common seldom leads


@pytest.mark.usefixtures("limits")
def test_claims_are_those_that_fit(plain: Plain) -> None:
    dice = random.Random(6)
    for _ in range(40):
        row = dice.choice(plain.claims)
        values = {"country": row.country, "type": row.type, "mode": row.mode or "aerial",
                  "status": row.status, "frame": row.frame, "voice": row.voice,
                  "since": row.last_day, "until": row.first_day,
                  "actor": dice.choice(sorted(plain.parties[row.num]))}  # fmt: skip
        asked = {name: values[name] for name in dice.sample(sorted(values), dice.choice((1, 1, 2, 3)))}
        wanted = [
            each.id
            for each in sorted(plain.claims, key=lambda each: (each.last_day, each.num), reverse=True)
            if all(getattr(each, name) == value for name, value in asked.items()
                   if name not in ("since", "until", "actor"))
            and each.last_day >= asked.get("since", "")
            and each.first_day <= asked.get("until", "9")
            and asked.get("actor") in (None, *plain.parties[each.num])
        ]  # fmt: skip
        found: list[str] = []
        cursor = None
        while True:
            page = plain.desk.claims(limit=9, cursor=cursor, **asked)
            found += [record.claim.id for record in page]
            if (cursor := page.cursor) is None:
                break
        assert found == wanted, asked


@pytest.mark.usefixtures("limits")
def test_reports_are_those_that_fit(plain: Plain) -> None:
    dice = random.Random(7)
    for _ in range(40):
        row = dice.choice(plain.reports)
        values = {"words": " ".join(dice.sample(["killed", "army", *WORDS], dice.choice((1, 2)))),
                  "publisher": plain.outlets[row.publisher], "since": row.day, "until": row.day}  # fmt: skip
        names = dice.sample(sorted(values), dice.choice((1, 1, 2, 3)))
        asked: dict[str, Any] = {name: values[name] for name in names}
        wanted = [
            each.id
            for each in sorted(plain.reports, key=lambda each: (each.day, each.num), reverse=True)
            if set(asked.get("words", "").split()) <= plain.texts[each.num]
            and asked.get("publisher") in (None, plain.outlets[each.publisher])
            and asked.get("since", "") <= each.day <= asked.get("until", "9")
        ]
        found: list[str] = []
        cursor = None
        while True:
            page = plain.desk.reports(limit=9, cursor=cursor, **asked)
            found += [entry.id for entry in page]
            if (cursor := page.cursor) is None:
                break
        assert found == wanted, asked


def test_the_rarest_leads(plain: Plain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leads, "ENOUGH", 20)
    common, rare = ("status", "happened"), ("dispute", "actor")
    wanted = Wanted(None, None, (common, rare), None, None, False, plain=False)
    with plain.desk.store.reading() as connection:
        assert leads.lead_of(connection, wanted, False).facet == rare
        wanted = Wanted(None, None, (common,), None, None, False, plain=False)
        assert leads.lead_of(connection, wanted, True) == Lead("changed")


@pytest.mark.parametrize("num", [-5, 2**40, 2**61])
def test_a_forged_cursor_is_answered_or_refused(plain: Plain, num: int) -> None:
    for day in ("2020-01-01", "9999-12-31", "0001-01-01"):
        assert len(plain.desk.search("killed", cursor=cursor_of("reports", (day, num)))) >= 0
        assert plain.desk.incidents(words="killed", cursor=cursor_of("day", (day, num))) is not None
    if plain.desk.store.sqlite:
        with pytest.raises(InputError):
            plain.desk.incidents(words="killed", cursor=cursor_of("day", ("yesterday", num)))
