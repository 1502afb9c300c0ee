"""Figures: bounds, what is counted, what is no count, and that odd text neither raises nor stalls."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rashomon.reading.figures import find_figures

Row = tuple[int | None, int | None, str | None]


def counts(text: str) -> list[Row]:
    return [(q.low, q.high, q.whom and q.whom.text) for q in find_figures(text) if q.unit == "count"]


BOUNDS: list[tuple[str, Row]] = [
    ("five miners", (5, 5, "miners")),
    ("1,200 miners", (1200, 1200, "miners")),
    ("3 000 miners", (3000, 3000, "miners")),
    ("1.200 miners", (1200, 1200, "miners")),
    ("1.5 million people", (1_500_000, 1_500_000, "people")),
    ("16.6 million people", (16_600_000, 16_600_000, "people")),
    ("2m refugees", (2_000_000, 2_000_000, "refugees")),
    ("twelve hundred people", (1200, 1200, "people")),
    ("two hundred and fifty-one houses", (251, 251, "houses")),
    ("a hundred and twenty of them", (120, 120, None)),
    ("half a million people", (500_000, 500_000, "people")),
    ("a couple of boys", (2, 2, "boys")),
    ("both men", (2, 2, "men")),
    ("several boats", (3, None, "boats")),
    ("a few boats", (3, None, "boats")),
    ("a handful of boats", (3, None, "boats")),
    ("half a dozen boats", (6, 6, "boats")),
    ("a dozen boats", (12, 12, "boats")),
    ("two dozen boats", (24, 24, "boats")),
    ("dozens of boats", (24, None, "boats")),
    ("scores of boats", (40, None, "boats")),
    ("hundreds of boats", (200, None, "boats")),
    ("several hundred boats", (200, None, "boats")),
    ("several thousand boats", (3000, None, "boats")),
    ("thousands of boats", (2000, None, "boats")),
    ("tens of thousands of people", (20_000, None, "people")),
    ("at least 5 boats", (5, None, "boats")),
    ("more than 5 boats", (5, None, "boats")),
    ("5 or more", (5, None, None)),
    ("fewer than 5 boats", (None, 5, "boats")),
    ("up to 5 boats", (None, 5, "boats")),
    ("nearly 20 boats", (None, 20, "boats")),
    ("no more than a dozen", (None, 12, None)),
    ("a dozen at most", (None, 12, None)),
    ("about 50 boats", (45, 55, "boats")),
    ("some 700 boats", (630, 770, "boats")),
    ("about a dozen boats", (11, 13, "boats")),
    ("3 to 5 boats", (3, 5, "boats")),
    ("12-15 boats", (12, 15, "boats")),
    ("two or three boats", (2, 3, "boats")),
    ("between 900 and 1,200", (900, 1200, None)),
    ("2-3,000 people", (2000, 3000, "people")),
    ("no soldiers", (0, 0, "soldiers")),
    ("nobody fell", (0, 0, None)),
    ("not one officer", (0, 0, "officer")),
    ("The army denied any arrests", (0, 0, "arrests")),
    ("a policeman", (1, 1, "policeman")),
    ("an officer", (1, 1, "officer")),
    ("a third man", (1, 1, "man")),
    ("one border guard", (1, 1, "guard")),
    ("a 40-strong crowd", (40, 40, "crowd")),
    ("six police officers wounded", (6, 6, "officers")),
    ("Handing over nine captives", (9, 9, "captives")),
]


@pytest.mark.parametrize(("text", "row"), BOUNDS)
def test_bounds(text: str, row: Row) -> None:
    assert counts(text) == [row]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("three women and two men", [(3, 3, "women"), (2, 2, "men")]),
        ("five, including two children", [(5, 5, None), (2, 2, "children")]),
        ("six, and one of them a nurse", [(6, 6, None), (1, 1, None), (1, 1, "nurse")]),
        ("raised the toll from 11 to 15 dead", [(11, 11, None), (15, 15, "dead")]),
        ("VELIKA, May 4 - Six miners fell", [(6, 6, "miners")]),
        ("In 1998 300 people left", [(300, 300, "people")]),
        ("put the dead at five", [(5, 5, None)]),
        ("9 killed, 8 hurt", [(9, 9, None), (8, 8, None)]),
        ("Soldiers shot rebels near huts", []),
        ("Killed: 4; hurt: 12", [(4, 4, None), (12, 12, None)]),
        ("Total arrests to date: 25", [(25, 25, None)]),
        ("a sister and brother fell", [(2, 2, "sister and brother")]),
        ("a teacher and brother fell", [(1, 1, "teacher")]),
        ("a fifth miner fell", [(1, 1, "miner")]),
    ],
)
def test_several_figures_or_none(text: str, rows: list[Row]) -> None:
    assert counts(text) == rows


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("15 percent", "percent"), ("15%", "percent"), ("150,000 dollars", "money"),
        ("two billion Utopian francs", "money"), ("aged 34", "age"), ("a 34-year-old", "age"),
        ("Jon Harkin, 34, said", "age"), ("5 km", "distance"), ("a 300-metre fence", "distance"),
        ("two days", "duration"), ("122 mm", "measure"), ("three times", "measure"),
        ("two thirds", "measure"),
        ("won 3-1", "measure"), ("AK-47", "ordinal"), ("Su-27", "ordinal"), ("Resolution 1701", "ordinal"),
        ("Route 34", "ordinal"), ("the 3rd", "ordinal"), ("at seven in the morning", "time"),
        ("at 21:40", "time"),
        ("5 pm", "time"), ("a 3m fence", "distance"), ("call 0123456789", "measure"),
    ],
)  # fmt: skip
def test_what_is_no_count(text: str, unit: str) -> None:
    found = find_figures(text)
    assert found and {q.unit for q in found} == {unit}


@pytest.mark.parametrize(
    "text", ["14 November 2018", "on May 3", "three weeks ago", "since 1998", "2018-11-14"]
)
def test_numbers_of_dates_are_left_to_dates(text: str) -> None:
    assert find_figures(text) == []


def test_a_unit_needs_its_plural() -> None:
    assert counts("thirty day labourers") == [(30, 30, "labourers")]


def test_part_of_another_name_counts_nothing() -> None:
    assert counts("a student union") == []
    assert counts("a policeman's hat") == []


PIECES = st.sampled_from(
    [
        "five",
        "1,200",
        "3 000",
        "a",
        "one",
        "no",
        "dozens of",
        "hundreds",
        "at least",
        "up to",
        "about",
        "between",
        "and",
        "to",
        "-",
        "million",
        "half a",
        "twelve",
        "hundred",
        "men",
        "policeman",
        "officers",
        "percent",
        "$",
        "km",
        "days",
        "year-old",
        "or more",
        "at most",
        "any",
        "denied",
        "anyone",
        "the",
        "of",
        "them",
        ".",
        ",",
        "\n",
        "99999999999",
        "1.5",
        "٣",
        "²",
        "\x00",
        "�",
        "\u202e",
        "İ",
        "from",
        "dead",
        "not one",
        "a couple of",
        "Su-",
        "#",
    ]
)


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.text(max_size=300),
        st.lists(PIECES, max_size=40).map(" ".join),
        st.lists(PIECES, max_size=30).map("".join),
    )
)
def test_any_text_gives_places_that_hold_and_bounds_in_order(text: str) -> None:
    end = 0
    for quantity in find_figures(text):
        assert text[quantity.start : quantity.end] == quantity.text and end <= quantity.start < quantity.end
        end = quantity.end
        if quantity.low is not None and quantity.high is not None:
            assert 0 <= quantity.low <= quantity.high
        if quantity.whom:
            assert text[quantity.whom.start : quantity.whom.end] == quantity.whom.text


HOSTILE = [
    "1 ",
    "1,000,",
    "a ",
    "one hundred and ",
    "no ",
    "dozens of ",
    "1 000 ",
    "1-",
    " ",
    "any ",
    "handed over ",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_is_linear_in_the_text(piece: str) -> None:
    def spent(copies: int) -> float:
        text, begin = piece * copies, time.process_time()
        find_figures(text)
        return time.process_time() - begin

    spent(50)
    short = min(spent(1000) for _ in range(2))
    assert spent(8000) < 8 * max(short, 0.02) * 4  # a quadratic reader takes 64 times as long
