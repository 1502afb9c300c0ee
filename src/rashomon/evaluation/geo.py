"""LGL and GeoVirus: is a place name resolved to the place that is meant?

Two questions: with the gold spans given, the gazetteer's room alone; and end to end, with the reader's own
mentions.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from rashomon.errors import InstallationError, MalformedInput, SourceMissing
from rashomon.evaluation.bootstrap import resampled
from rashomon.evaluation.outputs import ReaderLike
from rashomon.evaluation.results import Measure, Result, plain, retrieval, share
from rashomon.evaluation.spans import offsets
from rashomon.knowledge import countries
from rashomon.model import Place, Span, span_of

NEAR_KM = 161.0
_EARTH_KM = 6371.0088


class Toponym(msgspec.Struct, frozen=True):
    """One gold mention; those that the set could not ground have no coordinates."""

    start: int
    end: int
    lat: float | None
    lon: float | None
    geonameid: int | None


class Article(msgspec.Struct, frozen=True):
    """One article with its toponyms, in order."""

    text: str
    title: str | None
    toponyms: tuple[Toponym, ...]


class Resolver(Protocol):
    """What is asked of the gazetteer."""

    def resolve(
        self, mentions: Sequence[Span], text: str, *, title: str | None, dateline: str | None,
        country_hints: Mapping[str, float],
    ) -> Sequence[Place | None]:  # fmt: skip
        """The place of each mention, None where the table has none."""


def load_places() -> Resolver:
    """The gazetteer.

    Raises:
        InstallationError: this build has none, or its table is damaged.
    """
    if importlib.util.find_spec("rashomon.knowledge.places") is None:
        raise InstallationError("this build has no gazetteer")
    return cast(Resolver, importlib.import_module("rashomon.knowledge.places"))


def load(path: Path) -> list[Article]:
    """The articles of an LGL or a GeoVirus file.

    Raises:
        SourceMissing: it is not there.
        MalformedInput: it is not in either form.
    """
    if not path.exists():
        raise SourceMissing("not there", where=str(path))
    try:
        root = ElementTree.fromstring(path.read_bytes())
        return [_article(node) for node in root.iter("article")]
    except (ElementTree.ParseError, ValueError, TypeError) as error:
        raise MalformedInput(f"neither LGL nor GeoVirus: {error}", where=str(path)) from error


def _article(node: ElementTree.Element) -> Article:
    text = node.findtext("text") or ""
    found = [_toponym(each, text) for each in (*node.iter("toponym"), *node.iter("location"))]
    # one stray element of GeoVirus holds another: what has no span is no mention
    toponyms = sorted((each for each in found if each is not None), key=lambda each: each.start)
    title = node.findtext("title")
    return Article(text, title if title and not text.startswith(title) else None, tuple(toponyms))


def _toponym(node: ElementTree.Element, text: str) -> Toponym | None:
    told, last = node.findtext("start"), node.findtext("end")
    if told is None or last is None:
        return None
    start, end = int(told), int(last)
    name = node.findtext("phrase") or node.findtext("name")
    if text[start:end] != name and text[start - 1 : end - 1] == name:  # GeoVirus counts from one
        start, end = start - 1, end - 1
    tag = node.find("gaztag")
    where = node if tag is None else tag
    lat, lon = where.findtext("lat"), where.findtext("lon")
    number = None if tag is None else tag.get("geonameid")
    return Toponym(
        start,
        end,
        float(lat) if lat else None,
        float(lon) if lon else None,
        int(number) if number else None,
    )


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance."""
    a, b = math.radians(lat1), math.radians(lat2)
    half = (
        math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    )
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def error_km(toponym: Toponym, place: Place | None) -> float:
    """How far off a resolution is; infinite where there is none."""
    if place is None or place.lat is None or place.lon is None or toponym.lat is None or toponym.lon is None:
        return math.inf
    return distance_km(toponym.lat, toponym.lon, place.lat, place.lon)


def resolve(table: Resolver, article: Article, spans: Sequence[tuple[int, int]]) -> list[Place | None]:
    """The places of spans of one article, with the article as their context."""
    mentions = [span_of(article.text, start, end) for start, end in spans]
    hints = countries.weights(article.text, article.title, None)
    return list(
        table.resolve(mentions, article.text, title=article.title, dateline=None, country_hints=hints)
    )


def evaluate(sets: Sequence[tuple[str, Sequence[Article]]], reader: ReaderLike, table: Resolver) -> Result:
    """Each set: with gold spans the exact id, the share within 161 km and the median error; end to end."""
    measures: list[Measure] = []
    notes: list[str] = []
    headline: list[str] = []
    for name, articles in sets:
        measures += _with_spans(name, articles, table)
        headline.append(f"{name}: within 161 km")
        find = getattr(reader, "mentions", None)
        if find is None:
            notes.append(f"{name}: the reader offers no `mentions`: spans and end to end are not measured")
            continue
        spans, ends = [], []
        for article in articles:
            told = sorted({offsets(span) for span, label in find(article.text) if label == "LOC"})
            span_row, end_row = _end_to_end(article, told, resolve(table, article, told))
            spans.append(span_row)
            ends.append(end_row)
        measures += retrieval(f"{name}: span", spans) + retrieval(f"{name}: end to end", ends)
        headline.append(f"{name}: end to end F1")
    about = ", ".join(f"{name} {len(articles)} articles" for name, articles in sets)
    return Result(
        "geo",
        "LGL and GeoVirus: places",
        f"{about}. With gold spans: toponyms that the set grounds; what is not resolved counts as wrong "
        "and as infinitely far. End to end: the reader's own mentions of places, right if they overlap a "
        "gold toponym and lie within 161 km of it. A population baseline over towns of 500 and more: LGL "
        ".617, GeoVirus .623 within 161 km. Intervals over articles.",
        tuple(measures),
        tuple(headline),
        tuple(notes),
    )


def _with_spans(name: str, articles: Sequence[Article], table: Resolver) -> list[Measure]:
    exact: list[tuple[int, int]] = []
    near: list[tuple[int, int]] = []
    errors: list[list[float]] = []
    for article in articles:
        grounded = [each for each in article.toponyms if each.lat is not None]
        places = resolve(table, article, [(each.start, each.end) for each in grounded])
        off = [error_km(toponym, place) for toponym, place in zip(grounded, places, strict=True)]
        numbered = [(t, p) for t, p in zip(grounded, places, strict=True) if t.geonameid is not None]
        exact.append((sum(p is not None and p.geonameid == t.geonameid for t, p in numbered), len(numbered)))
        near.append((sum(km <= NEAR_KM for km in off), len(off)))
        errors.append(off)
    measures = [share(f"{name}: within 161 km", near)]
    if any(total for _, total in exact):
        measures.insert(0, share(f"{name}: exact GeoNames id", exact))
    each = [np.array(row) for row in errors]

    def median(drawn: NDArray[np.intp]) -> float:
        ordered = np.sort(np.concatenate([each[i] for i in drawn]))
        return float(ordered[(len(ordered) - 1) // 2]) if len(ordered) else math.nan

    # 500 draws: the median moves little, and each draw has to sort all errors
    measures.append(
        plain(f"{name}: median error", resampled(len(each), median, 500), sum(map(len, errors)), "km")
    )
    return measures


Row = tuple[int, int, int]


def _end_to_end(
    article: Article, told: Sequence[tuple[int, int]], places: Sequence[Place | None]
) -> tuple[Row, Row]:
    """(hits, found, wanted) of overlapping spans, and of spans with the right place."""
    by_gold: dict[int, int] = {}
    taken: set[int] = set()
    for i, toponym in enumerate(article.toponyms):
        for j, (start, end) in enumerate(told):
            if j not in taken and start < toponym.end and toponym.start < end:
                by_gold[i] = j
                taken.add(j)
                break
    grounded = [i for i, toponym in enumerate(article.toponyms) if toponym.lat is not None]
    # a mention of a toponym that the set could not ground is neither right nor wrong
    excused = len(by_gold) - sum(i in by_gold for i in grounded)
    right = sum(
        i in by_gold and error_km(article.toponyms[i], places[by_gold[i]]) <= NEAR_KM for i in grounded
    )
    return (len(by_gold), len(told), len(article.toponyms)), (right, len(told) - excused, len(grounded))
