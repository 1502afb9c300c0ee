"""Who a bare name is, by the tables alone."""

from __future__ import annotations

import csv
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rashomon.errors import InstallationError
from rashomon.knowledge import roles
from rashomon.knowledge.actors import ActorTable, Entity, publisher_profile
from rashomon.knowledge.roles import plural, role_index, sector_of

TABLES = Path(roles.__file__).parent / "tables"
PLACES_ABOVE_STATES = {"IGO", "UNO", "EUR", "NGO", "ISM", "IMG", "MNC"}
SECTORS = {
    "COP", "GOV", "JUD", "LEG", "MIL", "PRM", "PTY", "REB", "SPY", "UAF", "UNK", "AGR", "BUS", "CRM", "CVL",
    "EDU", "ELI", "JRN", "LAB", "MED", "OPP", "REF", "REL", "SOC",
}  # fmt: skip


def rows(table: str) -> list[dict[str, str]]:
    with (TABLES / table).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("KFOR", "IGO MIL"),
        ("Kfor", "IGO MIL"),
        ("NATO", "IGO MIL"),
        ("the United Nations", "UNO GOV"),
        ("UNHCR", "UNO GOV"),
        ("UN refugee agency", "UNO GOV"),
        ("UNIFIL", "UNO MIL"),
        ("European Commission", "EUR GOV"),
        ("EULEX", "EUR COP"),
        ("International Criminal Court", "IGO JUD"),
        ("Médecins Sans Frontières", "NGO MED"),
        ("Medecins Sans Frontieres", "NGO MED"),
        ("Human Rights Watch", "NGO SOC"),
        ("Hezbollah", "LBN REB"),
        ("al-Shabab", "ISM REB"),
        ("Wagner Group", "RUS PRM"),
        ("Guardia Civil", "ESP COP"),
        ("FSB", "RUS SPY"),
        ("Kosovo Police", "XKX COP"),
        ("Kenyan police", "KEN COP"),
        ("Peruvian foreign ministry", "PER GOV"),
        ("Japan's coast guard", "JPN MIL"),
        ("Serbia", "SRB GOV"),
        ("Belgrade", "SRB GOV"),
    ],
)
def test_a_name_has_its_code(name: str, code: str) -> None:
    assert ActorTable.load().identify(name).code == code


def test_a_body_says_of_what_it_is_a_part() -> None:
    table = ActorTable.load()
    assert table.identify("KFOR").part_of == ("NATO",)
    assert table.identify("Kenyan police").part_of == ("Kenya",)
    assert table.identify("UNICEF").part_of == ("United Nations",)


def test_the_same_person_is_another_party_on_another_day() -> None:
    table = ActorTable.load()
    in_office = table.identify("Aleksandar Vučić", on="2018-05-01")
    before = table.identify("Hashim Thaçi", on="2017-03-01")
    after = table.identify("Hashim Thaçi", on="2022-03-01")
    assert (in_office.code, in_office.part_of) == ("SRB GOV", ("Serbia",))
    assert before.code == "XKX GOV"
    assert after.code == "XKX ELI"
    assert in_office.wikidata is not None and in_office.wikidata.startswith("Q")


def test_a_surname_needs_a_country() -> None:
    table = ActorTable.load()
    assert table.identify("Vucic", on="2018-05-01").code is None
    assert table.identify("Vucic", on="2018-05-01", country="SRB").code == "SRB GOV"


def test_a_movement_that_comes_to_power_becomes_the_government() -> None:
    table = ActorTable.load()
    assert table.identify("Taliban", on="2019-06-01").code == "AFG REB"
    assert table.identify("Taliban", on="2023-06-01").code == "AFG GOV"


def test_an_acronym_that_several_bear_goes_to_the_country_at_stake() -> None:
    table = ActorTable.load()
    assert table.identify("PNP", country="PHL").code == "PHL COP"
    assert table.identify("PNP", country="PER").code == "PER COP"
    assert table.identify("National Guard").code is None


def test_capitals_matter_where_the_name_is_a_word() -> None:
    table = ActorTable.load()
    assert table.identify("WHO").code == "UNO GOV"
    assert table.identify("who").code is None
    assert table.identify("care").code is None


def test_an_unknown_name_has_no_code() -> None:
    entity = ActorTable.load().identify("Ilvara Tennquist")
    assert entity == Entity("Ilvara Tennquist", None, None, None, None, (), "person")


ODD = ["", " ", "\0", "\ud800", "\u202e", "the", "'s", "(", "a" * 100_000, "é" * 5_000]


@pytest.mark.parametrize("name", ODD)
def test_no_name_is_too_odd(name: str) -> None:
    assert ActorTable.load().identify(name, on="2020-01-01", country="KEN").sector is None


@pytest.mark.parametrize(
    ("noun", "sector"),
    [
        ("policemen", "COP"), ("coast guard", "MIL"), ("foreign ministry", "GOV"), ("prosecutors", "JUD"),
        ("lawmakers", "LEG"), ("villagers", "CVL"), ("dockers", "LAB"), ("herders", "AGR"),
        ("pupils", "EDU"),
        ("nurses", "MED"), ("newspaper", "JRN"), ("gunmen", "UAF"), ("insurgents", "REB"),
        ("smugglers", "CRM"),
        ("asylum seekers", "REF"), ("bishops", "REL"), ("shopkeepers", "BUS"), ("militiamen", "PRM"),
        ("opposition", "OPP"), ("intelligence service", "SPY"), ("indigenous leaders", "SOC"),
        ("zeppelin", None),
    ],
)  # fmt: skip
def test_a_role_noun_has_its_sector(noun: str, sector: str | None) -> None:
    assert sector_of(noun) == sector


def test_plurals() -> None:
    assert plural("policeman") == "policemen"
    assert plural("ministry") == "ministries"
    assert plural("boss") == "bosses"
    assert plural("troops") is None


def test_publishers_have_a_country_and_a_side() -> None:
    tanjug, reuters = publisher_profile("TANJUG"), publisher_profile("Reuters")
    assert tanjug is not None and (tanjug.country, tanjug.side) == ("SRB", "state")
    assert reuters is not None and (reuters.country, reuters.side) == ("GBR", "independent")
    assert publisher_profile("The Guardian") is not None
    assert publisher_profile("Ostervald Evening Lantern") is None
    assert publisher_profile("") is None


def test_the_tables_are_large_and_well_formed() -> None:
    actors = [*rows("igos.csv"), *rows("actors.csv")]
    armed = [row for row in actors if row["code"].split()[-1] in {"REB", "PRM", "CRM"}]
    assert len(rows("igos.csv")) >= 250
    assert len(armed) >= 400
    assert len(rows("role_nouns.csv")) >= 900
    for row in actors:
        country, _, sector = row["code"].rpartition(" ")
        assert sector in SECTORS, row
        assert not country or country in PLACES_ABOVE_STATES or (len(country) == 3 and country.isupper()), row
        assert row["source"] in {"hand", "phoenix", "factbook"}, row
    for row in rows("role_nouns.csv"):
        assert row["sector"] in SECTORS | PLACES_ABOVE_STATES, row
        assert row["noun"] == row["noun"].lower(), row
        assert row["scope"] in PLACES_ABOVE_STATES | {""}, row
    for row in rows("media.csv"):
        assert row["side"] in {"state", "public", "private", "independent", "party"}, row


def test_every_role_noun_is_found_by_itself() -> None:
    lost = [row["noun"] for row in rows("role_nouns.csv") if not role_index().get(row["noun"])]
    assert lost == []


def test_the_tables_stay_small() -> None:
    texts = ["actors.csv", "igos.csv", "media.csv", "role_nouns.csv", "closed_words.csv"]
    assert sum((TABLES / name).stat().st_size for name in ["office_holders.parquet", *texts]) < 4_000_000


def test_nothing_is_read_before_the_first_question() -> None:
    code = "import sys; from rashomon.knowledge import actors as a, cast, roles as r;"
    code += "sys.exit(a._table.cache_info().currsize + r.role_index.cache_info().currsize)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_tables_load_fast() -> None:
    start = time.perf_counter()
    ActorTable()
    assert time.perf_counter() - start < 1.0  # a tenth of that on a laptop; slow machines must pass too


def test_a_missing_table_says_what_to_do() -> None:
    with pytest.raises(InstallationError, match="reinstall"):
        roles.read_table("no_such_table.csv", ("name",))
    with pytest.raises(InstallationError, match="reinstall"):
        roles.read_table("igos.csv", ("no such column",))
