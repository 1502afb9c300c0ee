from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from fake_reader import FakeReader

import rashomon
from rashomon import api
from rashomon.errors import EmptyText, InstallationError, MalformedInput, RashomonError, UnsupportedLanguage

GOOD = "Guards arrested twelve men in Vrelo, and the mayor said that more would be arrested."
GERMAN = "Die Polizei nahm am Dienstag in Vrelo zwölf Männer fest, teilte das Ministerium am Abend mit."


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> FakeReader:
    fake = FakeReader()
    monkeypatch.setattr(api, "load_reader", lambda: fake)
    return fake


@pytest.mark.parametrize("given", [GOOD, {"text": GOOD}, rashomon.Report(text=GOOD)])
def test_read_takes_reports_texts_and_mappings(given: Any) -> None:
    claims = rashomon.read(given)
    assert [claim.trigger.text for claim in claims] == ["arrested", "arrested"]
    assert isinstance(claims, list)
    assert claims.report.language == "en"
    assert claims.notes == ("no publication date: relative dates stay open",)


def test_the_header_of_a_text_counts_for_every_kind() -> None:
    text = f"Twelve held\n\nPublished: 28 May 2019\n\n{GOOD}"
    for given in (text, {"text": text}, rashomon.Report(text=text)):
        assert rashomon.read(given).report.published == "2019-05-28"


TEXTLESS = rashomon.Report(text=None, id="a")  # type: ignore[arg-type]


@pytest.mark.parametrize("given", [None, 5, [GOOD], b"text", {"words": GOOD}, TEXTLESS])
def test_anything_else_is_malformed(given: Any) -> None:
    with pytest.raises(MalformedInput):
        rashomon.read(given)


def test_lone_surrogates_keep_their_place() -> None:
    claims = rashomon.read(f"\ud800 {GOOD}")
    assert claims.report.text == f"\ufffd {GOOD}"
    assert claims[0].trigger.start == 9


def test_a_claim_list_survives_pickling_and_shows_itself() -> None:
    claims = rashomon.read(GOOD)
    again = pickle.loads(pickle.dumps(claims))
    assert again == claims and again.reading == claims.reading
    assert "<table" in claims._repr_html_()
    assert claims.to_polars().height == 2


def test_read_many_keeps_the_order_over_batches() -> None:
    texts = [f"{GOOD} It was report {number}." for number in range(10)]
    assert [claims.report.text for claims in rashomon.read_many(texts)] == texts


def test_read_many_streams(reader: FakeReader) -> None:
    def endless() -> Iterator[str]:
        while True:
            yield GOOD

    stream = rashomon.read_many(endless())
    next(stream)
    assert reader.taken < 10


MIXED: list[Any] = [GOOD, "", GOOD + " refuse me", GOOD, GERMAN, 5, GOOD, GOOD, GOOD + " refuse me", GOOD]


def test_skip_leaves_out_what_cannot_be_read() -> None:
    read = list(rashomon.read_many(MIXED, on_error="skip"))
    assert [len(claims) for claims in read] == [2] * 5


def test_a_function_hears_of_every_refusal() -> None:
    errors: list[RashomonError] = []
    assert len(list(rashomon.read_many(MIXED, on_error=errors.append))) == 5
    assert sorted(type(error).__name__ for error in errors) == [
        "EmptyText", "EmptyText", "EmptyText", "MalformedInput", "UnsupportedLanguage",
    ]  # fmt: skip
    assert all(error.where for error in errors)


def test_raise_gives_what_came_before_and_then_the_error() -> None:
    stream = rashomon.read_many([GOOD, GOOD, GERMAN, GOOD])
    assert len([next(stream), next(stream)]) == 2
    with pytest.raises(UnsupportedLanguage, match="report 3"):
        next(stream)
    with pytest.raises(EmptyText):
        list(rashomon.read_many([GOOD + " refuse me"]))


def test_errors_of_the_callers_own_are_not_swallowed() -> None:
    def broken() -> Iterator[str]:
        yield GOOD
        raise KeyError("mine")

    stream = rashomon.read_many(broken())
    assert len(next(stream)) == 2
    with pytest.raises(KeyError):
        next(stream)

    def refuse(error: RashomonError) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(rashomon.read_many(["", GOOD], on_error=refuse))


def test_a_missing_model_is_always_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> FakeReader:
        raise InstallationError("the model is missing")

    monkeypatch.setattr(api, "load_reader", missing)
    with pytest.raises(InstallationError):
        list(rashomon.read_many([GOOD], on_error="skip"))
    assert list(rashomon.read_many([""], on_error="skip")) == []  # nothing to read: nothing is loaded


def test_reconcile_keeps_every_claim_in_one_incident() -> None:
    claims = rashomon.read(GOOD)
    incidents = rashomon.reconcile(claims)
    assert sorted(ref for incident in incidents for ref in incident.claims) == sorted(c.id for c in claims)
    accounts = [account for incident in incidents for account in incident.accounts]
    assert sorted(ref for account in accounts for ref in account.claims) == sorted(c.id for c in claims)
    assert len({incident.id for incident in incidents}) == len(incidents)


def test_refusals_and_notes_of_a_stream_are_numbered_as_given() -> None:
    errors: list[RashomonError] = []
    given: list[Any] = [GOOD, 5, {"text": GOOD, "published": "2019-02-30"}, GERMAN]
    readings = list(rashomon.read_many(given, on_error=errors.append))
    assert [error.where for error in errors] == ["report 2", "report 4"]
    assert "2019-02-30" in readings[1].notes[0]
    assert "2019-02-30" in rashomon.read(given[2]).notes[0]


@pytest.mark.parametrize("reports", [GOOD, {"text": GOOD}, rashomon.Report(text=GOOD)])
def test_one_report_is_no_stream(reports: Any) -> None:
    with pytest.raises(MalformedInput, match="a single report"):
        next(rashomon.read_many(reports))


def test_a_misspelt_policy_is_refused_at_once() -> None:
    with pytest.raises(RashomonError, match="on_error"):
        next(rashomon.read_many([GOOD], on_error="ignore"))  # type: ignore[arg-type]
