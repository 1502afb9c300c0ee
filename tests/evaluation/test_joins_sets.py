"""ECB+ and MAVERICK: how their files are read, and how grouping and disputes are counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from eval_fakes import FakeReader, claim, party

from rashomon.errors import MalformedInput, SourceMissing
from rashomon.evaluation import ecb, maverick
from rashomon.evaluation.maverick import Row
from rashomon.model import Claim, Report


def tokens(sentences: list[str]) -> str:
    found = []
    for number, sentence in enumerate(sentences):
        found += [
            f'<token t_id="{len(found) + at}" sentence="{number}">{word}</token>'
            for at, word in enumerate(sentence.split(), start=1)
        ]
    return f'<?xml version="1.0"?><Document doc_name="x">{"".join(found)}<Relations/></Document>'


QUAKE = "A quake shook Maaren on Wednesday ; Ansgar Lohne saw the chapel of Tivik fall ."
FIRE = "Fire at the Harrow mill burned 77 barns on Sunday , warden Dagny Roek said in Kestby ."


def test_ecb_texts_are_put_together_again(tmp_path: Path) -> None:
    path = tmp_path / "1_1ecbplus.xml"
    lines = [
        "http : / / news . example / a - b",
        "Warden Roek : 3,5 barns",
        "`` It was n't ( quite ) safe , '' Roek 's aide said at 5 : 30 .",
        "Co - workers left .",
    ]
    path.write_text(tokens(lines), encoding="utf-8")
    assert ecb.text_of(path) == (
        "Warden Roek: 3,5 barns\n\n\" It wasn't (quite) safe, \" Roek's aide said at 5:30. Co-workers left."
    )
    path.write_text("<Document/>", encoding="utf-8")
    with pytest.raises(MalformedInput, match="without tokens"):
        ecb.text_of(path)
    path.write_text('<Document><token sentence="x">a</token></Document>', encoding="utf-8")
    with pytest.raises(MalformedInput, match="no document"):
        ecb.text_of(path)


def test_ecb_clusters_come_from_the_names_of_the_files(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing):
        ecb.load(tmp_path)
    for name in ("10_2ecb", "2_10ecb", "2_9ecb", "2_1ecbplus", "notes"):
        path = tmp_path / name.split("_")[0] / f"{name}.xml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(tokens([FIRE]), encoding="utf-8")
    found = ecb.load(tmp_path)
    assert [each.id for each in found] == ["2_9ecb", "2_10ecb", "2_1ecbplus", "10_2ecb"]
    assert [each.happening for each in found] == ["2ecb", "2ecb", "2ecbplus", "10ecb"]


def test_ecb_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [
        ecb.Document("a", "1", "1ecb", QUAKE),
        ecb.Document("b", "1", "1ecb", "Lohne fled from the chapel of Tivik , Maaren , as the quake came ."),
        ecb.Document("c", "1", "1ecbplus", f"{QUAKE} Ansgar Lohne fled ."),  # tells the other, looks the same
        ecb.Document("d", "2", "2ecb", FIRE),
    ]

    def shaken(report: Report) -> list[Claim]:
        if "Lohne" not in report.text:
            return []
        lohne = party(report.text, "Lohne")
        return [claim(report, "RETREAT", "Lohne", actors=(lohne,), recipients=(lohne,))]

    result = ecb.evaluate(documents, FakeReader(shaken))
    # one group of three, two of which tell the first happening, and one of its own
    assert result["document B-cubed P"].value == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert result["document B-cubed R"].value == 1.0
    precision = (2 / 3 + 2 / 3 + 1 / 3 + 1) / 4
    assert result["document B-cubed F1"].value == pytest.approx(2 * precision / (precision + 1))
    assert (result["false merges"].hits, result["false merges"].total) == (2, 2)
    assert result["look-alikes kept apart"].hits == 0
    assert result["topics merged"].hits == 1 and result["topics merged"].total == 1
    assert result.tables[0].rows == (("1", "2 of 2", "1"),)

    monkeypatch.setattr(ecb, "stories_of", lambda reports, claims: [
        ecb_story(number, report.id) for number, report in enumerate(reports)
    ])  # fmt: skip
    apart = ecb.evaluate(documents, FakeReader(shaken))
    assert apart["document B-cubed R"].value == pytest.approx((0.5 + 0.5 + 1 + 1) / 4)
    assert apart["false merges"].hits == 0
    heap = apart["incidents that mix look-alikes, one heap"]
    assert heap.total and heap.hits and heap.hits < heap.total
    assert apart["incidents that mix look-alikes, by group"].total == 0


def ecb_story(number: int, ref: str) -> object:
    from rashomon.reconcile.stories import ReportStory

    return ReportStory(str(number), (), (ref,))


def row(source: str, day: str, low: int, high: int | None = None, **more: object) -> Row:
    values: dict[str, object] = {
        "id": f"{source}-{day}-{low}-{high}", "event": "E1", "source": source, "day": f"2010-03-0{day}",
        "began": "2010-03-01", "ended": "2010-03-01", "place": "Orlava", "spot": "Orlava market",
        "point": (1.5, 2.5), "figures": {"killed": (low, low if high is None else high)},
    }  # fmt: skip
    return Row(**(values | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([row("Wire", "1", 2), row("Radio", "1", 5)], (True, False)),
        ([row("Wire", "1", 2, 5), row("Radio", "1", 5)], (False, False)),
        ([row("Wire", "1", 2), row("Wire", "2", 5)], (False, True)),
        ([row("Wire", "1", 2), row("Wire", "1", 5)], (False, False)),
        ([row("Wire", "1", 2), row("Wire", "2", 5), row("Radio", "1", 5)], (False, True)),
        ([row("Wire", "1", 2), row("Wire", "2", 5), row("Radio", "1", 2)], (True, True)),
        ([row("Wire", "1", 2), row("Wire", "1", 5), row("Radio", "1", 5)], (False, False)),
        ([row("Wire", "1", 2), row("Wire", "1", 3), row("Radio", "1", 5)], (True, False)),
    ],
)
def test_maverick_rows_decide(rows: list[Row], wanted: tuple[bool, bool]) -> None:
    assert maverick.gold(rows, "killed") == wanted


def test_maverick_claims_stand_in_their_reports() -> None:
    (told,), (report,) = maverick.claims_of([row("Wire", "1", 2, 5)], "killed")
    assert report.publisher == "Wire" and report.published == "2010-03-01"
    figure = told.figures[0]
    assert (figure.low, figure.high) == (2, 5) and report.text[figure.start : figure.end] == "2"
    assert told.place and report.text[told.place.start : told.place.end] == told.place.text
    assert report.text[told.trigger.start : told.trigger.end] == told.trigger.text == "killed"


def test_maverick_agreement() -> None:
    rows = [
        row("Wire", "1", 2), row("Radio", "1", 5), row("Wire", "1", 7, event="E2"),
        row("Radio", "2", 7, event="E2"), row("Wire", "1", 9, event="alone"),
    ]  # fmt: skip
    result = maverick.evaluate(rows, 3)
    assert (result["agreement"].hits, result["agreement"].total) == (2, 2)
    assert (result["dispute R"].hits, result["dispute R"].total) == (1, 1)
    assert result["deaths told by two or more: reports differ"].value == 0.5
    assert result.notes == ("3 rows without an event, a source or a day are left out.",)


HEADER = "\t".join(
    ["id", "event_id", "date_start", "date_end", "city", "location", "latitude", "longitude", "deaths_low",
     "deaths_high", "injuries_low", "injuries_high", "source", "source_author"]
)  # fmt: skip


def test_maverick_files(tmp_path: Path) -> None:
    path = tmp_path / "reports.tsv"
    good = "a\tE1\t2010-03-01\t\tOrlava\t\t1.5\t2.5\t2\t1\t0\t0\tWire (2010-03-02) Two\tWire"
    torn = 'b\tE1\t2010-03-01\t\tOrlava\t"by the\nriver"\t\t\t0\t3\t\t\tRadio (2010-03-03) x\tRadio'
    nobody = "c\tE1\t2010-03-01\t\tOrlava\t\t\t\t1\t1\t0\t0\tno day\tWire"
    path.write_text("\n".join((HEADER, good, torn, nobody)) + "\n", encoding="utf-8")
    rows, left = maverick.load(path)
    assert left == 1 and [each.figures for each in rows] == [{"killed": (1, 2)}, {"killed": (0, 3)}]
    assert rows[0].point == (1.5, 2.5) and rows[0].ended == "2010-03-01" and rows[0].spot == "Orlava"
    assert rows[1].spot == "by the\nriver" and rows[1].point is None
    path.write_text(f"{HEADER}\n{good.replace('1.5', 'north')}\n", encoding="utf-8")
    with pytest.raises(MalformedInput, match="row 1"):
        maverick.load(path)
    path.write_text("id\tevent_id\nx\ty\n", encoding="utf-8")
    with pytest.raises(MalformedInput):
        maverick.load(path)
