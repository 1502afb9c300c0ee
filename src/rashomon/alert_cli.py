"""`rashomon alert`: watches over a store, what they raised, and sending it."""

from __future__ import annotations

import datetime
import signal
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rashomon._run import REFUSED
from rashomon._terminal import Messages, printable
from rashomon.options import StoreName, Yes, ask_first
from rashomon.watch_cli import _seconds, seconds_of

if TYPE_CHECKING:
    from rashomon.desk.alerts.judging import Found
    from rashomon.desk.alerts.outbox import Sent, Settings
    from rashomon.store.desk import Desk

app = typer.Typer(
    no_args_is_help=True,
    help="Be told of what happens in a store: saved filters with rules, to webhooks, mail and others.",
)
_STOPPED = 130

Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False, help="The name of a watch.")]
Base = Annotated[
    str | None,
    typer.Option(
        "--desk-url", metavar="URL", envvar="RASHOMON_DESK_URL", show_default=False,
        help="Where the desk is, for links in messages: http://127.0.0.1:8765.",
    ),
]  # fmt: skip
Loopback = Annotated[
    bool, typer.Option("--allow-loopback", help="Let webhooks lead to this machine (localhost).")
]
Days = Annotated[int, typer.Option(metavar="N", min=1, max=3650, help="How far --dry-run looks back.")]


@app.command()
def add(
    name: Name,
    store: StoreName,
    rule: Annotated[
        list[str],
        typer.Option(
            metavar="RULE",
            show_default=False,
            help="new-incident, grown:reports=5, new-dispute:field=killed, "
            "figure-rises:kind=killed,factor=2, denied, tension:dyad=SRB-XKX. May be repeated.",
        ),
    ],
    filter_: Annotated[
        str,
        typer.Option("--filter", metavar="FIELDS", help="As in the desk's address: 'country=XKX'."),
    ] = "",
    to: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ADDRESS",
            show_default=False,
            help="https://...#secret=env:NAME, mailto://..., others through apprise, or env:NAME. May be "
            "repeated.",
        ),
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="NAME", help="Who wants to be told.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Keep nothing: show what it would have raised lately.")
    ] = False,
    days: Days = 30,
) -> None:
    """Keep a watch: a filter, rules, and where to send what they raise. What is there already is no news.

    Without --to alerts are only listed, by `alert log` and on the desk.
    """  # fmt: skip
    from rashomon.desk.alerts import raising, watches

    draft = watches.drafted(name, filter_, rule, to or [], by)
    with _opened(store) as desk:
        if dry_run:
            _print_found(draft.name, raising.rehearse(desk, draft, days), days)
            return
        made = desk.store.write(lambda connection: watches.add(connection, draft))
    typer.echo(printable(f"{made.name}: {made.filter or 'everything'}; {'; '.join(made.rules)}"))
    for shown in made.shown:
        typer.echo(printable(f"  to {shown}"))
    for note in _notes(made.channels):
        typer.echo(f"note: {printable(note)}", err=True)
    typer.echo("`rashomon alert run` looks and sends; `rashomon alert test` tries the addresses.")


@app.command("list")
def list_(store: StoreName) -> None:
    """List the watches, and what is sent, waiting and parked of each."""
    from rashomon.desk.alerts import log, watches

    with _opened(store) as desk, desk.store.reading() as connection:
        found, counts = watches.all_of(connection), log.tally(connection)
    if not found:
        typer.echo("No watch yet: `rashomon alert add NAME --rule new-dispute --to ADDRESS` makes one.")
    for watch in found:
        paused = "" if watch.active else " (paused)"
        typer.echo(printable(f"{watch.name}{paused}: {watch.filter or 'everything'}"))
        typer.echo(printable(f"  rules: {'; '.join(watch.rules)}"))
        typer.echo(printable(f"  to: {'; '.join(watch.shown) or 'nobody: see `rashomon alert log`'}"))
        told = counts.get(watch.num, {})
        line = f"  sent: {told.get('sent', 0):,}, waiting: {told.get('waiting', 0):,}"
        if told.get("parked"):
            line += f", parked: {told['parked']:,} (`rashomon alert log` says why, `alert retry` sends them)"
        typer.echo(line)


@app.command()
def remove(name: Name, store: StoreName, yes: Yes = False) -> None:
    """Forget a watch, its alerts, and what is not sent yet, for good. `pause` stops it and keeps them."""
    from rashomon.desk.alerts import log, watches
    from rashomon.exports.phrases import counted

    with _opened(store) as desk:
        with desk.store.reading() as connection:
            num = watches.named(connection, name).num
            count, told = log.raised(connection, num), log.tally(connection).get(num, {})
        goes = f"{counted(count, 'alert')} in the log"
        unsent = sum(told.values()) - told.get("sent", 0)
        goes += f" and {counted(unsent, 'message')} not sent yet" if unsent else ""
        ask_first(f"Remove the watch {name} for good, with {goes}?", yes)
        desk.store.write(lambda connection: watches.remove(connection, name))
    typer.echo(printable(f"{name} is removed, with {goes}."))


@app.command()
def pause(name: Name, store: StoreName) -> None:
    """Stop a watch for a while; `resume` goes on where it stopped, so nothing is lost."""
    _activate(name, store, False)


@app.command()
def resume(name: Name, store: StoreName) -> None:
    """Let a watch go on."""
    _activate(name, store, True)


@app.command()
def test(name: Name, store: StoreName, base: Base = None, allow_loopback: Loopback = False) -> None:
    """Send one message that says that it is a test to every address of a watch."""
    import secrets

    from rashomon.desk.alerts import channels, message, sending, watches
    from rashomon.errors import RashomonError

    with _opened(store) as desk, desk.store.reading() as connection:
        watch = watches.named(connection, name)
    if not watch.channels:
        typer.echo("This watch has no address to send to.")
    failed = False
    for channel in watch.channels:
        told = message.trial(secrets.token_hex(16), watch.name, list(watch.rules), base)
        try:
            sending.send(channels.read(channel), told, allow_loopback=allow_loopback)
        except RashomonError as error:
            failed = True
            said = channels.scrubbed(str(error), channel)
            typer.echo(printable(f"{channels.shown(channel)}: {said}"), err=True)
        else:
            typer.echo(printable(f"{channels.shown(channel)}: taken"))
    if failed:
        raise typer.Exit(REFUSED)


@app.command()
def retry(
    store: StoreName,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", show_default=False, help="Of this watch only.")
    ] = None,
) -> None:
    """Let what was parked be tried again by the next `alert run`."""
    from rashomon.desk.alerts import outbox, watches

    def work(connection: Any) -> int:
        return outbox.again(connection, watches.named(connection, name).num if name else None)

    with _opened(store) as desk:
        count = desk.store.write(work)
    typer.echo(f"{count:,} will be tried again.")


@app.command()
def run(
    store: StoreName,
    once: Annotated[
        bool, typer.Option("--once", help="Look once, send what is due, then leave (for cron).")
    ] = False,
    every: Annotated[
        str, typer.Option(metavar="TIME", callback=_seconds, help="Between two looks: 30s, 5m.")
    ] = "30s",
    base: Base = None,
    allow_loopback: Loopback = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Write and send nothing: show what would have been raised lately."),
    ] = False,
    days: Days = 30,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only what fails.")] = False,
) -> None:
    """Look at what changed, raise alerts, send them; beside `watch`, `add` and `desk`. Ctrl-C stops it.

    No alert comes twice, and none is lost when this is stopped or killed: it goes on where it was.
    """
    from rashomon.desk.alerts import raising, watches
    from rashomon.desk.alerts.outbox import Settings

    with _opened(store) as desk:
        if dry_run:
            with desk.store.reading() as connection:
                found = watches.all_of(connection, active=True)
            for watch in found:
                _print_found(watch.name, raising.rehearse(desk, watch, days), days)
            if not found:
                typer.echo("No watch yet.")
            return
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            _loop(desk, Settings(base, allow_loopback), once, seconds_of(every), quiet)
        except KeyboardInterrupt:
            typer.echo("Stopped. It goes on from here.", err=True)
            raise typer.Exit(_STOPPED) from None


@app.command("log")
def log_(
    store: StoreName,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", show_default=False, help="Of this watch only.")
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=10_000, help="At most so many.")] = 20,
) -> None:
    """List the latest alerts: why each fired, and what became of it."""
    from rashomon.desk.alerts import log, watches

    with _opened(store) as desk, desk.store.reading() as connection:
        num = watches.named(connection, name).num if name else None
        found = log.entries(connection, limit, num)
    if not found:
        typer.echo("No alert yet.")
    for entry in found:
        typer.echo(
            printable(f"{entry.at[:16].replace('T', ' ')}  {entry.watch}: {entry.what}  {entry.about}")
        )
        if entry.title:
            typer.echo(printable(f"  “{entry.title}”"))
        typer.echo(printable(f"  {entry.why}"))
        for each in entry.deliveries:
            state = {"sent": f"sent {(each.sent or '')[:16].replace('T', ' ')}", "parked": "parked"}.get(
                each.state,
                f"waiting until {each.next_try[:16].replace('T', ' ')}" if each.attempts else "waiting",
            )
            error = f" - {each.error} (tried {each.attempts:,} times)" if each.error else ""
            typer.echo(printable(f"  {each.channel}: {state}{error}"))


def _loop(desk: Desk, settings: Settings, once: bool, every: float, quiet: bool) -> None:
    from rashomon.desk.alerts import outbox, raising
    from rashomon.errors import StoreBusy

    messages = Messages(quiet=quiet)
    trouble = False

    def told(one: Sent) -> None:
        nonlocal trouble
        trouble = trouble or one.error is not None
        said = f"{one.watch} to {one.channel}: {one.state}" + (f" - {one.error}" if one.error else "")
        if one.error:
            typer.echo(printable(said), err=True)
        elif not quiet:
            typer.echo(printable(said))

    while True:
        try:
            count = raising.run(desk, on_error=messages.refuse)
            if count and not quiet:
                typer.echo(f"{count:,} new {'alert' if count == 1 else 'alerts'}")
            outbox.deliver(desk, settings, told)
        except StoreBusy as error:
            if once:
                raise
            messages.refuse(error)
        if once:
            break
        time.sleep(_pause(outbox.next_due(desk), every))
    if trouble or messages.refused:
        raise typer.Exit(REFUSED)


def _pause(due: str | None, every: float) -> float:
    """Seconds to the next look: sooner where something is to be tried again."""
    if due is None:
        return every
    then = datetime.datetime.fromisoformat(due)
    left = (then - datetime.datetime.now(datetime.UTC)).total_seconds()
    return min(every, max(left, 1.0))


def _activate(name: str, store: str, active: bool) -> None:
    from rashomon.desk.alerts import watches

    with _opened(store) as desk:
        desk.store.write(lambda connection: watches.activate(connection, name, active))
    typer.echo(printable(f"{name} {'goes on' if active else 'is paused'}."))


def _print_found(name: str, found: list[Found], days: int) -> None:
    noun = "alert" if len(found) == 1 else "alerts"
    typer.echo(printable(f"{name}: {len(found):,} {noun} over the last {days:,} days"))
    for each in found:
        typer.echo(printable(f"  {each.rule}  {each.about}"))
        typer.echo(printable(f"    {each.why}"))


def _notes(given: tuple[str, ...]) -> list[str]:
    """What is to be known of addresses that were just kept."""
    from rashomon.desk.alerts import channels

    notes: list[str] = []
    for channel in given:
        try:
            channels.read(channel)
        except channels.Unset as error:
            notes.append(str(error))
        if (
            "://" in channel
            and not channel.lower().startswith(("http", "mailto"))
            and not find_spec("apprise")
        ):
            notes.append("this address needs apprise: pip install 'rashomon[alerts]'")
        if "env:" not in channel:
            notes.append(
                f"{channels.shown(channel)}: what it holds stands in the store; env:NAME keeps it out"
            )
    return notes


def _opened(store: str) -> Desk:
    from rashomon.store.desk import Desk

    return Desk(store, create=False, say=Messages().say)


__all__ = ["app"]
