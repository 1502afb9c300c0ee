"""Our own CSV and Parquet: claims and incidents come back equal, whatever their texts hold."""

from __future__ import annotations

import csv
import io

import msgspec
import polars as pl
import pytest
from export_builders import cabra_readings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_page import ODD, PAYLOADS, hostile

from rashomon.errors import MalformedInput
from rashomon.exports.phrases import valid
from rashomon.exports.plain import columns, from_csv, from_parquet, to_csv, to_frame, to_parquet
from rashomon.model import Claim, Date, Figure, Place, Speaker, Voice
from rashomon.reconcile import reconcile
from rashomon.reconcile.incidents import Account, Dispute, Incident, OneSided, Position, Update

READINGS = cabra_readings()
CLAIMS = [claim for reading in READINGS for claim in reading.claims]
REPORTS = [reading.report for reading in READINGS]


def incident(text: str) -> Incident:
    voice = Voice("named", text, 0, 1, text, text, chain=(Speaker(text, 0, 1, text),))
    return Incident(
        text, text, (text,), Date(text, text, "day"), Place(None, None, None, text), (text, text),
        (Account(voice, (text,)),), (Dispute(text, (Position(text, text, (text,)),)),),
        (Update(text, text, 3, text, (text,)), Update(text, text, None, 4, ())),
        (OneSided(text, text, (text,), (text,)),),
    )  # fmt: skip


def test_claims_come_back_equal() -> None:
    assert from_csv(b"".join(to_csv(CLAIMS, Claim, REPORTS)), Claim) == CLAIMS
    assert from_parquet(to_parquet(CLAIMS, Claim, REPORTS), Claim) == CLAIMS


def test_incidents_come_back_equal() -> None:
    incidents = reconcile(CLAIMS, REPORTS)
    assert len(incidents) > 3
    assert from_csv(b"".join(to_csv(incidents, Incident)), Incident) == incidents
    assert from_parquet(to_parquet(incidents, Incident), Incident) == incidents


# A lone surrogate cannot come back: UTF-8 has no place for it.
@pytest.mark.parametrize(
    "text", [*PAYLOADS, valid(ODD), "", "null", "''", "=1+1", "1", "true", "[]", "x" * 300_000]
)
def test_hostile_texts_come_back_equal(text: str) -> None:
    claims = list(hostile(text).claims)
    assert from_csv(b"".join(to_csv(claims, Claim)), Claim) == claims
    assert from_parquet(to_parquet(claims, Claim), Claim) == claims
    told = [incident(text)]
    assert from_csv(b"".join(to_csv(told, Incident)), Incident) == told
    assert from_parquet(to_parquet(told, Incident), Incident) == told


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=50)
@given(st.text(st.characters(exclude_categories=["Cs"])), st.one_of(st.none(), st.text("'=\x00n ul")))
def test_any_texts_come_back_equal(text: str, other: str | None) -> None:
    place = Place(other, None, None, text, None, other, text, other, None, 0.0, None)
    claim = msgspec.structs.replace(
        CLAIMS[0], mode=other, place=place, voice=Voice("named", name=other, code=text)
    )
    assert from_csv(b"".join(to_csv([claim], Claim)), Claim) == [claim]
    assert from_parquet(to_parquet([claim], Claim), Claim) == [claim]


def test_what_utf8_cannot_hold_is_replaced_and_what_64_bits_cannot_is_held_at_the_bound() -> None:
    claim = msgspec.structs.replace(
        CLAIMS[0], id="a\ud800", figures=(Figure("killed", 10**30, None, "\udfff", 0, 1),)
    )
    (back,) = from_csv(b"".join(to_csv([claim], Claim)), Claim)
    assert back.id == "a\ufffd" and back.figures[0].whom == "\ufffd" and back.figures[0].low == 10**30
    (back,) = from_parquet(to_parquet([claim], Claim), Claim)
    assert back.id == "a\ufffd" and back.figures[0].low == 2**63 - 1


def test_people_find_names_figures_and_the_report() -> None:
    rows = list(csv.DictReader(io.StringIO(b"".join(to_csv(CLAIMS, Claim, REPORTS)).decode("utf-8"))))
    assert tuple(rows[0]) == columns(Claim)
    assert rows[0]["actor_names"] == "Kosovo Police" and rows[0]["actor_codes"] == "XKX COP"
    assert rows[0]["figures_in_words"] == "24 or more arrested (people)"
    assert rows[0]["report.publisher"] == REPORTS[0].publisher


def test_parquet_has_structs_lists_and_no_claims_too() -> None:
    frame = to_frame(CLAIMS, Claim, REPORTS)
    assert frame.height == len(CLAIMS) and isinstance(frame.schema["voice"], pl.Struct)
    assert frame.filter(pl.col("date").struct.field("first") == "2019-05-28").height > 2
    empty = to_parquet([], Claim)
    assert from_parquet(empty, Claim) == [] and pl.read_parquet(empty).columns == frame.columns


def test_what_is_not_ours_is_refused_with_its_row() -> None:
    data = b"".join(to_csv(CLAIMS[:2], Claim)).replace(b'"happened"', b'"dreamt"')
    with pytest.raises(MalformedInput, match="row 1"):
        from_csv(data, Claim)
    with pytest.raises(MalformedInput):
        from_csv(b"a,b\r\n1,2\r\n", Claim)
    with pytest.raises(MalformedInput):
        from_parquet(to_parquet([], Incident), Claim)
    with pytest.raises(MalformedInput):
        from_parquet(b"no parquet", Claim)
