"""The files of MUC-4: messages in capitals, and answer templates whose slots have alternatives and hedges."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

Days = tuple[str, str]
"""First and last ISO day that a date slot allows."""

_MESSAGE = re.compile(r"^((?:DEV|TST\d)-MUC\d-\d{4})\b.*$", re.MULTILINE)
_SLOT = re.compile(r"^\s*(\d{1,2})\.\s+[A-Z][A-Z: ]*?(?:\s{2,}(.*))?$")
_DAY = re.compile(r"(-?)\s*(\d{1,2})\s+([A-Z]{3})[A-Z]*\s+(\d{2})")
_DATELINE = re.compile(r"(\d{1,2})\s+([A-Z]{3})[A-Z]*\s+(\d{2})\b")
_HEADER_MARK = re.compile(r"\[[^\[\]]{1,200}\]\s*")
_QUOTED = re.compile(r'"((?:\\.|[^"\\])*)"')
_MONTHS = {
    name: i
    for i, name in enumerate(
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], start=1
    )
}
_LOOK_BACK = datetime.timedelta(days=366)  # "- 4 FEB 90": some day up to this one, not named by the message


class Message(msgspec.Struct, frozen=True):
    """One message: its identifier, its text from the dateline on, the day of the dateline."""

    id: str
    text: str
    published: str | None


class Template(msgspec.Struct, frozen=True):
    """One incident of the key. Empty where the slot is; alternatives stand side by side.

    `places` holds, for each alternative, the names from the country to the finest. `numbers` holds bounds
    of how many human targets an entry has (None is open). `optional` templates count only if something is
    aligned with them.
    """

    message: str
    optional: bool
    types: tuple[str, ...]
    dates: tuple[Days, ...]
    places: tuple[tuple[str, ...], ...]
    perpetrators: tuple[str, ...]
    victims: tuple[str, ...]
    numbers: tuple[tuple[int, int | None], ...]
    effects: frozenset[str]


def messages(path: Path) -> Iterator[Message]:
    """The messages of one file, in order."""
    text = path.read_text(encoding="latin-1")
    heads = list(_MESSAGE.finditer(text))
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        body = text[head.end() : following.start() if following else len(text)].strip()
        yield _message(head[1], body)


def _message(name: str, body: str) -> Message:
    dateline, dashes, rest = body.partition("--")
    if not dashes or len(dateline) > 200:
        return Message(name, body, None)
    found = _DATELINE.search(dateline)
    day = _day(found[1], found[2], found[3]) if found else None
    # marks such as [TEXT] stand between dateline and text, one after the other
    rest = rest.lstrip()
    while mark := _HEADER_MARK.match(rest):
        rest = rest[mark.end() :]
    return Message(name, f"{dateline.rstrip()} -- {rest}", day.isoformat() if day else None)


def templates(path: Path) -> Iterator[Template]:
    """The filled templates of one key file; the empty ones of irrelevant messages are left out."""
    slots: dict[int, list[str]] = {}
    last: int | None = None
    for line in [*path.read_text(encoding="latin-1").splitlines(), "0.  MESSAGE: ID"]:
        if line.lstrip().startswith(";"):
            continue
        found = _SLOT.match(line)
        if found:
            if int(found[1]) == 0 and slots:
                if template := _template(slots):
                    yield template
                slots = {}
            last = int(found[1])
            slots[last] = [(found[2] or "").strip()]
        elif last is not None and line.strip():
            slots[last].append(line.strip())


def _template(slots: dict[int, list[str]]) -> Template | None:
    filled = {slot: [line for line in lines if line not in ("", "-", "*")] for slot, lines in slots.items()}
    if not filled.get(0) or not filled.get(4):
        return None

    def text(slot: int) -> str:
        return " ".join(filled.get(slot, []))

    return Template(
        filled[0][0].split()[0],
        "OPTIONAL" in text(1),
        tuple(part.strip(" ?") for part in text(4).split("/")),
        tuple(days for part in _alternatives(text(2)) if (days := _days(part))),
        tuple(names for part in _alternatives(text(3)) if (names := _places(part))),
        _names(filled, 9, 10),
        _names(filled, 18, 19),
        tuple(bounds for line in filled.get(21, []) if (bounds := number(line))),
        frozenset(effect for line in filled.get(23, []) for effect in _effects(line)),
    )


def _alternatives(text: str) -> list[str]:
    """`(A) / (B)`, or A alone; the parentheses of "(CITY)" stay."""
    parts = re.split(r"\s/\s|\)\s*/\s*\(", text)
    return [part.strip(" ?") for part in parts]


def _day(day: str, month: str, year: str) -> datetime.date | None:
    try:
        return datetime.date(1900 + int(year), _MONTHS[month], int(day))
    except (KeyError, ValueError):
        return None


def _days(text: str) -> Days | None:
    """`02 FEB 90`, `02 FEB 90 - 04 FEB 90`, or `- 04 FEB 90`, which is any day up to that one."""
    text = text.strip("() ")
    named = [day for found in _DAY.finditer(text) if (day := _day(found[2], found[3], found[4]))]
    if not named:
        return None
    first = named[0] - _LOOK_BACK if len(named) == 1 and text.startswith("-") else named[0]
    return first.isoformat(), named[-1].isoformat()


def _places(text: str) -> tuple[str, ...]:
    names = (re.sub(r"\([^()]*\)", " ", part) for part in re.split(r":| - ", text))
    return tuple(name for part in names if (name := " ".join(part.strip("() ?").split())))


def _names(filled: dict[int, list[str]], *slots: int) -> tuple[str, ...]:
    lines = [line for slot in slots for line in filled.get(slot, [])]
    # `DESCRIPTION: NAME` repeats the name of another slot after its colon: both are names of a target
    return tuple(
        name.replace('\\"', "") for line in lines for name in _QUOTED.findall(line) if name.strip("- ")
    )


def number(line: str) -> tuple[int, int | None] | None:
    """Bounds of one entry of a number slot: `7: ...`, `PLURAL: ...`, `7 - 9: ...`, `~50: ...`; of
    alternatives the first that can be read."""
    head = line.partition(":")[0].lstrip("? ")
    for part in head.split("/"):
        part = part.strip(" ?()")
        if part == "PLURAL":
            return 2, None
        if found := re.fullmatch(r"~\s*(\d+)", part):
            return round(int(found[1]) * 0.9), round(int(found[1]) * 1.1)
        if found := re.fullmatch(r"(\d+)\s*-\s*(\d+)?", part):
            return int(found[1]), int(found[2]) if found[2] else None
        if found := re.fullmatch(r"-\s*(\d+)", part):
            return 0, int(found[1])
        if part.isdigit():
            return int(part), int(part)
    return None


def _effects(line: str) -> Sequence[str]:
    told = {part.strip(" ?") for part in line.partition(":")[0].split("/")}
    return [effect for effect in ("DEATH", "INJURY") if effect in told]
