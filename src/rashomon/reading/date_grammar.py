# ruff: noqa: E501 - a pattern of the grammar stays on one line
"""Where a text speaks of days: expressions as they stand, before anything is resolved.

`scan` walks over the words once. The first word of an expression chooses the few patterns that may begin
there, each pattern is tried at that place only and is bounded in length, so the time is linear in the text
whatever the text is. The words themselves (months, weekdays, units, feasts) come from tables; the patterns
are the grammar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

from .date_context import stands
from .date_joining import joined
from .date_words import DASH, GAP, Expression, named_days, numbers, ordinals, words_of


class Rule(NamedTuple):
    """A pattern and its name."""

    name: str
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Opened:
    """The rules that a word may open."""

    rules: tuple[Rule, ...]

    @cached_property
    def any(self) -> re.Pattern[str]:
        """One pattern that matches where any of the rules does: mostly none does. It is made at the word's
        first use, for most words of the grammar are in no one report, and all of them take a third of a second."""
        if len(self.rules) == 1:
            return self.rules[0].pattern
        bodies = [rule.pattern.pattern for rule in self.rules]
        # A pattern that repeats what a group matched needs its groups: it is tried always.
        unnamed = ["" if "(?P=" in body else _NAMED.sub("(?:", body) for body in bodies]
        return re.compile("|".join(unnamed), re.IGNORECASE | re.ASCII)


_NAMED = re.compile(r"\(\?P<\w+>")


CLOCK = r"[ ]?(?:UTC|GMT|hrs|hours|h|Z|LT|local[ ]time)\b"


YEAR = r"(?:1\d|20)\d\d(?![\d%]|[.,:]\d|" + DASH + r"\d{3}|" + CLOCK + ")"


DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?![\w%]|[:.,]\d|" + DASH + r"(?:year|strong|man))"


LINK = rf"(?:{DASH}|/|{GAP}[\u2013]{GAP}|{GAP}(?:to|through|until|till){GAP}(?:the{GAP})?)"


QUALIFIER = rf"(?:about|around|some|nearly|almost|(?:more|less){GAP}than|over|at{GAP}least|just|barely|only)"


# what may follow "the day before" where it leans on what was said, not on a noun of its own
OPEN_END = (
    rf"(?=[^\w\s]|\s*\Z|\s*\n\s*\n|{GAP}(?:and|but|in|at|on|by|to|near|outside|inside|from|for|that|which|who|over|"
    r"under|during|said|was|were|had|has|is|told|against|across|as|he|she|it|they|with)\b)"
)


def _any(words: object) -> str:
    """An alternation of words, longest first, that forgives line breaks and either apostrophe."""
    ordered = sorted(map(str, words), key=lambda word: (-len(word), word))  # type: ignore[call-overload]
    return "|".join(re.escape(w).replace(r"\ ", GAP).replace("'", "['’]") for w in ordered)


def _patterns() -> dict[str, str]:
    months = f"(?:{_any(words_of('month'))}|(?:{_any(words_of('month_short'))})\\b\\.?)(?!\\w)"
    units = _any(words_of("unit"))
    number = rf"(?:\d{{1,3}}|(?:{_any(w for w in numbers() if int(numbers()[w]) >= 20)})-(?:{_any(list(numbers())[1:10])})|{_any(numbers())}|a|an|half{GAP}a{GAP}dozen|a{GAP}couple{GAP}of|a{GAP}few|few|several|many|a{GAP}dozen)"
    return {
        "MONTH": months, "WEEKDAY": _any(words_of("weekday")) + rf"|(?:{_any(words_of('weekday_short'))})\b\.?",
        "FULLDAY": _any(words_of("weekday")), "SEASON": _any(words_of("season")), "UNIT": units,
        "PART": _any(words_of("daypart")), "NUM": number, "FEAST": _any(named_days()), "YEAR": YEAR, "DAY": DAY,
        "LINK": LINK, "DASH": DASH, "QUAL": QUALIFIER, "OPEN": OPEN_END, "FULLMONTH": _any(words_of("month")),
        "ORD": _any(word for word in ordinals() if ordinals()[word] > 1),
    }  # fmt: skip


# (name, words that may open it, pattern): <X> is a piece of `_patterns`, "~" is white space
GRAMMAR: tuple[tuple[str, str, str], ...] = (
    ("iso", "#", r"(?P<y>\d{4})-(?P<m>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"),
    ("numeric", "#", r"(?P<a>\d{1,2})(?P<sep>[/.])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4})(?!\d)"),
    ("slash", "#", r"(?P<d>0?[1-9]|[12]\d|3[01])/(?P<m>0[1-9]|1[0-2]|[1-9])(?![\w/]|[.,]\d)"),
    ("dmy", "#", r"(?P<d><DAY>)(?:(?P<link><LINK>)(?P<d2><DAY>))?~?(?:(?<=\s)of~)?(?P<m><MONTH>)(?:,?~(?P<y><YEAR>)|,?~(?:of~)?(?P<rel>this|last|next|that)~year)?"),
    ("day_month", "#", r"(?P<d><DAY>)(?=,?~(?:and|or|to)~(?:the~)?<DAY>~(?:of~)?(?:<MONTH>))"),
    ("bc", "# ad", r"(?:(?P<y>\d{1,4})(?:~?<DASH>~?(?P<y2>\d{1,4}))?~?(?P<era>bce?|b\.c\.(?:e\.)?|ad|a\.d\.)(?!\w)|ad~(?P<y3>\d{1,4})(?!\d))"),
    ("decade", "#", r"(?P<y>(?:1\d|20)\d0)['’]?s\b"),
    ("years", "#", r"(?P<y>(?:1\d|20)\d\d)(?:<DASH>|/)(?P<y2>(?:1\d|20)\d\d|\d\d)(?![\d/%]|<DASH>\d|[.,:]\d)"),
    ("year_season", "#", r"(?P<y><YEAR>)~(?P<s>spring|summer|autumn|winter)\b"),
    ("year", "#", r"(?P<y><YEAR>)(?![\w$€£°]|['’]\d)"),
    ("mdy", "month", r"(?P<m><MONTH>)~(?:the~)?(?P<d><DAY>)(?:(?P<link><LINK>)(?P<d2><DAY>)(?!~(?:<MONTH>)))?(?:,?~(?P<y><YEAR>)|,?~(?:of~)?(?P<rel>this|last|next|that)~year)?"),
    ("mdy_and", "month", r"(?P<m><MONTH>)~(?P<d><DAY>)~(?P<link>and|or)~(?:the~)?(?P<d2><DAY>)(?!~<MONTH>)(?:,?~(?P<y><YEAR>)|,?~(?:of~)?(?P<rel>this|last|next|that)~year)?"),
    ("my", "month", r"(?P<m><MONTH>),?~(?:of~)?(?:(?P<y><YEAR>)|(?:the~)?(?P<rel>this|last|next|that|same|following|previous)~year)"),
    ("m", "month", r"(?P<m><FULLMONTH>)(?!\w)"),
    ("weekday", "weekday", r"(?P<wd><WEEKDAY>)(?!\w)(?:['’]s\b)?(?:~(?P<part><PART>)(?!\w)|~(?P<next>week|fortnight)\b(?!-|~(?:of|in|at|on)\b))?"),
    ("weekday_before", "the", r"the~(?P<wd><FULLDAY>)~(?:(?P<x>before~last|after~next)\b|(?P<dir>before|after)<OPEN>)"),
    ("nth", "a the its their his her", r"(?P<a>a|the|its|their|his|her)~(?:(?P<n><ORD>)|(?P<k>\d{1,3})(?:st|nd|rd|th))~(?:straight~|consecutive~|successive~)?(?P<u>day|night|week|month|year)(?![\w'’-])(?:~(?:running|in~a~row|straight))?"),
    ("length_till_now", "# number qualifier", r"(?P<n><NUM>)~(?P<u>(?:<UNIT>)s?)\b"),
    ("hours", "the past last previous next coming", r"(?:the~)?(?P<dir>past|last|previous|next|coming)~(?P<n><NUM>)~hours\b"),
    ("edge", "the first last opening closing final early", r"(?:the~)?(?P<dir>first|last|opening|closing|final|early)~(?:(?P<n><NUM>)~)?(?P<u>days|weeks|months)~of~(?:(?P<m><MONTH>)(?:,?~(?P<y><YEAR>))?|(?P<y2><YEAR>)|(?P<rel>this|last|next|the)~year)"),
    ("feast", "feast", r"(?P<f><FEAST>)(?!\w)(?:~night\b)?(?:,?~(?:of~)?(?:(?P<y><YEAR>)|(?P<rel>this|last|next)~year))?"),
    ("directed", "last next this coming", r"(?P<dir>last|next|this|coming)~(?:(?P<wd><FULLDAY>)|(?P<m><FULLMONTH>)|(?P<s><SEASON>)|(?P<we>weekend)|(?P<f><FEAST>)|(?P<u>week|fortnight|month|year|decade)|(?P<part>morning|afternoon|evening|night))(?:['’]s)?\b(?!~of~(?:<MONTH>))"),
    ("told_month", "that", r"that~(?:(?P<wd><FULLDAY>)|(?P<m><FULLMONTH>)|(?P<s><SEASON>))\b"),
    ("all_unit", "all", r"all~(?P<u>week|month|year)\b"),
    ("week_of_month", "the first second third fourth last", r"(?:the~)?(?P<n>first|second|third|fourth|last)~(?:(?P<u>week|day)~)?(?:of|in)~(?P<m><MONTH>)(?:,?~(?P<y><YEAR>)|,?~(?:of~)?(?P<rel>this|last|next|that)~year)?"),
    ("of_unit", "the at start beginning middle end", r"(?:the~)?(?P<dir>start|beginning|middle|end)~of~the~(?P<u>week|month|year|decade)\b(?!~of~)"),
    ("weekday_day", "weekday", r"(?P<wd><WEEKDAY>),?~(?:the~)?(?P<d><DAY>)(?!~(?:<MONTH>|[ap]\.?m))"),
    ("offset_event", "# number qualifier", r"(?:<QUAL>~)?(?P<n><NUM>)~(?P<u>(?:<UNIT>)s?)~(?P<dir>before|after)(?=~\w)"),
    ("directed_article", "the", r"the~(?:very~)?(?P<dir>next|following|previous|preceding|same|ensuing|subsequent)~(?:(?P<wd><FULLDAY>)|(?P<m><FULLMONTH>)|(?P<s><SEASON>)|(?P<we>weekend)|(?P<u><UNIT>)|(?P<part>morning|afternoon|evening|night))(?:['’]s)?\b"),
    ("stretch", "the past last recent next coming previous", r"(?:the~)?(?P<dir>past|last|previous|next|coming)~(?:(?P<n><NUM>)~)?(?P<u>(?:<UNIT>)s?)(?:['’]s?)?\b"),
    ("recent", "recent coming", r"(?P<dir>recent|coming)~(?P<u>days|weeks|months|years)\b"),
    ("offset", "# number qualifier", r"(?:<QUAL>~)?(?P<n><NUM>)(?:~|-)(?:more~)?(?P<u>(?:<UNIT>)s?)~(?:(?P<dir>ago|earlier|beforehand|previously|later|afterwards|hence|thereafter|prior|on(?=,))\b|(?P<dir2>before|after)<OPEN>)"),
    ("offset_vague", "unit", r"(?P<u>days|weeks|months|years|decades)~(?P<dir>ago|earlier|later)\b"),
    ("next_door", "the", r"the~(?P<u>day|night|week|month|year|morning|evening|weekend|afternoon)~(?:(?P<x>before~last|before~yesterday|after~tomorrow|after~next)\b|(?P<dir>before|after|earlier)<OPEN>)"),
    ("same", "that the same", r"(?:that|(?:the~)?same)~(?:very~)?(?P<u>day|night|week|weekend|month|year|morning|evening|afternoon|spring|summer|autumn|winter|decade)\b"),
    ("inside", "earlier later late early", r"(?P<dir>earlier|later|late|early)~(?:on~)?(?:in~)?(?P<x>that|the~same|the)~(?P<u>day|night|week|weekend|month|year|morning|afternoon|evening|decade)\b"),
    ("simple", "today yesterday tomorrow tonight overnight", r"(?P<word>today|yesterday|tomorrow|tonight|overnight)\b(?:['’]s\b)?(?:~(?P<part>morning|afternoon|evening|night|noon)\b)?"),
    ("part_only", "at before after by around until since", r"(?:at|before|after|by|around|until|since)~(?P<part>dawn|dusk|nightfall|daybreak|sunrise|sunset|noon|midday|midnight)\b"),
    ("part_in", "in during", r"(?:in|during)~the~(?P<part>morning|afternoon|evening|night|early~hours|small~hours)\b"),
    ("season", "season", r"(?P<s><SEASON>)\b(?:,?~(?:of~|in~)?(?:(?P<y><YEAR>)|(?:the~)?(?P<rel>this|last|next|that|same)~year))?"),
    ("quarter", "q first second third fourth last", r"(?:q(?P<q>[1-4])|(?P<n>first|second|third|fourth|last)~(?P<k>quarter|half)~of),?~(?:(?P<y><YEAR>)|(?P<rel>this|last|next|the)~year)"),
    ("weekend", "the all weekend", r"(?:the~|all~)?weekend(?:['’]s)?\b"),
    ("monthday", "the", r"the~(?P<d>\d{1,2}(?:st|nd|rd|th))(?!~(?:and|or|to)~(?:the~)?<DAY>~(?:of~)?(?:<MONTH>))(?=~(?:and|or|to|until|through)~(?:the~)?\d{1,2}(?:st|nd|rd|th)|<OPEN>)"),
    ("monthday_and", "#", r"(?P<d>\d{1,2}(?:st|nd|rd|th))<OPEN>"),
)  # fmt: skip


# expressions that name no day: lengths of time and "now"
OPEN_GRAMMAR: tuple[tuple[str, str, str], ...] = (
    ("now", "now currently current nowadays recently recent previously formerly former future", r"(?P<word>now|currently|current|nowadays|recently|recent|previously|formerly|former|future)\b"),
    ("this_time", "the at this that", r"(?:the~present(?:~day)?|this~time|that~time|the~time)\b(?!~(?:of|to)\b)"),
    ("length", "# number qualifier", r"(?:<QUAL>~)?(?P<n><NUM>)(?:~|-)(?P<u>(?:<UNIT>)s?)(?:['’]s?)?\b"),
    ("length_vague", "unit", r"(?P<u>days|weeks|months|years|decades)\b"),
)  # fmt: skip


def _compile(grammar: tuple[tuple[str, str, str], ...]) -> dict[str, Opened]:
    pieces = _patterns()
    classes: dict[str, list[str]] = {
        "month": [*words_of("month"), *words_of("month_short")], "season": list(words_of("season")),
        "weekday": [*words_of("weekday"), *words_of("weekday_short")], "unit": [f"{u}s" for u in words_of("unit")],
        "feast": sorted({re.split(r"[ ']", name)[0] for name in named_days()}),
        "number": [*numbers(), "a", "an", "half", "few", "several", "many"],
        "qualifier": ["about", "around", "some", "nearly", "almost", "more", "less", "over", "at", "just", "barely", "only"],
    }  # fmt: skip
    by_opener: dict[str, list[Rule]] = {}
    for name, openers, source in grammar:
        body = re.sub("<([A-Z]+)>", lambda piece: f"(?:{pieces[piece[1]]})", source).replace("~", GAP)
        rule = Rule(name, re.compile(body, re.IGNORECASE | re.ASCII))
        for opener in openers.split():
            for word in classes.get(opener, [opener]):
                by_opener.setdefault(word, []).append(rule)
    together = {rules: Opened(rules) for rules in map(tuple, by_opener.values())}
    return {word: together[tuple(rules)] for word, rules in by_opener.items()}


@cache
def _grammar(open_ended: bool) -> dict[str, Opened]:
    return _compile(GRAMMAR + OPEN_GRAMMAR if open_ended else GRAMMAR)


WORD = re.compile(r"\d+|[^\W\d_]+")


def _whole(text: str, end: int) -> bool:
    """Whether no letter beyond ASCII goes on where a match ends."""
    return not (text[end : end + 1].isalnum() and text[end - 1].isalnum())


def _stuck(text: str, start: int) -> bool:
    """Whether digits at `start` go on something before them: "B9", "1.2018", "$20"."""
    before = text[start - 1]
    return (
        before.isalnum()
        or before in "_$€£#"
        or (before in ".,:/-–" and start > 1 and text[start - 2].isdigit())
    )


def scan(text: str, *, open_ended: bool = False) -> list[Expression]:
    """Date expressions of a text, in order, none overlapping.

    `open_ended` adds those that name no day at all: lengths of time ("for three days"), "now", "recently".
    The last text is remembered: dates and figures of one report are asked for one after the other.
    """
    return list(_scanned(text, open_ended))


@lru_cache(maxsize=1)
def _scanned(text: str, open_ended: bool) -> tuple[Expression, ...]:
    found: list[Expression] = []
    grammar, reached = _grammar(open_ended), 0
    for word in WORD.finditer(text):
        start = word.start()
        if start < reached:
            continue
        opener = "#" if word[0][0].isdigit() else word[0].lower()
        if opener == "#" and start and _stuck(text, start):
            continue
        begins = grammar.get(opener)
        if begins is None or begins.any.match(text, start) is None:
            continue
        best: Expression | None = None
        for rule in begins.rules:
            match = rule.pattern.match(text, start)
            if (
                match
                and (best is None or match.end() > best.end)
                and _whole(text, match.end())
                and stands(rule.name, text, match)
            ):
                parts = {
                    k: " ".join(v.lower().split()) for k, v in match.groupdict().items() if v is not None
                }
                best = Expression(rule.name, start, match.end(), parts)
        if best:
            found.append(best)
            reached = best.end
    return tuple(joined(text, found))
