"""Gun violence articles: how many were killed and injured, on what day, in which city."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from rashomon.errors import MalformedInput
from rashomon.evaluation.agreement import words
from rashomon.evaluation.bootstrap import resampled
from rashomon.evaluation.outputs import ReaderLike, readings, unread
from rashomon.evaluation.results import Result, plain, share
from rashomon.model import Claim, Report

_IN_LINK = re.compile(r"/(20\d\d)[/-](\d\d?)[/-](\d\d?)(?=\D)|/(20\d\d)(\d\d)(\d\d)(?=\D)")
_FIELD_LIMIT = 10_000_000


class Article(msgspec.Struct, frozen=True):
    """One article and what coders took from it; `killed` and `injured` count victims."""

    id: str
    title: str
    text: str
    published: str | None
    killed: int
    injured: int
    date: str | None
    city: str | None


def load(path: Path) -> list[Article]:
    """The articles of the table.

    Raises:
        MalformedInput: a column is missing or its JSON is broken.
    """
    held = csv.field_size_limit(_FIELD_LIMIT)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    finally:
        csv.field_size_limit(held)
    return [_article(row, f"{path}: row {number}") for number, row in enumerate(rows, start=1)]


def _article(row: dict[str, str], where: str) -> Article:
    try:
        coded: dict[str, Any] = msgspec.json.decode(row["Json"], type=dict[str, Any])
        fates = [victim.get("victim-was") or [] for victim in coded["victim-section"]]
        when = coded["date-and-time"]
        return Article(
            f"gvdb-{row['Article id']}",
            row["Article title"],
            row["Full text"],
            published(row["Article url"]),
            sum("killed" in fate for fate in fates),
            sum(bool({"injured", "hospitalized"} & set(fate)) and "killed" not in fate for fate in fates),
            when.get("date") or None,
            (when.get("city") or {}).get("value") or None,
        )
    except (KeyError, AttributeError, TypeError, msgspec.DecodeError) as error:
        raise MalformedInput(f"not as the table should be: {error!r}", where=where) from error


def published(url: str) -> str | None:
    """The day of publication where the link has it."""
    found = _IN_LINK.search(url)
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups() if part)
    return f"{year:04}-{month:02}-{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 else None


def toll(claims: Iterable[Claim], kind: str) -> int | None:
    """The highest number of a kind that the article asserts of the present happening; 0 where claims of
    violence give none, None where nothing was read."""
    violent = [c for c in claims if c.type == "ASSAULT" and c.frame == "current" and c.status != "denied"]
    numbers = [_number(f.low, f.high) for c in violent for f in c.figures if f.kind == kind]
    return max(numbers, default=0) if violent else None


def _number(low: int | None, high: int | None) -> int:
    return low if low is not None else high or 0


def evaluate(articles: Sequence[Article], reader: ReaderLike) -> Result:
    """Exact numbers and mean absolute error; the day; the city."""
    reports = (Report(text=a.text, title=a.title, published=a.published, id=a.id) for a in articles)
    read = list(readings(reader, reports))
    told = {kind: [toll(r.claims, kind) for r in read] for kind in ("killed", "injured")}
    measures = []
    for kind, numbers in told.items():
        gold = [getattr(article, kind) for article in articles]
        measures.append(
            share(f"{kind}: exact", [(int(n == g), 1) for n, g in zip(numbers, gold, strict=True)])
        )
        off = np.array([abs((n or 0) - g) for n, g in zip(numbers, gold, strict=True)], dtype=np.float64)
        measures.append(
            plain(f"{kind}: mean absolute error", resampled(len(off), _mean_of(off)), len(off), "people")
        )
    dated = [(a, r) for a, r in zip(articles, read, strict=True) if a.date and a.published]
    measures.append(share("date", [(int(_has_date(r.claims, str(a.date))), 1) for a, r in dated]))
    placed = [(a, r) for a, r in zip(articles, read, strict=True) if a.city]
    measures.append(share("city", [(int(_has_city(r.claims, str(a.city))), 1) for a, r in placed]))
    return Result(
        "gvdb",
        "Gun violence articles: tolls, day, city",
        f"{len(articles)} articles. A toll is the highest number asserted of the present happening; an "
        f"article in which no violence is read counts as wrong. The day is asked of the {len(dated)} "
        "articles whose link gives the day of publication (the set does not), and is the commonest day "
        "among the claims of violence; the city is the commonest place. Intervals over articles.",
        tuple(measures),
        ("killed: exact", "injured: exact", "date", "city"),
        tuple(unread(read)),
    )


def _mean_of(values: NDArray[np.float64]) -> Callable[[NDArray[np.intp]], float]:
    return lambda drawn: float(values[drawn].mean())


def _has_date(claims: Sequence[Claim], date: str) -> bool:
    days = [c.date.first for c in claims if c.type == "ASSAULT" and c.frame == "current" and c.date]
    return bool(days) and _commonest(days) == date


def _has_city(claims: Sequence[Claim], city: str) -> bool:
    names = [
        (c.place.text or "", c.place.name)
        for c in claims
        if c.type == "ASSAULT" and c.frame == "current" and c.place
    ]
    return bool(names) and bool(words(city) & words(" ".join(_commonest(names))))


def _commonest(values: Sequence[Any]) -> Any:
    return max(values, key=values.count)
