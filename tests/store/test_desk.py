from __future__ import annotations

import msgspec
import pytest
from store_builders import attack

from rashomon.errors import EmptyText, InputError, StoreBusy
from rashomon.model import Report
from rashomon.store.desk import Desk
from rashomon.store.engine import meaning

GUARDS = "Guards arrested twelve men in Vrelo, and the mayor said that more would be arrested."


def test_what_is_added_is_found(desk: Desk) -> None:
    given = Report(text=GUARDS, published="2024-05-05", publisher="Vrelo Courier", title="Twelve held")
    (added,) = desk.add(given)
    assert (added.report, added.state, added.claims) == (given.id, "added", 2)
    kept = desk.report(given.id)
    assert kept is not None
    assert kept.report.text == GUARDS and kept.report.title == "Twelve held"
    assert [claim.trigger.text for claim in kept.claims] == ["arrested", "arrested"]
    (record,) = desk.incidents()
    assert set(kept.incidents.values()) == {record.id}
    detail = desk.incident(record.id)
    assert detail is not None and [claim.id for claim in detail.claims] == [c.id for c in kept.claims]
    assert detail.reports[given.id].publisher == "Vrelo Courier"
    assert [hit.report.id for hit in desk.search("mayor guard")] == [given.id]
    assert desk.incident("i-0") is None and desk.report("r-0") is None


def test_a_report_is_kept_once(desk: Desk) -> None:
    given = Report(text=GUARDS, published="2024-05-05")
    assert [added.state for added in desk.add([given, given])] == ["added", "known"]
    assert desk.add(given)[0].state == "known"
    assert len(desk.reports()) == 1 and desk.count() == 1


def test_a_refused_report_does_not_stop_the_others(desk: Desk) -> None:
    errors: list[InputError] = []
    texts = [GUARDS, "", "Nobody was arrested. refuse me", "He was arrested in the night."]
    added = desk.add(texts, on_error=errors.append)  # type: ignore[arg-type]
    assert [each.state for each in added] == ["added", "added"]
    assert [error.where for error in errors] == ["report 2", "report 3"]
    with pytest.raises(EmptyText, match="report 2"):
        desk.add(["She was arrested at noon.", ""])
    assert len(desk.reports()) == 3  # what came before the error is stored


def test_nuls_and_other_odd_signs_are_kept_in_both_databases(desk: Desk) -> None:
    told = attack(1)
    odd = msgspec.structs.replace(told.report, title="a\0b \u202e", text=told.report.text + " \0 \U0001f642")
    desk.add(msgspec.structs.replace(told, report=odd))
    [entry] = desk.reports()
    kept = desk.report(entry.id)
    assert (
        kept is not None
        and len(kept.report.text) == len(odd.text)
        and kept.report.text.replace("\ufffd", "\0") == odd.text
    )
    assert kept.report.title is not None and kept.report.title.replace("\ufffd", "\0") == odd.title


def test_what_a_driver_will_not_take_is_no_absent_database() -> None:
    class DataError(Exception):
        sqlstate = None

    class OperationalError(DataError):
        pass

    assert not isinstance(meaning(DataError("of a wrong kind"), "x"), StoreBusy)
    assert isinstance(meaning(OperationalError("no route"), "x"), StoreBusy)
