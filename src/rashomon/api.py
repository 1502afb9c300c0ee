"""Reading from Python: one report, or a stream of them.

claims = rashomon.read("Police arrested five men in Vrelo on Tuesday, the mayor said.")
for claims in rashomon.read_many(reports, on_error="skip"): ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec

from rashomon.errors import InputError, MalformedInput, RashomonError
from rashomon.model import Claim, Reading, Report
from rashomon.reading.intake import check
from rashomon.sources.jsonl import report_from_fields
from rashomon.sources.text import complete, report_from_text

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from rashomon.reading.reader import Reader

ReportLike: TypeAlias = Report | str | Mapping[str, Any]
OnError: TypeAlias = Literal["raise", "skip"] | Callable[[RashomonError], None]


class ClaimList(list[Claim]):
    """The claims of one report, in the order of its text; `reading` has the report as read, and notes."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading.claims)
        self.reading = reading

    @property
    def report(self) -> Report:
        """The report, with language and dateline filled in."""
        return self.reading.report

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be done, or was odd: "no publication date: relative dates stay open"."""
        return self.reading.notes

    def to_polars(self) -> pl.DataFrame:
        """A frame with one row a claim."""
        from rashomon.exports.frames import to_polars

        return to_polars(self)

    def to_pandas(self) -> pd.DataFrame:
        """A frame with one row a claim.

        Raises:
            MissingExtra: pandas is not installed.
        """
        from rashomon.exports.frames import to_pandas

        return to_pandas(self)

    def _repr_html_(self) -> str:
        from rashomon.exports.frames import claims_html

        return claims_html(self)

    def __reduce__(self) -> tuple[object, ...]:  # a list's own way would leave the reading behind
        return ClaimList, (self.reading,)


def read(report: ReportLike, *, max_chars: int | None = None) -> ClaimList:
    """Read one report: who did what to whom, where and when, according to whom.

    Args:
        report: a `Report`, its bare text, or a mapping with at least `text` (fields as in `Report`). What it
            leaves out - title, date of publication, publisher - is taken from the header of the text where
            that has it.
        max_chars: limit of the text in characters; None takes `RASHOMON_MAX_CHARS`, else 300,000.

    Returns:
        The claims, in the order of the text. Offsets are into `claims.report.text`, which is the text as
        given but for lone surrogates: each of them is one U+FFFD.

    Raises:
        EmptyText: there is nothing to read.
        TextTooLong: the text is over the limit.
        UnsupportedLanguage: the text is not in English.
        MalformedInput: `report` is none of the above, or a field of it is no string.
        InstallationError: the model or a table is missing or damaged.
    """
    given, notes = as_report(report)
    return ClaimList(with_notes(load_reader().read_checked(check(given, max_chars)), notes))


def read_many(
    reports: Iterable[ReportLike], *, on_error: OnError = "raise", max_chars: int | None = None
) -> Iterator[ClaimList]:
    """Read a stream of reports, one after the other; nothing is held but the report at hand.

    Args:
        reports: anything that `read` takes. The stream is read a little ahead, and never held as a whole.
        on_error: what to do about a report that cannot be read. "raise" ends the stream; "skip" leaves the
            report out; a function is called with the error, and the report is left out. A model or table that
            is missing is always raised.
        max_chars: as in `read`.

    Yields:
        The claims of each report that could be read, in the order of the reports.

    Raises:
        MalformedInput: `reports` is one report, not several.
        InputError: `on_error` is none of the above; or, where it is "raise", a report cannot be read.
        InstallationError: the model or a table is missing or damaged.
    """
    if isinstance(reports, (str, Mapping, Report)):
        raise MalformedInput("`reports` is a single report", hint="give a list of reports, or use `read`")
    if on_error not in ("raise", "skip") and not callable(on_error):
        raise InputError(f"`on_error` is {on_error!r}", hint='"raise", "skip" or a function')
    odd: dict[str | None, tuple[str, ...]] = {}

    def policy(error: RashomonError) -> None:
        odd.pop(error.where, None)
        if on_error == "raise":
            raise error
        if on_error != "skip":
            on_error(error)

    def given() -> Iterator[tuple[str, Report]]:
        for number, entry in enumerate(reports, 1):
            where = f"report {number}"
            try:
                report, notes = as_report(entry)
            except RashomonError as error:
                policy(error.at(where))
            else:
                if notes:
                    odd[where] = notes
                yield where, report

    for where, reading in stream(given(), policy, max_chars=max_chars):
        yield ClaimList(with_notes(reading, odd.pop(where, ())))


def stream(
    reports: Iterable[tuple[str | None, Report]],
    on_error: Callable[[RashomonError], None],
    *,
    max_chars: int | None = None,
    reader: Reader | None = None,
) -> Iterator[tuple[str | None, Reading]]:
    """Check and read reports, each with the place it came from (file and line, for messages).

    `on_error` is called for every report that is refused, with the place in the error.

    Raises:
        InstallationError: the model or a table is missing or damaged.
    """
    for number, (where, report) in enumerate(reports, 1):
        try:
            checked = check(report, max_chars)
            reader = reader or load_reader()  # only once there is something to read
            reading = reader.read_checked(checked)
        except InputError as error:
            on_error(error.at(where or f"report {number}"))
        else:
            yield where, reading


def load_reader() -> Reader:
    """The reader, loaded once in a process.

    Raises:
        InstallationError: the model is missing or damaged.
    """
    from rashomon.reading.reader import Reader

    return Reader.load()


def as_report(given: ReportLike) -> tuple[Report, tuple[str, ...]]:
    """The report, and notes on fields of it that had to be left out.

    Raises:
        MalformedInput: it is no report.
    """
    if isinstance(given, Report):
        if not isinstance(given.text, str):
            raise MalformedInput(f"the text is {type(given.text).__name__}, it should be str")
        return _completed(given), ()
    if isinstance(given, str):
        return report_from_text(given), ()
    if isinstance(given, Mapping):
        return report_from_fields(dict(given))
    raise MalformedInput(
        f"a report is a Report, a str or a mapping, this is {type(given).__name__}",
        hint="rashomon.Report(text=...)",
    )


def _completed(report: Report) -> Report:
    fields = (report.title, report.published, report.publisher, report.url)
    # Fields of a wrong type are refused by `check`, which says which.
    return complete(report) if all(field is None or isinstance(field, str) for field in fields) else report


def with_notes(reading: Reading, notes: tuple[str, ...]) -> Reading:
    """The reading with further notes before its own."""
    extra = tuple(note for note in notes if note not in reading.notes)
    return msgspec.structs.replace(reading, notes=extra + reading.notes) if extra else reading
