"""What `explain` writes down beside the rooms' own notes: the heads' labels, and how a party got its code."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rashomon.knowledge.cast import Cast
from rashomon.knowledge.place_ranking import Ranked
from rashomon.model import Claim, Party, Place, ResolvedFrom, Voice
from rashomon.reading import contexts
from rashomon.reading.attach import bounds_words
from rashomon.reading.dyads import means_both
from rashomon.reading.encoder import Signals
from rashomon.reading.events import Trigger
from rashomon.reading.roles import Filler
from rashomon.reading.trace import Decision, Option, Trace, named
from rashomon.reading.words import Words

FIELDS = (
    "type", "mode", "status", "frame", "actor", "recipient", "voice", "date", "place", "gazetteer", "figures",
    "contexts", "confidence",
)  # fmt: skip
_PARTY_WORDS: dict[ResolvedFrom, str] = {
    "name": "named in the event's own sentence",
    "pronoun": "named in another sentence; a pronoun stands for it in the event's own",
    "description": "named in another sentence; a description stands for it in the event's own",
    "implied": "named in another sentence; nothing stands for it in the event's own",
}


def labels(
    trace: Trace, signals: Signals, trigger: Trigger, claim: Claim, calibration: Mapping[str, float]
) -> None:
    """Type, mode, status, frame, contexts, confidence: the heads' scores at the trigger."""
    label, events, modes = signals.labels, signals.tags["event"], signals.tags["mode"]
    scores = events[trigger.first]
    trace.say("type", f"{claim.trigger.text!r} names an event with probability {trigger.probability:.3f}")
    trace.say("type", f"a word is a trigger above {calibration['threshold']}")
    trace.labels("type", named(label.event[1:], scores[1:]), claim.type)
    of_type = {
        name: score
        for name, score in named(label.mode, modes[trigger.first]).items()
        if name.split()[0] == claim.type
    }
    trace.say("mode", f"the likeliest of the labels of {claim.type}; the bare type is no mode")
    trace.labels("mode", of_type, f"{claim.type} {claim.mode}" if claim.mode else claim.type)
    trace.labels("status", named(label.status, trigger.status), claim.status)
    if claim.status != label.status[int(trigger.status.argmax())]:
        trace.say("status", "the words before the event hedge it: what is hedged is not asserted")
    trace.labels("frame", named(label.frame, trigger.frame), claim.frame)
    codes = [party.code for party in (*claim.actors, *claim.recipients) if party.code]
    cues: dict[str, list[str]] = {}
    for context, cue in contexts.shown(claim.type, claim.mode, claim.quote.text, codes):
        cues.setdefault(context, []).append(cue)
    for context in claim.contexts:
        trace.option(
            "contexts", Option(context, True, None, "shown by " + ", ".join(map(repr, cues[context])))
        )
    logit = (
        math.log(trigger.probability / (1 - trigger.probability)) if 0 < trigger.probability < 1 else math.inf
    )
    slope, intercept = calibration["slope"], calibration["intercept"]
    trace.say("confidence", f"raw probability {trigger.probability:.4f}, as log odds {logit:.3f}")
    trace.say("confidence", f"calibrated: {slope:g} x log odds {intercept:+g}, back to a probability")


def party(trace: Trace, field: str, cast: Cast, given: Party) -> None:
    """How a party got its name and code."""
    trace.say(
        field,
        f"{given.text!r} is {given.name} [{given.code or 'no code'}]: {_PARTY_WORDS[given.resolved_from]}",
    )
    for step in cast.explain(given.start, given.end):
        trace.say(field, f"  {step}")


def settled(
    trace: Trace, words: Words, pointed: Mapping[str, Sequence[Filler]], kept: Mapping[str, Sequence[Filler]]
) -> None:
    """Parties that left a role, or came into it, because they were pointed to for both."""
    for role, before in pointed.items():
        for filler in {*before} ^ {*kept[role]}:
            text = words.text[int(words.starts[filler.first]) : int(words.ends[filler.last - 1])]
            why = "leaves the role: it is pointed to more strongly for the other"
            if filler in kept[role]:
                why = (
                    "is taken from the other role: in this event all parties are both, or both names are one"
                )
            trace.say(role, f"{text!r} {why}")


def voice(trace: Trace, cast: Cast, given: Voice, quoted_limit: bool) -> None:
    """Who vouches, by which cue, how, through whom."""
    if quoted_limit:
        trace.say("voice", "the event stands within quotation marks: hardly ever the publisher's own words")
    if given.text is None or given.start is None or given.end is None:
        trace.say("voice", "no voice is taken: the publisher vouches for it")
        return
    trace.say("voice", f"{given.text!r} is {given.name} [{given.code or 'no code'}], {given.kind}")
    for step in cast.explain(given.start, given.end):
        trace.say("voice", f"  {step}")
    cue = f"the cue {given.cue.text!r}, at {given.cue.start}" if given.cue else "no cue of the table"
    words = "its own words, in quotation marks" if given.manner == "direct" else "words of the report"
    trace.say("voice", f"tied to it by {cue}; {words} ({given.manner})")
    for speaker in given.chain:
        trace.say("voice", f"heard through {speaker.text!r} [{speaker.code or 'no code'}]")


def both_named(trace: Trace, field: str, parties: Sequence[Party], own: Sequence[Party], text: str) -> None:
    """Parties that stand for words that mean both of them; `own` are those that were pointed to."""
    for words in own:
        if means_both(words, text) and words not in parties:
            meant = " and ".join(party.name for party in parties)
            trace.say(field, f"{words.text!r}: by the claims before it that is {meant}")


def gazetteer(trace: Trace, ranked: Sequence[Ranked], place: Place | None) -> None:
    """The entries that bear the place's name, with the features that ranked them."""
    best = ranked[0].place if ranked else None
    found = (
        best is not None
        and place is not None
        and (best.geonameid, best.name) == (place.geonameid, place.name)
    )
    for rank, each in enumerate(ranked):
        entry = each.place
        people = f", {entry.population:,} people" if entry.population else ""
        where = f"{entry.name}, {entry.country or 'no country'}"
        value = f"{where} ({entry.kind}{people}; {entry.geonameid or 'own table'})"
        features = {name: worth for name, worth in each.features.items() if abs(worth) >= 0.005}
        trace.option("gazetteer", Option(value, found and rank == 0, each.score, "", None, None, features))
    if not found and place is not None:
        why = (
            "no entry of that name is likely enough here"
            if ranked
            else "the gazetteer has no entry of that name"
        )
        trace.say(
            "gazetteer", f"{why}: only the country is filled in, and a part's middle where one is named"
        )


def decisions(trace: Trace, claim: Claim) -> tuple[Decision, ...]:
    """Every field of the claim in turn."""
    place, date = claim.place, claim.date
    values = {
        "type": claim.type,
        "mode": claim.mode or "none",
        "status": claim.status,
        "frame": claim.frame,
        "actor": _parties(claim.actors),
        "recipient": _parties(claim.recipients),
        "voice": f"{claim.voice.name} [{claim.voice.code or 'no code'}]"
        if claim.voice.name
        else "the publisher",
        "date": f"{date.first} to {date.last}"
        if date and date.first != date.last
        else date.first
        if date
        else "none",
        "place": f"{place.text or place.name}" if place else "none",
        "gazetteer": f"{place.name}, {place.country}" if place else "none",
        "figures": ", ".join(f"{bounds_words(f.low, f.high)} {f.kind}" for f in claim.figures) or "none",
        "contexts": ", ".join(claim.contexts) or "none",
        "confidence": f"{claim.confidence}",
    }
    return tuple(trace.decision(field, values[field]) for field in FIELDS)


def _parties(parties: tuple[Party, ...]) -> str:
    return ", ".join(f"{p.name} [{p.code or 'no code'}]" for p in parties) or "nobody"
