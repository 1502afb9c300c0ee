"""`rashomon watch` and `rashomon fetch`: feeds followed, lists of links fetched, as reports in JSON Lines."""

from __future__ import annotations

import math
import re
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rashomon._terminal import Messages, printable
from rashomon.patience import Patience

if TYPE_CHECKING:
    from rashomon.model import Report
    from rashomon.sources.opml import Subscription
    from rashomon.sources.watch_state import MemoryState, SqliteState

_STOPPED = 130
_SPAN = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,3})?)\s*(s|m|h|d)?", re.IGNORECASE)
_UNITS = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_SHORTEST_EVERY = 60.0


def _seconds(value: str) -> str:
    match = _SPAN.fullmatch(value.strip())
    if match is None or seconds_of(value) <= 0:
        raise typer.BadParameter(f"{printable(value)!r} is no length of time; write 90s, 15m or 2h")
    return value


def seconds_of(value: str) -> float:
    """Seconds of "90s", "15m", "2h", "1d"; a bare number is minutes."""
    match = _SPAN.fullmatch(value.strip())
    return float(match[1]) * _UNITS[(match[2] or "m").lower()] if match else 0.0


def _file(value: Path | None) -> Path | None:
    if value is not None and (value.is_dir() or not value.absolute().parent.is_dir()):
        what = "is a folder" if value.is_dir() else "would lie in a folder that does not exist"
        raise typer.BadParameter(f"{printable(str(value))} {what}; name a file")
    return value


Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FILE",
        callback=_file,
        show_default=False,
        help="Reports are appended here, one line of JSON each. Default: standard output.",
    ),
]
State = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        callback=_file,
        show_default=False,
        help="Remembers what was taken, so that the next run goes on from there. Default: OUT.state; none "
        "without --out.",
    ),
]
Contact = Annotated[
    str | None,
    typer.Option(
        metavar="WORDS",
        envvar="RASHOMON_CONTACT",
        show_default=False,
        help="A page or e-mail address at which sites reach you; it is sent with each request.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No notes, only errors.")]
_PATIENCE_SECONDS = 600.0  # of what ends by itself; what follows feeds waits for a disk as long as it takes


def _patience(messages: Messages, seconds: float = _PATIENCE_SECONDS) -> Patience:
    return Patience(seconds, messages.say)


def watch(
    feeds: Annotated[
        list[str],
        typer.Argument(
            metavar="FEEDS...",
            show_default=False,
            help="OPML files, files with one address a line, or addresses of feeds.",
        ),
    ],
    out: Out = None,
    state: State = None,
    every: Annotated[
        str,
        typer.Option(metavar="TIME", callback=_seconds, help="Between two polls of a feed: 90s, 15m, 2h."),
    ] = "15m",
    once: Annotated[bool, typer.Option("--once", help="Poll each feed once, then leave (for cron).")] = False,
    pages: Annotated[
        bool,
        typer.Option("--pages/--no-pages", help="Fetch the page of an entry where the feed has no text."),
    ] = True,
    contact: Contact = None,
    quiet: Quiet = False,
) -> None:
    """Follow feeds: write each new article as a report (extra: rashomon\\[desk]).

    Sites are asked politely: robots.txt is kept, one request at a time with a pause to each host, conditional
    requests, longer and longer pauses where something fails. Ctrl-C stops it; nothing is lost.
    """
    seconds = seconds_of(every)
    if seconds < _SHORTEST_EVERY:
        raise typer.BadParameter("a feed is not asked more often than once a minute", param_hint="--every")
    messages = Messages(quiet=quiet)
    subscriptions = _subscriptions(feeds, messages)
    if not subscriptions:
        messages.finish()
        raise typer.Exit(1)

    from rashomon.sources.visit import Visitor
    from rashomon.sources.watch import Watcher

    async def follow(sink: Callable[[Report], None], kept: MemoryState | SqliteState) -> None:
        async with Visitor(contact=contact) as visitor:
            watcher = Watcher(
                subscriptions,
                sink,
                kept,
                visitor,
                every=seconds,
                pages=pages,
                on_note=messages.note,
                on_error=messages.refuse,
                patience=_patience(messages, _PATIENCE_SECONDS if once else math.inf),
            )
            try:
                await watcher.run(once=once)
            finally:
                tally = watcher.tally
                line = f"polls: {tally.polls:,}, reports: {tally.reports:,}, unchanged: {tally.unchanged:,}"
                line += f", failed: {tally.failed:,}" if tally.failed else ""
                line += f", pages still to be had: {tally.pending:,}" if tally.pending else ""
                typer.echo(line, err=True)

    if not quiet and not once:
        what = "1 feed" if len(subscriptions) == 1 else f"{len(subscriptions):,} feeds"
        typer.echo(f"following {what}; Ctrl-C stops", err=True)
    _run(follow, out, state, messages)


def fetch(
    lists: Annotated[
        list[Path],
        typer.Argument(
            metavar="LIST...",
            show_default=False,
            help="Files with one link a line, or tables with a column of links, such as GDELT's exports.",
        ),
    ],
    out: Out = None,
    state: State = None,
    contact: Contact = None,
    quiet: Quiet = False,
) -> None:
    """Fetch lists of links: write the article behind each as a report (extra: rashomon\\[desk]).

    As polite as watch. Run again, it goes on with the links that it has not dealt with.
    """
    messages = Messages(quiet=quiet)

    from rashomon.errors import InputError
    from rashomon.sources.urls import fetch_links, read_links
    from rashomon.sources.visit import Visitor

    async def take(sink: Callable[[Report], None], kept: MemoryState | SqliteState) -> None:
        count = 0
        async with Visitor(contact=contact) as visitor:
            for path in lists:
                try:
                    count += await fetch_links(
                        read_links(path, messages.note),
                        sink,
                        visitor,
                        kept,
                        on_note=messages.note,
                        on_error=messages.refuse,
                        patience=_patience(messages),
                    )
                except InputError as error:
                    messages.refuse(error)
        typer.echo(f"reports: {count:,}", err=True)

    _run(take, out, state, messages)


def _run(
    work: Callable[[Callable[[Report], None], MemoryState | SqliteState], Coroutine[Any, Any, None]],
    out: Path | None,
    state: Path | None,
    messages: Messages,
) -> None:
    import asyncio

    from rashomon.sources.visit import needs
    from rashomon.sources.watch_state import MemoryState, ReportFile, SqliteState, report_line

    def write(report: Report) -> None:
        sys.stdout.buffer.write(report_line(report))
        sys.stdout.buffer.flush()

    try:
        import stamina.instrumentation
    except ImportError as error:
        raise needs("stamina", error) from error
    stamina.instrumentation.set_on_retry_hooks(())  # what is tried again is no news to who reads the terminal
    # A service manager stops with SIGTERM: it ends as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as stack:
        path = state or (out.with_name(out.name + ".state") if out is not None else None)
        kept = stack.enter_context(SqliteState(path)) if path is not None else MemoryState()
        sink = stack.enter_context(ReportFile(out)) if out is not None else write
        try:
            asyncio.run(work(sink, kept))
        except KeyboardInterrupt:
            messages.finish()
            raise typer.Exit(_STOPPED) from None
    messages.finish()
    if messages.refused:
        raise typer.Exit(1)


def _subscriptions(given: list[str], messages: Messages) -> list[Subscription]:
    from rashomon.errors import InputError, SourceMissing
    from rashomon.sources.opml import MAX_BYTES, Subscription, read_subscriptions

    found: dict[str, Subscription] = {}
    for each in given:
        if each.lower().startswith(("http://", "https://")):
            found.setdefault(each, Subscription(each))
            continue
        try:
            with Path(each).open("rb") as file:
                listed = read_subscriptions(file.read(MAX_BYTES + 1))
        except (OSError, ValueError) as error:
            what = getattr(error, "strerror", None) or str(error)
            hint = "give a file, or an address that begins with http:// or https://"
            messages.refuse(SourceMissing(what, where=each, hint=hint))
            continue
        except InputError as error:
            messages.refuse(error.at(each))
            continue
        for note in listed.notes:
            messages.note(each, note)
        for feed in listed.feeds:
            found.setdefault(feed.url, feed)
    return list(found.values())


__all__ = ["fetch", "watch"]
