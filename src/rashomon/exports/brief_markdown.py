"""A brief as Markdown: sentences as a list, sources as footnotes, as GitHub and Pandoc show them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rashomon.exports.brief import Brief, Heard, Sentence, Source
from rashomon.exports.brief_words import listed
from rashomon.exports.phrases import date_words, one_line
from rashomon.model import Date

# Whatever means something inside a line; the colon and "www." so that addresses do not become links.
_MARKUP = re.compile(r"[\\`*_\[\]<>|~#&$^{}]|(?<=\w):(?=/)|(?<=www)\.|!(?=\[)", re.IGNORECASE)
# Whatever means something at the head of a line.
_HEAD = re.compile(r"^(?:[-+=]|\d{1,9}(?=[.)]))")
_LINKABLE = re.compile(r"https?://[^\s<>\"'\\`]+", re.IGNORECASE)


def render(brief: Brief) -> str:
    """The brief as Markdown, to be written in UTF-8."""
    return "\n".join(_lines(brief)) + "\n"


def escape(text: str) -> str:
    """Text that stays text in Markdown, wherever it stands on a line; harmful characters as code points."""
    safe = _MARKUP.sub(lambda match: "\\" + match.group(), one_line(text))
    return _HEAD.sub(lambda match: _escaped_head(match.group()), safe)


def _escaped_head(head: str) -> str:
    return f"\\{head}" if not head.isdigit() else f"{head[:-1]}&#{ord(head[-1])};"


def _lines(brief: Brief) -> Iterator[str]:
    yield f"# {escape(brief.title)}"
    yield ""
    yield f"{escape(brief.about)} · incident {escape(brief.incident)}"
    for part in brief.parts:
        yield ""
        yield f"## {escape(part.title)}"
        yield ""
        for sentence in part.sentences:
            yield from _sentence(sentence)
        if not part.sentences:
            yield escape(part.empty)
    yield ""
    yield "## Who is heard"
    yield ""
    yield from map(_heard, brief.voices)
    yield ""
    yield "## Sources"
    for source in brief.sources:
        yield ""
        yield _source(source)


def _sentence(sentence: Sentence, indent: str = "") -> Iterator[str]:
    marks = "" if sentence.details and all(each.sources for each in sentence.details) else _marks(sentence)
    yield f"{indent}- {escape(sentence.text)}{marks}"
    for detail in sentence.details:
        yield from _sentence(detail, indent + "  ")


def _marks(sentence: Sentence) -> str:
    return "".join(f" [^{number}]" for number in sentence.sources)


def _heard(heard: Heard) -> str:
    return f"- {escape(heard.voice)} – {escape(heard_words(heard))}"


def heard_words(heard: Heard) -> str:
    """Where a voice stands and who carries it: "Kosovo and its media; in Prishtina Ledger"."""
    outlets = [outlet for outlet in heard.outlets if outlet != heard.voice]
    copies = f"; {heard.copies} cop{'y' if heard.copies == 1 else 'ies'} counted once" if heard.copies else ""
    return heard.side + (f"; in {', '.join(outlets)}" if outlets else "") + copies


def _source(source: Source) -> str:
    about = [escape(part) for part in source_words(source)]
    if source.url:
        linkable = _LINKABLE.fullmatch(source.url) and one_line(source.url) == source.url
        about.append(f"<{source.url}>" if linkable else escape(source.url))
    return f"[^{source.number}]: {', '.join(about)}. “{escape(source.quote)}”"


def source_words(source: Source) -> Iterable[str]:
    """Voice, outlet, day and title of a source, as far as they are known."""
    outlet = one_line(source.publisher or "")
    day = (source.published or "")[:10]
    parts = (
        source.voice,
        f"in {outlet}" if outlet and outlet != source.voice else "",
        date_words(Date(day, day, "day")) if day else "",
        f"“{one_line(source.title)}”" if source.title else "",
        f"also in {listed(source.also)}" if source.also else "",
    )
    return (part for part in parts if part)


__all__ = ["escape", "heard_words", "render", "source_words"]
