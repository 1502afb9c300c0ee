"""Who vouches for a claim where the model's pointer strays and the grammar of the sentence is plain.

The pointer follows a speaker over sentences. At times it follows too far ("..., an elder replied", and it is
still with the minister of the sentence before), at times it does not dare ("according to the Red Cross, whose
volunteers drove two women to hospital"). There the attribution in the event's own sentence decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from rashomon.reading.attributions import Content, contents_of, innermost
from rashomon.reading.encoder import Signals
from rashomon.reading.events import Trigger
from rashomon.reading.issuer import Authors, Issuer, is_outlet
from rashomon.reading.names import name_ending_at
from rashomon.reading.phrases import kind_words
from rashomon.reading.roles import Filler, Pointed
from rashomon.reading.tables import column
from rashomon.reading.trace import Trace

UNSURE = 0.3  # of the pointer's weight is on speakers, and the grammar names the likeliest: held-out stories
# Who is accused is easily taken for who accuses ("two youths accused of spying were being held").
CHARGES = frozenset({"accused", "alleged", "arrested", "blamed", "charged", "convicted", "indicted",
                     "suspected", "wanted"})  # fmt: skip
CHARGED = frozenset({"of", "for", "with", "in", "over", "to"})
ACCUSES = frozenset({"accuse", "accuses", "accusing"})
OBJECTS = frozenset({"him", "her", "them", "us", "me"})
LOCATIVES = frozenset({"in", "at", "near", "from"})
UNTOLD = frozenset({"each", "several", "both", "some", "many", "others", "all", "nobody", "one", "two",
                    "three", "four", "five", "six", "seven", "eight", "nine", "ten"})  # fmt: skip


@cache
def _unnamed() -> frozenset[str]:
    """Words before a name that are no part of it."""
    closed = kind_words("subject") | kind_words("determiner") | kind_words("possessive")
    return closed | UNTOLD | column("reporting_cues.csv", "cue")


class Vouching:
    """The voices of one report. `quoted` says of each word whether it stands within quotation marks;
    `name_of` gives one name for all mentions of a party, `is_known` says whether the tables know it,
    `is_place` whether the report puts an event there; `issuer` is who issued the text, if that is told."""

    def __init__(
        self,
        signals: Signals,
        publisher: str,
        quoted: Callable[[], list[bool]],
        name_of: Callable[[int, int], str],
        is_known: Callable[[int, int], bool],
        is_place: Callable[[int, int], bool],
        issuer: Callable[[], Issuer | None],
    ) -> None:
        self.signals, self.words = signals, signals.words
        self.publisher, self._quoted, self._issuer = publisher, quoted, issuer
        self.name_of, self.is_known, self.is_place = name_of, is_known, is_place
        self._authors = Authors(self.words)
        self._frames: dict[int, list[Content]] = {}

    def voice(
        self,
        trigger: Trigger,
        sentence: tuple[int, int],
        pointed: Pointed,
        found: Sequence[Filler],
        trace: Trace | None = None,
    ) -> list[Filler]:
        """The voice of a claim (one filler, or none for the publisher), from where its pointer leads
        (`pointed`) and what was made of that (`found`)."""
        if found and self._is_outlet(found[0]):
            self._say(trace, "that is the outlet itself")
            return []
        if found and self._is_label(found[0]):
            self._say(trace, "that is the place of an entry")
            return []
        if found and not sentence[0] <= found[0].first < sentence[1]:
            source = self._source(trigger, sentence, self._in_heading(found[0]))
            if source and self.name_of(*source) != self.name_of(found[0].first, found[0].last):
                self._say(trace, "the pointer left the sentence, whose own attribution names another")
                return [Filler(*source, found[0].weight)]
        if not found and pointed.words and 1 - pointed.nothing >= UNSURE:
            weight, word = max(zip(pointed.weights, pointed.words, strict=True))
            source = self._source(trigger, sentence)
            if source and source[0] <= word < source[1]:
                self._say(trace, f"{1 - pointed.nothing:.2f} are enough, for the grammar agrees")
                return [Filler(*name_ending_at(self.signals, word), weight)]
        return [self._author(self._with_head(filler), trace) for filler in found]

    def _say(self, trace: Trace | None, why: str) -> None:
        if trace is not None:
            trace.say("voice", why)

    def _is_outlet(self, filler: Filler) -> bool:
        """Whether a name is that of the outlet and of nobody else: "Sri Lanka" speaks in the "Sri Lanka
        Guardian" too."""
        words = self.words
        name = words.text[int(words.starts[filler.first]) : int(words.ends[filler.last - 1])]
        return is_outlet(name, self.publisher) and not self.is_known(filler.first, filler.last)

    def _author(self, filler: Filler, trace: Trace | None) -> Filler:
        """Who wrote the document that is said to say so, where the report names them."""
        author = self._authors.of(filler.last - 1)
        if author is None or not self.is_known(*author):
            return filler
        self._say(trace, "a document speaks for its author")
        return Filler(*author, filler.weight)

    def _is_label(self, filler: Filler) -> bool:
        """Whether a place and a colon open an entry of a log ("Diffa: a patrol was shot at")."""
        colon = self.words.lower[filler.last : filler.last + 1] == [":"]
        return colon and self.is_place(filler.first, filler.last)

    def _with_head(self, filler: Filler) -> Filler:
        """A place does not speak: "a doctor in north Sofia", where the name found is "north Sofia"."""
        noun = filler.first - 2
        if noun < 0 or self.words.lower[filler.first - 1] not in LOCATIVES:
            return filler
        known = self.words.lower[noun] in column("anonymous_nouns.csv", "noun")
        return Filler(noun, filler.last, filler.weight) if known else filler

    def _in_heading(self, filler: Filler) -> bool:
        """Whether a name stands in the heading of a document: what then has a label is an entry of it."""
        issuer = self._issuer()
        return issuer is not None and issuer.first <= filler.first < issuer.end

    def _source(
        self, trigger: Trigger, sentence: tuple[int, int], labelled: bool = False
    ) -> tuple[int, int] | None:
        """Whom the sentence's innermost attribution around the trigger names, without determiner and
        apposition; None where it has none, or a pronoun. With `labelled` a name and a colon is none."""
        lower = self.words.lower
        if sentence[0] not in self._frames:
            self._frames[sentence[0]] = contents_of(self.words, sentence, self._quoted())
        frame = innermost(self._frames[sentence[0]], trigger.first)
        if frame is None or frame.source is None or self._charges(frame.cue.first, frame.cue.last):
            return None
        first, last = frame.source
        while first < last and lower[first] in _unnamed():
            first += 1
        last = next((i for i in range(first, last) if lower[i] == ","), last)
        if first >= last or lower[first] in kind_words("preposition") | OBJECTS:
            return None
        if not frame.cue.kinds and (labelled or not self.is_known(first, last)):  # a label and a colon
            return None
        return first, last

    def _charges(self, first: int, last: int) -> bool:
        """Whether a cue is a charge, whose object is easily taken for its subject."""
        cue, behind = {*self.words.lower[first:last]}, self.words.lower[last : last + 1]
        return bool(cue & ACCUSES or "accused" in cue or (cue & CHARGES and CHARGED & {*behind}))
