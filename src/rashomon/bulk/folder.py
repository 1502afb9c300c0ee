"""The folder of the output: whose it is, and that one run alone is at it."""

from __future__ import annotations

import errno
import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rashomon.bulk import manifest
from rashomon.errors import InputError

_FULL = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def at_work(out: Path) -> Iterator[None]:
    """The folder, for this run alone; made where it is not there.

    Raises:
        InputError: it is no folder, holds other things, another run is at it, or its disk is full.
        OSError: it cannot be written.
    """
    _must_be_free(out)
    try:
        (out / "work").mkdir(parents=True, exist_ok=True)
        with (out / "work" / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InputError(
                    "another run is at this folder", where=str(out), hint="wait for it"
                ) from None
            yield
    except OSError as error:
        if not is_full(error):
            raise
        raise InputError(
            "there is no room left on the disk", where=str(out),
            hint="make room and give the same command again: what is finished is kept",
        ) from error  # fmt: skip


def is_full(error: Exception | None) -> bool:
    """Whether an error says that a disk is full, or that a user may not have more of it."""
    return isinstance(error, OSError) and error.errno in _FULL


def _must_be_free(out: Path) -> None:
    """Refuse a folder with other things in it: what is called there as our tables are would be replaced."""
    if out.exists() and not out.is_dir():
        raise InputError("this is a file, not a folder", where=str(out), hint="name another with --out")
    if not out.is_dir() or is_output(out):
        return
    others = [
        path for path in out.iterdir() if path.name != "work" or not path.is_dir() or any(path.iterdir())
    ]
    if others:
        raise InputError(
            "the folder holds other things", where=str(out), hint="name an empty or a new one with --out"
        )


def is_output(folder: Path) -> bool:
    """Whether a folder holds tables that bulk reading made, finished or not."""
    return (folder / "work" / "lock").is_file() or _is_ours(folder / manifest.NAME)


def _is_ours(path: Path) -> bool:
    """Whether a manifest is one of bulk reading, of whatever version."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(found, dict) and {"format", "recipe", "shards", "tables"} <= found.keys()


__all__ = ["at_work", "is_full", "is_output"]
