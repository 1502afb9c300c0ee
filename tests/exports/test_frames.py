"""Claims as frames."""

from __future__ import annotations

import datetime
import sys

import polars as pl
import pytest
from export_builders import Hand, cabra_readings

from rashomon.errors import MissingExtra
from rashomon.exports.frames import claims_html, to_pandas, to_polars
from rashomon.model import Report

CLAIMS = [claim for reading in cabra_readings() for claim in reading.claims]


def test_one_row_a_claim_with_typed_columns() -> None:
    frame = to_polars(CLAIMS)
    assert frame["claim"].to_list() == [claim.id for claim in CLAIMS]
    assert frame.schema["date_first"] == pl.Date and frame.schema["actor_codes"] == pl.List(pl.String)
    arrest = frame.row(0, named=True)
    assert arrest["actors"] == "Kosovo Police" and arrest["recipient_codes"] == ["XKX UNK"]
    assert arrest["date_first"] == datetime.date(2019, 5, 28)
    assert arrest["figures"] == [{"kind": "arrested", "low": 24, "high": None, "whom": "people"}]
    assert arrest["cameo"] == "173" and arrest["voice"] is None


def test_the_columns_of_no_claims_are_those_of_some() -> None:
    assert to_polars([]).schema == to_polars(CLAIMS).schema


def test_text_that_utf8_cannot_hold() -> None:
    hand = Hand(Report(text="Police arrested \ud800 men."))
    claim = hand.claim(
        "arrested \ud800 men",
        "arrested",
        "COERCE",
        "arrest",
        recipients=[hand.party("\ud800 men", "XKX CVL")],
    )
    assert to_polars([claim])["recipient_names"].to_list() == [["\ufffd men"]]


def test_pandas() -> None:
    pytest.importorskip("pandas")
    frame = to_pandas(CLAIMS)
    assert list(frame["type"]) == [claim.type for claim in CLAIMS]
    assert to_pandas([]).empty


def test_a_missing_extra_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtra, match=r"pip install 'rashomon\[pandas\]'"):
        to_pandas(CLAIMS)


def test_notebook_table_is_escaped_and_bounded() -> None:
    hand = Hand(Report(text="Police arrested <b>men</b>."))
    claim = hand.claim(
        "arrested <b>men</b>",
        "arrested",
        "COERCE",
        "arrest",
        recipients=[hand.party("<b>men</b>", "XKX CVL")],
    )
    table = claims_html([claim] * 250)
    assert "<b>" not in table and "&lt;b&gt;men" in table
    assert table.count("<tr>") == 201 and "and 50 more" in table
