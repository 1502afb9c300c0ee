"""PolNeAR: every attribution of political articles - who is the source, and of what words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from rashomon.errors import MalformedInput, SourceMissing
from rashomon.evaluation.outputs import ReaderLike, readings, unread
from rashomon.evaluation.results import Result, retrieval
from rashomon.evaluation.spans import Offsets, offsets, one_to_one, token_f1, tokens
from rashomon.model import Claim, Report

ENOUGH = 0.5
_QUOTES = '"“”'
_PART = re.compile(r"(\d+) (\d+)")


class Attribution(msgspec.Struct, frozen=True):
    """Spans of source and content (either may be in pieces), and whether the content is quoted."""

    source: tuple[Offsets, ...]
    content: tuple[Offsets, ...]
    direct: bool


class Article(msgspec.Struct, frozen=True):
    """One article with its attributions; those without a source are kept apart, they count neither way."""

    id: str
    text: str
    attributions: list[Attribution]
    sourceless: list[Attribution]


def load(folder: Path) -> list[Article]:
    """The articles of `text/` with the first annotation of each in `attributions/`.

    Raises:
        SourceMissing: an annotation has no text.
        MalformedInput: an annotation is not in brat's form.
    """
    articles: dict[str, Article] = {}
    for path in sorted((folder / "attributions").glob("*.ann")):
        name = path.stem.rpartition("_")[0]  # article, then the annotator's mark
        if name in articles:
            continue
        source = folder / "text" / f"{name}.txt"
        if not source.exists():
            raise SourceMissing("an annotation has no text", where=str(source))
        with source.open(encoding="utf-8", newline="") as file:
            text = file.read()
        articles[name] = _article(name, text, path)
    return list(articles.values())


def _article(name: str, text: str, path: Path) -> Article:
    pieces: dict[str, tuple[Offsets, ...]] = {}
    events: list[dict[str, list[str]]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        parts = line.split("\t")
        try:
            if line.startswith("T"):
                pieces[parts[0]] = tuple((int(a), int(b)) for a, b in _PART.findall(parts[1]))
            elif line.startswith("E"):
                roles: dict[str, list[str]] = {}
                for pair in parts[1].split():
                    role, _, piece = pair.partition(":")
                    roles.setdefault(role.rstrip("0123456789"), []).append(piece)
                events.append(roles)
        except (IndexError, ValueError) as error:
            raise MalformedInput("not a line of brat's", where=f"{path}:{number}") from error
    found: list[Attribution] = []
    sourceless: list[Attribution] = []
    for roles in events:
        source, content = (
            tuple(span for piece in roles.get(role, []) for span in pieces.get(piece, ()))
            for role in ("Source", "Content")
        )
        if content:
            entry = Attribution(source, content, is_direct(text, content))
            (found if source else sourceless).append(entry)
    return Article(name, text, found, sourceless)


def is_direct(text: str, content: Sequence[Offsets]) -> bool:
    """Whether the content is a quotation: quote marks open or close it, within its span or right beside
    it."""
    start, end = min(a for a, _ in content), max(b for _, b in content)
    return bool(
        start < end
        and (text[start] in _QUOTES or text[start - 1 : start] in tuple(_QUOTES))
        and _closes(text, end)
    )


def _closes(text: str, end: int) -> bool:
    return any(letter in _QUOTES for letter in text[max(end - 2, 0) : end + 2])


def of_claims(claims: Sequence[Claim], text: str) -> list[Attribution]:
    """Attributions as far as claims show them: a voice with its cue, and the sentences that it vouches for.

    Attribution without an event gives no claim, so this is a lower bound; a reader that offers
    `attributions` is asked for them instead.
    """
    grouped: dict[tuple[Offsets, Offsets | None], list[Claim]] = {}
    for claim in claims:
        voice = claim.voice
        if voice.kind != "publisher" and voice.start is not None and voice.end is not None:
            cue = (voice.cue.start, voice.cue.end) if voice.cue else None
            grouped.setdefault(((voice.start, voice.end), cue), []).append(claim)
    found = []
    for (source, cue), told in grouped.items():
        taken = [source, *([cue] if cue else [])]
        quotes = sorted({(claim.quote.start, claim.quote.end) for claim in told})
        content = tuple(piece for quote in quotes for piece in without(quote, taken))
        if content:
            found.append(Attribution((source,), content, any(c.voice.manner == "direct" for c in told)))
    return found


def without(piece: Offsets, taken: Sequence[Offsets]) -> list[Offsets]:
    """What remains of a piece when others are cut out of it."""
    left = [piece]
    for a, b in taken:
        left = [part for x, y in left for part in ((x, min(y, a)), (max(x, b), y)) if part[0] < part[1]]
    return left


def _told(reader: ReaderLike, article: Article, claims: Sequence[Claim]) -> list[Attribution]:
    find = getattr(reader, "attributions", None)
    if find is None:
        return of_claims(claims, article.text)
    return [
        Attribution((offsets(each.source),), (offsets(each.content),), each.manner == "direct")
        for each in find(article.text)
        if each.source is not None
    ]


def evaluate(articles: Sequence[Article], reader: ReaderLike) -> Result:
    """P, R and F1 of attributions, all and by manner."""
    read = list(readings(reader, (Report(text=a.text, id=a.id) for a in articles)))
    counts: dict[str, list[tuple[int, int, int]]] = {"attribution": [], "direct": [], "indirect": []}
    for article, reading in zip(articles, read, strict=True):
        told = _told(reader, article, reading.claims)
        for kind, row in compare(article, told).items():
            counts[kind].append(row)
    notes = [] if hasattr(reader, "attributions") else [
        "the reader offers no `attributions`; these are the voices of claims, so what is said without an "
        "event is missed"
    ]  # fmt: skip
    wanted = sum(len(article.attributions) for article in articles)
    return Result(
        "polnear",
        "PolNeAR: attributions",
        f"{len(articles)} political articles, {wanted} attributions with a source. Right if source and "
        f"content each reach a token F1 of {ENOUGH}, one to one; direct where quote marks hold the "
        "content. Annotators agree at alpha .75. Intervals over articles.",
        tuple(measure for kind, rows in counts.items() for measure in retrieval(kind, rows)),
        ("attribution F1", "direct R", "indirect R"),
        (*notes, *unread(read)),
    )


def compare(article: Article, told: Sequence[Attribution]) -> dict[str, tuple[int, int, int]]:
    """(hits, found, wanted) of one article, all and by manner. For a manner, what is wanted goes by the
    gold, what is found by the guess, and a hit needs both."""
    sides = [
        [(tokens(article.text, each.source), tokens(article.text, each.content)) for each in entries]
        for entries in (article.attributions, told, article.sourceless)
    ]
    gold, guess, sourceless = sides

    def alike(i: int, j: int) -> float:
        source, content = (token_f1(one, other) for one, other in zip(gold[i], guess[j], strict=True))
        return source + content if source >= ENOUGH and content >= ENOUGH else 0.0

    pairs = one_to_one(range(len(gold)), range(len(guess)), alike)
    matched = {j for _, j in pairs}
    # a guess for words that the gold attributes to nobody in particular is neither right nor wrong
    excused = {
        j for j, (_, content) in enumerate(guess)
        if j not in matched and any(token_f1(content, other) >= ENOUGH for _, other in sourceless)
    }  # fmt: skip
    counted = [each for j, each in enumerate(told) if j not in excused]
    rows = {"attribution": (len(pairs), len(counted), len(gold))}
    for kind, direct in (("direct", True), ("indirect", False)):
        rows[kind] = (
            sum(article.attributions[i].direct == told[j].direct == direct for i, j in pairs),
            sum(each.direct == direct for each in counted),
            sum(each.direct == direct for each in article.attributions),
        )
    return rows
