"""What must stand around a match for it to be a date: "may" and "march", years and counts, the Sunday
papers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from .date_words import lead_of, table, words_of

NAMES_A_PAPER = re.compile(
    r"[ \t](?:Times|Telegraph|Mirror|World|Post|Mail|Express|Star|Herald|Independent|school)\b"
)


_COUNTED = re.compile(
    r"[ \t\n]{1,3}(?:more[ \t]|extra[ \t]|other[ \t]|[a-z]{1,12}[ \t])?([a-z]{2,20})\b", re.ASCII
)


_LAST_WORD = re.compile(r"([^\W\d_]+|['’]s|\(|\[)[.,]?[ \t\n]{0,3}\Z")


@cache
def _counted_nouns() -> frozenset[str]:
    """Plural nouns that a number before them counts, so that it is no year and no day of the month."""
    rows = table("figure_nouns.csv")
    return frozenset(row["plural"] for row in rows if row["plural"] and row["kind"] != "event")


def counts_something(text: str, end: int) -> bool:
    """Whether a plural that can be counted follows at `end` ("2000 men", "14 wounded soldiers")."""
    after = _COUNTED.match(text, end)
    return after is not None and not _counted_nouns().isdisjoint((after[1], after[0].split()[0]))


def word_before(text: str, start: int) -> str:
    """The word, opening bracket or possessive before `start`, in lower case ("" where nothing or a full
    stop is).
    """
    found = _LAST_WORD.search(text[max(0, start - 24) : start])
    return found[1].lower().replace("’", "'") if found else ""


def is_year(text: str, start: int, end: int) -> bool:
    """Whether four digits are a year by what surrounds them, not a count or a number of something."""
    value, before = int(text[start:end]), word_before(text, start)
    if before in words_of("before_number") and before not in ("about", "around"):
        return False
    if before in ("in", "since", "during", "until") and 1800 <= value <= 2100:
        return True
    if counts_something(text, end):
        return False
    if before in ("about", "around"):
        return 1900 <= value <= 2100 and word_before(text, start - len(before) - 1) in (
            "in",
            "since",
            "from",
            "until",
        )
    if before in words_of("before_year"):
        return 1800 <= value <= 2100 or before in (
            "in",
            "since",
            "from",
            "until",
            "between",
            "by",
            "of",
            "during",
        )
    if before == "(" and text[end : end + 1] == ")":
        return 1500 <= value <= 2100
    if not 1900 <= value <= 2100:
        return False
    line_start = not text[max(0, start - 8) : start].rpartition("\n")[2].strip()
    after = text[end : end + 1]
    if line_start:
        return after in (":", ".", "\n", "")
    if text[start - 1] in "-–" and re.search(
        r"(?i)\b(?:mid|pre|post|early|late)[-–]\Z", text[max(0, start - 6) : start]
    ):
        return True
    return before in ("(", "[") or (text[start - 1] != "-" and before in words_of("before_year_loosely"))


def _capital(text: str, match: re.Match[str], group: str) -> bool:
    return text[match.start(group)].isupper()


def _month_word(text: str, match: re.Match[str]) -> bool:
    """Whether the month beside a day or a year is one: a small "may" or "march" only with a year."""
    word = match["m"].lower()
    groups = match.groupdict()
    return _capital(text, match, "m") or bool(groups.get("y")) or (len(word) > 3 and word != "march")


def _month_day(text: str, match: re.Match[str]) -> bool:
    dated = match["y"] or match["rel"] or match["d2"]
    # "in May 14 people died", but "on May 14 gunmen attacked"
    bare = word_before(text, match.start()) in ("in", "since", "during", "last", "late", "early", "mid", "by")
    return _month_word(text, match) and bool(dated or not (bare and counts_something(text, match.end())))


_BEFORE_A_NAMED_MAY = ("in", "since", "late", "early", "last", "next", "mid", "until", "during", "of")
_MRS_MAY = re.compile(r"\b(?:Theresa|Mr?s\.?|Minister|Elaine|Brian|Justin|Prime Minister) May\b")


def _bare_month(text: str, match: re.Match[str]) -> bool:
    word, (lead, _) = match["m"].lower(), lead_of(text, match.start())
    before = word_before(text, match.start())
    capital = _capital(text, match, "m")
    if word in ("may", "march"):
        if not capital:
            return False
        beside = text[match.start() - 1 : match.start()] == "-" or text[match.end() : match.end() + 1] == ":"
        if beside or not {before, lead} & words_of("before_may").keys():
            return beside
        near = max(0, match.start() - 300)  # bounded, so that the whole stays linear
        if word != "may" or _MRS_MAY.search(text, near, match.end() + 300) is None:
            return True
        return not {before, lead}.isdisjoint(_BEFORE_A_NAMED_MAY)
    if word in ("april", "june", "august", "january"):  # given names and days of national myth
        after = re.match(r"[ \t]([A-Z][a-z]+)", text[match.end() : match.end() + 24])
        if after and not lead:
            return False
    return capital or lead in ("in", "since", "until", "during", "by", "from", "of")


def _bare_season(text: str, match: re.Match[str]) -> bool:
    if match["y"] or match["rel"]:
        return match["s"].lower() != "fall" or word_before(text, match.start()) in (
            "the",
            "in",
            "of",
            "until",
            "since",
        )
    lead, _ = lead_of(text, match.start())
    if match["s"].lower() == "fall":
        return lead == "in" and text[match.start() - 4 : match.start()].lower() == "the "
    return lead in (
        "in",
        "since",
        "until",
        "till",
        "by",
        "from",
        "during",
        "over",
        "before",
        "after",
        "through",
    )


def _weekday(text: str, match: re.Match[str]) -> bool:
    if word_before(text, match.start()) in ("bloody", "black", "every", "each", "holy", "super", "a"):
        return False
    return not NAMES_A_PAPER.match(text, match.end("wd")) and (
        match["wd"][0].isupper() or len(match["wd"]) > 5
    )


def _weekday_day(text: str, match: re.Match[str]) -> bool:
    follows = text[match.end() : match.end() + 2]
    return _weekday(text, match) and not counts_something(text, match.end()) and not follows[1:].isdigit()


def _directed(text: str, match: re.Match[str]) -> bool:
    month = match["m"]
    return not month or month[0].isupper() or month.lower() not in ("may", "march")


def _stretch(text: str, match: re.Match[str]) -> bool:
    unit = match["u"].lower()
    article = match[0][:3].lower() == "the"
    if match["n"]:
        return True
    if unit == "day" and article and match["dir"].lower() in ("past", "last"):  # "over the past day"
        return lead_of(text, match.start())[0] in ("over", "in", "during", "within")
    return (article and unit not in ("day", "days")) or (
        unit.endswith("s") and match["dir"].lower() in ("past", "coming")
    )


def _years(text: str, match: re.Match[str]) -> bool:
    first, last = int(match["y"]), match["y2"]
    return first < int(last if len(last) == 4 else match["y"][:2] + last) <= first + 120 and first <= 2100


def _feast(text: str, match: re.Match[str]) -> bool:
    island = re.compile(r"[ \t](?:Island|Rising|Road|Street|Square)").match(text, match.end())
    return text[match.start()].isupper() and not island


_CLOCK = re.compile(
    r"[,.;]?[ \t]{1,2}(?:at[ ])?\d{1,2}[:.h]\d\d(?!\d)|,[ \t]?\d{4}[ ]?(?:hrs|hours|UTC|GMT|Z)\b",
    re.IGNORECASE,
)
_SLASH_LEADS = ("on", "since", "until", "till", "by", "from", "between", "of", "to", "before", "after")


def _slash(text: str, match: re.Match[str]) -> bool:
    """Whether "16/06" is a day: a clock time follows, or a preposition or the start of a line tells."""
    if int(match["m"]) > 12 or text[match.end() : match.end() + 1] in ("%", "°", "/"):
        return False
    if _CLOCK.match(text, match.end()):
        return True
    if counts_something(text, match.end()) or match[0] in ("24/7", "9/11", "7/7", "50/50"):
        return False
    line = text[max(0, match.start() - 8) : match.start()].rpartition("\n")
    opens = (line[1] or match.start() <= 8) and not line[2].strip(" \t-*•[(")
    if opens:
        return text[match.end() : match.end() + 1] in (",", ":", "]", ")") or match["m"][0] == "0"
    return lead_of(text, match.start())[0] in _SLASH_LEADS and text[match.end() : match.end() + 1] != "-"


_ORDINAL_AND = re.compile(
    r"\bthe\s{1,3}(?:night\s{1,3}of\s{1,3}the\s{1,3})?\d{1,2}(?:st|nd|rd|th)\s{1,3}(?:and|or|to|until|through)\s{1,3}(?:the\s{1,3})?\Z",
    re.ASCII | re.IGNORECASE,
)


def _monthday(text: str, match: re.Match[str]) -> bool:
    """Whether "the 6th" is a day of the month at hand, alone or as the second of two ("the 6th and 7th")."""
    window = max(0, match.start() - 40)
    pair = _ORDINAL_AND.search(text, window, match.start())
    start = pair.start() if pair else match.start()
    return lead_of(text, start)[0] in ("on", "since", "until", "till", "by", "from", "between")


_IN_ITS = re.compile(
    r"\b(?:(?:in|into|entered|enters|entering|reached|reaches)\s{1,3}|for\s{1,3})\Z", re.ASCII | re.IGNORECASE
)


def _nth(text: str, match: re.Match[str]) -> bool:
    """Whether "a third day" counts from the start of what goes on: "for a third day", "in its third week"."""
    if _IN_ITS.search(text, max(0, match.start() - 14), match.start()):
        goes_for = lead_of(text, match.start())[0] == "for"
        return goes_for or match["a"].lower() not in ("the", "a") or text[match.start() - 2] == "d"
    of_what = (
        text[match.end() : match.end() + 3] == " of"
        and text[max(0, match.start() - 2) : match.start()] == ", "
    )
    return of_what and (match["a"].lower(), match["u"].lower()) == ("the", "day")


_HAS_GONE_ON = re.compile(
    r"\b(?:has|have|['’]ve)\b(?![^.;:\n]{0,120}\b(?:had|will|would|to have)\b)[^.;:\n]{0,120}\Z"
)
_ENDS_OTHERWISE = re.compile(r"['’]|[ ](?:before|after|in|last|until|at a time)\b|-")
_NOT_NOW = re.compile(r"\b(?:had|will|would|may|might|could|should|to|must|['’]ll)\s{1,3}\Z")


def _length_till_now(text: str, match: re.Match[str]) -> bool:
    """Whether "for three days" reaches to the day of publication: "have been fasting for three days"."""
    lead, start = lead_of(text, match.start())
    if lead != "for" or _ENDS_OTHERWISE.match(text, match.end()):
        return False
    window = max(0, start - 100)
    gone = _HAS_GONE_ON.search(text, window, start)
    return gone is not None and not _NOT_NOW.search(text, max(0, gone.start() - 8), gone.start())


def _month_year(text: str, match: re.Match[str]) -> bool:
    """ "In June 2000 soldiers came" counts soldiers, "in June 2009 soldiers came" does not."""
    year = match["y"]
    return not (year and int(year) % 100 == 0 and _YEAR_COUNTS.match(text, match.end()))


_YEAR_COUNTS = re.compile(r"[ \t](?:people|men|women|troops|soldiers)\b")

_CHECKS: dict[str, Callable[[str, re.Match[str]], bool]] = {
    "dmy": _month_word,
    "mdy": _month_day,
    "mdy_and": _month_day,
    "m": _bare_month,
    "season": _bare_season,
    "weekday": _weekday,
    "weekday_day": _weekday_day,
    "week_of_month": _month_word,
    "directed": _directed,
    "stretch": _stretch,
    "years": _years,
    "feast": _feast,
    "year": lambda text, match: is_year(text, match.start(), match.end()),
    "year_season": lambda text, match: is_year(text, match.start("y"), match.end("y")),
    "decade": lambda text, match: int(match["y"]) >= 1500,
    "bc": lambda text, match: not match[0].islower(),
    "my": _month_year,
    "slash": _slash,
    "monthday": _monthday,
    "monthday_and": lambda text, match: text[match.start() - 1] != "-" and _monthday(text, match),
    "nth": _nth,
    "length_till_now": _length_till_now,
    "inside": lambda text, match: match["x"].lower() != "the" or " in" in " ".join(match[0].lower().split()),
    "weekend": lambda text, match: (
        word_before(text, match.start()) not in ("a", "every", "each", "long", "'s")
    ),
}


def stands(rule: str, text: str, match: re.Match[str]) -> bool:
    check = _CHECKS.get(rule)
    return check is None or check(text, match)
