"""The account matrix of an incident: facts down, voices across, and in each cell how a voice tells it.

    picture = matrix(incident, claims, reports)
    for fact in picture.facts:
        for column, cell in zip(picture.columns, fact.cells): ...

A cell is *asserted*, *denied*, *hedged* (possible, planned, conditional, asked for) or *silent*, and names
the claims and the words that it rests on. Voices are grouped by side, and every copy of a text counts with
the text that it is a copy of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from rashomon.errors import InputError
from rashomon.model import Claim, Party, Report, VoiceKind
from rashomon.reconcile.copies import copies_among
from rashomon.reconcile.facts import State, Told, importance, rows, state_of
from rashomon.reconcile.incidents import Account, Incident, Update
from rashomon.reconcile.joining import in_order
from rashomon.reconcile.sides import SIDES, Dyad, Side, dyad, side_of_publisher, side_of_voice
from rashomon.reconcile.traits import traits_of
from rashomon.reconcile.voices import PUBLISHER

_FIELD_OF = {"occurred": "deed", "type": "deed"}
_VALUES = 3
"""Values that a cell names where a voice gives several."""


class Words(msgspec.Struct, frozen=True):
    """The words that a cell rests on: a claim, and their place in the text of its report (None where no
    words of their own say it)."""

    claim: str
    start: int | None
    end: int | None


class Cell(msgspec.Struct, frozen=True):
    """One fact as one voice tells it.

    `value` is in the voice's words ("at least 3 soldiers"), None where it is silent; `low` and `high` bound a
    figure. `also` are other states in which the same voice tells it, `earlier` what it said before it revised
    itself, `statuses` the statuses of the claims. `otherwise` is what the voice says of the same field in
    another row: who is silent about "actor: army" may have named somebody else.
    """

    state: State
    value: str | None = None
    low: int | None = None
    high: int | None = None
    claims: tuple[str, ...] = ()
    words: tuple[Words, ...] = ()
    statuses: tuple[str, ...] = ()
    also: tuple[State, ...] = ()
    earlier: tuple[str, ...] = ()
    otherwise: str | None = None


class Fact(msgspec.Struct, frozen=True):
    """A row. `field` is "deed", a kind of figure, "actor", "recipient", "place", "date", "about", or the
    field of a dispute; `key` tells rows of one field apart; `label` is for people ("actor: army").

    `disputed`: a dispute of the incident is about it; `updated`: a voice revised itself; `one_sided`: one
    voice tells it, and there are others. `cells` stand in the order of the columns.
    """

    field: str
    key: str
    label: str
    cells: tuple[Cell, ...]
    disputed: bool = False
    updated: bool = False
    one_sided: bool = False


class Column(msgspec.Struct, frozen=True):
    """A voice: its name and code, its side, the outlets that carry it, how many of their reports are copies
    of another, its claims, and which of its reports are the copies."""

    voice: str
    kind: VoiceKind
    code: str | None
    side: Side
    publishers: tuple[str, ...]
    reports: tuple[str, ...]
    copies: int
    claims: tuple[str, ...]
    copied: tuple[str, ...] = ()


class Matrix(msgspec.Struct, frozen=True):
    """The accounts of one incident set side by side. `sides` names the sides that have a voice, in the order
    of the columns: (side, words for it)."""

    incident: str
    sides: tuple[tuple[Side, str], ...]
    columns: tuple[Column, ...]
    facts: tuple[Fact, ...]


def matrix(
    incident: Incident,
    claims: Iterable[Claim],
    reports: Iterable[Report] = (),
    homes: Mapping[str, str] | None = None,
) -> Matrix:
    """The matrix of one incident.

    Args:
        incident: as `rashomon.reconcile` gives it.
        claims: at least those of the incident; copies are found among all that are given.
        reports: those of the claims, as far as known: they tell publishers and days of publication.
        homes: countries of publishers, by `narrators.home_key`, that go before the tables.

    Raises:
        InputError: the incident has a claim that is not given.
    """
    return next(matrices((incident,), claims, reports, homes=homes))


def matrices(
    incidents: Iterable[Incident],
    claims: Iterable[Claim],
    reports: Iterable[Report] = (),
    part_of: Mapping[str, str] | None = None,
    homes: Mapping[str, str] | None = None,
) -> Iterator[Matrix]:
    """The matrices of several incidents, with what they share looked up once.

    `part_of` names, where an incident is an operation put together (see `operations`), the part of it that
    each claim is of: who tells of another part says nothing instead.
    """
    known = {claim.id: claim for claim in claims}
    original = copies_among(in_order(map(traits_of, known.values()))).original
    of = {report.id: report for report in reports}
    in_report: dict[str, list[Claim]] = defaultdict(list)
    for claim in known.values():
        in_report[claim.report].append(claim)
    for incident in incidents:
        yield _matrix(incident, known, of, original, in_report, part_of or {}, homes or {})


def _matrix(
    incident: Incident,
    known: Mapping[str, Claim],
    reports: Mapping[str, Report],
    original: Mapping[str, str],
    in_report: Mapping[str, Sequence[Claim]],
    part_of: Mapping[str, str],
    homes: Mapping[str, str],
) -> Matrix:
    missing = [ref for ref in incident.claims if ref not in known]
    if missing:
        raise InputError(
            f"incident {incident.id} has claim {missing[0]}, which is not among the claims given",
            hint="give matrix() the claims that the incident was made of",
        )
    told = [known[ref] for ref in incident.claims]
    around = [claim for ref in dict.fromkeys(claim.report for claim in told) for claim in in_report[ref]]
    sides = dyad(told, incident.type, around)
    hit = [party for claim in told for party in claim.recipients]
    columns = [_column(each, known, reports, original, sides, hit, homes) for each in incident.accounts]
    columns.sort(key=lambda column: (SIDES.index(column.side), -len(column.claims)))
    present = [side for side in SIDES if any(column.side == side for column in columns)]
    return Matrix(
        incident.id,
        tuple((side, sides.label(side)) for side in present),
        tuple(columns),
        tuple(_facts(incident, told, columns, reports, original, part_of)),
    )


def _column(
    account: Account,
    known: Mapping[str, Claim],
    reports: Mapping[str, Report],
    original: Mapping[str, str],
    sides: Dyad,
    hit: Sequence[Party],
    homes: Mapping[str, str],
) -> Column:
    own = tuple(dict.fromkeys(known[ref].report for ref in account.claims))
    sources = {original.get(ref, ref) for ref in own}
    copied = tuple(ref for ref in own if original.get(ref, ref) != ref)
    outlets = [reports[ref].publisher for ref in (*own, *sorted(sources)) if ref in reports]
    publishers = tuple(dict.fromkeys(outlet for outlet in outlets if outlet))
    voice = account.voice
    if voice.kind == "publisher":
        first = next((o for ref in sorted(sources) if ref in reports and (o := reports[ref].publisher)), None)
        name = first or (publishers[0] if publishers else PUBLISHER)
        side = side_of_publisher(name if publishers else None, sides, homes)
    else:
        name = voice.name or voice.text or "somebody"
        side = side_of_voice(voice, sides, hit)
    return Column(
        name,
        voice.kind,
        voice.code,
        side,
        publishers,
        own,
        len(copied),
        account.claims,
        copied,
    )


def _facts(
    incident: Incident,
    claims: Sequence[Claim],
    columns: Sequence[Column],
    reports: Mapping[str, Report],
    original: Mapping[str, str],
    part_of: Mapping[str, str],
) -> list[Fact]:
    # a copy is told when its original is, and cited after it
    claims = sorted(claims, key=lambda claim: original.get(claim.report, claim.report) != claim.report)
    day = {
        claim.id: (report.published or "")[:10]
        if (report := reports.get(original.get(claim.report, claim.report)))
        else ""
        for claim in claims
    }
    at = {ref: number for number, column in enumerate(columns) for ref in column.claims}
    found, labels = rows(claims, incident.disputes)
    table: dict[tuple[str, str], list[list[Told]]] = {}
    for row, its in found.items():
        table[row] = [[] for _ in columns]
        for fact in its:
            if fact.claim in at:
                table[row][at[fact.claim]].append(fact)
    contested, left = _contested(incident, table)
    facts = []
    for (field, key), by_column in table.items():
        cells = []
        parts = {part_of.get(fact.claim) for its in by_column for fact in its}
        for number, told in enumerate(by_column):
            others = [
                fact
                for (other, name), theirs in table.items()
                if other == field and name != key and _comparable(field, key, name)
                for fact in theirs[number]
                if part_of.get(fact.claim) in parts
            ]
            cells.append(_cell(told, others, day, incident.updates))
        facts.append(_fact(field, key, labels[field, key], cells, (field, key) in contested))
    facts += [_from_dispute(incident, number, columns, claims) for number in left]
    facts.sort(key=lambda fact: (importance(fact.field), *_weight(fact, incident.type)))
    return facts


def _comparable(field: str, one: str, other: str) -> bool:
    """Whether what a voice says in another row stands against its silence in this one: how it was done
    does, what else was done does not."""
    return field != "deed" or (
        " " in one and " " in other and one.partition(" ")[0] == other.partition(" ")[0]
    )


def _weight(fact: Fact, main: str) -> tuple[bool, str, bool, bool, int]:
    """Among rows of one field: the incident's own kind of act, what is disputed, what more voices tell."""
    telling = sum(cell.state != "silent" for cell in fact.cells)
    kind = fact.key.partition(" ")[0] if fact.field == "deed" else ""
    return kind != main, kind, fact.key != kind, not fact.disputed, -telling


def _fact(field: str, key: str, label: str, cells: Sequence[Cell], disputed: bool) -> Fact:
    telling = sum(cell.state != "silent" for cell in cells)
    return Fact(
        field,
        key,
        label,
        tuple(cells),
        disputed,
        any(cell.earlier for cell in cells),
        telling == 1 and len(cells) > 1,
    )


def _cell(
    told: Sequence[Told], others: Sequence[Told], day: Mapping[str, str], updates: Sequence[Update]
) -> Cell:
    """What a voice says in its latest report stands; of one day the assertion before denial and hedge."""
    if not told:
        return Cell("silent", otherwise=_values(others) or None)
    latest = max(day[fact.claim] for fact in told)
    standing = [fact for fact in told if day[fact.claim] == latest]
    order: tuple[State, ...] = ("asserted", "denied", "hedged")
    state = next(each for each in order if any(fact.state == each for fact in standing))
    standing = [fact for fact in standing if fact.state == state]
    largest = max(standing, key=lambda fact: (fact.low or 0, fact.high or 0))
    counted = largest.low is not None or largest.high is not None
    cited = tuple(dict.fromkeys(fact.claim for fact in told))
    revised = {
        ref for update in updates if update.field == told[0].field for ref in update.claims if ref in cited
    }
    return Cell(
        state,
        largest.value if counted else _values(standing),
        largest.low,
        largest.high,
        tuple(dict.fromkeys([*(fact.claim for fact in standing), *cited])),
        tuple(dict.fromkeys(Words(f.claim, f.start, f.end) for f in (*standing, *told))),
        tuple(dict.fromkeys(fact.status for fact in standing)),
        tuple(each for each in order if each != state and any(fact.state == each for fact in told)),
        tuple(
            dict.fromkeys(
                f.value
                for f in sorted(told, key=lambda fact: day[fact.claim])
                if f.claim in revised and day[f.claim] < latest and f.value != largest.value
            )
        ),
    )


def _values(told: Sequence[Told]) -> str:
    written: dict[str, str] = {}
    for fact in told:  # "armed men" is said once, also where it opens a sentence elsewhere
        written.setdefault(fact.value.casefold(), fact.value)
    values = list(written.values())
    more = ["…"] if len(values) > _VALUES else []
    return ", ".join([*values[:_VALUES], *more])


def _contested(
    incident: Incident, table: Mapping[tuple[str, str], Sequence[Sequence[Told]]]
) -> tuple[set[tuple[str, str]], list[int]]:
    """The rows that a dispute is about, and the numbers of the disputes that no row shows."""
    found: set[tuple[str, str]] = set()
    left = []
    for number, dispute in enumerate(incident.disputes):
        cited = {ref for position in dispute.positions for ref in position.claims}
        field = _FIELD_OF.get(dispute.field, dispute.field)
        its = {
            key
            for key, by_column in table.items()
            if key[0] == field and any(fact.claim in cited for told in by_column for fact in told)
        }
        modes = {key for key in its if field == "deed" and " " in key[1]}
        found |= modes or its
        if not its:
            left.append(number)
    return found, left


def _from_dispute(
    incident: Incident, number: int, columns: Sequence[Column], claims: Sequence[Claim]
) -> Fact:
    """A row for a dispute about what no claim has a field for: its positions, each under its voice."""
    dispute = incident.disputes[number]
    by_id = {claim.id: claim for claim in claims}
    held: dict[int, list[Told]] = defaultdict(list)
    for position in dispute.positions:
        for ref in position.claims:
            claim = by_id.get(ref)
            at = next((n for n, column in enumerate(columns) if ref in column.claims), None)
            if claim is not None and at is not None:
                quote = claim.quote
                held[at].append(
                    Told(
                        ref,
                        dispute.field,
                        "",
                        position.value,
                        state_of(claim),
                        start=quote.start,
                        end=quote.end,
                        status=claim.status,
                    )
                )
    day = dict.fromkeys(by_id, "")
    cells = [_cell(held.get(at, []), (), day, ()) for at in range(len(columns))]
    return _fact(dispute.field, f"dispute {number + 1}", dispute.field, cells, True)


__all__ = ["Cell", "Column", "Fact", "Matrix", "Words", "matrices", "matrix"]
