"""Tension as rows, on a terminal and as a page: figures are whole, and no text gets out of its place."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import xml.etree.ElementTree as ET

import pytest
from rich.console import Console
from test_page import ODD, PAYLOADS, Page

from rashomon.exports import tension as shown
from rashomon.exports.tension_page import render
from rashomon.reconcile.tension import Point, Tension


def point(
    first: str, told_by: str = "all", conflict: float = -9.0, cooperation: float = 0.0, **fields: object
) -> Point:
    values = {
        "dyad": ("SRB", "XKX"), "first": first, "last": first, "told_by": told_by,
        "score": conflict + cooperation, "conflict": conflict, "cooperation": cooperation, "incidents": 1,
        "ids": ("i-1",),
    }  # fmt: skip
    return Point(**(values | fields))  # type: ignore[arg-type]


SMALL = Tension(
    "day",
    (
        point("2021-03-01"), point("2021-03-01", "SRB"), point("2021-03-04", conflict=-3.0, cooperation=4.0),
        point("2021-03-04", "XKX", conflict=0.0, cooperation=4.0), point("2021-03-06", conflict=0.0),
    ),
    {("SRB", "XKX"): 2},
    {"Hill Courier": 3, None: 1},
)  # fmt: skip


def drawn(result: Tension, width: int = 120, top: int = 10) -> str:
    console = Console(file=io.StringIO(), width=width)
    shown.print_tension(result, console, top)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_lines_and_rows_hold_every_point() -> None:
    told = [json.loads(line) for line in shown.lines(SMALL)]
    assert told[0] == {
        "dyad": ["SRB", "XKX"], "by": "day", "first": "2021-03-01", "last": "2021-03-01", "told_by": "all",
        "score": -9.0, "conflict": -9.0, "cooperation": 0.0, "incidents": 1, "ids": ["i-1"],
    }  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(shown.rows(SMALL).decode())))
    assert [float(row["score"]) for row in rows] == [line["score"] for line in told]
    assert rows[0]["dyad"] == "SRB-XKX" and rows[0]["ids"] == "i-1"


def test_ids_with_lone_surrogates_can_be_written() -> None:
    odd = Tension("day", (point("2021-03-01", ids=("i-\ud800\n=1",)),))
    assert b"\xef\xbf\xbd" in b"".join(shown.lines(odd)) and b"\xef\xbf\xbd" in shown.rows(odd)


def test_the_terminal_shows_narrators_bars_and_days() -> None:
    text = drawn(SMALL)
    assert "Serbia and Kosovo" in text and "Serbian voices" in text and "Kosovan voices" in text
    assert re.search(r"all narrators\s+3\s+−8\.0\s+−12\.0\s+\+4\.0\s+− █  ▃", text)
    assert re.search(r"4 Mar 2021\s+\+1\.0 \(1\)\s+–\s+\+4\.0 \(1\)", text)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_long_axis_fits_the_terminal(width: int) -> None:
    far = Tension("day", (point("0001-01-01"), point("2021-03-01"), point("9999-12-31")))
    assert max(map(len, drawn(far, width).splitlines())) <= width
    assert len(render(far, 10)) < 20_000


def test_a_day_of_one_side_only_is_shown() -> None:
    split = Tension("day", (point("2021-03-01"), point("2021-03-02", "SRB"), point("2021-03-03")))
    assert "2 Mar 2021" in drawn(split) and "2 Mar 2021" in render(split, 10)


def test_the_page_has_a_panel_a_group_on_one_scale_and_a_table() -> None:
    source = render(SMALL, 10)
    page = Page(source)
    svgs = page.having("svg")
    assert [svg["viewbox"] for svg in svgs] == ["0 0 14 13"] * 4  # all, two sides, others
    assert svgs[0]["aria-label"] == (
        "all narrators: −8.0 · 3 incidents; lowest −9.0, 1 Mar 2021. All figures are in the table."
    )
    assert len(page.having("rect", **{"class": "c"})) == 3 and len(page.having("rect", **{"class": "n"})) == 1
    assert [each["scope"] for each in page.having("th")].count("row") == 3
    for found in re.findall(r"<svg.*?</svg>", source):
        ET.fromstring(found)


def test_bars_lie_inside_their_panel() -> None:
    for svg in re.findall(r"<svg.*?</svg>", render(SMALL, 10)):
        root = ET.fromstring(svg)
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        for bar in root.iter("rect"):
            x, y, wide, high = (float(bar.attrib[name]) for name in ("x", "y", "width", "height"))
            assert x >= 0 and x + wide <= width and wide > 0 and high > 0
            if bar.attrib["class"] in "ck":
                assert y >= 0 and y + high <= height + 1e-9


def test_the_policy_allows_the_pages_own_style_and_nothing_else() -> None:
    page = Page(render(SMALL, 10))
    policy = page.having("meta", **{"http_equiv": "Content-Security-Policy"})[0]["content"] or ""
    wanted = base64.b64encode(hashlib.sha256(page.raw["style"].encode()).digest()).decode()
    assert f"style-src 'sha256-{wanted}'" in policy and policy.startswith("default-src 'none'")
    assert not page.having("script") and not any("style" in attrs for _, attrs in page.elements)


@pytest.mark.parametrize("payload", [*PAYLOADS, ODD])
def test_hostile_publishers_and_titles_stay_text(payload: str) -> None:
    def built(text: str) -> Page:
        return Page(render(Tension("day", SMALL.points, {}, {text: 1}), 10, title=text))

    wild, tame = built(payload), built("x")
    assert [tag for tag, _ in wild.elements] == [tag for tag, _ in tame.elements]
    assert "\u202e" not in render(Tension("day", (), {}, {payload: 1}), 10)
    (note,) = shown.left_out(Tension("day", (), {}, {payload: 1}))
    assert note.isprintable()


def test_more_dyads_than_are_shown_are_named() -> None:
    many = Tension("day", tuple(point("2021-03-01", dyad=("ALB", code)) for code in ("GRC", "MKD", "SRB")))
    assert "2 more dyads: ALB-MKD, ALB-SRB" in drawn(many, top=1)
    assert "2 more dyads are not shown: ALB-MKD, ALB-SRB" in render(many, 1)


def test_without_points_the_page_says_so() -> None:
    assert "No incident between two countries was found." in render(Tension("day", ()), 10)
    assert drawn(Tension("day", ())) == ""
