"""Who vouches for a claim, how (in its own words or not), by which cue, and through whom it came.

The model points from the trigger to the voice, over sentences where a speaker carries on. Here the rest is
read off the text: the cue ("said", "according to"), whether the words are quoted, whether the speaker has a
name, and further speakers above it ("police said witnesses saw": the chain).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from rashomon.model import Manner, Span, Speaker, Voice, VoiceKind, span_of
from rashomon.reading.tables import column, rows
from rashomon.reading.words import IntArray, Words

OPENING, CLOSING, EITHER = {"“", "«", "„", "‟"}, {"”", "»"}, {'"'}
CHAIN_REACH = 12  # words between a speaker further up and its cue


@dataclass(frozen=True)
class Cue:
    """Reporting words `first` to one before `last`; `kind` is verb, preposition or noun."""

    first: int
    last: int
    kind: str


@cache
def _cues() -> dict[str, dict[tuple[str, ...], str]]:
    """Reporting words by their first word."""
    table: dict[str, dict[tuple[str, ...], str]] = {}
    for row in rows("reporting_cues.csv"):
        parts = tuple(row["cue"].split())
        table.setdefault(parts[0], {})[parts] = row["kind"]
    return table


def find_cues(words: Words, first: int, last: int) -> list[Cue]:
    """The reporting words among `first` to one before `last`, longest first at each place."""
    found = []
    i = first
    while i < last:
        options = _cues().get(words.lower[i], {})
        matches = [p for p in options if tuple(words.lower[i : i + len(p)]) == p and i + len(p) <= last]
        if matches:
            longest = max(matches, key=len)
            found.append(Cue(i, i + len(longest), options[longest]))
            i += len(longest)
        else:
            i += 1
    return found


def quoted_words(words: Words) -> list[bool]:
    """For each word whether it stands within quotation marks; a paragraph's end closes what was left open,
    except where the next paragraph opens with a mark, as quotations over paragraphs do."""
    inside, flags = False, []
    for i, word in enumerate(words.lower):
        if words.breaks[i] >= 3:
            inside = False
        if word in OPENING:
            inside = True
        elif word in CLOSING:
            inside = False
        elif word in EITHER:
            inside = not inside
        flags.append(inside)
    return flags


def nearest_cue(
    words: Words, voice: tuple[int, int], trigger: tuple[int, int], sentences: list[tuple[int, int]]
) -> Cue | None:
    """The cue that ties a voice to a claim: in the trigger's sentence, else in the voice's, the one nearest
    to the voice.

    Verbs and prepositions go before nouns.
    """
    for first, last in sentences:
        cues = [
            c for c in find_cues(words, first, last) if not (c.first < trigger[1] and trigger[0] < c.last)
        ]
        cues = [c for c in cues if not (c.first < voice[1] and voice[0] < c.last)] or cues
        if cues:
            return min(cues, key=lambda c: (c.kind == "noun", _gap((c.first, c.last), voice)))
    return None


def _gap(a: tuple[int, int], b: tuple[int, int]) -> int:
    return max(a[0] - b[1], b[0] - a[1], 0)


def kind_of(text: str, entity_kind: str | None) -> VoiceKind:
    """Whether a voice is named: a person, body or state by name; "officials" and "a resident" are
    anonymous."""
    if entity_kind in {"person", "organisation", "country", "office"}:
        return "named"
    parts = text.split()
    if parts and parts[-1].lower() in column("anonymous_nouns.csv", "noun"):
        return "anonymous"
    return "named"


def build(
    words: Words,
    voice: tuple[int, int],
    trigger: tuple[int, int],
    sentences: list[tuple[int, int]],
    quoted: list[bool],
    name: str,
    code: str | None,
    kind: VoiceKind,
    chain: tuple[Speaker, ...],
) -> Voice:
    """A voice with its cue and manner; offsets are characters of the text."""
    cue = nearest_cue(words, voice, trigger, sentences)
    start, end = int(words.starts[voice[0]]), int(words.ends[voice[1] - 1])
    manner: Manner = "direct" if quoted[trigger[0]] else "indirect"
    return Voice(
        kind=kind,
        text=words.text[start:end],
        start=start,
        end=end,
        name=name,
        code=code,
        cue=_cue_span(words, cue),
        manner=manner,
        chain=chain,
    )


def _cue_span(words: Words, cue: Cue | None) -> Span | None:
    if cue is None:
        return None
    return span_of(words.text, int(words.starts[cue.first]), int(words.ends[cue.last - 1]))


def speakers_above(
    words: Words, voice: tuple[int, int], sentence: tuple[int, int], parties: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Parties that speak above the voice in its sentence ("police said witnesses saw"), nearest to it first.

    A party speaks above the voice where it stands before it and a reporting verb follows the party at once,
    before the voice begins; or where it follows "according to" and the voice has a reporting verb of its own.
    """
    above = []
    cues = find_cues(words, *sentence)
    for party in parties:
        if party[1] > voice[0] or party[0] < sentence[0] or party[1] > sentence[1]:
            continue
        following = [c for c in cues if party[1] <= c.first < min(voice[0], party[1] + CHAIN_REACH)]
        before_voice = any(c.kind == "verb" for c in following)
        own_verb = any(c.kind == "verb" and voice[1] <= c.first <= voice[1] + CHAIN_REACH for c in cues)
        if before_voice and own_verb:
            above.append(party)
    return sorted(above, key=lambda p: -p[0])


def searched(
    sentence: tuple[int, int], home: tuple[int, int], starts: IntArray, count: int
) -> list[tuple[int, int]]:
    """Where a cue is looked for, in this order: the trigger's sentence, the voice's (`home`), and the ones
    beside the trigger's."""
    bounds = [*starts.tolist(), count]
    index = bounds.index(sentence[0])
    beside = [(bounds[i], bounds[i + 1]) for i in (index - 1, index + 1) if 0 <= i < len(bounds) - 1]
    return list(dict.fromkeys([sentence, home, *beside]))
