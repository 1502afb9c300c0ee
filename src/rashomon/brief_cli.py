"""`rashomon brief`: one incident on a page, every sentence with its sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from rashomon._run import REFUSED, Run
from rashomon._terminal import Messages, printable
from rashomon.errors import InputError
from rashomon.options import (
    Columns,
    Files,
    MaxChars,
    Outlets,
    Output,
    Published,
    Publisher,
    Quiet,
    Title,
    homes_of,
)

if TYPE_CHECKING:
    from rich.console import Console

    from rashomon.comparison import Comparison
    from rashomon.reconcile.incidents import Incident


class BriefFormat(StrEnum):
    """What `brief` prints."""

    markdown = "markdown"
    html = "html"


class _Choice(msgspec.Struct, frozen=True):
    """An incident that a brief can be of, and its story; a whole may stand for several incidents."""

    incident: Incident
    story: Comparison
    parts: tuple[str, ...]


def brief(
    files: Files,
    incident: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            show_default=False,
            help="The incident by its id or the start of one, as `compare` and --list give it. "
            "Default: the one that most voices tell.",
        ),
    ] = None,
    listing: Annotated[
        bool, typer.Option("--list", help="List the incidents, those that most voices tell first.")
    ] = False,
    form: Annotated[
        BriefFormat | None,
        typer.Option("--format", "-f", show_default=False, help="Default: markdown; html for -o FILE.html."),
    ] = None,
    outlet: Outlets = None,
    published: Published = None,
    publisher: Publisher = None,
    title: Title = None,
    max_chars: MaxChars = None,
    columns: Columns = None,
    to: Output = None,
    quiet: Quiet = False,
) -> None:
    """Write a brief of one incident: what all say, what only some say, where they differ, what changed.

    Every sentence is put together from claims and names its sources: publisher, day, voice and quoted words.
    """
    from rashomon.comparison import compare
    from rashomon.exports import brief_markdown, brief_page
    from rashomon.exports.brief import brief as compose

    html = form is BriefFormat.html or (
        form is None and to is not None and to.suffix.lower() in (".html", ".htm")
    )
    homes = homes_of(outlet)
    with Run(files, published, publisher, title, max_chars, to, quiet, columns) as run:
        choices = _choices(compare(run.readings(distinct=True), homes=homes))
        if listing and choices:
            run.draw(lambda console: _print(choices, console))
            return
        try:
            chosen = _find(choices, incident)
        except InputError as error:
            Messages().refuse(error)
            raise typer.Exit(REFUSED) from error
        if incident is None and len(choices) > 1:
            run.note(
                f"this is the incident that most voices tell, {chosen.incident.id}, of {len(choices):,}; "
                "--list lists them, --incident ID takes another"
            )
        written = compose(
            chosen.incident, chosen.story.claims.values(), (each.report for each in chosen.story.readings)
        )
        page = brief_page.render(written) if html else brief_markdown.render(written)
        run.write(page.encode("utf-8", "replace"))


def _choices(stories: Iterable[Comparison]) -> list[_Choice]:
    """What a brief can be of, those that most voices tell first; incidents of one operation are one."""
    found = [
        _Choice(picture.whole, story, tuple(part.id for part in picture.parts))
        for story in stories
        for picture in story.pictures
    ]
    found.sort(key=lambda choice: (-len(choice.incident.accounts), -len(choice.incident.claims)))
    return found


def _find(choices: list[_Choice], wanted: str | None) -> _Choice:
    """The incident of that id, or the first.

    Raises:
        InputError: there is none, or several.
    """
    if not choices:
        raise InputError(
            "no incident was found in these reports", hint="`rashomon read` shows what they claim"
        )
    if wanted is None:
        return choices[0]
    wanted = wanted.strip().lower()
    by_id = {choice.incident.id: choice for choice in _with_parts(choices)}
    near = [ref for ref in by_id if ref.startswith(wanted)] if wanted else []
    if wanted in by_id:
        return by_id[wanted]
    if len(near) == 1:
        return by_id[near[0]]
    what = f"{len(near)} incidents begin with" if near else "no incident has the id"
    raise InputError(f"{what} {printable(wanted)!r}", hint="--list lists them")


def _with_parts(choices: Iterable[_Choice]) -> Iterator[_Choice]:
    """The choices, and the incidents that several of them are made of."""
    for choice in choices:
        yield choice
        for incident in choice.story.incidents:
            if incident.id in choice.parts and incident.id != choice.incident.id:
                yield _Choice(incident, choice.story, (incident.id,))


def _print(choices: Iterable[_Choice], console: Console) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from rashomon.exports.brief_words import title_of

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("id", no_wrap=True)
    table.add_column("what, where, when", overflow="fold")
    for name in ("voices", "claims", "disputes"):
        table.add_column(name, justify="right")
    for choice in choices:
        incident = choice.incident
        what = Text(printable(title_of(incident)))
        if len(choice.parts) > 1:
            what.append(f" ({len(choice.parts)} incidents)", style="dim")
        counts = (len(incident.accounts), len(incident.claims), len(incident.disputes))
        table.add_row(Text(printable(incident.id)), what, *(str(count) if count else "" for count in counts))
    console.print(table)


__all__ = ["brief"]
