from __future__ import annotations

import csv
from pathlib import Path

import pytest

from rashomon.knowledge import publishers as module
from rashomon.knowledge.actors import ActorTable
from rashomon.knowledge.countries import country
from rashomon.knowledge.names import fold
from rashomon.knowledge.publishers import home, profile, publishers

TABLES = Path(module.__file__).parent / "tables"


def rows(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("given", "name", "code"),
    [
        ("TASS", "TASS", "RUS GOV"),
        ("https://www.bbc.co.uk/news/world-1", "BBC", None),
        ("edition.cnn.com", "CNN", None),
        ("the new york times", "The New York Times", None),
        ("saba.ye", "Saba (Sanaa)", "YEM REB"),
        ("Saba", "Saba", "YEM GOV"),
        ("24.kg", "24.kg", None),
        ("ANF News", "ANF", "TUR REB"),
        ("news.un.org", "UN News", "UNO GOV"),
        ("Xinhua News Agency", "Xinhua", "CHN GOV"),
    ],
)
def test_an_outlet_is_known_by_name_and_domain(given: str, name: str, code: str | None) -> None:
    found = profile(given)
    assert found is not None and (found.name, found.code) == (name, code)


@pytest.mark.parametrize(
    "given", ["", " ", ".", "..", "com", "bbc.co", "notreuters.com", "Ostervald Evening Lantern", "http://[",
              "http://x.invalid", "\ud800", "a" * 5_000, "reuters.com.evil.invalid", "xn--a.com"]
)  # fmt: skip
def test_what_is_not_in_the_tables_is_nobody(given: str) -> None:
    assert profile(given) is None


def test_the_table_of_media_stands_behind_it() -> None:
    found = profile("Borneo Bulletin")
    assert found is not None and found.country == "BRN" and found.domains == ()


def test_the_table_is_sound() -> None:
    entries = rows("publishers.csv")
    assert len(publishers()) == len(entries) > 250
    above = {"IGO", "UNO", "NGO", "ISM"}
    for row in entries:
        assert None not in row and None not in row.values(), row
        assert country(row["country"]) or row["country"] in above, row
        assert row["side"] in {"state", "public", "private", "independent", "party"}, row
        assert bool(row["speaks_for"]) == bool(row["code"]), row
        for domain in filter(None, row["domains"].split("|")):
            assert domain == domain.lower() and "." in domain and not domain.startswith("www."), row
    domains = [domain for row in entries for domain in row["domains"].split("|") if domain]
    assert len(domains) == len(set(domains))
    names = [fold(row["name"]) for row in entries]
    assert len(names) == len(set(names))


def test_codes_are_those_of_the_tables_of_actors() -> None:
    actors = ActorTable.load()
    for row in rows("publishers.csv"):
        if row["speaks_for"] and row["speaks_for"] != "Azerbaijan":  # a name that a newspaper bears too
            assert actors.identify(row["speaks_for"]).code == row["code"], row


def test_the_two_tables_of_outlets_agree_on_countries() -> None:
    media = {row["name"]: row["country"] for row in rows("media.csv") if row["source"] == "hand"}
    for row in rows("publishers.csv"):
        assert media.get(row["name"], row["country"]) == row["country"], row


def test_an_outlet_is_at_home_where_the_tables_or_its_name_put_it() -> None:
    assert (home("TASS"), home("Prishtina Ledger")) == ("RUS", "XKX")
    assert home("Hill Courier") is None and home("Paris and Berlin Post") is None and home("") is None


@pytest.mark.parametrize(
    ("name", "country", "side"),
    [
        ("Khovar", "TJK", "state"), ("Army Radio", "ISR", "state"), ("Libya Observer", "LBY", "private"),
        ("Radio Miraya", "SSD", "public"), ("NOS", "NLD", "public"), ("NBC", "USA", "private"),
        ("The Mirror", "GBR", "private"), ("Novaya Gazeta Europe", "LVA", "independent"),
        ("El Faro", "CRI", "independent"), ("Télé Congo", "COG", "state"), ("Cape Times", "ZAF", "private"),
        ("Reference News (Cānkǎo Xiāoxī)", "CHN", "state"),
    ],
)  # fmt: skip
def test_whose_an_outlet_is(name: str, country: str, side: str) -> None:
    found = profile(name)
    assert found is not None and (found.country, found.side) == (country, side)


@pytest.mark.parametrize("name", ["Daily News", "NTV", "Today", "La Presse", "Channel 5", "Ukraina"])
def test_names_that_many_outlets_bear_tell_nothing(name: str) -> None:
    assert profile(name) is None


def test_the_two_tables_of_outlets_agree_on_sides() -> None:
    media = {
        fold(name): row["side"]
        for row in rows("media.csv")
        for name in (row["name"], *row["aliases"].split("|"))
        if name and row["source"] == "hand"
    }
    for row in rows("publishers.csv"):
        for name in filter(None, (row["name"], *row["aliases"].split("|"))):
            assert media.get(fold(name), row["side"]) == row["side"], name
