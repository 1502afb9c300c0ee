"""`rashomon evaluate`: the gold sets against this build.

rashomon evaluate accounts --data DIR [--stories GLOB] [--from OUTPUT.jsonl] [--errors N --field voice]
[--json] rashomon evaluate reference --data DIR rashomon evaluate NAME --data DIR          one of the public
sets rashomon evaluate all --data DIR --write docs/evaluation.md rashomon evaluate floors --data DIR --write
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from rashomon.errors import InputError, InstallationError, RashomonError, SourceMissing
from rashomon.evaluation import accounts as accounts_set
from rashomon.evaluation import floors as floor_gate
from rashomon.evaluation import mistakes as errors
from rashomon.evaluation import render, sets
from rashomon.evaluation.gold import load_stories
from rashomon.evaluation.outputs import dump_outputs, load_outputs, load_reader, read_stories
from rashomon.evaluation.results import Result

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Measure this build against gold sets (needs the extra `evaluate`).",
)

Data = Annotated[Path, typer.Option("--data", help="The folder of the gold sets, or the set's own folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of Markdown.")]
Limit = Annotated[
    int | None, typer.Option("--limit", min=1, help="Only so many documents: a quick look, no result.")
]
WHERE = Path("../shared")


@contextmanager
def _told() -> Iterator[None]:
    """Errors of ours end the command with their message and status 1, without a traceback."""
    try:
        yield
    except RashomonError as error:
        typer.echo(f"rashomon evaluate: {error}", err=True)
        raise typer.Exit(1) from error


@app.command()
def accounts(
    data: Data = WHERE,
    stories: Annotated[
        str | None, typer.Option("--stories", help="Story files instead: a quoted glob pattern.")
    ] = None,
    source: Annotated[
        Path | None, typer.Option("--from", help="Score this output instead of reading now.")
    ] = None,
    keep: Annotated[
        Path | None, typer.Option("--keep", help="Write what was read to this file (JSON Lines).")
    ] = None,
    show: Annotated[int, typer.Option("--errors", min=0, help="List so many errors, gold beside guess.")] = 0,
    field: Annotated[
        str | None, typer.Option("--field", help="Only errors of one kind: missed, spurious, type, voice ...")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Claims, fields, incidents, disputes and confidence against stories in the accounts format."""
    with _told():
        told = load_stories(sets.story_paths(data, stories))
        outputs = load_outputs(source) if source else read_stories(load_reader(), told)
        if keep:
            dump_outputs(outputs, keep)
        scored = accounts_set.score(told, outputs)
        found = list(errors.mistakes(scored))
        if show:
            chosen = errors.select(found, field, show)
            typer.echo("\n\n".join(map(errors.show, chosen)))
            typer.echo(f"\n{len(chosen)} of {sum(field is None or field in m.wrong for m in found)} errors\n")
            summary = errors.summary(found, field)
            typer.echo(render.table(summary.header, summary.rows))
            return
        result = accounts_set.result(scored, outputs.notes)
        if as_json:
            typer.echo(json.dumps(accounts_set.as_scorer(scored) | _measures(result), indent=1))
        else:
            typer.echo(render.section(result))


def _measures(result: Result) -> dict[str, Any]:
    rows: list[dict[str, Any]] = msgspec.to_builtins(result.measures)
    return {"measures": rows, "notes": list(result.notes)}


@app.command()
def floors(
    data: Data = WHERE,
    write: Annotated[
        bool, typer.Option("--write", help="Measure, and write the floors that follow.")
    ] = False,
    file: Annotated[Path, typer.Option("--file", help="The table of floors.")] = Path(
        "tests/evaluation/floors.json"
    ),
    names: Annotated[
        list[str] | None, typer.Option("--set", help="Sets to hold; several times for several.")
    ] = None,
) -> None:
    """Check this build against the floors, or set them a little under what it reaches."""
    with _told():
        if write:
            table = floor_gate.measure(data, tuple(names or floor_gate.DEFAULT))
            file.write_bytes(msgspec.json.format(msgspec.json.encode(table), indent=1) + b"\n")
            typer.echo(
                f"{file}: {sum(len(each.floors) for each in table.values())} floors of {len(table)} sets"
            )
            return
        faults = [
            fault
            for name, each in floor_gate.load(file).items()
            for fault in floor_gate.faults(data, name, each)
        ]
        typer.echo("\n".join(faults) or "every figure is above its floor")
        raise typer.Exit(1 if faults else 0)


@app.command(name="all")
def everything(
    data: Data = WHERE,
    write: Annotated[
        Path | None,
        typer.Option(
            "--write", help="Write the page to this file as well, its pictures to images/ beside it."
        ),
    ] = None,
    limit: Limit = None,
) -> None:
    """Every set that is there: one overview, then a section each, as Markdown."""
    with _told():
        if write and limit:
            raise InputError("a page is written from whole sets only", hint="leave --limit out")
        results: list[Result] = []
        absent: list[tuple[str, str]] = []
        for name, run in sets.SETS.items():
            typer.echo(f"{name} ...", err=True)
            try:
                results.append(run(data, load_reader, limit))
            except (SourceMissing, InstallationError) as error:
                absent.append((name, error.what))
        text = render.page(results, absent, "rashomon evaluate all --write docs/evaluation.md")
        typer.echo(text)
        if write:
            write.write_text(text, encoding="utf-8")
            for picture in (each for result in results for each in result.pictures):
                folder = write.parent / "images"
                folder.mkdir(exist_ok=True)
                (folder / picture.file).write_text(picture.svg, encoding="utf-8")


def _command(name: str, run: sets.Runner) -> Callable[..., None]:
    def command(data: Data = WHERE, limit: Limit = None, as_json: AsJson = False) -> None:
        with _told():
            result = run(data, load_reader, limit)
            typer.echo(json.dumps(_measures(result), indent=1) if as_json else render.section(result))

    command.__doc__ = sets.HELP[name]
    return command


for _name, _run in sets.SETS.items():
    if _name != "accounts":
        app.command(name=_name)(_command(_name, _run))
