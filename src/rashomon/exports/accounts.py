"""Claims that people looked at, as a story file of the accounts form: gold to learn from and to measure by.

    text = dump(story("desk", reports, claims, incidents))

The form is that of `training/corpus/accounts/*.yaml`, which `rashomon evaluate accounts` and the training
read. A party or a place stands there by words of the report where it has any, else by its name. A claim that
a person corrected has `corrected: true`; the other claims of the same reports are as they were read, for a
report is gold only as a whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from rashomon.model import Claim, Date, Figure, Party, Report
from rashomon.reconcile.incidents import Incident

Story = dict[str, Any]


def story(
    name: str,
    reports: Iterable[Report],
    claims: Iterable[Claim],
    incidents: Iterable[Incident] = (),
    *,
    as_read: Mapping[str, Claim] | None = None,
) -> Story:
    """A story of the accounts form.

    Args:
        name: what the story is called.
        reports: with their texts.
        claims: of these reports, as they hold; those of others are left out.
        incidents: of these claims. Of incidents of several claims, disputes and updates too.
        as_read: for claims that people corrected, by id, what was read.
    """
    reports = list(reports)
    texts = {each.id: each.text for each in reports}
    before = as_read or {}
    kept = [each for each in claims if each.report in texts]
    known = {each.id for each in kept}
    order = {ref: at for at, ref in enumerate(texts)}
    told = sorted(kept, key=lambda each: (order[each.report], each.trigger.start, each.id))
    made: Story = {
        "story": name,
        "reports": [_report(each) for each in reports],
        "claims": [_claim(each, texts[each.report], before.get(each.id)) for each in told],
        "incidents": [],
        "disputes": [],
        "updates": [],
    }
    for one in incidents:
        refs = [ref for ref in one.claims if ref in known]
        if len(refs) < 2:  # an incident of one claim goes without saying
            continue
        made["incidents"].append({"id": one.id, "claims": refs})
        made["disputes"] += _disputes(one, known)
        made["updates"] += [
            {
                "incident": one.id,
                "field": each.field,
                "voice": each.voice,
                "from": each.before,
                "to": each.after,
                "claims": list(each.claims),
            }
            for each in one.updates
            if known.issuperset(each.claims)
        ]
    return made


def _report(report: Report) -> dict[str, Any]:
    dateline = report.dateline.place if report.dateline else None
    return {
        "id": report.id,
        "publisher": report.publisher,
        "published": report.published,
        "dateline": (dateline.text or dateline.name) if dateline else None,
        "title": report.title,
        "text": report.text,
    }


def _claim(claim: Claim, text: str, before: Claim | None) -> dict[str, Any]:
    place = claim.place
    row: dict[str, Any] = {"id": claim.id, "report": claim.report}
    row |= {"quote": claim.quote.text, "trigger": claim.trigger.text}
    first = claim.quote.start + claim.quote.text.find(claim.trigger.text)
    if claim.trigger.start != first or text.find(claim.quote.text) != claim.quote.start:
        row["trigger_start"] = claim.trigger.start  # the words stand there more than once
    row |= {"type": claim.type, "mode": claim.mode}
    for key, parties, read in (
        ("actor", claim.actors, before.actors if before else claim.actors),
        ("recipient", claim.recipients, before.recipients if before else claim.recipients),
    ):
        row[key] = [_words(each, text, read) for each in parties]
        row[f"{key}_code"] = [each.code for each in parties]
    own = claim.voice.kind == "publisher"
    row["voice"] = "publisher" if own else claim.voice.name or claim.voice.text or "somebody unnamed"
    row["voice_code"] = None if own else claim.voice.code
    row |= {"status": claim.status, "frame": claim.frame, "date": _date(claim.date)}
    if place is None:
        row |= {"place": None, "country": None}
    else:
        wide = place.precision == "country" and place.text is None
        row |= {"place": None if wide else place.text or place.name, "country": place.country}
        if before is not None and before.place is not None and before.place.name != place.name:
            row["place"] = place.name  # the words meant another one, or stand for it only here
    if claim.figures:
        row["figures"] = [_figure(each) for each in claim.figures]
    if before is not None:
        row["corrected"] = True
    return row


def _words(party: Party, text: str, read: Collection[Party]) -> str:
    """A name as the report has it; the name that a person gave where it has none."""
    if party.name in text or party not in read:
        return party.name
    return party.text or party.name


def _date(date: Date | None) -> str | list[str] | None:
    if date is None:
        return None
    return date.first if date.first == date.last else [date.first, date.last]


def _figure(figure: Figure) -> dict[str, Any]:
    return {"kind": figure.kind, "low": figure.low, "high": figure.high, "whom": figure.whom}


def _disputes(incident: Incident, known: set[str]) -> list[dict[str, Any]]:
    made = []
    for each in incident.disputes:
        positions = [
            {"voice": one.voice, "value": one.value, "claims": kept}
            for one in each.positions
            if (kept := [ref for ref in one.claims if ref in known])
        ]
        if len(positions) > 1:
            made.append({"incident": incident.id, "field": each.field, "positions": positions})
    return made


def dump(made: Story) -> str:
    """A story as YAML; texts of several lines as they are."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Writes lines as lines."""

    def as_text(dumper: Any, value: str) -> Any:
        lines = value.count("\n") > 0
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if lines else None)

    Dumper.add_representer(str, as_text)
    body: str = yaml.dump(made, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=110)
    return "# Written by a desk: reports of which people corrected claims.\n" + body


__all__ = ["Story", "dump", "story"]
