"""Quality floors: figures that this build must reach, tied to a hash of the data they were measured on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import msgspec

from rashomon.errors import MalformedInput, SourceMissing
from rashomon.evaluation import sets
from rashomon.evaluation.gold import fingerprint
from rashomon.evaluation.outputs import load_reader

DEFAULT = ("accounts", "reference")
MARGIN = 0.01
"""How far a figure may fall before the gate closes: kernels differ by about this much between machines."""


class SetFloors(msgspec.Struct, frozen=True):
    """The floors of one set, and the SHA-256 of the files that they were measured on."""

    sha256: str
    floors: dict[str, float]


def measure(data: Path, names: tuple[str, ...] = DEFAULT) -> dict[str, SetFloors]:
    """Floors a margin under what this build reaches, for the headline figures of the named sets.

    Raises:
        SourceMissing: there is no such set, or its data is not there.
    """
    if unknown := sorted(set(names) - set(sets.SETS)):
        raise SourceMissing(f"no set {', '.join(unknown)}", hint=f"one of: {', '.join(sets.SETS)}")
    table = {}
    for name in names:
        result = sets.SETS[name](data, load_reader, None)
        reached = {headline: result[headline].value for headline in result.headline}
        floors = {key: _under(value) for key, value in reached.items() if value is not None}
        table[name] = SetFloors(fingerprint(sets.files(data, name)), floors)
    return table


def _under(value: float) -> float:
    return max(0.0, math.floor((value - MARGIN) * 1000) / 1000)


def load(path: Path) -> dict[str, SetFloors]:
    """The table of floors.

    Raises:
        SourceMissing: there is none.
        MalformedInput: it is not one.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, SetFloors])
    except OSError as error:
        raise SourceMissing(
            "no table of floors", where=str(path), hint="rashomon evaluate floors --write"
        ) from error
    except msgspec.DecodeError as error:
        raise MalformedInput(f"no table of floors: {error}", where=str(path)) from error


def data_fault(data: Path, name: str, held: SetFloors) -> str | None:
    """What to do when the data is not the data that the floors were measured on; None when it is.

    Raises:
        SourceMissing: the data is not there.
    """
    if fingerprint(sets.files(data, name)) == held.sha256:
        return None
    return (
        f"{name}: the data has changed since its floors were measured. Look at what changed; if it is "
        "meant, run `rashomon evaluate floors --write` and commit the new table with the reason"
    )


def faults(data: Path, name: str, held: SetFloors) -> Iterator[str]:
    """One line for each figure under its floor, or one line when the data is another.

    Raises:
        SourceMissing: the data is not there.
        InstallationError: this build cannot read.
    """
    if fault := data_fault(data, name, held):
        yield fault
        return
    result = sets.SETS[name](data, load_reader, None)
    for figure, floor in held.floors.items():
        value = result[figure].value
        if value is None or value < floor:
            yield f"{name}: {figure} is {value if value is None else round(value, 4)}, its floor is {floor}"
