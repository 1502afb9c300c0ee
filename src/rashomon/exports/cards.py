"""One claim as a card of the page: what, who, whom, when, where, how many, and who says so."""

from __future__ import annotations

import html

from rashomon.exports import phrases
from rashomon.model import Claim, Party

_ACCORDING = "according to"
_OWN_VOICE = "in the report’s own voice"


def card(key: str, claim: Claim, voice_key: str, after: str = "") -> str:
    """The claim as a list item of HTML, linked to its words in the text; the filter knows `voice_key`, and
    `after` is HTML that stands at its end."""
    quad = claim.quad if claim.quad in (1, 2, 3, 4) else 3
    return (
        f'<li class="card k{quad}" id="{key}" data-claim="{key}" data-voice="{voice_key}" '
        f'data-type="{_safe(claim.type)}" data-status="{_safe(claim.status)}">'
        f'<h3><a href="#t-{key}">{_safe(phrases.event_name(claim))}</a>{_tags(claim)}</h3>'
        f'<p class="who">{_parties(claim.actors)}{_recipients(claim)}</p>'
        f'{_facts(claim)}<p class="says">{_says(claim)}</p>{_more(claim)}{after}</li>'
    )


def _tags(claim: Claim) -> str:
    tags = [word for word in (claim.status, claim.frame) if word not in ("happened", "current")]
    inner = "".join(f'<span class="tag {_safe(word)}">{_safe(word)}</span>' for word in tags)
    return f'<span class="tags">{inner}</span>' if inner else ""


def _parties(parties: tuple[Party, ...]) -> str:
    if not parties:
        return '<span class="nobody">nobody named</span>'
    return ", ".join(
        f"<bdi>{_safe(party.name or party.text)}</bdi>"
        + (f' <span class="code">{_safe(party.code)}</span>' if party.code else "")
        for party in parties
    )


def _recipients(claim: Claim) -> str:
    if not claim.recipients:
        return ""
    return f'<span class="arrow" role="img" aria-label="to">→</span>{_parties(claim.recipients)}'


def _facts(claim: Claim) -> str:
    facts = [f'<span class="n">{_safe(phrases.figure_words(figure))}</span>' for figure in claim.figures]
    if claim.date:
        facts.append(f"<span>{_safe(phrases.date_words(claim.date))}</span>")
    if claim.place:
        facts.append(f"<span><bdi>{_safe(phrases.place_words(claim.place))}</bdi></span>")
    return f'<p class="facts">{"".join(facts)}</p>' if facts else ""


def _says(claim: Claim) -> str:
    voice = claim.voice
    if voice.kind == "publisher":
        return f"<i>{_OWN_VOICE}</i>"
    told = voice.cue.text if voice.cue else ""
    cue = f" <i>“{_safe(told)}”</i>" if told and told.lower() != _ACCORDING else ""
    path = _safe(phrases.voice_path(voice))
    return f"{_ACCORDING} <b><bdi>{_safe(phrases.voice_name(voice))}</bdi></b>{path}{cue}"


def _more(claim: Claim) -> str:
    """What a coder looks up: codes, coordinates, contexts, scores."""
    voice, parties = claim.voice, claim.actors + claim.recipients
    entries = [
        ("contexts", ", ".join(claim.contexts)),
        ("score", f"{claim.score:+g}"),
        ("CAMEO", claim.cameo or ""),
        ("part of", "; ".join(dict.fromkeys(name for party in parties for name in party.part_of))),
        ("Wikidata", ", ".join(party.wikidata for party in parties if party.wikidata)),
        ("place", _place(claim)),
        ("voice", ", ".join(part for part in (voice.kind, voice.manner, voice.code) if part)),
        ("confidence", f"{claim.confidence:.2f}"),
        ("claim", claim.id),
    ]
    rows = "".join(f"<dt>{name}</dt><dd>{_safe(value)}</dd>" for name, value in entries if value)
    return f"<details><summary>more</summary><dl>{rows}</dl></details>"


def _place(claim: Claim) -> str:
    place = claim.place
    if place is None:
        return ""
    parts = [place.admin2, place.admin1]
    if place.lat is not None and place.lon is not None:
        parts.append(f"{place.lat:.3f}, {place.lon:.3f}")
    if place.geonameid is not None:
        parts.append(f"GeoNames {place.geonameid}")
    return "; ".join(part for part in (*parts, place.precision) if part)


def _safe(text: str) -> str:
    return html.escape(phrases.one_line(text))


__all__ = ["card"]
