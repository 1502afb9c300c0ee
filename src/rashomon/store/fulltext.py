"""Full text search in the words of the two databases: SQLite's FTS5, PostgreSQL's tsvector.

SQLite keeps an index beside each table of words, and triggers that hold the two together; PostgreSQL computes
a column. Both fold case and accents as far as they can, and take English endings off.

SQLite's index is kept in the order of lists: its rows have the numbers of `day_row`, the day before the row.
So a page of what has some words is read from the end of the index on, however common the words are.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence

INDEXED: dict[str, Sequence[str]] = {"report_text": ("title", "text"), "incident_text": ("words",)}
"""Tables whose words are searched, and the columns that hold them."""

WORDS = "rashomon_words"
"""How PostgreSQL takes words apart."""
ROWS = 32
"""Bits of a `day_row` that are the row."""
MASK = (1 << ROWS) - 1
"""What of a `day_row` is the row."""
_STEP = 10_000
_LONGEST = 200_000
"""Characters of a column that PostgreSQL indexes: a tsvector holds one megabyte, and refuses the row
beyond."""


def day_row(day: str, num: int) -> int:
    """A row's place among all in the order of lists, by a day (ISO) and then by the row."""
    return datetime.date.fromisoformat(day).toordinal() << ROWS | num


def sqlite_statements(row: str = "day_row") -> list[str]:
    """What makes the indexes and their triggers in SQLite; the column `row` numbers what they hold."""
    made = []
    for table, columns in INDEXED.items():
        index, names = f"{table}_index", ", ".join(columns)
        old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("old", "new"))
        forget = f"INSERT INTO {index} ({index}, rowid, {names}) VALUES ('delete', old.{row}, {old});"
        learn = f"INSERT INTO {index} (rowid, {names}) VALUES (new.{row}, {new});"
        made += [
            f"CREATE VIRTUAL TABLE {index} USING fts5({names}, content='{table}', content_rowid='{row}', "
            "tokenize='porter unicode61 remove_diacritics 2')",
            f"CREATE TRIGGER {table}_learn AFTER INSERT ON {table} BEGIN {learn} END",
            f"CREATE TRIGGER {table}_forget AFTER DELETE ON {table} BEGIN {forget} END",
            f"CREATE TRIGGER {table}_relearn AFTER UPDATE ON {table} BEGIN {forget} {learn} END",
        ]
    return made


def sqlite_fill(table: str, day_rows: Iterable[int]) -> Iterator[str]:
    """What fills an empty index with the words of a table, of all of its `day_row`, in their order: out of it
    each row would become a piece of the index of its own."""
    names = ", ".join(INDEXED[table])
    kept = sorted(day_rows)
    for at in range(0, len(kept), _STEP):
        nums = ", ".join(str(row & MASK) for row in kept[at : at + _STEP])
        yield (
            f"INSERT INTO {table}_index (rowid, {names}) "
            f"SELECT day_row, {names} FROM {table} WHERE num IN ({nums}) ORDER BY day_row"
        )


def postgresql_statements() -> list[str]:
    """What makes the computed columns and their indexes in PostgreSQL. Its own English leaves out "was" and
    "no", and phrases with them find nothing right; this one leaves out nothing."""
    made = [
        f"CREATE TEXT SEARCH DICTIONARY {WORDS} (TEMPLATE = snowball, Language = english)",
        f"CREATE TEXT SEARCH CONFIGURATION {WORDS} (COPY = pg_catalog.english)",
        f"ALTER TEXT SEARCH CONFIGURATION {WORDS} ALTER MAPPING REPLACE pg_catalog.english_stem WITH {WORDS}",
    ]
    for table, columns in INDEXED.items():
        words = " || ' ' || ".join(f"left(coalesce({column}, ''), {_LONGEST})" for column in columns)
        made += [
            f"ALTER TABLE {table} ADD COLUMN indexed tsvector "
            f"GENERATED ALWAYS AS (to_tsvector('{WORDS}'::regconfig, left({words}, {_LONGEST}))) STORED",
            f"CREATE INDEX ix_{table}_indexed ON {table} USING gin (indexed)",
        ]
    return made
