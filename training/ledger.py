"""The compact form in which the corpus is written and reviewed: a report, then a line a claim.

    @ Sahel Courier | 2021-03-04 | BAMAKO, Mali | Lorries taken near Gao
    BAMAKO, Mali - Gunmen took four lorries near Gao on Wednesday, the army said. Traders denied it.

    > took | COERCE seize; by Gunmen=MLI UAF; voice army=MLI MIL; on 2021-03-03; at Gao=MLI
    > denied | REJECT; by Traders=MLI BUS; on 2021-03-04

The head line is `@ publisher | date | dateline or - | title`. A claim is `> trigger | TYPE mode; field; ...`,
in the order of the text. Fields, all optional:

    by NAME=CODE + NAME=CODE      actors (exact pieces of the text, codes as in the accounts format)
    to NAME=CODE + ...            recipients
    voice NAME=CODE               who vouches for it; left out: the publisher
    denied | planned | ...        a status; left out: happened
    background                    the frame; left out: current
    on 2021-03-03 | 2021-03 | 2021 | 2021-03-01..2021-03-04
    at NAME=ISO3                  the finest place the report gives; `at -=ISO3`: only its country is plain
    n KIND LOW-HIGH WHOM          a figure; an open bound is left empty: `n killed 5- soldiers`
    quote TEXT                    an exact piece of the text; left out: the sentence with the trigger

`TRIGGER#2` is the second occurrence of the trigger in the report. `python -m training.ledger FILE...` checks
files and prints counts; `python -m training.ledger --yaml FILE` prints the accounts form.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from training import labels

TYPES, STATUSES, SECTORS = frozenset(labels.TYPES), frozenset(labels.STATUS), frozenset(labels.SECTOR)
SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’']?\s+(?=[\"“‘']?[A-Z0-9])|\n\s*\n")


class LedgerError(ValueError):
    """A line that is not as the form wants it."""


def parties(field: str, text: str) -> tuple[list[str], list[str]]:
    """`NAME=CODE + NAME=CODE` as names and codes, each name checked against the text."""
    names, codes = [], []
    for item in field.split(" + "):
        name, equals, code = item.strip().rpartition("=")
        country, _, sector = code.partition(" ")
        if not equals or not re.fullmatch(r"[A-Z]{3}", country) or sector not in SECTORS:
            raise LedgerError(f"{item!r} is not NAME=COUNTRY SECTOR")
        if not contains(text, name):
            raise LedgerError(f"{name!r} is not in the text")
        names.append(name)
        codes.append(code)
    return names, codes


def contains(text: str, piece: str) -> bool:
    """Whether a piece stands in a text, white space folded."""
    return bool(piece) and " ".join(piece.split()) in " ".join(text.split())


def sentence_around(text: str, start: int, end: int) -> str:
    """The sentence that holds a span, by a plain rule; good enough for a quote."""
    cuts = [0, *(m.end() for m in SENTENCE_END.finditer(text)), len(text)]
    first = max(c for c in cuts if c <= start)
    last = min(c for c in cuts if c >= end)
    return text[first:last].strip()


def figure(field: str) -> dict[str, Any]:
    """`killed 5- soldiers` as a figure."""
    match = re.fullmatch(r"(\w+) (\d*)-(\d*)(?: (.+))?", field)
    if not match or not (match[2] or match[3]):
        raise LedgerError(f"figure {field!r} is not KIND LOW-HIGH WHOM")
    low, high = (int(g) if g else None for g in match.group(2, 3))
    return {"kind": match[1], "low": low, "high": high, "whom": match[4]}


def claim(line: str, text: str) -> dict[str, Any]:
    """One claim line as a claim of the accounts form (without id and report)."""
    trigger, bar, rest = line.partition(" | ")
    if not bar:
        raise LedgerError("no ' | ' after the trigger")
    trigger, _, nth = trigger.strip().partition("#")
    places = [m.start() for m in re.finditer(r"(?<!\w)" + re.escape(trigger) + r"(?!\w)", text)]
    which = int(nth or 1) - 1
    if which >= len(places):
        raise LedgerError(f"trigger {trigger!r} is not {which + 1} times in the text")
    if len(places) > 1 and not nth:
        raise LedgerError(
            f"trigger {trigger!r} stands {len(places)} times: write {trigger}#1 or another number"
        )
    fields = [f.strip() for f in rest.split(";")]
    kind, _, mode = fields[0].partition(" ")
    if kind not in TYPES or (mode and mode not in labels.MODES.get(kind, "").split()):
        raise LedgerError(f"type and mode {fields[0]!r}")
    row: dict[str, Any] = {
        "quote": sentence_around(text, places[which], places[which] + len(trigger)),
        "trigger": trigger,
        "type": kind,
        "mode": mode or None,
        "actor": [],
        "actor_code": [],
        "recipient": [],
        "recipient_code": [],
        "voice": "publisher",
        "voice_code": None,
        "status": "happened",
        "frame": "current",
        "date": None,
        "place": None,
        "country": None,
        "figures": [],
        "trigger_start": places[which],
    }
    for field in fields[1:]:
        key, _, value = field.partition(" ")
        if key == "by":
            row["actor"], row["actor_code"] = parties(value, text)
        elif key == "to":
            row["recipient"], row["recipient_code"] = parties(value, text)
        elif key == "voice":
            (row["voice"],), (row["voice_code"],) = parties(value, text)
        elif field in STATUSES:
            row["status"] = field
        elif field == "background":
            row["frame"] = field
        elif key == "on":
            dates = value.split("..")
            if not all(re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", d) for d in dates):
                raise LedgerError(f"date {value!r}")
            row["date"] = dates if len(dates) == 2 else dates[0]
        elif key == "at":
            name, _, country = value.rpartition("=")
            if not re.fullmatch(r"[A-Z]{3}", country) or not (name == "-" or contains(text, name)):
                raise LedgerError(f"place {value!r}")
            row["place"], row["country"] = (None if name == "-" else name), country
        elif key == "n":
            row["figures"].append(figure(value))
        elif key == "quote":
            if not contains(text, value):
                raise LedgerError(f"quote {value!r} is not in the text")
            row["quote"] = value
        elif field:
            raise LedgerError(f"field {field!r}")
    return row


def read(path: Path) -> dict[str, Any]:
    """A ledger file as a story of the accounts form. Raises LedgerError with file and line."""
    reports: list[dict[str, Any]] = []
    claims: list[dict[str, Any]] = []
    for number, report, line in _lines(path, reports):
        try:
            claims.append(
                {"id": f"c{len(claims) + 1}", "report": report["id"], **claim(line, report["text"])}
            )
        except (LedgerError, ValueError) as fault:
            raise LedgerError(f"{path.name}:{number}: {fault}") from None
    return {"story": path.stem, "reports": reports, "claims": claims, "incidents": [], "disputes": []}


def _lines(path: Path, reports: list[dict[str, Any]]) -> Iterator[tuple[int, dict[str, Any], str]]:
    """Collect the reports; yield (line number, its report, claim line) once a report's text is whole."""
    text: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("@ "):
            head = [part.strip() for part in line[2:].split(" | ")]
            if len(head) != 4 or not re.match(r"\d{4}-\d\d-\d\d", head[1]):
                raise LedgerError(
                    f"{path.name}:{number}: the head is '@ publisher | date | dateline or - | title'"
                )
            dateline = None if head[2] == "-" else head[2]
            text = []
            reports.append(
                {
                    "id": f"r{len(reports) + 1}",
                    "publisher": head[0],
                    "published": head[1],
                    "dateline": dateline,
                    "title": head[3],
                    "text": "",
                }
            )
        elif line.startswith("> "):
            if not reports:
                raise LedgerError(f"{path.name}:{number}: a claim before any report")
            yield number, reports[-1], line[2:]
        elif reports and not line.startswith("#"):
            text.append(line)
            reports[-1]["text"] = "\n".join(text).strip() + "\n"


def main(arguments: list[str]) -> int:
    """Check files: one line a fault, then counts; or print one file as YAML."""
    import yaml

    if arguments[:1] == ["--yaml"]:
        for name in arguments[1:]:
            story = read(Path(name))
            for row in story["claims"]:
                row.pop("trigger_start")
            print(yaml.safe_dump(story, allow_unicode=True, sort_keys=False, width=120))
        return 0
    status = reports = claims = 0
    for name in arguments:
        faults: list[str] = []
        collected: list[dict[str, Any]] = []
        try:
            for number, report, line in _lines(Path(name), collected):
                try:
                    claim(line, report["text"])
                    claims += 1
                except LedgerError as fault:
                    faults.append(f"{name}:{number}: {fault}")
        except LedgerError as fault:
            faults.append(str(fault))
        reports += len(collected)
        print("".join(f"{fault}\n" for fault in faults), end="")
        status |= bool(faults)
    print(f"{len(arguments)} files, {reports} reports, {claims} claims")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
