"""The commands of a store: `add`, `incidents`, `reread`, `forget`; and what `doctor --store` looks at.

All take `--store` as `rashomon.options.StoreName` says.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rashomon._progress import Meter, how_many
from rashomon._run import REFUSED
from rashomon._terminal import Messages, printable
from rashomon.errors import RashomonError
from rashomon.options import StoreName, Yes, ask_first
from rashomon.patience import Patience

if TYPE_CHECKING:
    from rashomon.store.desk import Desk, Page
    from rashomon.store.intake import Added
    from rashomon.store.records import IncidentRecord

_STOPPED = 130
_PAGE = 200
_WORDS = 60  # characters of an incident's words in the table
_PATIENCE_SECONDS = 600.0  # a full disk or a server that went away is waited for so long


class ListFormat(StrEnum):
    """What `incidents` prints."""

    table = "table"
    jsonl = "jsonl"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (add, incidents, reread, forget):
        app.command()(command)


def add(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE", show_default=False, help="As for read; - for standard input."),
    ],
    store: StoreName,
    published: Annotated[
        str | None, typer.Option(metavar="DATE", help="Day of publication of reports that do not say.")
    ] = None,
    publisher: Annotated[
        str | None, typer.Option(metavar="NAME", help="Publisher of reports that do not name theirs.")
    ] = None,
    max_chars: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Refuse a text of more characters.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No notes, only errors.")] = False,
) -> None:
    """Read reports and keep them: claims and incidents go into a store, which is made if it is not there.

    What is there already is skipped, so the same command goes on where it was stopped.
    """
    from rashomon.reading.intake import limit_of
    from rashomon.sources import Defaults, arrivals

    day = _published(published)
    messages = Messages(quiet=quiet)
    states: Counter[str] = Counter()
    limit = limit_of(max_chars)
    patience = Patience(_PATIENCE_SECONDS, messages.say)
    with _opened(store, create=True, patience=patience) as desk, Meter(how_many(files)) as meter:
        reports = arrivals(files, max_chars=limit, defaults=Defaults(published=day, publisher=publisher))

        def given() -> Iterator[tuple[str, Any]]:
            for arrival in reports:
                if arrival.error is not None:
                    messages.refuse(arrival.error)
                    meter.step("refused")
                if arrival.report is not None:
                    for note in arrival.notes:
                        messages.note(arrival.where, note)
                    yield arrival.where, arrival.report

        def refuse(error: RashomonError) -> None:
            messages.refuse(error)
            meter.step("refused")

        try:
            for where, added in desk.add_placed(given(), refuse, max_chars=limit):
                _count(states, added)
                meter.step(added.state)
                for note in added.notes:
                    messages.note(where, note)
        except KeyboardInterrupt:
            meter.stop()
            typer.echo("Stopped. What was stored stays: the same command goes on from there.", err=True)
            raise typer.Exit(_STOPPED) from None
        finally:
            meter.stop()
            messages.finish()
            _summary(desk, states, messages.refused)
    if messages.refused:
        raise typer.Exit(REFUSED)


def incidents(
    store: StoreName,
    country: Annotated[
        str | None, typer.Option(metavar="NAME", help="Where: a country's name, or its code as XKX.")
    ] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="From this day on.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Up to this day.")] = None,
    kind: Annotated[
        str | None, typer.Option("--type", metavar="TYPE", help="PLOVER's type, as ASSAULT.")
    ] = None,
    actor: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="An actor or a recipient: a name, or a code as 'XKX COP'."),
    ] = None,
    voice: Annotated[str | None, typer.Option(metavar="NAME", help="Who vouches for a claim of it.")] = None,
    status: Annotated[str | None, typer.Option(metavar="STATUS", help="Of any claim, as denied.")] = None,
    disputed: Annotated[bool, typer.Option("--disputed", help="Only those whose accounts differ.")] = False,
    words: Annotated[
        str | None, typer.Option(metavar="WORDS", help="Words of quotes, names, titles.")
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="At most so many.")] = 50,
    form: Annotated[
        ListFormat | None,
        typer.Option("--format", "-f", show_default=False, help="Default: table on a terminal, else jsonl."),
    ] = None,
) -> None:
    """List the incidents of a store, the latest first."""
    from rashomon.desk import filters

    given = {
        "country": country, "since": since, "until": until, "type": kind, "actor": actor, "voice": voice,
        "status": status, "disputed": "yes" if disputed else None, "words": words,
    }  # fmt: skip
    wanted = filters.asked((name, value) for name, value in given.items() if value is not None).require()
    asked: dict[str, Any] = {name: getattr(wanted, name) for name in wanted.__struct_fields__}
    with _opened(store) as desk:
        chosen = form or (ListFormat.table if sys.stdout.isatty() else ListFormat.jsonl)
        found = _all(desk, asked, limit)
        if chosen is ListFormat.table:
            _table(list(found), desk.count(**asked))
            return
        from rashomon.exports.jsonl import encode

        for record in found:
            sys.stdout.buffer.write(encode(record) + b"\n")
        sys.stdout.buffer.flush()


def reread(
    store: StoreName,
    everything: Annotated[
        bool, typer.Option("--all", help="Those too that the present reader has read.")
    ] = False,
    show: Annotated[
        bool, typer.Option("--show", help="Name every claim that is new, gone or changed.")
    ] = False,
) -> None:
    """Read the reports of a store again with the present reader, and say what changed.

    Only those that another reader has read; stopped, the same command goes on from there.
    """
    patience = Patience(_PATIENCE_SECONDS, Messages().say)
    with _opened(store, patience=patience) as desk, Meter(None) as meter:

        def on_report(one: Any, total: int) -> None:
            meter.total = total
            meter.step("changed" if one.differs else "the same")
            if show:
                for mark, refs in (("+", one.new), ("-", one.gone)):
                    for ref in refs:
                        typer.echo(f"{mark} {one.report} {ref}")
                for ref, fields in one.changed.items():
                    typer.echo(f"~ {one.report} {ref}: {', '.join(fields)}")

        try:
            tally = desk.reread(everything=everything, on_report=on_report)
        except KeyboardInterrupt:
            meter.stop()
            typer.echo("Stopped. The same command goes on from there.", err=True)
            raise typer.Exit(_STOPPED) from None
        meter.stop()
    if not tally.reports:
        typer.echo("Every report was read by the present reader already.")
        return
    typer.echo(
        f"{tally.reports:,} reports read again, {tally.differ:,} of them differ: "
        f"{tally.new:,} claims are new, {tally.gone:,} are gone, {tally.changed:,} changed"
    )
    for name, count in sorted(tally.fields.items(), key=lambda each: (-each[1], each[0])):
        typer.echo(f"  {name}: {count:,} claims")


def forget(
    store: StoreName,
    report: Annotated[str | None, typer.Option(metavar="ID", help="The report of this id.")] = None,
    publisher: Annotated[
        str | None, typer.Option(metavar="NAME", help="All reports of this publisher.")
    ] = None,
    before: Annotated[
        str | None, typer.Option(metavar="DATE", help="Reports published before this day.")
    ] = None,
    by: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who decided it; kept in the tombstone.")
    ] = None,
    reason: Annotated[str | None, typer.Option(metavar="WORDS", help="Why; kept in the tombstone.")] = None,
    yes: Yes = False,
) -> None:
    """Delete reports from a store with all that follows from them, for good.

    They are not taken in again; of a publisher nothing more is. Hashes of them are kept, nothing of their
    words.
    """
    if sum(given is not None for given in (report, publisher, before)) != 1:
        raise typer.BadParameter("say what to forget: one of --report, --publisher and --before")
    with _opened(store) as desk:
        what = (
            f"the report {report}" if report
            else f"all reports of {publisher}, and take in no more of them" if publisher
            else f"all reports published before {before}"
        )  # fmt: skip
        ask_first(f"Delete {what} from {desk.store.name}, for good?", yes)
        done = desk.delete(report=report, publisher=publisher, before=before, by=by, reason=reason)
        typer.echo(
            f"{done.reports:,} reports deleted with {done.claims:,} claims; "
            f"{done.incidents:,} incidents were reconciled again without them"
        )


def examine(store: str) -> list[Any]:
    """What `rashomon doctor --store` looks at: findings."""
    with _opened(store) as desk:
        return desk.examine()


@contextmanager
def _opened(store: str, *, create: bool = False, patience: Patience | None = None) -> Iterator[Desk]:
    from rashomon.store.desk import Desk

    with Desk(store, create=create, patience=patience, say=Messages().say) as desk:
        yield desk


def _published(value: str | None) -> str | None:
    from rashomon.sources.wire import parse_published

    day = parse_published(value) if value is not None else None
    if value is not None and day is None:
        raise typer.BadParameter(f"{printable(value)!r} is not a date; write it as 2019-05-28")
    return day


def _count(states: Counter[str], added: Added) -> None:
    states[added.state] += 1
    if added.state == "added":
        states["claims"] += added.claims
        states["copies"] += added.copy_of is not None


def _summary(desk: Desk, states: Counter[str], refused: int) -> None:
    from rashomon.exports.phrases import counted

    told = [f"{counted(states['added'], 'report')} added with {counted(states['claims'], 'claim')}"]
    told += [f"{states['copies']:,} of them near copies"] if states["copies"] else []
    told += [f"{states['known']:,} were there already"] if states["known"] else []
    told += (
        [f"{states['forgotten']:,} were forgotten on request and are not taken again"]
        if states["forgotten"]
        else []
    )
    told += [f"{refused:,} refused"] if refused else []
    typer.echo(f"{printable(desk.store.name)}: {', '.join(told)}")


def _all(desk: Desk, asked: dict[str, Any], limit: int) -> Iterator[IncidentRecord]:
    cursor = None
    while limit > 0:
        page: Page[IncidentRecord] = desk.incidents(cursor=cursor, limit=min(limit, _PAGE), **asked)
        yield from page
        limit -= len(page)
        cursor = page.cursor
        if cursor is None:
            return


def _table(records: list[IncidentRecord], count: int) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from rashomon.store.queries import COUNTED

    table = Table(box=None, pad_edge=False)
    for name in ("when", "what", "where", "voices", "reports", "disputed", "words"):
        table.add_column(name, overflow="fold", justify="right" if name in ("voices", "reports") else "left")
    for record in records:
        one = record.incident
        when = record.last_day if record.dated else f"({record.last_day})"
        fields = ", ".join(dict.fromkeys(dispute.field for dispute in one.disputes))
        words = shorten(record.title, _WORDS, placeholder="…")
        cells = (
            when, " ".join((one.type, *one.modes)), one.place.name if one.place else "",
            str(record.n_voices), str(record.n_reports), fields, words,
        )  # fmt: skip
        table.add_row(*(Text(printable(cell)) for cell in cells))
    console = Console()
    console.print(table)
    more = f"more than {COUNTED - 1:,}" if count >= COUNTED else f"{count:,}"
    console.print(f"{len(records):,} of {more} incidents; days in brackets are those of publication")


__all__ = ["examine", "register"]
