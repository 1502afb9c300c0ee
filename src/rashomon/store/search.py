"""Searching: reports and incidents that have some words.

All words have to be there; "in quotes" stands for a phrase, -word for what must not be there, word* for how
it begins. Nothing else has a meaning: whatever is typed is words.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rashomon.errors import InputError
from rashomon.store.fulltext import MASK, ROWS, WORDS, day_row
from rashomon.store.schema import incident, incident_text, report_text

_PART = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_CONFIGURATION: sa.ColumnElement[Any] = sa.literal_column(f"'{WORDS}'::regconfig")
_MOST_PARTS = 32
_LONGEST = 1_000
_EXCERPT = 240
_MOST_MARKS = 40


class Part(msgspec.Struct, frozen=True):
    """One thing that is asked for: words in a row, whether they must be missing, whether the last of them may
    go on."""

    words: tuple[str, ...]
    missing: bool = False
    begins: bool = False


def parts_of(asked: str) -> list[Part]:
    """What is asked for.

    Raises:
        InputError: there is no word in it that has to be there.
    """
    found: list[Part] = []
    for minus, phrase, word in _PART.findall(asked[:_LONGEST].replace("\0", " ")):
        words = tuple(_WORD.findall(phrase or word))
        if words:
            found.append(Part(words, bool(minus), word.endswith("*")))
    if all(part.missing for part in found):
        raise InputError(
            "there is no word to search for", hint='for instance: mayor "police station" -border'
        )
    return found[:_MOST_PARTS]


def fts5(parts: list[Part]) -> str:
    """The query in the words of FTS5."""

    def one(part: Part) -> str:
        return '"' + " ".join(part.words) + '"' + ("*" if part.begins else "")

    wanted = " AND ".join(one(part) for part in parts if not part.missing)
    unwanted = " OR ".join(one(part) for part in parts if part.missing)
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def tsquery(parts: list[Part]) -> sa.ColumnElement[Any]:
    """The query in the words of PostgreSQL."""
    made: sa.ColumnElement[Any] | None = None
    for part in sorted(parts, key=lambda part: part.missing):
        if part.begins:
            each = sa.func.to_tsquery(
                WORDS, " <-> ".join(f"'{w.replace(chr(39), '')}'" for w in part.words) + ":*"
            )
        else:
            each = sa.func.phraseto_tsquery(_CONFIGURATION, " ".join(part.words))
        if part.missing:
            each = sa.func.tsquery_not(each)
        made = each if made is None else sa.func.tsquery_and(made, each)
    assert made is not None
    return made


def incidents_with(connection: Connection, words: str) -> sa.Select[Any]:
    """Rows of the incidents that have some words."""
    return _matching(connection, "incident_text", incident_text, words)


def reports_with(connection: Connection, words: str) -> sa.Select[Any]:
    """Rows of the reports that have some words."""
    return _matching(connection, "report_text", report_text, words)


def _matching(connection: Connection, name: str, table: sa.Table, words: str) -> sa.Select[Any]:
    if connection.dialect.name == "sqlite":
        index = _index_of(table)
        return sa.select(_row(index)).where(_match(index, words))
    indexed: sa.ColumnClause[Any] = sa.literal_column(f"{name}.indexed")
    return sa.select(table.c.num).where(indexed.op("@@")(tsquery(parts_of(words))))


def _index_of(table: sa.Table) -> sa.TableClause:
    """SQLite's index of the words of a table; its rows are numbered by `day_row`."""
    name = f"{table.name}_index"
    return sa.table(name, sa.column("rowid", sa.BigInteger), sa.column(name))


def _match(index: sa.TableClause, words: str) -> sa.ColumnElement[bool]:
    return index.c[index.name].bool_op("MATCH")(fts5(parts_of(words)))


def _row(index: sa.TableClause) -> sa.ColumnElement[int]:
    return _low(index.c.rowid)


def _low(row: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return row.bitwise_and(sa.literal_column(str(MASK), sa.BigInteger))


def led_by_words(
    query: sa.Select[Any],
    words: str,
    first: int | None = None,
    most: int | None = None,
    table: sa.Table = incident_text,
    of: sa.Table = incident,
) -> tuple[sa.Select[Any], sa.ColumnElement[int]]:
    """A query over `of` (SQLite) that goes through what has some words, and the number that it is in the
    order of: from `first` on, where that is given; the latest `most` of them."""
    index = _index_of(table)
    found = sa.select(index.c.rowid).where(_match(index, words))
    if first is not None:
        found = found.where(index.c.rowid >= first)
    if most is not None:
        some = found.order_by(index.c.rowid.desc()).limit(most).subquery("latest")
        return query.select_from(of.join(some, of.c.num == _low(some.c.rowid))), some.c.rowid
    query = query.select_from(of.join(index, of.c.num == _row(index)))
    assert found.whereclause is not None
    return query.where(found.whereclause), index.c.rowid


def in_order(
    query: sa.Select[Any], row: sa.ColumnElement[int], after: tuple[str, int] | None
) -> sa.Select[Any]:
    """What words lead, from the latest on, after a place (day, row).

    Raises:
        InputError: `after` is no such place.
    """
    if after is not None:
        try:
            query = query.where(row < day_row(after[0], min(max(after[1], 0), MASK)))
        except ValueError as error:
            raise InputError("this cursor is of another list", hint="begin again without it") from error
    return query.order_by(row.desc())


def has_words(
    words: str, table: sa.Table = incident_text, day: sa.ColumnElement[Any] = incident.c.last_day
) -> sa.ColumnElement[bool]:
    """Whether an incident (or what else has that day) has some words, looked up in SQLite's index."""
    index = _index_of(table)
    assert isinstance(day, sa.Column)
    ordinal = sa.cast(sa.func.julianday(day) - 1721424.5, sa.Integer)
    here = ordinal.bitwise_lshift(ROWS).bitwise_or(day.table.c.num)
    return sa.exists().where(index.c.rowid == here, _match(index, words)).select_from(index)


def excerpt_of(text: str, parts: list[Part]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """A piece of a text around the first of the words asked for, and where they stand in it.

    The ends of words are free, for the index takes English endings off: "raid" marks "raids".
    """
    wanted = [part for part in parts if not part.missing]
    tests = [re.compile(_loosely(part), re.IGNORECASE) for part in wanted]
    found = [match for test in tests if (match := test.search(text))]
    start = max(min((match.start() for match in found), default=0) - _EXCERPT // 4, 0)
    if start:
        start = text.find(" ", start, start + 30) + 1 or start
    piece = text[start : start + _EXCERPT]
    marks = sorted({match.span() for test in tests for match in test.finditer(piece)})
    return piece, tuple(marks[:_MOST_MARKS])


def _loosely(part: Part) -> str:
    stems = [re.escape(word[: max(len(word) - 2, 3)] if len(word) > 4 else word) for word in part.words]
    return r"\b" + r"\w*\W{1,3}".join(stems) + r"\w*"
