"""Claims as tables: polars, pandas, and a small HTML table for notebooks. One row a claim."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from rashomon.errors import MissingExtra
from rashomon.exports import phrases
from rashomon.model import Claim, Party

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

NOTEBOOK_ROWS = 200


def to_polars(claims: Iterable[Claim]) -> pl.DataFrame:
    """A frame with one row a claim.

    Parties stand twice: joined with "; " (`actors`, `recipients`) and as parallel lists (`actor_names`,
    `actor_codes` ...). Dates are days (`pl.Date`), null where a claim has none; `figures` lists structs
    (kind, low, high, whom) and `figures_text` the same in words. Offsets are characters of the report's text.
    """
    import polars as pl

    text, texts = pl.String, pl.List(pl.String)
    figure = pl.Struct({"kind": text, "low": pl.Int64, "high": pl.Int64, "whom": text})
    schema: dict[str, Any] = {
        "claim": text, "report": text, "type": text, "mode": text, "contexts": texts, "quad": pl.Int8,
        "score": pl.Float64, "cameo": text, "quote": text, "quote_start": pl.Int64, "quote_end": pl.Int64,
        "trigger": text, "trigger_start": pl.Int64, "trigger_end": pl.Int64,
        "actors": text, "actor_names": texts, "actor_codes": texts,
        "recipients": text, "recipient_names": texts, "recipient_codes": texts,
        "voice_kind": text, "voice": text, "voice_code": text, "voice_manner": text, "voice_cue": text,
        "voice_chain": texts, "status": text, "frame": text,
        "date_first": text, "date_last": text, "date_precision": text,
        "place_text": text, "place": text, "geonameid": pl.Int64, "country": text, "admin1": text,
        "admin2": text, "lat": pl.Float64, "lon": pl.Float64, "place_precision": text,
        "figures": pl.List(figure), "figures_text": text, "confidence": pl.Float64,
    }  # fmt: skip
    frame = pl.DataFrame([_row(claim) for claim in claims], schema=schema, orient="row")
    return frame.with_columns(pl.col("date_first", "date_last").str.to_date("%Y-%m-%d", strict=False))


def to_pandas(claims: Iterable[Claim]) -> pd.DataFrame:
    """The frame of `to_polars` for pandas.

    Raises:
        MissingExtra: pandas or pyarrow is not installed.
    """
    frame = to_polars(claims)
    try:
        return frame.to_pandas()
    except ImportError as error:
        raise MissingExtra(
            "pandas and pyarrow are needed for this", hint="install them: pip install 'rashomon[pandas]'"
        ) from error


def claims_html(claims: Iterable[Claim]) -> str:
    """An HTML table for notebooks, of at most 200 claims; every cell is escaped."""
    claims = tuple(claims)
    names = ("what", "who", "whom", "when", "where", "figures", "says who", "")
    head = "".join(f"<th>{name}</th>" for name in names)
    rows = "".join(_html_row(claim) for claim in claims[:NOTEBOOK_ROWS])
    more = len(claims) - NOTEBOOK_ROWS
    rest = f"<caption>and {more:,} more</caption>" if more > 0 else ""
    return f"<table>{rest}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _row(claim: Claim) -> tuple[Any, ...]:
    voice, date, place = claim.voice, claim.date, claim.place
    values = (
        claim.id, claim.report, claim.type, claim.mode, claim.contexts, claim.quad,
        claim.score, claim.cameo, claim.quote.text, claim.quote.start, claim.quote.end,
        claim.trigger.text, claim.trigger.start, claim.trigger.end,
        *_party_columns(claim.actors), *_party_columns(claim.recipients),
        voice.kind, voice.name or voice.text, voice.code, voice.manner, voice.cue and voice.cue.text,
        [speaker.name for speaker in voice.chain], claim.status, claim.frame,
        date and date.first, date and date.last, date and date.precision,
        place and place.text, place and place.name, place and place.geonameid, place and place.country,
        place and place.admin1, place and place.admin2, place and place.lat, place and place.lon,
        place and place.precision,
        [msgspec.structs.asdict(item) for item in claim.figures],
        "; ".join(phrases.figure_words(item) for item in claim.figures), claim.confidence,
    )  # fmt: skip
    return tuple(_encodable(value) for value in values)


def _party_columns(parties: tuple[Party, ...]) -> tuple[str, list[str], list[str | None]]:
    names = [party.name or party.text for party in parties]
    return "; ".join(names), names, [party.code for party in parties]


def _encodable(value: Any) -> Any:
    """Arrow keeps strings as UTF-8, which has no place for lone surrogates."""
    if isinstance(value, str):
        return phrases.valid(value)
    if isinstance(value, (list, tuple)):
        return [_encodable(entry) for entry in value]
    if isinstance(value, dict):
        return {key: _encodable(entry) for key, entry in value.items()}
    return value


def _html_row(claim: Claim) -> str:
    unlike = [word for word in (claim.status, claim.frame) if word not in ("happened", "current")]
    cells = (
        phrases.event_name(claim),
        phrases.party_names(claim.actors),
        phrases.party_names(claim.recipients),
        phrases.date_words(claim.date) if claim.date else "",
        phrases.place_words(claim.place) if claim.place else "",
        "; ".join(phrases.figure_words(item) for item in claim.figures),
        phrases.voice_name(claim.voice) + phrases.voice_path(claim.voice),
        ", ".join(unlike),
    )
    return "<tr>" + "".join(f"<td><bdi>{html.escape(cell)}</bdi></td>" for cell in cells) + "</tr>"


__all__ = ["claims_html", "to_pandas", "to_polars"]
