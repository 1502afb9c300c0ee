"""Opening a store, and the two ways to use it: reading, and writing as one whole that is done or not done.

SQLite runs with a write-ahead log that is on the disk before a write is acknowledged (`synchronous=FULL`),
and one writer at a time; readers never wait. PostgreSQL writers take one lock, for what is reconciled
together has to be seen together.
"""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from rashomon.errors import (
    InputError,
    MissingExtra,
    RashomonError,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreMissing,
)

T = TypeVar("T")

BUSY_SECONDS = 30.0
"""How long a writer waits for another."""
TRIES = 6
"""How often a write is tried that others were in the way of."""
_CACHE_KIB = 65_536
_MAPPED_BYTES = 1 << 36  # SQLite takes what it was built for, mostly 2 GiB
_WRITERS_LOCK = 0x7261_7368  # of all writers into one PostgreSQL database
_PASSING = frozenset(("40001", "40P01", "55P03", "57P03"))  # serialisation, deadlock, lock, starting up
_NO_ROOM = frozenset(("53100", "53200"))
_HEADER = b"SQLite format 3\0"


class _WithHints(SQLiteCompiler):
    """SQLAlchemy knows no hints for SQLite. `Select.with_hint(table, "INDEXED BY ...", "sqlite")` names the
    index that a table is read by: without statistics SQLite guesses wrong where it matters most."""

    def get_from_hint_text(self, table: Any, text: str | None) -> str | None:
        """The words of a hint."""
        return text


class Write(Protocol):
    """How a desk writes."""

    def __call__(self, work: Callable[[Connection], T]) -> T: ...


class Store:
    """An open store. Connections are taken for as long as they are needed; it may be used from several
    threads."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine = engine
        self.name = name
        self.sqlite = engine.dialect.name == "sqlite"
        self._driver_error: type[Exception] = engine.dialect.loaded_dbapi.Error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees the store as it is now, whatever is written meanwhile.

        Raises:
            StoreError: the store cannot be read.
        """
        with self._errors(), self.engine.connect() as connection:
            if not self.sqlite:  # where each statement would see what was written before it
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    def write(self, work: Callable[[Connection], T]) -> T:
        """Do `work` as one whole: all of it is in the store when this returns, or nothing when it raises.

        Where others are in the way the work is done again, so it may do nothing but write.

        Raises:
            StoreBusy: others were in the way all the time.
            StoreFull: there is no room.
            StoreError: the store cannot be written.
        """
        for attempt in range(1, TRIES + 1):
            try:
                with self._errors(), self._writer() as connection:
                    return work(connection)
            except StoreBusy:
                if attempt == TRIES:
                    raise
                time.sleep(random.uniform(0.0, 0.05 * 2**attempt))
        raise AssertionError("unreachable")

    @contextmanager
    def _writer(self) -> Iterator[Connection]:
        with self.engine.connect().execution_options(rashomon_writes=True) as connection, connection.begin():
            if not self.sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITERS_LOCK)))
            yield connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise translated(error, self.name) from error
        except self._driver_error as error:  # of a cursor that is used without SQLAlchemy
            raise meaning(error, self.name) from error

    def checkpoint(self) -> None:
        """Fold SQLite's log into the file and empty it, as far as readers let it; PostgreSQL does so by
        itself.

        Raises:
            StoreError: the store cannot be written.
        """
        if not self.sqlite:
            return
        with self._errors():
            raw = self.engine.raw_connection()
            try:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                raw.close()

    def close(self) -> None:
        """Let go of all connections. SQLite folds its log into the file."""
        self.engine.dispose()


def open_engine(target: str | os.PathLike[str], *, create: bool = True) -> Store:
    """Connect to a store, without looking at what is in it.

    Args:
        target: a file (SQLite), or a URL such as `postgresql://user@host/name`.
        create: whether a file that is not there is made.

    Raises:
        InputError: `target` is neither.
        StoreMissing: there is no such file, or its folder is missing.
        StoreDamaged: the file is something else.
        MissingExtra: the driver of PostgreSQL is not installed.
    """
    url = _url(target)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, create)
    try:
        engine = sa.create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=8, hide_parameters=True)
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "the package psycopg is needed for PostgreSQL", hint="pip install 'rashomon[postgres]'"
        ) from error
    event.listen(engine, "before_cursor_execute", _without_nuls, retval=True)
    return Store(engine, url.render_as_string(hide_password=True))


def _without_nuls(
    _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool
) -> tuple[str, Any]:
    """PostgreSQL's texts cannot hold NUL. Each becomes one U+FFFD, so that spans stay where they are."""
    rows = parameters if many else [parameters]
    if any(isinstance(value, str) and "\0" in value for row in rows for value in _values(row)):
        clean = [
            {name: _clean(value) for name, value in row.items()}
            if isinstance(row, Mapping)
            else tuple(map(_clean, row))
            for row in rows
        ]
        parameters = clean if many else clean[0]
    return statement, parameters


def _values(row: Any) -> Iterable[Any]:
    return row.values() if isinstance(row, Mapping) else row


def _clean(value: Any) -> Any:
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


def _url(target: str | os.PathLike[str]) -> URL:
    name = os.fspath(target)
    if not isinstance(name, str) or not name or "\0" in name:
        raise InputError("a store is a file or a URL", hint="for instance desk.db, or postgresql://host/name")
    if "://" not in name:
        return URL.create("sqlite+pysqlite", database=name)
    try:
        url = make_url(name)
        backend = url.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError):
        backend = ""
    if backend == "postgres":
        url = url.set(drivername="postgresql")
        backend = "postgresql"
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if backend == "sqlite" and url.database:
        return URL.create("sqlite+pysqlite", database=url.database)
    raise InputError(
        "this URL names no store", hint="postgresql://user@host/name, sqlite:///desk.db, or just a file"
    )


def _sqlite(url: URL, create: bool) -> Store:
    path = Path(str(url.database))
    name = str(path)
    if path.is_dir():
        raise StoreMissing("this is a folder", where=name, hint="name a file in it")
    if not path.exists():
        if not create:
            raise StoreMissing(
                "there is no store here", where=name, hint="`rashomon add FILE --store ...` makes one"
            )
        if not path.absolute().parent.is_dir():
            raise StoreMissing("its folder does not exist", where=name, hint="make it first")
    else:
        try:
            with path.open("rb") as file:
                head = file.read(len(_HEADER))
        except OSError as error:
            raise StoreError(f"the file cannot be opened: {error.strerror}", where=name) from error
        if head and head != _HEADER:
            raise StoreDamaged("this file is no store", where=name, hint="name another file")
    engine = sa.create_engine(
        url,
        connect_args={"timeout": BUSY_SECONDS},
        pool_size=8,
        max_overflow=24,
        pool_timeout=BUSY_SECONDS,
        hide_parameters=True,  # a report's words belong in no traceback
    )
    engine.dialect.statement_compiler = _WithHints
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return Store(engine, name)


def _on_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where `_on_begin` says, and nowhere else
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",  # what was forgotten is overwritten
        f"cache_size=-{_CACHE_KIB}",
        f"mmap_size={_MAPPED_BYTES}",
        "journal_size_limit=67108864",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("rashomon_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def translated(error: DBAPIError, name: str) -> RashomonError:
    """What a database's error means, and what to do about it."""
    if error.connection_invalidated:
        return StoreBusy("the database cannot be reached", where=name, hint="is it running?")
    return meaning(error.orig, name)


def meaning(cause: BaseException | None, name: str) -> RashomonError:
    """What the error of a driver means, and what to do about it."""
    if isinstance(cause, sqlite3.Error):
        return of_sqlite(cause, name)
    said = str(cause).strip().partition("\n")[0] or type(cause).__name__
    state = getattr(cause, "sqlstate", None) or ""
    if state in _PASSING:
        return StoreBusy("others write into this store", where=name, hint="try again")
    if state in _NO_ROOM:
        return StoreFull("the database server has no room", where=name, hint="free some, then add again")
    # what the driver itself finds wrong with a value has no state either, and asking again mends nothing
    unreached = not state and type(cause).__name__ in ("OperationalError", "InterfaceError")
    if unreached or state.startswith(("08", "57")):
        return StoreBusy(f"the database cannot be reached: {said}", where=name, hint="is it running?")
    return StoreError(said, where=name)


def of_sqlite(error: sqlite3.Error, name: str) -> RashomonError:
    """What an error of SQLite means."""
    said, code = str(error), getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy("another process is writing into this store", where=name, hint="try again")
    if code == sqlite3.SQLITE_FULL:
        return StoreFull(
            "the disk is full", where=name, hint="free some room and add again; nothing stored is lost"
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreDamaged(
            f"the store is broken: {said}",
            where=name,
            hint="restore a copy, or save it with sqlite3 .recover",
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH, sqlite3.SQLITE_CANTOPEN):
        return StoreError(f"the store may not be written: {said}", where=name, hint="look at its permissions")
    if code == sqlite3.SQLITE_IOERR:
        return StoreBusy(  # a network drive that is back, room that was made: worth trying again
            f"the disk cannot be written or read: {said}",
            where=name,
            hint="is it full, or was it taken away?",
        )
    return StoreError(said, where=name)


__all__ = ["BUSY_SECONDS", "Connection", "Store", "Write", "open_engine", "translated"]
