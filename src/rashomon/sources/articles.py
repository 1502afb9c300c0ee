"""An entry of a feed and the page behind it, as one report: whose words, which title, which day.

The page has the text, the feed knows the date; either may be missing, or wrong. Whatever is left out or put
in another's place is said in a note, and where the page gives nothing the words of the feed are kept.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from rashomon.knowledge.publishers import profile
from rashomon.model import Report
from rashomon.sources.feeds import Entry
from rashomon.sources.html import Page

WHOLE_TEXT = 1_500  # characters: a feed that carries so much has the article, and its page is not asked for
_EARLIEST = 1990  # feeds began later; 1970 is what broken clocks say
_AHEAD = timedelta(hours=26)  # a clock that runs in the farthest zone, and is wrong by some minutes
_STUB, _NOTHING = 600, 150
_CUT = re.compile(
    r"(?:\[…\]|\[\.\.\.\]|…|\.\.\.|(?:read|see|view) (?:more|the full \w+|full \w+)\W{0,3})\s*$",
    re.IGNORECASE,
)
_WALL = re.compile(
    r"subscribe (?:now )?to (?:continue|read|keep)|(?:sign|log) in to (?:continue|read)|subscribers only|"
    r"create (?:a|your) free account|to continue reading|already a subscriber|enable javascript|"
    r"javascript is (?:disabled|required)|are you a (?:robot|human)|verify (?:that )?you are (?:a )?human|"
    r"checking your browser|we use cookies|accept (?:all )?cookies|before you continue|access denied|"
    r"unusual traffic|not available in your (?:region|country)",
    re.IGNORECASE,
)
_NOT_FREE = re.compile(rb"[\"']isAccessibleForFree[\"']\s*:\s*[\"']?false", re.IGNORECASE)
_TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|at_(?:medium|campaign)|mc_[ce]id|ref_src|cmpid)$", re.IGNORECASE
)


class Told(NamedTuple):
    """A report, and notes on how it came about."""

    report: Report
    notes: tuple[str, ...] = ()


def report_of_entry(
    entry: Entry,
    page: Page | None,
    *,
    feed_title: str | None,
    seen: datetime | None,
    url: str | None = None,
) -> Told:
    """The report that an entry and its page make; its text is the page's where there is one, else the feed's.

    Args:
        entry: of the feed.
        page: the article's page, taken apart; None where there is none or it stands behind a wall.
        feed_title: names the publisher where neither table nor page does.
        seen: when the entry was met, with its zone; stands for a date that is missing or cannot be. None for
            a feed from a file, which may be of any age.
        url: where the page came from in the end.
    """
    notes: list[str] = []
    address = url or entry.link
    link = plain_link(address) if address else None
    text = page.text if page is not None else entry.words
    title = entry.title or (page.title if page else None)
    if not text:
        text = title or ""
        notes.append("the feed gives only a headline")
    published, wrong = sane_date(entry.published, seen)
    if entry.published is None and entry.dated:
        wrong = f"the feed's date {entry.dated[:40]!r} is no date"
    if published is None and page is not None:
        published, _ = sane_date(page.published, seen)
    if published is None and seen is not None:
        published = seen.astimezone(UTC).date().isoformat()
        notes.append(f"{wrong or 'no day of publication is given'}: the day it was first seen stands for it")
    elif wrong:
        notes.append(f"{wrong}: {'the date of the page stands for it' if published else 'left out'}")
    known = profile(link) if link else None
    publisher = (known.name if known else None) or entry.source or (page.publisher if page else None)
    report = Report(text=text, title=title, published=published, publisher=publisher or feed_title, url=link)
    return Told(report, tuple(notes))


def sane_date(published: str | None, seen: datetime | None) -> tuple[str | None, str | None]:
    """A date that can be one of publication, else None and a note that says why not."""
    if published is None:
        return None, None
    try:
        when = datetime.fromisoformat(published)
    except ValueError:
        return None, None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    if when.year < _EARLIEST:
        return None, f"the date {published[:10]} is before the first feeds"
    if seen is not None and when > seen + _AHEAD:
        return None, f"the date {published[:10]} lies in the future"
    return published, None


def has_whole_text(entry: Entry) -> bool:
    """Whether a feed carries the article itself."""
    return len(entry.content) >= WHOLE_TEXT and not _CUT.search(entry.content[-60:])


class Wall(NamedTuple):
    """What stands between a reader and an article. `shut`: what the page shows is not worth keeping."""

    note: str
    shut: bool = True


def wall_of(page: Page | None, body: bytes, entry_words: str) -> Wall | None:
    """What stands between a reader and the article, if something does.

    Args:
        page: what was taken out of the page; None where it held no article.
        body: the page as it came.
        entry_words: what the feed says, to compare with.
    """
    if page is None:
        return Wall("the page has no article text")
    text = page.text
    if len(text) < _STUB and _WALL.search(text):
        return Wall("the page stands behind a wall")
    if len(text) < _NOTHING and _WALL.search(body[:400_000].decode("utf-8", "replace")):
        return Wall("the page stands behind a wall")
    if len(text) < len(entry_words):
        return Wall("the page has less than the feed")
    if _NOT_FREE.search(body) and (len(text) < WHOLE_TEXT or _WALL.search(text[-1_000:])):
        return Wall("the page gives only its beginning, the rest is for subscribers", shut=False)
    return None


def plain_link(url: str) -> str:
    """The link without its fragment and without the parameters that only tell where a reader came from."""
    try:
        parts = urlsplit(url)
        kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True)
                if not _TRACKING.match(name)]  # fmt: skip
        if len(kept) == len(parse_qsl(parts.query, keep_blank_values=True)):
            return urlunsplit(parts._replace(fragment=""))
        return urlunsplit(parts._replace(query=urlencode(kept), fragment=""))
    except ValueError:
        return url
