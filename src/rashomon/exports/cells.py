"""Cells of CSV and tab-separated files that a spreadsheet reads as text, never as a formula.

A spreadsheet runs what begins with = + - @, with a tab or a line end, or with such a sign after white space
or characters that cannot be seen. Such a text gets an apostrophe before it, and so does a text that is empty
or begins with apostrophes before such a sign: taking one apostrophe away (`unguarded`) gives the text again.
An empty cell is nothing at all (None).
Idea: OWASP, "CSV Injection".
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence

from rashomon.exports.phrases import valid

Cell = str | int | float | bool | None

_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20\u2212\t\r\n\x0b\x0c\x85\u2028\u2029"
# White space, controls and marks without width, which some programs drop before they look at a cell.
_UNSEEN = (
    "\x00-\x20\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
)
_GUARDED = re.compile(f"'*(?:[{_UNSEEN}]*[{_SIGNS}]|\\Z)")
_UNGUARDED = re.compile(f"'+(?:[{_UNSEEN}]*[{_SIGNS}]|\\Z)")
_BREAKS = re.compile("[\t\r\n\x0b\x0c\x00\x1c-\x1e\x85\u2028\u2029]+")


def guarded(text: str) -> str:
    """A text as a cell that no spreadsheet runs; lone surrogates, which UTF-8 cannot hold, become U+FFFD."""
    text = valid(text)
    return "'" + text if _GUARDED.match(text) else text


def unguarded(cell: str) -> str | None:
    """The text that a cell stands for; None for an empty one."""
    if not cell:
        return None
    return cell[1:] if _UNGUARDED.match(cell) else cell


def flat(text: str) -> str:
    """A text for a file whose cells cannot hold tabs or line ends: each run of them is a space."""
    return _BREAKS.sub(" ", text)


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, head: bool = True) -> Iterator[bytes]:
    """CSV in UTF-8 (RFC 4180), a row at a time: every text is quoted and guarded, numbers are bare, and what
    is None is an empty cell."""
    if head:
        yield _csv_line(header)
    for row in rows:
        yield _csv_line(row)


def tab_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, head: bool = True) -> Iterator[bytes]:
    """Tab-separated lines in UTF-8, without quotes, as ICEWS and GDELT have them: texts are guarded, a tab or
    line end in one is a space, and one that is empty is an empty cell."""
    if head:
        yield ("\t".join(header) + "\n").encode("utf-8")
    for row in rows:
        cells = (guarded(flat(cell)) if isinstance(cell, str) and cell else _bare(cell) for cell in row)
        yield ("\t".join(cells) + "\n").encode("utf-8")


def _csv_line(row: Sequence[Cell]) -> bytes:
    cells = (
        '"' + guarded(cell).replace('"', '""') + '"' if isinstance(cell, str) else _bare(cell) for cell in row
    )
    return (",".join(cells) + "\r\n").encode("utf-8")


def _bare(cell: Cell) -> str:
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return ""
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


__all__ = ["Cell", "csv_lines", "flat", "guarded", "tab_lines", "unguarded"]
