"""Readers for bulk reading that need no model: some reports end the process, some never end."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from pathlib import Path
from typing import Any

import msgspec
from fake_reader import FakeReader

from rashomon.bulk.options import Options
from rashomon.model import Reading
from rashomon.reading.intake import Checked

Reports = list[dict[str, Any]]
TOWNS = ("Vrelo", "Ostrava Gorge", "Port Salema", "Nkuru", "Tell Harim")


def reports(count: int, **fields: Any) -> Reports:
    """Invented reports, each with its own words."""
    return [
        {
            "id": f"r{n}",
            "text": f"{town.upper()} - Police arrested {n + 2} men near the mill of {town}.\n\n"
            f"Neighbours told the {n}th court that nobody had been hurt in the street that evening.",
            "published": f"2021-{n % 3 + 4:02d}-{n % 27 + 1:02d}",
            "publisher": "The Harbour Post",
        }
        | fields
        for n in range(count)
        for town in [TOWNS[n % 5]]
    ]


def write_lines(path: Path, given: Reports) -> Path:
    path.write_bytes(b"".join(msgspec.json.encode(report) + b"\n" for report in given))
    return path


def fingerprint(out: Path) -> str:
    """All tables and the manifest, byte for byte."""
    digest = hashlib.sha256()
    for path in sorted(out.rglob("*")):
        if path.is_file() and "work" not in path.relative_to(out).parts:
            digest.update(f"{path.relative_to(out)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


class DangerousReader(FakeReader):
    """Ends the process over "kill me", sleeps over "hang me", breaks over "break me"; counts what it read in
    the folder that its address names."""

    def read_checked(self, checked: Checked) -> Reading:
        text = checked.report.text
        if "kill me" in text:
            os.kill(os.getpid(), signal.SIGKILL)
        if "hang me" in text:
            time.sleep(600)
        if "break me" in text:
            raise KeyError("the fake reader was told to break")
        if folder := checked.report.url:
            with (Path(folder) / str(os.getpid())).open("a") as file:
                file.write(f"{checked.report.id}\n")
        reading = super().read_checked(checked)
        return msgspec.structs.replace(reading, claims=reading.claims)


class SlowReader(DangerousReader):
    """The same, a little later: there is time to end its process in the middle of a shard."""

    def read_checked(self, checked: Checked) -> Reading:
        time.sleep(0.01)
        return super().read_checked(checked)


class FakeOptions(Options, frozen=True):
    """Settings that take the fake reader where none is named."""

    reader: str = "bulk_fakes:dangerous"


def dangerous() -> DangerousReader:
    return DangerousReader()


def slow() -> SlowReader:
    return SlowReader()
