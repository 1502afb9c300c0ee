"""The compact corpus form: what it reads, and that it names each fault."""

from pathlib import Path

import pytest

from training import ledger

TEXT = (
    "LOME, Togo - Dockers walked out on Monday, their union said. "
    "Nobody was hurt when police fired tear gas, police said.\n"
)


def test_a_claim_with_every_field() -> None:
    row = ledger.claim(
        "walked out | PROTEST strike; by Dockers=TGO LAB; voice union=TGO LAB; on 2020-03-02; at LOME=TGO; "
        "n protesters 200- dockers",
        TEXT,
    )
    assert (row["type"], row["mode"]) == ("PROTEST", "strike")
    assert (row["actor"], row["actor_code"], row["voice"], row["voice_code"]) == (
        ["Dockers"],
        ["TGO LAB"],
        "union",
        "TGO LAB",
    )
    assert (row["date"], row["place"], row["country"], row["status"], row["frame"]) == (
        "2020-03-02",
        "LOME",
        "TGO",
        "happened",
        "current",
    )
    assert row["figures"] == [{"kind": "protesters", "low": 200, "high": None, "whom": "dockers"}]
    assert row["quote"] == "LOME, Togo - Dockers walked out on Monday, their union said."


def test_status_frame_range_and_second_occurrence() -> None:
    row = ledger.claim(
        "police#2 | ASSAULT crowd-control; denied; background; on 2019..2020-01; at -=TGO", TEXT
    )
    assert (row["status"], row["frame"], row["date"], row["place"], row["country"]) == (
        "denied",
        "background",
        ["2019", "2020-01"],
        None,
        "TGO",
    )
    assert row["trigger_start"] == TEXT.rindex("police")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("fired COERCE", "after the trigger"),
        ("marched | PROTEST", "not 1 times"),
        ("police | ASSAULT", "2 times"),
        ("fired | ATTACK", "type and mode"),
        ("fired | ASSAULT strike", "type and mode"),
        ("fired | ASSAULT; by soldiers=TGO MIL", "not in the text"),
        ("fired | ASSAULT; by police=TGO ARMY", "NAME=COUNTRY SECTOR"),
        ("fired | ASSAULT; n injured many", "KIND LOW-HIGH WHOM"),
        ("fired | ASSAULT; perhaps", "field"),
        ("fired | ASSAULT; on Monday", "date"),
    ],
)
def test_faults_are_named(line: str, fault: str) -> None:
    with pytest.raises(ledger.LedgerError, match=fault):
        ledger.claim(line, TEXT)


def test_a_fault_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text(f"@ Coast Radio | 2020-03-02 | LOME, Togo | Dockers out\n{TEXT}\n> swam | PROTEST\n")
    with pytest.raises(ledger.LedgerError, match=r"x\.txt:4: trigger 'swam'"):
        ledger.read(path)


def test_the_whole_corpus_is_well_formed() -> None:
    files = sorted(Path("training/corpus/bulletins").glob("*.txt"))
    assert files
    assert sum(len(ledger.read(path)["claims"]) for path in files) > 1000
