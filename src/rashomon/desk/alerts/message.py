"""An alert in words: what happened, who says what, why it fired, where to look.

It is put together when it is sent, from what the store holds then: nothing of a report's words is kept with
an alert, so what was forgotten is in no message. Words of reports are hostile: what hides or reorders text
is shown as a code point, line breaks are spaces, and links in them do not lead anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import msgspec
from sqlalchemy.engine import Connection

from rashomon.desk.alerts.rules import RULES
from rashomon.desk.shown import acts, address, when
from rashomon.exports import phrases
from rashomon.exports.tension import dyad_words, narrators_words
from rashomon.model import Claim
from rashomon.reconcile.incidents import Dispute
from rashomon.store import shelves
from rashomon.store.records import IncidentDetail

_LINK = re.compile(r"\b([hH])[tT]{2}([pP][sS]?://)")
_VOICES, _LISTED, _SUBJECT = 12, 8, 160
_FOOT = "Every line is what somebody claims, not a finding of fact."


class Message(msgspec.Struct, frozen=True):
    """An alert as it is sent. `key` is the same whenever it is tried again. `link` is None where nobody said
    where the desk is; `data` is for programs."""

    key: str
    subject: str
    text: str
    link: str | None
    data: dict[str, Any]


def words(text: str) -> str:
    """Words of a report for one line of a message; links in them are spelled so that they lead nowhere."""
    return _LINK.sub(r"\1xx\2", phrases.one_line(text))


def message(
    connection: Connection,
    *,
    key: str,
    watch: str,
    rule: str,
    about: str,
    level: str,
    at: str,
    why: str,
    detail: Mapping[str, Any],
    base: str | None,
) -> Message:
    """The message of an alert; `base` is the address of the desk, if there is one."""
    dyad = detail.get("dyad")
    if dyad:
        head, body, path = _of_dyad(connection, detail)
        told: dict[str, Any] = {}
    else:
        head, body, path, told = _of_incident(connection, rule, about, level, detail)
    link = f"{base.rstrip('/')}{path}" if base and path else None
    lines = [
        head,
        "",
        *body,
        "Why this alert",
        f"  watch: {words(watch)}",
        f"  rule: {rule}",
        f"  {why}",
        f"  raised: {at}",
        "",
    ]
    lines += [f"Open: {link}", ""] if link else []
    lines += [_FOOT]
    subject = phrases.one_line(f"[Rashomon] {words(watch)}: {head}")
    subject = subject if len(subject) <= _SUBJECT else f"{subject[: _SUBJECT - 1]}…"
    data = {
        "key": key, "watch": watch, "rule": rule, "about": about, "level": level, "raised": at, "title": head,
        "why": why, "detail": dict(detail), "incident": told or None, "link": link,
    }  # fmt: skip
    return Message(key, subject, phrases.valid("\n".join(lines)) + "\n", link, _clean(data))


def trial(key: str, watch: str, rules: list[str], base: str | None) -> Message:
    """A message that only says that the way is open."""
    text = (
        f"This is a test of the watch {words(watch)}.\nIts rules: {'; '.join(rules)}\nNothing has happened.\n"
    )
    data = {"key": key, "watch": watch, "rule": "test", "title": "a test", "why": "somebody asked for a test"}
    return Message(key, f"[Rashomon] {words(watch)}: a test", phrases.valid(text), base, _clean(data))


def headline(rule: str, level: str, detail: Mapping[str, Any]) -> str:
    """What an alert is about, in a word or two."""
    word = rule.partition(":")[0]
    if word == "new-dispute":
        return f"accounts differ on {level}"
    if word == "figure-rises":
        return f"{detail.get('kind', 'figure')} now {int(detail.get('value', 0)):,}"
    if word == "tension":
        return "conflict beyond the usual"
    names = {"new-incident": "new incident", "grown": "it is growing", "denied": "somebody denies it"}
    return names.get(word, word if word in RULES else "alert")


def _of_dyad(connection: Connection, detail: Mapping[str, Any]) -> tuple[str, list[str], str]:
    one, other = detail["dyad"]
    head = f"conflict between {dyad_words((one, other))} beyond the usual on {detail['day']}"
    body = [
        f"{narrators_words(detail['narrator'])} tell of conflict that sums to {detail['value']:g} on "
        f"{detail['day']}; usual is up to {detail['limit']:.4g}."
    ]
    body[0] = body[0][0].upper() + body[0][1:]
    found = [shelves.one_incident(connection, ref) for ref in detail["incidents"][:_LISTED]]
    rows = [f"  - {_what(each)}: “{words(each.record.title)}”" for each in found if each is not None]
    if rows:
        body += ["", "Among what is told of that day", *rows]
    path = address("/dyad", a=one, b=other)
    return head, [*body, ""], path


def _of_incident(
    connection: Connection, rule: str, about: str, level: str, detail: Mapping[str, Any]
) -> tuple[str, list[str], str, dict[str, Any]]:
    found = shelves.one_incident(connection, about)
    what = headline(rule, level, detail)
    if found is None:
        return f"{what}: an incident that is no more in the store", [
            "What it was made of has been deleted since, or is read otherwise.", ""
        ], "", {}  # fmt: skip
    record = found.record
    head = f"{what}: {_what(found)}"
    body = [f"“{words(record.title)}”", ""]
    body += ["Who says what", *_voices(found), ""]
    differ = list(_disputes(found))
    body += ["Where accounts differ", *differ, ""] if differ else []
    told = {
        "id": record.id, "type": record.incident.type, "modes": list(record.incident.modes),
        "first_day": record.first_day, "last_day": record.last_day, "dated": record.dated,
        "country": record.country, "place": record.incident.place.name if record.incident.place else None,
        "reports": record.n_reports, "outlets": record.n_publishers, "voices": record.n_voices,
        "title": words(record.title),
        "disputes": [_positions(each) for each in record.incident.disputes],
    }  # fmt: skip
    return head, body, f"/incidents/{quote(phrases.valid(record.id), safe='')}", told


def _positions(dispute: Dispute) -> dict[str, Any]:
    held = [{"voice": words(each.voice), "value": words(each.value)} for each in dispute.positions]
    return {"field": dispute.field, "positions": held}


def _what(found: IncidentDetail) -> str:
    """Type, place and day of an incident."""
    record = found.record
    place = f", {words(phrases.place_words(record.incident.place))}" if record.incident.place else ""
    return f"{words(acts(record))}{place}, {words(when(record))}"


def _voices(found: IncidentDetail) -> Iterator[str]:
    """What each voice last said: its figures, and its status where that is not the plain one."""
    by_id = {claim.id: claim for claim in found.claims}
    accounts = found.incident.accounts
    for account in accounts[:_VOICES]:
        mine = [by_id[ref] for ref in account.claims if ref in by_id]
        if not mine:
            continue
        mine.sort(key=lambda claim: _day(found, claim))
        name = _voice(found, mine[-1])
        last = mine[-1]
        figures = list(dict.fromkeys(phrases.figure_words(each) for each in last.figures))
        said = ", ".join(map(words, figures)) or "no figures"
        status = "" if last.status == "happened" else f"{last.status}: "
        reports = len({claim.report for claim in mine})
        more = f" (last of {reports:,} reports)" if reports > 1 else ""
        yield f"  - {name}: {status}{said}{more}"
    if len(accounts) > _VOICES:
        yield f"  - and {len(accounts) - _VOICES:,} more voices"


def _day(found: IncidentDetail, claim: Claim) -> str:
    entry = found.reports.get(claim.report)
    return (entry.published or entry.added) if entry else ""


def _voice(found: IncidentDetail, claim: Claim) -> str:
    entry = found.reports.get(claim.report)
    outlet = words(entry.publisher) if entry is not None and entry.publisher else "an outlet without a name"
    if claim.voice.kind == "publisher":
        return outlet
    return f"{words(phrases.voice_name(claim.voice))}, in {outlet}"


def _disputes(found: IncidentDetail) -> Iterator[str]:
    for dispute in found.incident.disputes[:_LISTED]:
        told = "; ".join(f"{words(each.voice)}: {words(each.value)}" for each in dispute.positions[:_VOICES])
        yield f"  - {words(dispute.field)} - {told}"


def _clean(value: Any) -> Any:
    """Data without lone surrogates: JSON cannot hold them."""
    if isinstance(value, str):
        return phrases.valid(value)
    if isinstance(value, dict):
        return {_clean(key): _clean(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(each) for each in value]
    return value


__all__ = ["Message", "headline", "message", "trial", "words"]
