"""One HTML page that shows every claim beside the words it came from.

The page is a single file: no request leaves it, and its content security policy allows only its own style and
script, by their hashes. It works without script too: events in the text and claims in the list are links.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

from rashomon.exports import phrases
from rashomon.exports.cards import card
from rashomon.exports.segments import Segment, paragraphs, segments
from rashomon.exports.sheet import digest, escape, fill, template
from rashomon.model import Reading, Report

_NO_CLAIMS = "No claims were found in this report."
_LINKABLE = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)


Anchors = Mapping[int, Collection[int]]
"""Offsets into the texts of reports, by the report's place among the readings, that links lead to."""


def render(
    readings: Iterable[Reading],
    title: str = "What the reports say",
    lead: str = "",
    anchors: Anchors = MappingProxyType({}),
) -> str:
    """The page for some readings, in their order, as text to be written in UTF-8.

    `lead` is HTML that stands before the reports; it may link to `#w-0-120`, the words at offset 120 of the
    first report, if `anchors` has them.
    """
    readings = tuple(readings)
    voices = Counter(phrases.voice_name(claim.voice) for reading in readings for claim in reading.claims)
    keys = {name: f"v{number}" for number, (name, _) in enumerate(voices.most_common())}
    style = template("palette.css", "page.css", *(("matrix.css",) if lead else ()))
    script = template("page.js")
    return fill(
        template("page.html"),
        {
            "title": escape(phrases.one_line(title)),
            "style": style,
            "script": script,
            "style_hash": digest(style),
            "script_hash": digest(script),
            "summary": _summary(readings, len(voices)),
            "navigation": _navigation(readings),
            "lead": lead,
            "filters": _filters(readings, voices, keys),
            "reports": "\n".join(
                _report(f"r{n}", reading, keys, frozenset(anchors.get(n, ())))
                for n, reading in enumerate(readings)
            ),
        },
    )


def _escape_running(text: str) -> str:
    """Running text: as `escape`, with code points set apart from the report's own words."""
    return phrases.reveal(html.escape(text.replace("\r\n", "\n")), '<span class="ctl">{}</span>')


def _summary(readings: Sequence[Reading], voices: int) -> str:
    claims = sum(len(reading.claims) for reading in readings)
    counts = ((len(readings), "report"), (claims, "claim"), (voices, "voice"))
    return " · ".join(f"{count:,} {noun}{'' if count == 1 else 's'}" for count, noun in counts)


def _navigation(readings: Sequence[Reading]) -> str:
    if len(readings) < 2:
        return ""
    items = "".join(
        f'<li><a href="#r{number}"><b><bdi>{_publisher(reading.report)}</bdi></b> '
        f"<bdi>{_title(reading.report)}</bdi></a></li>"
        for number, reading in enumerate(readings)
    )
    return f'<nav aria-label="Reports"><ol class="toc">{items}</ol></nav>'


def _filters(readings: Sequence[Reading], voices: Counter[str], keys: Mapping[str, str]) -> str:
    claims = [claim for reading in readings for claim in reading.claims]
    choices = {
        "voice": [(keys[name], name, count) for name, count in voices.most_common()],
        "type": _counted(claim.type for claim in claims),
        "status": _counted(claim.status for claim in claims),
    }
    return "".join(_select(name, options) for name, options in choices.items())


def _counted(values: Iterable[str]) -> list[tuple[str, str, int]]:
    return [(value, value.lower(), count) for value, count in sorted(Counter(values).items())]


def _select(name: str, options: Sequence[tuple[str, str, int]]) -> str:
    items = "".join(
        f'<option value="{escape(phrases.one_line(value))}">{escape(label)} ({count})</option>'
        for value, label, count in options
    )
    return f'<label>{name} <select name="{name}"><option value="">all</option>{items}</select></label>'


def anchor(report: int, offset: int) -> str:
    """The id of the words at an offset of a report, if they are among the page's anchors."""
    return f"w-{report}-{offset}"


def _report(key: str, reading: Reading, voice_keys: Mapping[str, str], anchors: frozenset[int]) -> str:
    report = reading.report
    cards = "".join(
        card(f"{key}c{number}", claim, voice_keys[phrases.voice_name(claim.voice)])
        for number, claim in enumerate(reading.claims)
    )
    notes = "".join(f"<li>{escape(phrases.one_line(note))}</li>" for note in reading.notes)
    return (
        f'<article class="report" id="{key}" aria-labelledby="{key}-title">'
        f'<header><h2 id="{key}-title"><bdi>{_title(report)}</bdi></h2><p class="by">{byline(report)}</p>'
        + (f'<ul class="notes">{notes}</ul>' if notes else "")
        + '</header><div class="pair">'
        f'<section class="text" aria-label="Text">{marked_text(key, reading, anchors)}</section>'
        '<section aria-label="Claims">'
        + (f'<ol class="claims">{cards}</ol>' if cards else f'<p class="none">{_NO_CLAIMS}</p>')
        + "</section></div></article>"
    )


def _publisher(report: Report) -> str:
    return escape(phrases.one_line(report.publisher or "Report"))


def _title(report: Report) -> str:
    return escape(phrases.one_line(report.title or report.publisher or report.id))


def byline(report: Report) -> str:
    """Publisher, day, dateline and source of a report as HTML."""
    place = report.dateline.place if report.dateline else None
    about = (report.publisher, report.published, phrases.place_words(place) if place else None)
    parts = [f"<bdi>{escape(phrases.one_line(part))}</bdi>" for part in about if part]
    if report.url:
        address = escape(phrases.one_line(report.url))
        # Only web addresses become links: "javascript:" and the like stay text.
        linkable = _LINKABLE.fullmatch(report.url)
        parts.append(f'<a href="{address}" rel="noopener noreferrer">source</a>' if linkable else address)
    return " · ".join(parts)


def marked_text(key: str, reading: Reading, anchors: frozenset[int]) -> str:
    """The text of a report as paragraphs of HTML with its claims marked: `key` is "r" and the report's place
    on the page, its claims' cards have the ids "r0c0", "r0c1" ..., and `anchors` are offsets that links lead
    to."""
    text, seen = reading.report.text, set[str]()
    cut = segments(len(text), reading.claims, paragraphs(text))

    def piece(segment: Segment) -> str:
        words = _segment(text, key, segment, seen)
        if segment.start not in anchors:
            return words
        return f'<span class="w" id="{anchor(int(key[1:]), segment.start)}">{words}</span>'

    return "".join(f"<p>{''.join(map(piece, paragraph))}</p>" for paragraph in cut)


def _segment(text: str, key: str, segment: Segment, seen: set[str]) -> str:
    words = _escape_running(text[segment.start : segment.end])
    if not segment.roles:
        return words
    claims = [f"{key}c{number}" for number in segment.roles]
    roles = ["quoted", *sorted({role for own in segment.roles.values() for role in own} - {"quoted"})]
    attributes = (
        f'class="m {" ".join(roles)}" data-claim="{" ".join(claims)}" '
        f'data-roles="{"|".join(" ".join(own) for own in segment.roles.values())}"'
    )
    # The first words of each claim's trigger lead to its card; one anchor can stand for one claim only.
    opening = (claim for claim, own in zip(claims, segment.roles.values(), strict=True) if _is_trigger(own))
    first = next((claim for claim in opening if claim not in seen), None)
    if first is None:
        return f"<span {attributes}>{words}</span>"
    seen.add(first)
    return f'<a {attributes} id="t-{first}" href="#{first}">{words}</a>'


def _is_trigger(roles: tuple[str, ...]) -> bool:
    return any(role.startswith("trigger") for role in roles)


__all__ = ["anchor", "byline", "escape", "marked_text", "render"]
