"""The pages on which people correct: an incident's forms, a claim's, an actor's; and what was corrected.

Every form carries the revision of what its page showed. Where that has changed since, nothing is written, and
the page comes back with what is there now, what the person had typed, and a word about it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Redirect

from rashomon import ontology
from rashomon.desk import claim_form
from rashomon.desk.access import need
from rashomon.desk.answers import Asking, Missing, data, fault_of, page
from rashomon.desk.asking import only
from rashomon.desk.decided_words import KINDS, as_read
from rashomon.desk.filters import STATUSES
from rashomon.desk.pages import desk_of, incident_of, whole_number
from rashomon.desk.sent import Sent, sent
from rashomon.desk.shown import address, incident_address
from rashomon.errors import InputError, RashomonError, StoreChanged
from rashomon.exports import accounts
from rashomon.model import Span
from rashomon.reconcile.facts import FIGURES
from rashomon.store.corrections import FIELDS
from rashomon.store.decided import Decided, revision
from rashomon.store.desk import Desk
from rashomon.store.records import IncidentDetail, IncidentRecord

LISTED = 50
CANDIDATES = 8
"""Incidents that are offered to be merged with."""
CLAIMS = 200
"""Claims of an incident that a form can tick."""
NEAR_DAYS = 3
AROUND = 280
"""Characters before and after the words of a claim that its page shows."""
_FORM = {"form": Provide(sent)}


class Candidate(msgspec.Struct, frozen=True):
    """An incident that another may be merged with, and its revision."""

    record: IncidentRecord
    revision: str


def seen(detail: IncidentDetail) -> str:
    """The revision of an incident."""
    return revision(detail.claims, dismissed=detail.record.dismissed)


def _candidates(desk: Desk, detail: IncidentDetail, words: str) -> list[Candidate]:
    """What an incident may be merged with: by id, by words, or near it in time and country."""
    own = detail.record
    found: Sequence[IncidentRecord]
    if words:
        named = desk.incident(words.rpartition("/")[2])
        found = [named.record] if named is not None else desk.incidents(words=words, limit=CANDIDATES + 1)
    else:
        step = datetime.timedelta(days=NEAR_DAYS)
        try:
            since, until = (
                (datetime.date.fromisoformat(day) + sign * step).isoformat()
                for day, sign in ((own.first_day, -1), (own.last_day, 1))
            )
        except (ValueError, OverflowError):
            return []
        found = desk.incidents(country=own.country, since=since, until=until, limit=CANDIDATES + 1)
    others = [each for each in found if each.id != own.id][:CANDIDATES]
    details = [(each, desk.incident(each.id)) for each in others]
    return [Candidate(each, seen(its)) for each, its in details if its is not None]


def _forms(
    request: Asking,
    desk: Desk,
    detail: IncidentDetail,
    form: Sent | None = None,
    error: RashomonError | None = None,
) -> Response[bytes]:
    words = (form.one("with") if form else request.query_params.get("with") or "").strip()[:300]
    trouble = None if error is None else fault_of(error)
    try:
        candidates = _candidates(desk, detail, words)
    except InputError as problem:
        candidates, trouble = [], trouble or fault_of(problem)
    claims = sorted(detail.claims, key=lambda claim: (claim.report, claim.trigger.start, claim.id))
    return page(
        "correct",
        trouble[0] if trouble else 200,
        detail=detail,
        revision=seen(detail),
        candidates=candidates,
        near=not words,
        words=words,
        claims=claims[:CLAIMS],
        cut=max(len(claims) - CLAIMS, 0),
        fault=trouble[1] if trouble else None,
        typed=form or Sent({}),
        corrections=desk.corrections.decided(claims=detail.incident.claims, holds=True, limit=20),
    )


@get("/incidents/{ref:str}/correct", sync_to_thread=True)
def incident_forms(request: Asking, state: State, ref: FromPath[str]) -> Response[Any]:
    """The forms of an incident: merge, split, dismiss."""
    need(request, "correct")
    desk = desk_of(state)
    detail = incident_of(desk, ref)
    if detail.record.id != ref:
        return Redirect(address(f"{incident_address(detail.record.id)}/correct", **request.query_params))
    return _forms(request, desk, detail)


def _decide(
    request: Asking, state: State, ref: str, form: Sent, work: Callable[[Desk, str], int]
) -> Response[Any]:
    """Do what a form says, by whoever asks; back to the incident, or to the form with what is wrong."""
    person = need(request, "correct")
    desk = desk_of(state)
    try:
        number = work(desk, person.name)
    except (InputError, StoreChanged) as error:
        return _forms(request, desk, incident_of(desk, ref), form, error)
    after = desk.incident(ref)
    if after is None:
        return Redirect(address("/corrections", done=number), status_code=303)
    return Redirect(address(incident_address(after.record.id), corrected=number), status_code=303)


@post("/incidents/{ref:str}/merge", sync_to_thread=True, dependencies=_FORM, include_in_schema=False)
def merge(request: Asking, state: State, ref: FromPath[str], form: NamedDependency[Sent]) -> Response[Any]:
    """Merge an incident with others."""

    def work(desk: Desk, by: str) -> int:
        others = form.all("other")
        if not others:
            raise InputError("choose what to merge it with", where="other", hint="tick one or more below")
        expect = {each: form.one(f"seen-{each}") for each in others if form.one(f"seen-{each}")}
        if form.one("seen"):
            expect[ref] = form.one("seen")
        return desk.corrections.merge([ref, *others], by=by, note=form.note(), expect=expect)

    return _decide(request, state, ref, form, work)


@post("/incidents/{ref:str}/split", sync_to_thread=True, dependencies=_FORM, include_in_schema=False)
def split(request: Asking, state: State, ref: FromPath[str], form: NamedDependency[Sent]) -> Response[Any]:
    """Split claims off an incident."""

    def work(desk: Desk, by: str) -> int:
        claims = form.all("claim")
        if not claims:
            hint = "tick one or more, not all"
            raise InputError("choose the claims to split off", where="claim", hint=hint)
        return desk.corrections.split(ref, claims, by=by, note=form.note(), expect=form.one("seen") or None)

    return _decide(request, state, ref, form, work)


@post("/incidents/{ref:str}/dismiss", sync_to_thread=True, dependencies=_FORM, include_in_schema=False)
def dismiss(request: Asking, state: State, ref: FromPath[str], form: NamedDependency[Sent]) -> Response[Any]:
    """Dismiss an incident."""

    def work(desk: Desk, by: str) -> int:
        note = form.note()
        if note is None:
            raise InputError("say why", where="note", hint="a few words, for those who look for it later")
        return desk.corrections.dismiss(ref, by=by, note=note, expect=form.one("seen") or None)

    return _decide(request, state, ref, form, work)


@post("/incidents/{ref:str}/restore", sync_to_thread=True, dependencies=_FORM, include_in_schema=False)
def restore(request: Asking, state: State, ref: FromPath[str], form: NamedDependency[Sent]) -> Response[Any]:
    """Take a dismissal back."""

    def work(desk: Desk, by: str) -> int:
        return desk.corrections.restore(ref, by=by, expect=form.one("seen") or None)[0]

    return _decide(request, state, ref, form, work)


def _context(text: str, quote: Span) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The words of a claim among those around them, and where they stand in these; cut between words."""
    start, end = min(quote.start, len(text)), min(quote.end, len(text))
    first, last = max(start - AROUND, 0), min(end + AROUND, len(text))
    if first and " " in text[first:start]:
        first = text.index(" ", first) + 1
    if last < len(text) and " " in text[end:last]:
        last = text.rindex(" ", end, last)
    return text[first:last], ((start - first, end - first),) if start < end else ()


def _claim_page(
    request: Asking,
    desk: Desk,
    ref: str,
    values: dict[str, str] | None = None,
    problems: dict[str, Any] | None = None,
    error: RashomonError | None = None,
    note: str = "",
) -> Response[bytes]:
    found = desk.corrections.claim(ref)
    if found is None:
        raise Missing("there is no such claim", where=ref[:80], hint="its report may have been deleted")
    claim = found.claim
    trouble = None if error is None else fault_of(error)
    if trouble is None and problems:
        trouble = 400, None  # type: ignore[assignment]
    report = desk.report(claim.report)
    shown = claim_form.shown(claim) if values is None else values
    return page(
        "claim",
        trouble[0] if trouble else 200,
        found=found,
        claim=claim,
        values=shown,
        now=claim_form.shown(claim),
        problems=problems or {},
        fault=trouble[1] if trouble else None,
        note=note,
        revision=revision([claim]),
        before=as_read(claim, found.as_read, FIELDS),
        context=_context(report.report.text if report else "", claim.quote),
        rows={key: claim_form.rows(shown, key) for key in claim_form.ROW},
        types=ontology.TYPES,
        modes=claim_form.modes(),
        statuses=STATUSES,
        frames=claim_form.FRAMES,
        kinds=claim_form.VOICE_KINDS,
        precisions=claim_form.PRECISIONS,
        counted=FIGURES,
        corrections=desk.corrections.decided(claims=[ref], limit=20),
        done=whole_number(request.query_params.get("corrected"), "corrected"),
    )


@get("/claim", sync_to_thread=True)
def claim(request: Asking, state: State) -> Response[Any]:
    """One claim, with the form that puts it right."""
    return _claim_page(request, desk_of(state), request.query_params.get("id") or "")


@post("/claim/fix", sync_to_thread=True, dependencies=_FORM, include_in_schema=False)
def fix(request: Asking, state: State, form: NamedDependency[Sent]) -> Response[Any]:
    """Put a claim right."""
    person = need(request, "correct")
    desk, ref = desk_of(state), request.query_params.get("id") or ""
    found = desk.corrections.claim(ref)
    if found is None:
        raise Missing("there is no such claim", where=ref[:80], hint="its report may have been deleted")
    given = {name: value for name, value in form.plain().items() if name not in ("seen", "note")}
    typed = {**dict.fromkeys(claim_form.shown(found.claim), ""), **given}
    read = claim_form.read(found.claim, given)
    again: dict[str, Any] = {"values": typed, "note": form.one("note")}
    if form.one("seen") and form.one("seen") != revision([found.claim]):
        changed = StoreChanged(
            "somebody has corrected this claim since you opened it",
            hint="nothing of yours was written; it stands in the fields below, what holds now beside it",
        )
        return _claim_page(request, desk, ref, error=changed, **again)
    if read.problems:
        return _claim_page(request, desk, ref, problems=read.problems, **again)
    try:
        numbers = desk.corrections.fix_all(
            ref, read.values, by=person.name, note=form.note(), expect=form.one("seen") or None
        )
    except (InputError, StoreChanged) as error:
        return _claim_page(request, desk, ref, error=error, **again)
    return Redirect(address("/claim", id=ref, corrected=numbers[0]), status_code=303)


@post("/actor/same", sync_to_thread=True, dependencies=_FORM, include_in_schema=False)
def same_actor(request: Asking, state: State, form: NamedDependency[Sent]) -> Response[Any]:
    """Say that a name is another name of an actor."""
    person = need(request, "correct")
    name, into = form.one("name")[:300], form.one("into")[:300]
    code = claim_form.checked_code("code", form.one("code"))
    if not name or not into:
        hint = "go back, and give the name it is known by"
        raise InputError("an actor has a name", where="into", hint=hint)
    known: dict[str, str | None] = {"name": into}
    if code:
        known["code"] = code
    desk_of(state).corrections.same_actor(name, known, by=person.name, note=form.note())
    return Redirect(address("/actor", name=into), status_code=303)


def which(kind: str | None, by: str | None, holds: str | None) -> dict[str, Any]:
    """Which corrections are asked for, by a page or by the API.

    Raises:
        InputError: there is no such kind, or `holds` is neither yes nor no.
    """
    if kind and kind not in KINDS:
        what = f"{kind[:40]!r} is no kind of correction"
        raise InputError(what, where="kind", hint=f"one of {', '.join(KINDS)}")
    if holds and holds not in ("yes", "no"):
        raise InputError("it holds or it does not", where="holds", hint="yes or no")
    return {"kind": kind or None, "by": by or None, "holds": holds == "yes" if holds else None}


@get("/corrections", sync_to_thread=True)
def corrections(request: Asking, state: State) -> Response[bytes]:
    """What people corrected, the last first."""
    only(request, "kind", "by", "holds", "before", "done")
    asked = {name: request.query_params.get(name) or None for name in ("kind", "by", "holds")}
    before = whole_number(request.query_params.get("before"), "before") or None
    found = desk_of(state).corrections.decided(
        **which(asked["kind"], asked["by"], asked["holds"]),
        before=before,
        limit=LISTED + 1,
    )
    more = None
    if len(found) > LISTED:
        found = found[:LISTED]
        more = address("/corrections", **asked, before=found[-1].correction.number)
    done = whole_number(request.query_params.get("done"), "done")
    return page(
        "corrections",
        found=found,
        more=more,
        paged=before is not None,
        asked=asked,
        kinds=KINDS,
        done=of_number(desk_of(state), done),
    )


@get("/corrections/gold.yaml", sync_to_thread=True, include_in_schema=False)
def gold(state: State) -> Response[bytes]:
    """The reports of which claims were corrected, in the accounts form."""
    return gold_file(desk_of(state))


def gold_file(desk: Desk) -> Response[bytes]:
    """The corrected reports as a file to keep."""
    kept = desk.corrections.gold()
    made = accounts.story("desk-corrections", kept.reports, kept.claims, kept.incidents, as_read=kept.as_read)
    headers = {"content-disposition": 'attachment; filename="corrections.yaml"'}
    if not kept.whole:
        headers["x-left-out"] = "older reports"
    return data(accounts.dump(made).encode("utf-8", "replace"), "application/yaml", headers=headers)


@post("/corrections/{number:int}/undo", sync_to_thread=True, include_in_schema=False)
def undo(request: Asking, state: State, number: FromPath[int]) -> Response[Any]:
    """Let a correction hold no more."""
    person = need(request, "correct")
    desk_of(state).corrections.undo(number, by=person.name)
    return Redirect(address("/corrections", done=number), status_code=303)


def of_number(desk: Desk, number: int) -> Decided | None:
    """A correction by its number, for the word about it on the page that it leads to."""
    if not number:
        return None
    found = desk.corrections.decided(before=number + 1, limit=1)
    return next((each for each in found if each.correction.number == number), None)


HANDLERS = (incident_forms, merge, split, dismiss, restore, claim, fix, same_actor, corrections, gold, undo)

__all__ = ["HANDLERS", "gold_file", "of_number", "seen", "which"]
