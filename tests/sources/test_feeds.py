from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest

from rashomon.errors import EmptyText, InputError, MalformedInput, TextTooLong
from rashomon.sources import feeds
from rashomon.sources.articles import plain_link
from rashomon.sources.child import Limits
from rashomon.sources.feeds import parse_feed
from rashomon.sources.files import Arrival, arrivals
from rashomon.sources.opml import Subscription, read_subscriptions, write_opml

RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>Hill Courier</title><link>http://hill.example/</link><ttl>30</ttl>
<item><guid isPermaLink="false">a1</guid><title>Bridge &amp; road shut</title><link>/a</link>
 <pubDate>Tue, 28 May 2019 23:30:00 +0200</pubDate>
 <description>&lt;p&gt;Police shut the bridge.&lt;/p&gt;&lt;p&gt;Nobody was hurt.&lt;/p&gt;
 &lt;script&gt;x()&lt;/script&gt;</description>
 <source url="http://s.example/">Lake Post</source></item>
<item><guid isPermaLink="false">a2</guid><title>Second</title><link>javascript:alert(1)</link>
 <pubDate>not a day</pubDate><description>short</description>
 <content:encoded><![CDATA[<div>Longer words<br>than the summary.</div>]]></content:encoded></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Lake Post</title>
<entry><id>urn:1</id><title type="html">Fire &lt;b&gt;out&lt;/b&gt;</title>
<link href="http://lake.example/1"/><updated>2019-05-28T10:00:00Z</updated>
<published>2019-05-27T22:00:00-05:00</published><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">
<p>The fire is out.</p></div></content></entry></feed>"""
ITEM = "<item><guid>{0}</guid><title>{1}</title><description>Words.</description></item>"


def rss(*items: str) -> bytes:
    return f"<rss version='2.0'><channel><title>x</title>{''.join(items)}</channel></rss>".encode()


def test_rss() -> None:
    feed = parse_feed(RSS.encode(), url="http://hill.example/feed.xml")
    assert (feed.title, feed.ttl, feed.notes) == ("Hill Courier", 1800, ())
    first, second = feed.entries
    assert (first.id, first.link, first.title) == ("a1", "http://hill.example/a", "Bridge & road shut")
    assert first.published == "2019-05-28T23:30:00+02:00"
    assert first.summary == "Police shut the bridge.\n\nNobody was hurt." and first.source == "Lake Post"
    assert (second.link, second.published, second.dated) == (None, None, "not a day")
    assert second.words == "Longer words\n\nthan the summary."


def test_atom() -> None:
    (entry,) = parse_feed(ATOM.encode()).entries
    assert (entry.title, entry.link) == ("Fire out", "http://lake.example/1")
    assert (entry.published, entry.updated) == ("2019-05-27T22:00:00-05:00", "2019-05-28T10:00:00Z")
    assert entry.words == "The fire is out."


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "iso-8859-2", "windows-1250"]
)
def test_encodings(encoding: str) -> None:
    declared = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>'
    data = (declared + RSS.replace('<?xml version="1.0"?>', "").replace("Hill", "Čabra")).encode(encoding)
    assert parse_feed(data).title == "Čabra Courier"


def test_the_servers_charset_counts_where_the_document_says_nothing() -> None:
    data = rss(ITEM.format(1, "Čabra")).decode().encode("iso-8859-2")
    assert parse_feed(data, charset="iso-8859-2").entries[0].title == "Čabra"
    assert parse_feed(data, charset="utf-7").entries  # and one that is nonsense is passed over


def test_bytes_that_are_no_characters_cost_only_themselves() -> None:
    told = rss(ITEM.format(1, "good"), ITEM.format(2, "b\x00a\x08d!")).replace(b"d!", b"d\xff")
    data = b'<?xml version="1.0" encoding="utf-8"?>' + told
    feed = parse_feed(data)
    assert [entry.title for entry in feed.entries] == ["good", "b a d\ufffd"]
    assert any("forbids" in note for note in feed.notes) and any("U+FFFD" in note for note in feed.notes)


def test_doubled_ids_are_kept_and_doubled_entries_are_not() -> None:
    items = [ITEM.format("same", "one"), ITEM.format("same", "two"), ITEM.format("same", "two")]
    feed = parse_feed(rss(*items))
    assert [entry.title for entry in feed.entries] == ["one", "two"]
    assert any("'same'" in note for note in feed.notes)
    assert len({entry.key for entry in feed.entries}) == 2


@pytest.mark.parametrize(
    ("data", "kind", "what"),
    [
        (b"", EmptyText, "empty"),
        (b" \r\n\x00 ", EmptyText, "empty"),
        (b"<!doctype html><html><body>Log in</body></html>", MalformedInput, "web page"),
        (b"<html><head></head></html>", MalformedInput, "web page"),
        (b"hello", MalformedInput, "no RSS"),
        (b'{"version": "x"}', MalformedInput, "no RSS"),
        (b"\x89PNG\r\n", MalformedInput, "image"),
        (b"<rss>" + b" " * (9 << 20), TextTooLong, "8 MB"),
    ],
)
def test_what_is_no_feed_says_so(data: bytes, kind: type[InputError], what: str) -> None:
    with pytest.raises(kind, match=what):
        parse_feed(data)


def test_a_page_in_a_feeds_place_names_the_feed_it_links() -> None:
    page = b"<!doctype html><link rel=alternate type='application/rss+xml' href='/news.rss'>"
    with pytest.raises(MalformedInput) as caught:
        parse_feed(page)
    assert caught.value.hint is not None and "/news.rss" in caught.value.hint


def test_an_empty_feed_is_a_feed() -> None:
    feed = parse_feed(rss())
    assert feed.entries == () and any("no entry" in note for note in feed.notes)


ENTITIES = (
    '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><rss><channel>&b;</channel></rss>'
)


@pytest.mark.parametrize(
    "text",
    [
        ENTITIES,
        "<?xml version='1.0'?>\n<!-- x -->\n<?y z?>" + ENTITIES,
        '<!DOCTYPE rss SYSTEM ">[" [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss>&x;</rss>',
        '<!doctype rss PUBLIC "x" \'y\' \t[ <!ENTITY % p SYSTEM "http://x.invalid/p.dtd"> %p; ]><rss/>',
        '<!DOCTYPE rss "' + "x" * 20_000 + '" [<!ENTITY a "b">]><rss>&a;</rss>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "utf-8-sig"])
def test_declared_entities_are_refused(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    with pytest.raises(MalformedInput, match="entities"):
        parse_feed(data)
    with pytest.raises(MalformedInput):
        read_subscriptions(data)


def test_encodings_that_hide_a_bracket_are_not_believed() -> None:
    for name in ("utf-7", "cp037", "cp500", "zip", "unicode_escape", "rot13", "idna", "punycode"):
        body = ENTITIES.encode("utf-7") if name == "utf-7" else ENTITIES.encode()
        data = f'<?xml version="1.0" encoding="{name}"?>'.encode() + body
        with contextlib.suppress(MalformedInput):
            assert "aaaaaaaaaa" not in str(parse_feed(data))


@pytest.mark.slow
@pytest.mark.parametrize(
    "data",
    [
        b"<rss version='2.0'><channel><item " + b" ".join(b"a%d='1'" % i for i in range(120_000)) + b">",
        b"<rss version='2.0'><channel>" + b"<a>" * 700_000,
        b"<rss version='2.0'><channel><item><description>" + b"<![CDATA[" * 300_000,
        b"<rss version='2.0'><channel><item><description>" + b"&lt;div&gt;" * 300_000,
    ],
)
def test_hostile_feeds_end_in_time(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    feeds.stop()
    limits = Limits(cpu_seconds=2, wall_seconds=12.0, start_seconds=30.0)
    monkeypatch.setattr(feeds._pool(), "limits", limits)
    start = time.monotonic()
    try:
        parse_feed(data)
    except MalformedInput as error:
        assert "too long" in error.what or "broke" in error.what or "apart" in error.what
    assert time.monotonic() - start < limits.start_seconds + limits.wall_seconds + 10
    assert parse_feed(RSS.encode()).entries
    feeds.stop()


def saved(tmp_path: Path, name: str, data: bytes) -> list[Arrival]:
    (tmp_path / name).write_bytes(data)
    return list(arrivals([tmp_path / name], max_chars=100_000))


def test_a_saved_feed_is_read_as_reports(tmp_path: Path) -> None:
    first, second = saved(tmp_path, "x.rss", RSS.encode())
    assert first.report is not None and second.report is not None
    assert first.report.published == "2019-05-28T23:30:00+02:00"
    assert (first.report.publisher, second.report.publisher) == ("Lake Post", "Hill Courier")
    assert any("no date" in note for note in second.notes)
    assert [each.report for each in saved(tmp_path, "noname", RSS.encode())] == [first.report, second.report]
    (headline,) = saved(tmp_path, "y.xml", rss("<item><title>Only this</title></item>"))
    assert isinstance(headline.error, EmptyText) and "Only this" in headline.error.what
    (opml,) = saved(tmp_path, "z.xml", write_opml([Subscription("http://a.example/")]))
    assert opml.error is not None and "rashomon watch" in str(opml.error)


def test_opml_goes_out_as_it_came_in() -> None:
    given = (
        Subscription("http://a.example/f?x=1&y=2", "A & <b>", "http://a.example/", "News / Hills"),
        Subscription("https://b.example/feed", "B\x00", None, "News"),
        Subscription("https://c.example/feed"),
    )
    back = read_subscriptions(write_opml(given))
    assert back.notes == ()
    assert [(each.url, each.folder, each.site) for each in back.feeds] == [
        (each.url, each.folder, each.site) for each in given
    ]
    assert [each.title for each in back.feeds] == ["A & <b>", "B\ufffd", "https://c.example/feed"]


def test_lists_of_feeds() -> None:
    listed = read_subscriptions(b"# mine\nhttp://a.example/\n\nhttp://a.example/\nftp://b.example/\n")
    assert [each.url for each in listed.feeds] == ["http://a.example/"] and len(listed.notes) == 2
    old = b"<opml version='1.1'><body><outline title='T' xmlURL='http://a.example/'/></body></opml>"
    assert read_subscriptions(old).feeds[0].title == "T"
    for bad in (b"", b"hello", b"<opml><body></body></opml>", b"<opml><a>&</opml>", b"<rss/>", b"\x1f\x8b"):
        with pytest.raises(InputError):
            read_subscriptions(bad)


def test_links_lose_only_what_tells_where_a_reader_came_from() -> None:
    assert plain_link("http://a.example/x?id=1&utm_source=rss&b=#top") == "http://a.example/x?id=1&b="
    assert plain_link("http://a.example/x?id=a%20b;c") == "http://a.example/x?id=a%20b;c"
    assert plain_link("http://[") == "http://["
