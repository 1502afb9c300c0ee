"""Dates: what is found, which days it means, and that odd text neither raises nor stalls."""

from __future__ import annotations

import gc
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rashomon.reading.date_calendar import easter, orthodox_easter, shift, third_of, year_of
from rashomon.reading.dates import DateMention, find_dates, find_timexes, timex_value

PUBLISHED = "2018-11-14"  # a Wednesday


def only(text: str, published: str | None = PUBLISHED) -> DateMention:
    mentions = find_dates(text, published)
    assert len(mentions) == 1, [m.text for m in mentions]
    return mentions[0]


def days(text: str, published: str | None = PUBLISHED) -> tuple[str | None, str | None]:
    mention = only(text, published)
    return mention.first, mention.last


DAY = [
    ("Guards shut the pass on Tuesday.", "2018-11-13"),
    ("Guards shut the pass on Wednesday.", "2018-11-14"),
    ("Envoys will meet on Friday.", "2018-11-16"),
    ("The envoys agreed to meet on Saturday.", "2018-11-17"),
    ("The mayor was told to leave by Sunday.", "2018-11-18"),
    ("The text will be signed on Monday.", "2018-11-19"),
    ("It happened last Tuesday.", "2018-11-06"),  # yesterday is never "last Tuesday"
    ("It happened last Friday.", "2018-11-09"),
    ("It begins next Friday.", "2018-11-16"),
    ("Tuesday evening was calm.", "2018-11-13"),
    ("It rained today.", "2018-11-14"),
    ("It rained yesterday.", "2018-11-13"),
    ("Shots were heard last night.", "2018-11-13"),
    ("Talks go on tonight.", "2018-11-14"),
    ("VELIKA, November 14 - Miners walked out.", "2018-11-14"),
    ("They came on 14 October.", "2018-10-14"),
    ("They came on Nov. 14, 2017.", "2017-11-14"),
    ("They came on 14/11/2017.", "2017-11-14"),
    ("They came on 3/4/2017.", "2017-04-03"),  # the day first
    ("They came on 4/13/2017.", "2017-04-13"),  # ... unless that cannot be
    ("Filed 2018-11-14.", "2018-11-14"),
    ("On Tuesday, November 13, 2018, it rained.", "2018-11-13"),
    ("It began three weeks ago.", "2018-10-24"),
    ("It was the day before yesterday.", "2018-11-12"),
    ("It fell on Orthodox Easter 2019.", "2019-04-28"),
    ("On New Year's Eve 2016 it snowed.", "2016-12-31"),
    ("It was on the eve of Christmas 2016.", "2016-12-24"),
    ("Mon 12: nothing moved.", "2018-11-12"),
    ("The last day of August 1994 was hot.", "1994-08-31"),
    ("10 OCT, 1845 UTC: shots at the ford", "2018-10-10"),  # a clock time is no year
    ("02 OCT, 2030 hrs, the ford: a raid", "2018-10-02"),
    ("3 November, 0600: a drill", "2018-11-03"),
    ("16 November, 0600: a drill", "2018-11-16"),  # two days off, not most of a year
    ("18/06, 14:00: a raid on the mill", "2018-06-18"),
    ("16/06, 22:50 the mill burned", "2018-06-16"),
    ("On 16/5 the union wrote again.", "2018-05-16"),
    ("The sluice will be opened up on Friday.", "2018-11-16"),
    ("The keys are to be given up on Friday.", "2018-11-16"),
    ("The patrol ordered the barge to halt on Monday.", "2018-11-12"),
    ("The men were ordered to report on Monday.", "2018-11-19"),
    ("The miller let the inspectors in on Monday.", "2018-11-12"),
    ("The tally for Monday: three barges", "2018-11-12"),
    ("They had come the Sunday before.", "2018-11-11"),
    ("The levy falls due on Friday week.", "2018-11-23"),
]


@pytest.mark.parametrize(("text", "day"), DAY)
def test_a_day(text: str, day: str) -> None:
    mention = only(text)
    assert (mention.first, mention.last, mention.precision) == (day, day, "day")


STRETCH = [
    ("It happened this week.", "2018-11-12", "2018-11-18", "week"),
    ("It happened last week.", "2018-11-05", "2018-11-11", "week"),
    ("It happened at the weekend.", "2018-11-10", "2018-11-11", "range"),
    ("The bridge was lost last weekend.", "2018-11-10", "2018-11-11", "range"),
    ("It happened overnight.", "2018-11-13", "2018-11-14", "range"),
    ("It happened earlier this month.", "2018-11-01", "2018-11-13", "range"),
    ("It happened last November.", "2017-11-01", "2017-11-30", "month"),
    ("It happened in March.", "2018-03-01", "2018-03-31", "month"),
    ("It happened in March 2004.", "2004-03-01", "2004-03-31", "month"),
    ("Polls will be held in March.", "2019-03-01", "2019-03-31", "month"),
    ("It was the night of 3-4 May.", "2018-05-03", "2018-05-04", "range"),
    ("The fair ran from May 3 to May 5.", "2018-05-03", "2018-05-05", "range"),
    ("It lasted from Monday to Wednesday.", "2018-11-12", "2018-11-14", "range"),
    ("It was built between 2010 and 2012.", "2010-01-01", "2012-12-31", "range"),
    ("It stood idle in 1998-99.", "1998-01-01", "1999-12-31", "range"),
    ("It was common in the 1990s.", "1990-01-01", "1999-12-31", "range"),
    ("It closed in late 2017.", "2017-09-01", "2017-12-31", "range"),
    ("It closed in mid-June.", "2018-06-11", "2018-06-20", "range"),
    ("It closed early last year.", "2017-01-01", "2017-04-30", "range"),
    ("It closed last summer.", "2018-06-01", "2018-08-31", "season"),
    ("It closed in the spring of 2014.", "2014-03-01", "2014-05-31", "season"),
    ("It closed last winter.", "2017-12-01", "2018-02-28", "season"),
    ("It rained for the past two weeks.", "2018-10-31", "2018-11-14", "range"),
    ("Sales fell in Q3 2017.", "2017-07-01", "2017-09-30", "range"),
    ("The road reopens in the second week of December 2018.", "2018-12-08", "2018-12-14", "week"),
    ("Raids from Saturday to Sunday: two", "2018-11-10", "2018-11-11", "range"),
    ("Two mills burned over the past day.", "2018-11-13", "2018-11-14", "range"),
    ("Two mills burned in the past 48 hours.", "2018-11-12", "2018-11-14", "range"),
    ("The lockout is now in its third week.", "2018-10-31", "2018-11-14", "range"),
    ("The ferrymen stayed ashore for a sixth day.", "2018-11-09", "2018-11-14", "range"),
    ("They have sat there for three days.", "2018-11-11", "2018-11-14", "range"),
    ("It rained through the first months of 2015.", "2015-01-01", "2015-03-31", "range"),
    ("It rained in the first five months of the year.", "2018-01-01", "2018-05-31", "range"),
    ("Built in 1998.", "1998-01-01", "1998-12-31", "year"),
]


@pytest.mark.parametrize(("text", "first", "last", "precision"), STRETCH)
def test_a_stretch(text: str, first: str, last: str, precision: str) -> None:
    mention = only(text)
    assert (mention.first, mention.last, mention.precision) == (first, last, precision)


NO_DATE = [
    "They may march on the second bridge.",
    "The march may go on.",
    "It starts at 5 pm, or 06:30.",
    "The camp held for three days.",
    "About 2000 men and 1,998 women came.",
    "Flight 1984 landed on runway 2016.",
    "He reads the Sunday Times.",
    "They meet every Monday.",
    "It scored 3-1 in round 12.",
    "Theresa May spoke to May.",
    "The sun sat low, and they wed.",
    "The guard stands 24/7 and the vote was 16/5.",
]


@pytest.mark.parametrize("text", NO_DATE)
def test_no_date(text: str) -> None:
    assert find_dates(text, PUBLISHED) == []


def test_a_year_stays_a_year() -> None:
    assert days("The plan runs until 2026.", "2026-03-02") == ("2026-01-01", "2026-12-31")


def test_a_count_after_a_month_is_no_day() -> None:
    assert days("In May 14 people fell ill.") == ("2018-05-01", "2018-05-31")
    assert days("On May 14 gunmen came.") == ("2018-05-14", "2018-05-14")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It fell on Monday, a day earlier than planned, they said.", "2018-11-11"),
        ("They struck on 3 March 2017 and came back two days later.", "2017-03-05"),
        ("They struck on 3 March 2017 and came back the next day.", "2017-03-04"),
        ("They struck on 3 March 2017; that night it snowed.", "2017-03-03"),
        ("They struck on 3 March 2017. The previous year had been calm.", "2016-01-01"),
        ("It burned on Monday, two days after thieves had broken in.", "2018-11-10"),
        ("War broke out in 1992; that July a pact was signed.", "1992-07-01"),
    ],
)
def test_what_leans_on_the_date_before(text: str, expected: str) -> None:
    mention = find_dates(text, PUBLISHED)[-1]
    assert (mention.first, mention.kind) == (expected, "anaphoric")


def test_since_reaches_to_the_publication_and_keeps_the_named_day() -> None:
    mention = only("The road has been shut since Monday.")
    assert (mention.first, mention.last) == ("2018-11-12", PUBLISHED)
    assert (mention.named_first, mention.named_last) == ("2018-11-12", "2018-11-12")
    assert (mention.lead, mention.kind) == ("since", "duration-bounded")


def test_until_reaches_from_the_publication() -> None:
    assert days("The road is shut until Friday.") == (PUBLISHED, "2018-11-16")


def test_days_told_one_by_one() -> None:
    assert [m.first for m in find_dates("It fell on 15 and 22 February 2017.", None)] == [
        "2017-02-15",
        "2017-02-22",
    ]


def test_days_of_a_month_told_before() -> None:
    found = find_dates("It rained in May 2017. On the 6th and 7th it hailed. On the 9th it froze.", PUBLISHED)
    assert [(m.first, m.last) for m in found[1:]] == [
        ("2017-05-06", "2017-05-07"),
        ("2017-05-09", "2017-05-09"),
    ]


def test_a_count_of_days_ends_on_the_day_told_beside_it() -> None:
    found = find_dates("The ferrymen stayed ashore for a third day on Monday.", PUBLISHED)
    assert [(m.first, m.last) for m in found] == [("2018-11-10", "2018-11-12"), ("2018-11-12", "2018-11-12")]


def test_vague_expressions_say_so() -> None:
    assert only("They left months ago.").vague
    assert only("Raids grew in recent weeks.").vague


@pytest.mark.parametrize(
    "text",
    [
        "on Tuesday",
        "yesterday",
        "last year",
        "in March",
        "a day earlier",
        "overnight",
        "14 May",
        "Easter Monday",
    ],
)
def test_without_publication_what_needs_it_stays_open(text: str) -> None:
    mention = only(text, None)
    assert (mention.first, mention.last) == (None, None)


def test_without_publication_a_year_is_enough() -> None:
    assert days("It fell in March 2004.", None) == ("2004-03-01", "2004-03-31")
    assert days("It has stood since 1998.", None) == ("1998-01-01", None)
    assert find_dates("It fell on 3 March 2004 and rose two days later.", None)[-1].first == "2004-03-05"


@pytest.mark.parametrize("published", ["", "soon", "2018-13-45", "14 November"])
def test_a_malformed_publication_counts_as_none(published: str) -> None:
    assert days("It rained yesterday.", published) == (None, None)


def test_a_date_time_counts_as_its_day() -> None:
    assert days("It rained yesterday.", "2018-11-14T23:30:00Z") == ("2018-11-13", "2018-11-13")


def test_years_before_christ_are_known_but_have_no_day() -> None:
    mention = only("The wall fell in 490 BC.")
    assert (mention.first, timex_value(mention)) == (None, "BC0490")


def test_a_history_takes_the_year_it_has_reached() -> None:
    text = "In 1911 they rose. In March 1912 they lost. In June they fled. By 1913 it was over."
    assert [m.first for m in find_dates(text, PUBLISHED) if m.text == "June"] == ["1912-06-01"]


def test_a_year_that_heads_a_paragraph_holds_for_it() -> None:
    text = "2005. In May the two sides signed.\n\nOn Tuesday nothing was signed. In May it had been hot."
    found = [m.first for m in find_dates(text, PUBLISHED) if m.text == "May"]
    assert found == ["2005-05-01", "2018-05-01"]


def test_what_narrows_an_expression_is_not_taken_twice() -> None:
    assert [m.text for m in find_dates("decades later on Monday", None)] == ["decades later", "Monday"]


def test_timex_values() -> None:
    text = (
        "It fell on 14 May 2017, in summer 2016, in the 1990s, in June 2015 and for three days. Now it rains."
    )
    assert [timex_value(m) for m in find_timexes(text, PUBLISHED)] == [
        "2017-05-14", "2016-SU", "199", "2015-06", "P3D", "PRESENT_REF",
    ]  # fmt: skip


def test_both_ends_of_a_range_of_years_are_timexes() -> None:
    assert [(m.text, timex_value(m)) for m in find_timexes("the war of 1864-1865", PUBLISHED)] == [
        ("1864", "1864"),
        ("1865", "1865"),
    ]


def test_the_offset_moves_every_place() -> None:
    text = "It rained on Monday."
    (here,), (there,) = find_dates(text, PUBLISHED), find_dates(text, PUBLISHED, start_offset=100)
    assert (there.start, there.end, there.lead_start) == (
        here.start + 100,
        here.end + 100,
        here.lead_start + 100,
    )
    assert here.lead == "on" and text[here.lead_start :].startswith("on Monday")


def test_easter_of_both_churches() -> None:
    assert [easter(y) for y in (2008, 2019, 2024)] == [
        date(2008, 3, 23),
        date(2019, 4, 21),
        date(2024, 3, 31),
    ]
    assert [orthodox_easter(y) for y in (2008, 2021, 2025)] == [
        date(2008, 4, 27),
        date(2021, 5, 2),
        date(2025, 4, 20),
    ]


def test_the_calendar_holds_at_its_ends() -> None:
    assert shift(date.max, 40) == date.max and shift(date.min, -40) == date.min


@given(st.integers(1, 9998))
def test_thirds_cover_the_year(year: int) -> None:
    early, mid, late = (third_of(year_of(year), part) for part in ("early", "mid", "late"))
    assert early.first == date(year, 1, 1) and late.last == date(year, 12, 31)
    assert shift(early.last, 1) == mid.first and shift(mid.last, 1) == late.first


PIECES = st.sampled_from(
    [
        "on Monday",
        "14",
        "May",
        "2018",
        "the",
        "last",
        "next",
        "week",
        "a day earlier",
        "three",
        "years ago",
        "since",
        "until",
        "early",
        "in",
        "March",
        "3-4",
        "to",
        "and",
        "the eve of",
        "Easter",
        "Q3",
        "BC",
        "that",
        "night",
        "of",
        "year",
        "0",
        "31",
        "February",
        "30",
        "1999-2001",
        "9999",
        "0001",
        "10000",
        "century",
        "'s",
        "\n\n",
        ".",
        ",",
        "-",
        "will",
        "said",
        "days",
        "999",
        "decades later",
        "ſat",
        "İ",
        "Mayén",
        "auguſt",
        "١٢",
        "\x00",
        "�",
        "\u202e",
        "first",
        "day",
        "second",
        "half",
    ]
)


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=40).map(" ".join)),
    st.one_of(st.none(), st.sampled_from(["2018-11-14", "0001-01-01", "9999-12-31", "2020-02-29T10:00"])),
)
def test_any_text_gives_places_that_hold_and_days_in_order(text: str, published: str | None) -> None:
    for mentions in (find_dates(text, published), find_timexes(text, published)):
        end = 0
        for mention in mentions:
            assert text[mention.start : mention.end] == mention.text and end <= mention.start < mention.end
            end = mention.end
            if mention.first and mention.last:
                assert date.fromisoformat(mention.first) <= date.fromisoformat(mention.last)


HOSTILE = [
    "May ",
    "Monday to ",
    "the last ",
    "January 14, ",
    "1-",
    "2010.\n",
    "2010 and ",
    "at dawn ",
    " ",
    "\ud800 14 May ",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_is_linear_in_the_text(piece: str) -> None:
    def spent(copies: int) -> float:
        gc.collect()  # what other tests left behind is not to be gone through in the middle of the reading
        text, begin = piece * copies, time.process_time()
        find_dates(text, PUBLISHED)
        return time.process_time() - begin

    spent(50)
    short, long = (min(spent(copies) for _ in range(3)) for copies in (1000, 8000))
    assert long < 8 * max(short, 0.02) * 4  # a quadratic reader takes 64 times as long
