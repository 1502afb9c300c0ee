"""What the system says about the reports of a gold set: read now, or taken from a file that it wrote
earlier."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import msgspec
from rich.console import Console
from rich.progress import track

from rashomon.errors import InputError, InstallationError, MalformedInput, SourceMissing
from rashomon.evaluation.gold import Story, reports_of
from rashomon.model import Claim, Reading, Report

BATCH = 64
"""Reports handed to the reader at a time; one that cannot be read costs a second pass over its batch."""


class ReaderLike(Protocol):
    """What the evaluation asks of a reader.

    Some sets use more where a reader offers it, and say so where it does not:
    `events_of_pair(sentence, actor, recipient) -> [x, ...]` with `x.type`, `x.status`, `x.trigger` (its
    words) and `x.probability`, asked with spans (start, end) or None;
    `mentions(text) -> [(span, "PER" | "LOC" | "ORG"), ...]`;
    `attributions(text) -> [x, ...]` with `x.source` (a span or None), `x.content` (a span), `x.manner`.
    """

    def read(self, report: Report) -> Reading:
        """The claims of one report."""

    def read_many(self, reports: Iterable[Report]) -> Iterator[Reading]:
        """The claims of many, in their order."""


ReaderSource = Callable[[], ReaderLike]
"""Gives the reader when it is needed: some sets need none."""


class Outputs(msgspec.Struct):
    """Claims by report, incidents by story, both in JSON form; `notes` say what is missing and why."""

    claims: dict[str, list[dict[str, Any]]]
    incidents: dict[str, list[dict[str, Any]]]
    notes: list[str] = []


def load_reader() -> ReaderLike:
    """The reader with its model.

    Raises:
        InstallationError: this build has none, or its model is damaged.
    """
    try:
        room = importlib.import_module("rashomon.reading.reader")
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("rashomon."):
            raise
        raise InstallationError(
            f"this build has no reader: {error.name} is missing",
            hint="score an existing output: --from OUTPUT.jsonl",
        ) from error
    return cast(ReaderLike, room.Reader.load())


def readings(reader: ReaderLike, reports: Iterable[Report]) -> Iterator[Reading]:
    """One reading a report, in order. What cannot be read yields an empty reading with the reason as its
    note."""
    waiting = list(reports)
    batches = [waiting[at : at + BATCH] for at in range(0, len(waiting), BATCH)]
    for batch in track(
        batches, "reading", console=Console(stderr=True), transient=True, disable=len(batches) < 2
    ):
        try:
            done = list(reader.read_many(batch))
        except InputError:
            done = [_read_alone(reader, report) for report in batch]
        yield from done


def _read_alone(reader: ReaderLike, report: Report) -> Reading:
    try:
        return reader.read(report)
    except InputError as error:
        return Reading(report, (), (f"not read: {error}",))


def unread(read: Sequence[Reading]) -> list[str]:
    """A note for the result when reports could not be read: they count as wrong."""
    reasons = [note for reading in read for note in reading.notes if note.startswith("not read:")]
    return (
        [f"{len(reasons)} of {len(read)} texts could not be read and count as missing: {reasons[0]}"]
        if reasons
        else []
    )


def read_stories(reader: ReaderLike, stories: Sequence[Story]) -> Outputs:
    """Read every report, then reconcile the claims of each story (where this build can)."""
    read = list(readings(reader, reports_of(stories)))
    outputs = Outputs({each.report.id: _as_json(each.claims) for each in read}, {}, unread(read))
    if importlib.util.find_spec("rashomon.reconcile") is None:
        outputs.notes.append("this build does not reconcile: incidents and disputes count as missing")
        return outputs
    reconcile = importlib.import_module("rashomon.reconcile").reconcile
    for story in stories:
        own = [each for each in read if each.report.story == story["story"]]
        claims: list[Claim] = [claim for each in own for claim in each.claims]
        outputs.incidents[story["story"]] = _as_json(reconcile(claims, [each.report for each in own]))
    return outputs


def _as_json(values: Sequence[msgspec.Struct]) -> list[dict[str, Any]]:
    """As a file of output has them, so that what is read now and what was written score the same."""
    return msgspec.json.decode(msgspec.json.encode(values), type=list[dict[str, Any]])


def load_outputs(path: Path) -> Outputs:
    """The lines that `rashomon read` or `rashomon compare` wrote.

    Raises:
        SourceMissing: the file cannot be opened.
        MalformedInput: a line is no JSON object.
    """
    outputs = Outputs({}, {})
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise SourceMissing(f"cannot open: {error.strerror}", where=str(path)) from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = msgspec.json.decode(line, type=dict[str, Any])
            if "claims" in row and "report" in row:
                outputs.claims[row["report"]["id"]] = row["claims"]
            elif "incidents" in row:
                outputs.incidents[row["story"]] = row["incidents"]
        except (msgspec.DecodeError, KeyError, TypeError, UnicodeDecodeError) as error:
            raise MalformedInput(f"not a line of output: {error}", where=f"{path}:{number}") from error
    return outputs


def dump_outputs(outputs: Outputs, path: Path) -> None:
    """Write outputs so that `load_outputs`, and the accounts set's own scorer, read them."""
    lines = [
        msgspec.json.encode({"report": {"id": key}, "claims": rows}) for key, rows in outputs.claims.items()
    ]
    lines += [
        msgspec.json.encode({"story": key, "incidents": rows}) for key, rows in outputs.incidents.items()
    ]
    path.write_bytes(b"\n".join(lines) + b"\n")
