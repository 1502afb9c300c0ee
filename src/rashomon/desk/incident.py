"""The page of an incident, put together: matrix, reports with marked words, figures over time, brief."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from markupsafe import Markup

from rashomon.comparison import Picture
from rashomon.desk.figures import Course, by_voice, courses, plot
from rashomon.desk.shown import address
from rashomon.exports import brief_page, cards, matrix_page
from rashomon.exports.brief import brief
from rashomon.exports.page import anchor, byline, marked_text
from rashomon.exports.phrases import voice_name
from rashomon.exports.segments import paragraphs
from rashomon.model import Claim, Reading, Report
from rashomon.reconcile.incidents import Incident
from rashomon.reconcile.matrix import Words, matrix
from rashomon.store.desk import Desk
from rashomon.store.records import IncidentDetail, ReportEntry

VOICES = 24
"""Voices of a matrix; of an incident that more tell of, those with most claims."""
MOST_VOICES = 200
"""The same where somebody asks for more."""
CLAIMS = 16
"""Claims of one voice that a matrix looks at."""
REPORTS = 6
"""Reports of a page."""
_TO_CLAIM = Markup('<p class="put"><a href="{}">Put right<span class="sr"> this claim</span></a></p>')


class ShownReport(msgspec.Struct, frozen=True):
    """A report beside the others: its number among those of the incident, its parts as HTML."""

    number: int
    entry: ReportEntry
    byline: Markup
    text: Markup
    cards: Markup


class View(msgspec.Struct, frozen=True):
    """What the page shows. `cut` says how many voices the matrix leaves out."""

    matrix: Markup
    legend: Markup
    brief: Markup
    reports: tuple[ShownReport, ...]
    courses: tuple[tuple[Course, Markup, tuple[str, ...]], ...]
    cut: int
    voices: int
    more: int | None


def view(desk: Desk, detail: IncidentDetail, skip: int = 0, voices: int = VOICES) -> View:
    """The page of an incident; `skip` reports are left out, those of the pages before. The matrix has up to
    `voices` voices, the rest of the page the first of them."""
    whole = detail.incident
    incident = cut(whole)
    wide = incident if voices <= VOICES else cut(whole, min(voices, MOST_VOICES))
    kept = set(incident.claims)
    claims = [claim for claim in detail.claims if claim.id in kept]
    entries = sorted(detail.reports.values(), key=lambda entry: (entry.published or entry.added, entry.id))
    place = {entry.id: number for number, entry in enumerate(entries, 1)}
    bare = [_bare(entry) for entry in entries]
    grid = matrix(incident, claims, bare)
    seen = set(wide.claims)
    shown_grid = (
        grid
        if wide is incident
        else matrix(wide, [claim for claim in detail.claims if claim.id in seen], bare)
    )
    numbers, ordinals = _numbers(detail.claims, place)
    shown = entries[skip : skip + REPORTS]
    texts = {entry.id: record for entry in shown if (record := desk.report(entry.id)) is not None}
    at = {entry.id: number for number, entry in enumerate(shown) if entry.id in texts}
    stretches = {ref: paragraphs(record.report.text) for ref, record in texts.items()}
    by_id = {claim.id: claim for claim in detail.claims}
    anchors: dict[int, set[int]] = defaultdict(set)

    def link(words: Words) -> tuple[str, str] | None:
        claim = by_id.get(words.claim)
        if claim is None:
            return None
        start = words.start if words.start is not None else claim.quote.start
        here = at.get(claim.report)
        if here is None:
            return f"{address('/report', id=claim.report, at=start)}#{anchor(0, start)}", ""
        card = f"r{here}c{ordinals[claim.id]}"
        if any(first <= start < last for first, last in stretches[claim.report]):
            anchors[here].add(start)
            return f"#{anchor(here, start)}", card
        return f"#{card}", card

    picture = Picture(whole, (whole,), shown_grid)
    table = Markup(matrix_page.section("accounts-matrix", picture, numbers, link))
    names = {ref: column.voice for column in grid.columns for ref in column.claims}
    told = courses(claims, detail.reports, names)
    return View(
        table,
        Markup(matrix_page.legend()),
        Markup(brief_page.body(brief(incident, claims, bare))),
        tuple(
            _report(number, place[entry.id], entry, texts[entry.id].report, detail.claims, anchors[number])
            for number, entry in enumerate(shown)
            if entry.id in texts
        ),
        tuple((course, plot(course), tuple(by_voice(course))) for course in told),
        len(whole.accounts) - len(wide.accounts),
        len(whole.accounts),
        skip + REPORTS if len(entries) > skip + REPORTS else None,
    )


def cut(incident: Incident, voices: int = VOICES) -> Incident:
    """An incident with no more voices and claims than a table can show."""
    accounts = sorted(incident.accounts, key=lambda account: -len(account.claims))[:voices]
    if len(incident.accounts) <= voices and all(len(each.claims) <= CLAIMS for each in accounts):
        return incident
    accounts = [msgspec.structs.replace(each, claims=each.claims[:CLAIMS]) for each in accounts]
    kept = {ref for account in accounts for ref in account.claims}
    return msgspec.structs.replace(
        incident,
        accounts=tuple(accounts),
        claims=tuple(ref for ref in incident.claims if ref in kept),
        updates=tuple(each for each in incident.updates if kept.issuperset(each.claims)),
    )


def _numbers(claims: Sequence[Claim], place: Mapping[str, int]) -> tuple[dict[str, str], dict[str, int]]:
    """How claims are called ("2.1": the first of the second report), and their places in their reports."""
    numbers: dict[str, str] = {}
    ordinals: dict[str, int] = {}
    for ref, own in _by_report(claims).items():
        for ordinal, claim in enumerate(own):
            numbers[claim.id] = f"{place.get(ref, 0)}.{ordinal + 1}"
            ordinals[claim.id] = ordinal
    return numbers, ordinals


def _by_report(claims: Sequence[Claim]) -> dict[str, list[Claim]]:
    found: dict[str, list[Claim]] = {}
    for claim in claims:
        found.setdefault(claim.report, []).append(claim)
    for own in found.values():
        own.sort(key=lambda claim: (claim.trigger.start, claim.id))
    return found


def _report(
    key: int, number: int, entry: ReportEntry, report: Report, claims: Sequence[Claim], anchors: set[int]
) -> ShownReport:
    own = tuple(_by_report(claims).get(entry.id, ()))
    text, told = parts(f"r{key}", Reading(report, own), frozenset(anchors))
    return ShownReport(number, entry, Markup(byline(report)), text, told)


def parts(key: str, reading: Reading, anchors: frozenset[int] = frozenset()) -> tuple[Markup, Markup]:
    """A report's text with its claims marked, and the claims as cards; `key` is "r" and a number."""
    voices: dict[str, str] = {}
    told = "".join(
        cards.card(
            f"{key}c{at}",
            claim,
            voices.setdefault(voice_name(claim.voice), f"v{len(voices)}"),
            _TO_CLAIM.format(address("/claim", id=claim.id)),
        )
        for at, claim in enumerate(reading.claims)
    )
    return Markup(marked_text(key, reading, anchors)), Markup(told)


def _bare(entry: ReportEntry) -> Report:
    return Report(
        text="",
        id=entry.id,
        title=entry.title,
        published=entry.published,
        publisher=entry.publisher,
        url=entry.url,
    )


def as_data(told: Sequence[Course]) -> list[dict[str, Any]]:
    """The courses for programs."""
    return [
        {"kind": course.kind, "said": [msgspec.to_builtins(each) for each in course.said]} for course in told
    ]


__all__ = ["View", "as_data", "cut", "parts", "view"]
