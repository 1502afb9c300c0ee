"""A brief as a page: sentences with the numbers of their sources, and the quoted words below. No script."""

from __future__ import annotations

import re

from rashomon.exports.brief import Brief, Part, Sentence, Source
from rashomon.exports.brief_markdown import heard_words, source_words
from rashomon.exports.phrases import one_line
from rashomon.exports.sheet import escape, sheet, template

# Only web addresses become links: "javascript:" and the like stay text.
_LINKABLE = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)


def render(brief: Brief) -> str:
    """The page, as text to be written in UTF-8."""
    return sheet(
        title=brief.title,
        summary=f"{brief.about} · incident {one_line(brief.incident)}",
        body=body(brief),
        footer="Made by Rashomon from what the reports claim. Nothing here is a finding of fact.",
        style="\n" + template("brief.css"),
    )


def body(brief: Brief) -> str:
    """The parts of a brief, the voices and the sources as sections of HTML."""
    quotes = {source.number: source.quote for source in brief.sources}
    voices = "".join(
        f"<li><b><bdi>{escape(heard.voice)}</bdi></b> "
        f"<span><bdi>{escape(heard_words(heard))}</bdi></span></li>"
        for heard in brief.voices
    )
    sources = "".join(map(_source, brief.sources))
    return (
        "".join(_part(part, quotes) for part in brief.parts)
        + f'<section class="heard"><h2>Who is heard</h2><ul>{voices}</ul></section>'
        + f'<section><h2>Sources</h2><ol class="sources">{sources}</ol></section>'
    )


def _part(part: Part, quotes: dict[int, str]) -> str:
    items = "".join(_sentence(sentence, quotes) for sentence in part.sentences)
    inner = f"<ul>{items}</ul>" if items else f'<p class="none">{escape(part.empty)}</p>'
    return f'<section class="{escape(part.key)}"><h2>{escape(part.title)}</h2>{inner}</section>'


def _sentence(sentence: Sentence, quotes: dict[int, str]) -> str:
    told_below = bool(sentence.details) and all(each.sources for each in sentence.details)
    marks = "" if told_below else _marks(sentence, quotes)
    details = "".join(_sentence(detail, quotes) for detail in sentence.details)
    quiet = "" if sentence.sources else ' class="quiet"'
    return (
        f"<li{quiet}><bdi>{escape(one_line(sentence.text))}</bdi>{marks}"
        + (f"<ul>{details}</ul>" if details else "")
        + "</li>"
    )


def _marks(sentence: Sentence, quotes: dict[int, str]) -> str:
    links = " ".join(
        f'<a href="#s{number}" title="{escape(quotes.get(number, ""))}" '
        f'aria-label="source {number}">{number}</a>'
        for number in sentence.sources
    )
    return f' <sup class="refs">{links}</sup>' if links else ""


def _source(source: Source) -> str:
    about = ", ".join(f"<bdi>{escape(part)}</bdi>" for part in source_words(source))
    link = ""
    if source.url:
        address = escape(one_line(source.url))
        linkable = _LINKABLE.fullmatch(source.url) and one_line(source.url) == source.url
        link = f', <a href="{address}" rel="noopener noreferrer">source</a>' if linkable else f", {address}"
    return (
        f'<li id="s{source.number}"><blockquote><bdi>{escape(source.quote)}</bdi></blockquote>'
        f"<p>{about}{link}</p></li>"
    )


__all__ = ["body", "render"]
