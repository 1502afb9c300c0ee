"""Reading the errors: gold beside guess, with the words that both rest on.

A tool for developing on stories that may be looked at (`--stories` with the training corpus); on the
held-back stories it shows what kinds of error there are, and no rule should be made from a single case
there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from rashomon.errors import InputError
from rashomon.evaluation.accounts import AccountsScore, ReportScore
from rashomon.evaluation.agreement import FIELDS, Claim, agreement, figure_keys, gold_spans
from rashomon.evaluation.results import Table

KINDS = ("missed", "spurious", "type", *FIELDS)


class Mistake(msgspec.Struct, frozen=True):
    """One error: a gold claim that was missed, a guess that is none, or a pair that differs in `wrong`."""

    report: str
    wrong: tuple[str, ...]
    quote: str
    gold: Claim | None
    guess: Claim | None


def mistakes(scored: AccountsScore) -> Iterator[Mistake]:
    """Every error, in the order of the texts."""
    for report in scored.reports:
        yield from sorted(_of_report(report), key=lambda m: _position(m, report.text))


def _of_report(report: ReportScore) -> Iterator[Mistake]:
    paired = dict(report.pairs)
    taken = set(paired.values())
    for i, claim in enumerate(report.gold):
        if i in report.optional:
            continue
        if i not in paired:
            yield Mistake(report.key, ("missed",), _folded(claim["quote"]), claim, None)
            continue
        guess = report.guesses[paired[i]]
        if claim["type"] != guess.get("type"):
            wrong: tuple[str, ...] = ("type",)
        else:
            wrong = tuple(field for field, right in agreement(claim, guess).items() if not right)
        if wrong:
            yield Mistake(report.key, wrong, _folded(claim["quote"]), claim, guess)
    for j, guess in enumerate(report.guesses):
        if j not in taken:
            yield Mistake(
                report.key, ("spurious",), _folded((guess.get("quote") or {}).get("text")), None, guess
            )


def _position(mistake: Mistake, text: str) -> int:
    if mistake.gold is not None:
        _, trigger = gold_spans(mistake.gold, text)
        return trigger[0] if trigger else 0
    return int(((mistake.guess or {}).get("trigger") or {}).get("start") or 0)


def select(found: Iterable[Mistake], field: str | None, limit: int) -> list[Mistake]:
    """The first `limit` errors, of one kind or field where it is given.

    Raises:
        InputError: there is no such field.
    """
    if field is not None and field not in KINDS:
        raise InputError(f"no field {field!r}", hint=f"one of: {', '.join(KINDS)}")
    chosen = (each for each in found if field is None or field in each.wrong)
    return [each for each, _ in zip(chosen, range(limit), strict=False)]


def summary(found: Iterable[Mistake], only: str | None = None) -> Table:
    """What goes wrong most: field, gold value, guessed value, how often; of one field where it is given."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for each in found:
        for field in each.wrong:
            if only is None or field == only:
                counts[field, _kind(each.gold, field), _kind(each.guess, field)] += 1
    rows = tuple((*key, str(count)) for key, count in counts.most_common(40))
    return Table("Commonest errors", ("field", "gold", "guess", "times"), rows)


def show(mistake: Mistake) -> str:
    """One error as a few lines of text; a `!` marks the fields that are wrong."""
    rows = [f"{mistake.report}  {', '.join(mistake.wrong).upper()}", f'    "{mistake.quote}"']
    names = (
        ("type", "trigger", *FIELDS)
        if mistake.gold and mistake.guess
        else ("type", "trigger", *WITHOUT_A_PAIR)
    )
    for name in names:
        gold, guess = value(mistake.gold, name), value(mistake.guess, name)
        if gold == guess == "-":
            continue
        mark = "!" if name in mistake.wrong else " "
        if mistake.gold is None or mistake.guess is None:
            rows.append(f"    {name:<9} {gold if mistake.guess is None else guess}")
        elif gold == guess:
            rows.append(f"  {mark} {name:<9} {gold}")
        else:
            rows.append(f"  {mark} {name:<9} gold  {gold}\n    {'':<9} guess {guess}")
    return "\n".join(rows)


WITHOUT_A_PAIR = ("mode", "actor", "recipient", "voice", "status", "frame")


def value(claim: Claim | None, field: str) -> str:
    """A field of a gold claim or of a guess, in the same short words; "-" for nothing."""
    if claim is None:
        return "-"
    return _gold_value(claim, field) if isinstance(claim.get("voice"), str) else _guess_value(claim, field)


def _gold_value(claim: Claim, field: str) -> str:
    if field in ("actor", "recipient"):
        return _joined(
            f"{name} ({code})" for name, code in zip(claim[field], claim[f"{field}_code"], strict=True)
        )
    if field == "voice":
        return (
            "publisher" if claim["voice"] == "publisher" else f"{claim['voice']} ({claim.get('voice_code')})"
        )
    if field == "date" and isinstance(claim["date"], list):
        return "..".join(map(str, claim["date"]))
    if field == "figures":
        return _figures(claim.get("figures"))
    return _word(claim.get(field))


def _guess_value(claim: Claim, field: str) -> str:
    if field in ("actor", "recipient"):
        return _joined(f"{_named(p)} ({p.get('code')})" for p in claim.get(f"{field}s") or [])
    if field == "voice":
        voice = claim.get("voice") or {}
        return "publisher" if voice.get("kind") == "publisher" else f"{_named(voice)} ({voice.get('code')})"
    if field == "date":
        date = claim.get("date") or {}
        ends = [end for end in (date.get("first"), date.get("last")) if end]
        said = f' from "{date["text"]}"' if date.get("text") else ""
        return "..".join(dict.fromkeys(ends)) + said if ends else "-"
    if field == "place":
        return _named(claim.get("place") or {})
    if field == "country":
        return _word((claim.get("place") or {}).get("country"))
    if field == "trigger":
        return _word((claim.get("trigger") or {}).get("text"))
    if field == "figures":
        return _figures(claim.get("figures"))
    return _word(claim.get(field))


def _kind(claim: Claim | None, field: str) -> str:
    """The value of a field with the names taken out, so that errors of one kind count together."""
    if claim is None:
        return "-"
    if field in ("missed", "spurious", "type"):
        return _word(claim.get("type"))
    if field in ("actor", "recipient"):
        count = len(claim[field]) if field in claim else len(claim.get(f"{field}s") or [])
        return ("none", "one")[count] if count < 2 else "several"
    told = value(claim, field)
    if field == "voice":
        return told if told == "publisher" else "a party"
    if field == "figures":
        return " ".join(sorted({str(kind) for kind, _, _ in figure_keys(claim.get("figures"))})) or "none"
    if field in ("date", "place", "country"):
        return "none" if told == "-" else "some"
    return told


def _named(entry: dict[str, Any]) -> str:
    text, name = entry.get("text"), entry.get("name")
    if not text and not name:
        return "-"
    return str(text) if not name or name == text else f"{text or ''} = {name}"


def _figures(figures: list[dict[str, Any]] | None) -> str:
    ends = (
        (k, "" if low is None else low, "" if high is None else high) for k, low, high in figure_keys(figures)
    )
    return _joined(f"{kind} {low}-{high}" for kind, low, high in ends)


def _joined(parts: Iterable[str]) -> str:
    return " + ".join(parts) or "-"


def _word(told: object) -> str:
    return "-" if told is None or told == "" else _folded(told)


def _folded(text: object) -> str:
    return " ".join(str(text or "").split())
