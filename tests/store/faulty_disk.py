"""What runs on a disk that fails (see faulty_disk.c): `python faulty_disk.py FOLDER FIRST LAST`, under
LD_PRELOAD.

For every n from FIRST to LAST reports are added to a copy of one store while the nth write under FOLDER
fails, and the two behind it: as `ENOSPC` where n is even, as `EIO` where it is odd. Adding has to go on by
itself, reading has to go on meanwhile, and in the end the store has to be what it is without faults. Then the
same for a file of reports and the state of a watcher. Prints how many faults struck.
"""

from __future__ import annotations

import ctypes
import errno
import shutil
import sys
from pathlib import Path

from rashomon import patience
from rashomon.errors import StoreError
from rashomon.model import Report
from rashomon.patience import Patience
from rashomon.sources.watch import FeedState
from rashomon.sources.watch_state import ReportFile, SqliteState
from rashomon.store.desk import Desk

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "reconcile")]
sys.path.append(str(HERE.parents[1] / "benchmarks"))

from store_builders import many  # noqa: E402
from store_kills import contents  # noqa: E402

_MANY = 3
_shim = ctypes.CDLL(None)


def arm(folder: Path, nth: int) -> None:
    code = errno.EIO if nth % 2 else errno.ENOSPC
    _shim.fault_arm(str(folder).encode(), ctypes.c_long(nth), ctypes.c_long(_MANY if nth else 0), code)


def stores(folder: Path, first: int, last: int) -> int:
    """Faults that struck a store."""
    new = many(6, 60)
    begin, clean = folder / "begin.db", folder / "clean.db"
    with Desk(begin) as desk:
        desk.add(many(9))
    shutil.copy(begin, clean)
    with Desk(clean) as desk:
        desk.add(new[:3])
        desk.add(new[3:])
    wanted = contents(str(clean))
    struck = 0
    for nth in range(first, last + 1):
        store = folder / "desk.db"
        shutil.copy(begin, store)
        with Desk(store) as reading:  # who reads is there all the time
            n_before = reading.count()

            def look(line: str, reading: Desk = reading, n_before: int = n_before, nth: int = nth) -> None:
                if "waiting" in line:
                    assert "disk" in line, line
                    assert reading.count() >= n_before, nth

            with Desk(store, patience=Patience(30.0, look)) as desk:
                arm(folder, nth)
                states = [added.state for added in [*desk.add(new[:3]), *desk.add(new[3:])]]
                struck += _shim.fault_left() == 0
                arm(folder, 0)
                assert set(states) <= {"added", "known"}, (nth, states)
                assert all(finding.state != "broken" for finding in desk.examine()), nth
        found = contents(str(store))
        assert found == wanted, nth
        for path in folder.glob("desk.db*"):
            path.unlink()
    return struck


def files(folder: Path, last: int) -> int:
    """Faults that struck a file of reports, or a state."""
    struck = 0
    made = [Report(text=f"Report {number} of the clerk.", title="T") for number in range(5)]
    for nth in range(1, last + 1):
        out, kept = folder / "reports.jsonl", folder / "state"
        wait = Patience(30.0)
        with ReportFile(out) as sink, SqliteState(kept) as state:
            arm(folder, nth)
            for number, report in enumerate(made):
                wait(lambda report=report: sink(report))  # type: ignore[misc]
                wait(lambda number=number: state.save("u", FeedState(etag=str(number))))  # type: ignore[misc]
            struck += _shim.fault_left() == 0
            arm(folder, 0)
        lines = out.read_bytes().splitlines()
        assert [line.count(b"clerk") for line in lines] == [1] * 5, (nth, lines)
        with SqliteState(kept) as state:
            found = state.load("u")
            assert found is not None and found.etag == "4", nth
        for path in (*folder.glob("state*"), out):
            path.unlink()
    return struck


def main() -> None:
    patience._SHORTEST = 0.001  # type: ignore[misc]
    folder = Path(sys.argv[1]).resolve()
    try:
        print(stores(folder, int(sys.argv[2]), int(sys.argv[3])), files(folder, 40))
    except StoreError as error:
        arm(folder, 0)
        raise SystemExit(f"this error came through: {error!r}") from error


if __name__ == "__main__":
    main()
