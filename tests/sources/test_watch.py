from __future__ import annotations

import asyncio
import itertools
import json
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from source_web import Answer, Asked, Web, web

from rashomon.errors import FetchFailed, InputError, MalformedInput, RashomonError
from rashomon.model import Report
from rashomon.sources import arrivals
from rashomon.sources.articles import WHOLE_TEXT
from rashomon.sources.opml import Subscription
from rashomon.sources.pace import Pace, backoff
from rashomon.sources.visit import Visitor
from rashomon.sources.watch import FeedState, Tally, Watcher, WatchState
from rashomon.sources.watch_state import MemoryState, ReportFile, SqliteState

NOW = 1_559_044_800.0  # 2019-05-28 12:00 UTC
SENTENCE = "Police in Vrelo shut the bridge on Tuesday after shots were fired, the mayor said. "
OPEN = "Traders said that they would open their stalls again when the soldiers had gone. "
ARTICLE = (
    "<!doctype html><html><head><title>Bridge shut</title>"
    "<meta property='og:site_name' content='Hill Courier'></head>"
    f"<body><article><h1>Bridge shut</h1><p>{SENTENCE * 6}</p><p>{OPEN * 6}</p></article></body></html>"
)
WALL = "<html><body><p>Subscribe to continue reading. Already a subscriber? Log in.</p></body></html>"
EMPTY = "<html><body><div id=app></div></body></html>"


def item(guid: str, link: str = "", title: str = "Bridge shut", day: str = "Tue, 28 May 2019 09:00:00 GMT",
         words: str = "The bridge is shut.", content: str = "") -> str:  # fmt: skip
    date = f"<pubDate>{day}</pubDate>" if day else ""
    whole = f"<content:encoded><![CDATA[{content}]]></content:encoded>" if content else ""
    return (
        f"<item><guid isPermaLink='false'>{guid}</guid><title>{title}</title><link>{link}</link>{date}"
        f"<description>{words}</description>{whole}</item>"
    )


def rss(*items: str) -> bytes:
    space = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    told = f"<title>Hill Courier</title>{''.join(items)}"
    return f"<rss version='2.0' {space}><channel>{told}</channel></rss>".encode()


class Desk:
    """A watcher at work: what it handed over, said and refused, with a clock that is set by hand."""

    def __init__(self, served: Web, state: WatchState | None = None) -> None:
        self.served, self.state = served, state or MemoryState()
        self.reports: list[Report] = []
        self.notes: list[str] = []
        self.errors: list[RashomonError] = []
        self.now = NOW
        self.sink: Callable[[Report], Awaitable[None] | None] = self.reports.append
        self.pages = True

    def poll(self, *paths: str) -> Tally:
        async def go() -> Tally:
            feeds = [Subscription(self.served.url(path)) for path in paths or ("/feed",)]
            visitor = Visitor(guard=self.served.guard, between=0.0, attempts=1)
            async with visitor:
                return await Watcher(
                    feeds, self.sink, self.state, visitor, now=lambda: self.now, pages=self.pages,
                    on_note=lambda where, note: self.notes.append(f"{where}: {note}"),
                    on_error=self.errors.append,
                ).run(once=True)  # fmt: skip

        return asyncio.run(go())

    def said(self, words: str) -> bool:
        return any(words in note for note in self.notes)


@pytest.fixture
def desk() -> object:
    with web() as served:
        yield Desk(served)


def test_new_articles_come_once_with_the_text_of_their_pages(desk: Desk) -> None:
    url = desk.served.url
    desk.served.pages = {
        "/feed": rss(item("2", url("/b")), item("1", url("/a?utm_source=rss"))),
        "/a?utm_source=rss": ARTICLE,
        "/b": ARTICLE,
    }
    assert desk.poll().reports == 2
    first, second = desk.reports
    assert (first.url, second.url) == (url("/a"), url("/b"))  # the oldest first
    assert first.text.startswith("Police in Vrelo") and len(first.text) > 500
    assert (first.title, first.publisher, first.published) == (
        "Bridge shut",
        "Hill Courier",
        "2019-05-28T09:00:00+00:00",
    )
    assert desk.poll().reports == 0 and len(desk.reports) == 2
    desk.served.pages["/feed"] = rss(
        item("3", words="A new one."), item("2", url("/b"), words="It is open again.")
    )
    assert desk.poll().reports == 2  # one is new, one was revised
    assert desk.errors == []


def test_a_feed_that_has_not_changed_is_not_sent_again(desk: Desk) -> None:
    def feed(asked: Asked) -> Answer:
        told = {"ETag": '"v1"', "Last-Modified": "Tue, 28 May 2019 09:00:00 GMT"}
        same = asked.headers.get("if-none-match") == '"v1"' and "if-modified-since" in asked.headers
        return (304, told, b"") if same else (200, told, rss(item("1")))

    desk.served.pages = {"/feed": feed}
    assert (desk.poll().unchanged, desk.poll().unchanged) == (0, 1)
    assert len(desk.reports) == 1


def test_feeds_that_carry_the_text_have_no_page_fetched(desk: Desk) -> None:
    content = f"<p>{SENTENCE * (WHOLE_TEXT // len(SENTENCE) + 1)}</p>"
    desk.served.pages = {"/feed": rss(item("1", desk.served.url("/a"), content=content))}
    desk.poll()
    assert desk.served.paths() == ["/robots.txt", "/feed"]
    assert len(desk.reports[0].text) >= WHOLE_TEXT
    desk.pages = False
    desk.served.pages = {"/feed": rss(item("2", desk.served.url("/a")))}
    desk.poll()
    assert desk.reports[1].text == "The bridge is shut."


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ((403, {}, b""), "the site refuses it (403)"),
        ((404, {}, b""), "nothing at this address"),
        ((402, {}, b""), "payment"),
        (WALL, "wall"),
        (EMPTY, "no article text"),
        ((200, {}, b"\x89PNG\r\n\x1a\n" + bytes(200)), "image"),
        ((200, {}, b"x" * (3 << 20)), "limit"),
        ((302, {"Location": "http://169.254.169.254/"}, b""), "no public address"),
    ],
)  # fmt: skip
def test_what_stands_before_a_page_leaves_the_words_of_the_feed(
    desk: Desk, page: str | Answer, said: str
) -> None:
    desk.served.pages = {"/feed": rss(item("1", desk.served.url("/a"))), "/a": page}
    assert desk.poll().reports == 1
    assert desk.reports[0].text == "The bridge is shut."
    assert desk.said(said) and desk.said("the words of the feed are kept"), desk.notes


def test_a_page_that_gives_only_its_beginning_is_kept_and_said(desk: Desk) -> None:
    half = ARTICLE.replace(
        "</head>", "<script type='application/ld+json'>{'isAccessibleForFree': false}</script></head>"
    )
    desk.served.pages = {"/feed": rss(item("1", desk.served.url("/a"))), "/a": half}
    desk.poll()
    assert len(desk.reports[0].text) > 500 and desk.said("only its beginning")


@pytest.mark.parametrize(
    ("day", "published", "said"),
    [
        ("Tue, 28 May 2019 23:59:00 GMT", "2019-05-28T23:59:00+00:00", None),  # a clock ahead by half a day
        ("Tue, 28 May 2090 10:00:00 GMT", "2019-05-28", "lies in the future"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "2019-05-28", "before the first feeds"),
        ("soon", "2019-05-28", "'soon' is no date"),
        ("", "2019-05-28", "no day of publication is given"),
        ("Tue, 99 May 2019 99:99:99 GMT", "2019-05-28", "is no date"),
    ],
)
def test_days_that_cannot_be(desk: Desk, day: str, published: str, said: str | None) -> None:
    desk.served.pages = {"/feed": rss(item("1", day=day))}
    desk.poll()
    assert desk.reports[0].published == published
    assert said is None or desk.said(said), desk.notes


def test_a_page_that_fails_is_tried_at_later_polls_and_then_the_feeds_words_are_kept(desk: Desk) -> None:
    desk.served.pages = {"/feed": rss(item("1", desk.served.url("/a")), item("2")), "/a": (503, {}, b"")}
    tally = desk.poll()
    assert (tally.reports, tally.pending) == (1, 1)
    desk.served.pages["/feed"] = rss()  # the entry leaves the feed: it is not lost
    assert desk.poll().reports == 0
    desk.served.pages["/a"] = ARTICLE
    assert desk.poll().reports == 1 and len(desk.reports[1].text) > 500
    desk.served.pages = {"/feed": rss(item("3", desk.served.url("/b"))), "/b": (503, {}, b"")}
    assert [desk.poll().reports for _ in range(4)] == [0, 0, 1, 0]
    assert desk.reports[2].text == "The bridge is shut." and desk.said("503")


@pytest.mark.parametrize(
    ("feed", "what"),
    [
        (b"<!doctype html><html><body>Log in</body></html>", "web page, not a feed"),
        (b"", "the feed is empty"),
        (b"nonsense", "no RSS"),
        (b'<!DOCTYPE rss [<!ENTITY a "b">]><rss/>', "entities"),
        ((404, {}, b""), "404"),
        ((500, {}, b""), "500"),
    ],
)
def test_a_feed_that_fails_is_named_left_alone_and_tried_again(
    desk: Desk, feed: bytes | Answer, what: str
) -> None:
    desk.served.pages = {"/feed": feed, "/other": rss(item("1"))}
    assert desk.poll("/feed", "/other").failed == 1
    assert [error.where for error in desk.errors] == [desk.served.url("/feed")] and what in str(
        desk.errors[0]
    )
    assert len(desk.reports) == 1  # the other feed is read
    before = len(desk.served.asked)
    desk.poll()
    assert len(desk.served.asked) == before and desk.said("left alone")
    desk.now += 2 * 86_400
    desk.served.pages["/feed"] = rss(item("2"))
    assert desk.poll().reports == 1
    state = desk.state.load(desk.served.url("/feed"))
    assert state is not None and state.failures == 0


def test_failures_and_retry_after_lengthen_the_pause(desk: Desk) -> None:
    desk.served.pages = {"/feed": (429, {"Retry-After": "40000"}, b"")}
    url = desk.served.url("/feed")
    desk.poll()
    state = desk.state.load(url)
    assert state is not None and state.next_poll - NOW >= 40_000
    assert isinstance(desk.errors[0], FetchFailed)
    pauses = [backoff(count, 900, 86_400, lambda: 0.5) for count in range(10)]
    assert pauses[0] == 900 and pauses[1] == 1800 and pauses[-1] == 86_400 == max(pauses)
    assert backoff(3, 900, 86_400, lambda: 0.0) < 7200 < backoff(3, 900, 86_400, lambda: 1.0)


def test_gone_and_moved(desk: Desk) -> None:
    desk.served.pages = {
        "/feed": (410, {}, b""),
        "/old": (301, {"Location": "/new"}, b""),
        "/new": rss(item("1")),
    }
    desk.poll("/feed", "/old")
    state = desk.state.load(desk.served.url("/feed"))
    assert state is not None and state.next_poll - NOW == 7 * 86_400 and desk.said("take it off the list")
    assert desk.said("has moved to") and len(desk.reports) == 1


def test_a_clock_that_ran_ahead_does_not_stop_a_feed(desk: Desk) -> None:
    desk.served.pages = {"/feed": rss(item("1"))}
    desk.state.save(desk.served.url("/feed"), FeedState(next_poll=NOW + 90 * 86_400, failures=1))
    assert desk.poll().reports == 1


def test_robots_are_obeyed(desk: Desk) -> None:
    robots = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /private/\n")
    desk.served.pages = {
        "/robots.txt": robots, "/feed": rss(item("1", desk.served.url("/private/a"))), "/private/a": ARTICLE,
        "/private/feed": rss(item("2")),
    }  # fmt: skip
    desk.poll("/feed", "/private/feed")
    assert desk.served.paths().count("/robots.txt") == 1
    assert not any(path.startswith("/private") for path in desk.served.paths())
    assert desk.said("robots.txt") and "robots.txt" in str(desk.errors[0])
    assert desk.reports[0].text == "The bridge is shut."


def test_robots_that_cannot_be_read_are_waited_for(desk: Desk) -> None:
    desk.served.pages = {"/robots.txt": (503, {}, b""), "/feed": rss(item("1"))}
    desk.poll()
    assert desk.served.paths() == ["/robots.txt"] and isinstance(desk.errors[0], FetchFailed)


def test_one_host_is_asked_in_turn_with_a_pause() -> None:
    starts: list[tuple[str, float]] = []

    async def visit(pace: Pace, url: str) -> None:
        async with pace.turn(url):
            starts.append((url, asyncio.get_running_loop().time()))
            await asyncio.sleep(0.02)

    async def go() -> None:
        pace = Pace(between=0.1)
        urls = ["http://a.example/1", "http://a.example/2", "http://A.example:8080/3", "http://b.example/"]
        await asyncio.gather(*(visit(pace, url) for url in urls))

    asyncio.run(go())
    mine = [at for url, at in starts if "a.example" in url.lower()]
    assert all(later - earlier >= 0.115 for earlier, later in itertools.pairwise(mine))
    other = next(at for url, at in starts if "b.example" in url)
    assert other - mine[0] < 0.1


class Stop(Exception):
    """The sink's own failure."""


def test_nothing_is_lost_where_the_sink_fails(desk: Desk, tmp_path: Path) -> None:
    def feed(asked: Asked) -> Answer:
        told = {"ETag": '"v1"'}
        return (304, told, b"") if "if-none-match" in asked.headers else (200, told, rss(*map(item, "54321")))

    taken: list[str] = []
    budget = 2

    def sink(report: Report) -> None:
        nonlocal budget
        if budget == 0:
            raise OSError("the disk is full")
        budget -= 1
        taken.append(report.id)

    desk.served.pages = {"/feed": feed}
    with SqliteState(tmp_path / "state") as state:
        desk.state, desk.sink = state, sink
        for _ in range(3):
            budget = 2
            with suppress(OSError):
                desk.poll()
    assert len(taken) == 5
    with SqliteState(tmp_path / "state") as state:
        desk.state = state
        assert desk.poll().unchanged == 1


def test_a_coroutine_may_be_the_sink(desk: Desk) -> None:
    async def sink(report: Report) -> None:
        await asyncio.sleep(0)
        desk.reports.append(report)

    desk.sink = sink
    desk.served.pages = {"/feed": rss(item("1"))}
    assert desk.poll().reports == 1 == len(desk.reports)


def test_the_file_of_reports_is_mended_after_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "reports.jsonl"
    report = Report(text="Half a character: \ud83d", title="T", published="2019-05-28", publisher="P")
    with ReportFile(path) as file:
        file(report)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:20])
    with ReportFile(path) as file:
        file(report)
    assert path.read_bytes() == whole * 2
    assert [each.report and each.report.text for each in arrivals([path], max_chars=1000)] == [
        "Half a character: \ufffd"
    ] * 2
    path.write_bytes(whole.rstrip(b"\n"))
    with ReportFile(path) as file:
        file(report)
    assert path.read_bytes() == whole * 2
    path.write_text("dear diary")
    with pytest.raises(MalformedInput, match="last line"):
        ReportFile(path)
    assert path.read_text() == "dear diary"


def test_states_are_kept_and_held_by_one(tmp_path: Path) -> None:
    path = tmp_path / "state"
    with SqliteState(path) as state:
        state.save("u", FeedState(etag="e", seen={"k": 1.0}))
        state.finish("x")
        with pytest.raises(InputError, match="another process"):
            SqliteState(path)
    with SqliteState(path) as state:
        assert state.load("u") == FeedState(etag="e", seen={"k": 1.0})
        assert state.load("v") is None and state.is_done("x") and not state.is_done("y")
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("UPDATE feeds SET state = 'garbage'")
    with SqliteState(path) as state:
        assert state.load("u") is None
    other = tmp_path / "notes.txt"
    other.write_text("not a state, and long enough to be told from one" * 50)
    with pytest.raises(InputError, match="no state file"):
        SqliteState(other)
    assert json.dumps(other.read_text()).startswith('"not a state')
