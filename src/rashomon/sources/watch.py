"""Follow feeds: ask each when it is due, fetch what is new, hand over reports, remember how far it came.

    async with Visitor(contact="desk@example.org") as visitor:
        await Watcher(feeds, sink, state, visitor).run()

A report counts as taken when the sink has returned; only then is its entry remembered, and only when all
entries of an answer are taken or put down as pending are the feed's validators kept. So whatever stops the
watcher, nothing is lost; the last report may be handed over a second time, with the same id.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol

import msgspec

from rashomon.errors import (
    EmptyText,
    FetchFailed,
    FetchRefused,
    InputError,
    InstallationError,
    MalformedInput,
    RashomonError,
    TextTooLong,
)
from rashomon.model import Report
from rashomon.patience import Patience
from rashomon.sources import feeds, html
from rashomon.sources.articles import Told, has_whole_text, report_of_entry, wall_of
from rashomon.sources.feeds import MAX_FEED_BYTES, Entry, Feed
from rashomon.sources.opml import Subscription
from rashomon.sources.pace import backoff
from rashomon.sources.visit import FEED, Visitor

Sink = Callable[[Report], Awaitable[None] | None]

EVERY_SECONDS = 900.0
_LONGEST_BACKOFF = 86_400.0
_LONGEST_TTL = 3_600.0
_LONGEST_WAIT = 8 * 86_400.0  # a poll farther away than any of ours was set by a clock that ran ahead
_GONE_SECONDS = 7 * 86_400.0
_PAGE_TRIES = 3
_FORGET_SECONDS = 45 * 86_400.0


class Pending(msgspec.Struct):
    """An entry whose page could not be had yet, and how often that was tried."""

    entry: Entry
    tries: int = 1


class FeedState(msgspec.Struct):
    """How far a feed was followed.

    `next_poll` is a Unix time; `failures` those in a row; `seen` the keys of the entries that were handed
    over, with the Unix time at which each last stood in the feed; `pending` those that wait for their page;
    `gone` says that the server gave the feed up.
    """

    etag: str | None = None
    last_modified: str | None = None
    next_poll: float = 0.0
    failures: int = 0
    title: str | None = None
    seen: dict[str, float] = {}
    pending: dict[str, Pending] = {}


class WatchState(Protocol):
    """Where the states of feeds are kept. `save` returns when the state would outlive a power cut."""

    def load(self, url: str) -> FeedState | None:
        """The state of the feed at that address, None where it is new."""

    def save(self, url: str, state: FeedState) -> None:
        """Keep it."""


class Tally(msgspec.Struct):
    """What was done: polls, answers with nothing new, reports handed over, polls that failed, and entries
    that wait for their page."""

    polls: int = 0
    unchanged: int = 0
    reports: int = 0
    failed: int = 0
    pending: int = 0


class Watcher:
    """Follows feeds and hands each new report to `sink`, one at a time.

    Args:
        subscriptions: the feeds.
        sink: takes a report; a plain function or a coroutine function. What it raises stops the watcher.
        state: remembers how far each feed was followed.
        visitor: goes to the web.
        every: seconds between two polls of a feed that answers.
        pages: whether the page of an entry is fetched where the feed does not carry the text.
        now: Unix time.
        on_note, on_error: called with a feed's address and a note, and with errors, as they come.
        patience: how long the sink and the state are waited for where they say `StoreFull` or `StoreBusy`;
            not at all by default.
    """

    def __init__(
        self,
        subscriptions: Sequence[Subscription],
        sink: Sink,
        state: WatchState,
        visitor: Visitor,
        *,
        every: float = EVERY_SECONDS,
        pages: bool = True,
        now: Callable[[], float] = time.time,
        on_note: Callable[[str, str], None] | None = None,
        on_error: Callable[[RashomonError], None] | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.tally = Tally()
        self._subscriptions, self._sink, self._state, self._visitor = subscriptions, sink, state, visitor
        self._every, self._pages, self._now = every, pages, now
        self._on_note, self._on_error = on_note, on_error
        self._patience = patience or Patience(0.0)
        self._told: set[tuple[str, str]] = set()
        self._one_at_a_time = asyncio.Lock()

    async def run(self, *, once: bool = False) -> Tally:
        """Follow all feeds until cancelled; with `once`, poll each a single time and return.

        Raises whatever the sink or the state raises, and InstallationError where a part is missing.
        """
        try:
            async with asyncio.TaskGroup() as group:
                for each in self._subscriptions:
                    group.create_task(self._follow(each, once))
        except* (RashomonError, OSError) as several:
            raise several.exceptions[0] from None
        finally:
            html.stop()
            feeds.stop()
        return self.tally

    async def poll(self, subscription: Subscription) -> None:
        """Ask one feed now and hand over what is new."""
        url = subscription.url
        state = self._load(url)
        self.tally.polls += 1
        try:
            feed, validators = await self._ask(subscription, state)
        except (InputError, MalformedInput) as error:
            await self._put_off(url, state, error)
            return
        await self._retry_pending(subscription, state)
        if feed is None:
            self.tally.unchanged += 1
        else:
            await self._take(subscription, state, feed)
        state.etag, state.last_modified = validators
        state.failures = 0
        asked_for = min(feed.ttl or 0.0, _LONGEST_TTL) if feed is not None else 0.0
        state.next_poll = self._now() + backoff(0, max(self._every, asked_for), _LONGEST_BACKOFF)
        await self._save(url, state)

    async def _follow(self, subscription: Subscription, once: bool) -> None:
        url = subscription.url
        while True:
            state = self._load(url)
            wait = state.next_poll - self._now()
            if once:
                if state.failures and wait > 0:
                    self._note(url, f"it failed before and is left alone for {wait / 60:,.0f} more minutes")
                    return
                await self.poll(subscription)
                return
            if wait > 0:
                await asyncio.sleep(min(wait, 3_600.0))  # the clock may be set meanwhile
                continue
            await self.poll(subscription)

    def _load(self, url: str) -> FeedState:
        state = self._state.load(url) or FeedState()
        if state.next_poll > self._now() + _LONGEST_WAIT:
            state.next_poll = 0.0
        return state

    async def _ask(
        self, subscription: Subscription, state: FeedState
    ) -> tuple[Feed | None, tuple[str | None, str | None]]:
        """The feed as it is now, None where nothing has changed; and what to ask with the next time."""
        url = subscription.url
        answer = await self._visitor.get(
            url,
            max_bytes=MAX_FEED_BYTES,
            accept=FEED,
            etag=state.etag,
            last_modified=state.last_modified,
        )
        if answer.url != url and answer.for_good:
            self._note(url, f"the feed has moved to {answer.url}: change the list")
        if answer.not_modified:
            return None, (state.etag, state.last_modified)
        try:
            feed = await asyncio.to_thread(
                feeds.parse_feed, answer.body, url=answer.url, charset=answer.charset
            )
        except EmptyText as error:
            raise EmptyText("the feed is empty", where=url, hint=error.hint) from None
        for note in feed.notes:
            self._note(url, note)
        state.title = subscription.title or feed.title
        return feed, (answer.etag, answer.last_modified)

    async def _take(self, subscription: Subscription, state: FeedState, feed: Feed) -> None:
        """Hand over the entries that are new, the oldest first."""
        state.etag = state.last_modified = None  # what is saved on the way must bring the whole feed again
        for entry in reversed(feed.entries):
            if entry.key not in state.seen and entry.key not in state.pending:
                await self._hand_over(subscription, state, entry, tries=0)
        now = self._now()
        present = {entry.key for entry in feed.entries}
        state.seen = {
            key: now if key in present else when
            for key, when in state.seen.items()
            if key in present or now - when < _FORGET_SECONDS
        }

    async def _retry_pending(self, subscription: Subscription, state: FeedState) -> None:
        for pending in list(state.pending.values()):
            await self._hand_over(subscription, state, pending.entry, tries=pending.tries)

    async def _hand_over(
        self, subscription: Subscription, state: FeedState, entry: Entry, *, tries: int
    ) -> None:
        """Make the report of an entry and give it to the sink, or put it down as pending."""
        url = subscription.url
        told = await self._report(entry, state.title, last=tries + 1 >= _PAGE_TRIES)
        if told is None:
            if entry.key not in state.pending:
                self.tally.pending += 1
            state.pending[entry.key] = Pending(entry, tries + 1)
            await self._save(url, state)
            return
        where = entry.link or url
        for note in told.notes:
            self._note(where, note)
        async with self._one_at_a_time:
            await self._patience.outlast(lambda: self._sink(told.report))
        self.tally.reports += 1
        if state.pending.pop(entry.key, None) is not None:
            self.tally.pending = max(0, self.tally.pending - 1)
        state.seen[entry.key] = self._now()
        await self._save(url, state)

    async def _report(self, entry: Entry, feed_title: str | None, *, last: bool) -> Told | None:
        """The report of an entry; None where its page may be had another time."""
        seen = datetime.fromtimestamp(self._now(), UTC)
        page: html.Page | None = None
        final = entry.link
        notes: list[str] = []
        if entry.link and self._pages and not has_whole_text(entry):
            try:
                answer = await self._visitor.get(entry.link)
                final = answer.url
                page, page_notes = await self._page(answer.body, entry)
                notes += page_notes
            except FetchFailed as error:
                if not last:
                    return None
                notes.append(f"its page cannot be had ({error.what}): the words of the feed are kept")
            except FetchRefused as error:
                notes.append(f"its page is not fetched ({error.what}): the words of the feed are kept")
        told = report_of_entry(entry, page, feed_title=feed_title, seen=seen, url=final)
        return Told(told.report, (*notes, *told.notes))

    async def _page(self, body: bytes, entry: Entry) -> tuple[html.Page | None, list[str]]:
        notes: tuple[str, ...] = ()
        page: html.Page | None = None
        try:
            page, notes = await asyncio.to_thread(html.extract, body)
        except EmptyText:
            pass
        except (MalformedInput, TextTooLong) as error:
            return None, [f"{error.what}: the words of the feed are kept"]
        wall = wall_of(page, body, entry.words)
        if wall is None:
            return page, list(notes)
        if wall.shut:
            return None, [f"{wall.note}: the words of the feed are kept"]
        return page, [*notes, wall.note]

    async def _put_off(self, url: str, state: FeedState, error: RashomonError) -> None:
        """A poll that failed: leave the feed alone, longer each time."""
        if isinstance(error, InstallationError):
            raise error
        self.tally.failed += 1
        state.failures += 1
        wait = backoff(state.failures, self._every, _LONGEST_BACKOFF)
        if isinstance(error, FetchFailed) and error.retry_after:
            wait = max(wait, error.retry_after)
        if isinstance(error, FetchRefused) and error.status == 410:
            wait = _GONE_SECONDS
            self._note(url, "take it off the list; it is asked again in a week")
        state.next_poll = self._now() + wait
        await self._save(url, state)
        if self._on_error:
            self._on_error(error if error.where else error.at(url))

    async def _save(self, url: str, state: FeedState) -> None:
        await self._patience.outlast(lambda: self._state.save(url, state))

    def _note(self, where: str, note: str) -> None:
        """Say a thing once, not at every poll."""
        if (where, note) not in self._told and self._on_note:
            if len(self._told) > 50_000:
                self._told.clear()
            self._told.add((where, note))
            self._on_note(where, note)
