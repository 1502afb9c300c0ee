from __future__ import annotations

from pathlib import Path

import pytest
from fake_reader import FakeReader
from store_builders import attack, many

from rashomon import reconcile
from rashomon.errors import InputError
from rashomon.model import Report
from rashomon.store import retention
from rashomon.store.desk import Desk


def sound(desk: Desk) -> bool:
    return all(finding.state == "ok" for finding in desk.examine())


def test_a_report_is_forgotten_with_all_that_follows(desk: Desk) -> None:
    kept, gone = attack(1, outlet="Vrelo Courier"), attack(2, outlet="Dol Radio")
    desk.add([kept, gone])
    (both,) = desk.incidents()
    assert both.n_reports == 2
    done = desk.delete(report=gone.report.id, by="Ana", reason="asked to")
    assert (done.reports, done.claims, done.incidents) == (1, 1, 1)
    assert desk.report(gone.report.id) is None
    assert [claim.claim.id for claim in desk.claims()] == [kept.claims[0].id]
    (left,) = desk.incidents()
    assert left.id == both.id and left.n_reports == 1
    assert not desk.search("market") or [hit.report.id for hit in desk.search("market")] == [kept.report.id]
    assert desk.add(gone)[0].state == "forgotten"
    stone = desk.tombstones()[0]
    assert (stone.kind, stone.key, stone.by, stone.reason) == ("id", gone.report.id, "Ana", "asked to")
    assert sound(desk)


def test_a_publisher_is_forgotten_for_good(desk: Desk) -> None:
    readings = many(24)
    desk.add(readings)
    done = desk.delete(publisher="DOL RADIO")
    assert done.reports == 8
    assert not desk.reports(publisher="Dol Radio") and desk.publisher("Dol Radio") is None
    assert desk.add(attack(99, outlet="Dol Radio", when="2024-12-01"))[0].state == "forgotten"
    rest = [reading for reading in readings if reading.report.publisher != "Dol Radio"]
    at_once = reconcile([c for reading in rest for c in reading.claims], [reading.report for reading in rest])
    assert {frozenset(record.incident.claims) for record in desk.incidents(limit=1000)} == {
        frozenset(incident.claims) for incident in at_once
    }
    assert sound(desk)


def test_what_is_old_is_forgotten(desk: Desk) -> None:
    desk.add([attack(1, when="2023-01-05"), attack(2, when="2024-05-05")])
    assert desk.delete(before="2024-01-01").reports == 1
    assert [entry.published for entry in desk.reports()] == ["2024-05-05"]


def test_the_family_of_a_forgotten_original_gets_another(desk: Desk) -> None:
    words = " ".join(f"word{number}" for number in range(60))
    first, second, third = (
        Report(text=f"{words} {end}", published=f"2024-05-0{day}")
        for day, end in ((1, "one"), (2, "two"), (3, "three"))
    )
    desk.add([first, second, third])
    desk.delete(report=first.id)
    entries = {entry.id: entry for entry in desk.reports()}
    assert entries[second.id].copy_of is None and entries[third.id].copy_of == second.id


def test_no_word_of_what_was_forgotten_is_left_in_the_file(tmp_path: Path) -> None:
    target = tmp_path / "desk.db"
    with Desk(target, reader=FakeReader()) as desk:
        secret = "Xylophonist Brzezinskaya was arrested near the quarry of Zzyzxton. " * 3
        (added,) = desk.add(Report(text=secret, title="Zzyzxton held", publisher="Qwertyville Times"))
        desk.add(Report(text="He was arrested at noon."))
        desk.delete(report=added.report)
        for file in tmp_path.iterdir():
            data = file.read_bytes().lower()
            for word in (b"xylophonist", b"brzezinskaya", b"zzyzxton"):
                assert word not in data, (file.name, word)
    assert b"zzyzxton" not in target.read_bytes().lower()


@pytest.mark.parametrize("asked", [{"report": "r-1"}, {"publisher": "Qwertyville Times"}])
def test_one_that_was_stopped_before_the_file_was_scrubbed_is_taken_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: dict[str, str]
) -> None:
    target = tmp_path / "desk.db"
    with Desk(target, reader=FakeReader()) as desk:
        text = "Xylophonist Brzezinskaya was arrested near the quarry. " * 3
        desk.add(Report(text=text, id="r-1", publisher="Qwertyville Times"))

        def killed(_store: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(retention, "scrub", killed)
            desk.delete(**asked)  # type: ignore[arg-type]
        assert desk.delete(**asked).reports == 0  # type: ignore[arg-type]
        for file in tmp_path.iterdir():
            assert b"brzezinskaya" not in file.read_bytes().lower(), file.name


@pytest.mark.parametrize(
    "asked",
    [{}, {"report": "r-1", "publisher": "x"}, {"report": "r-1"}, {"publisher": "x"}, {"before": "soon"}],
)
def test_what_cannot_be_forgotten_is_an_error(desk: Desk, asked: dict[str, str]) -> None:
    desk.add(attack(1))
    with pytest.raises(InputError):
        desk.delete(**asked)  # type: ignore[arg-type]
    assert len(desk.reports()) == 1


def test_what_was_corrected_in_a_forgotten_report_is_forgotten_too(desk: Desk) -> None:
    desk.add([attack(1), attack(2)])
    one, two = attack(1).claims[0], attack(2).claims[0]
    for claim in (one, two):
        voice = {"kind": "named", "name": f"witness of {claim.id}", "manner": "indirect"}
        desk.corrections.fix(claim.id, "voice", voice, by="Ana", note="misheard")
    desk.delete(report=one.report)
    kept, gone = desk.corrections.all()
    assert gone.body == {"field": "voice"} and (gone.by, gone.note) == ("Ana", "misheard")
    assert kept.body["value"]["name"] == f"witness of {two.id}" and kept.body["was"]["name"] == "the clinic"
    assert desk.corrections.decided()[1].about == ()
    desk.corrections.undo(gone.number, by="Ana")
