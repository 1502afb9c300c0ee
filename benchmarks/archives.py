"""Archives to measure on: the stories of the training corpus, three to a report, as long as a news article.

They are denser in events than most news, so what is read out of a report costs more here than there.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml

CORPUS = Path(__file__).parents[1] / "training" / "corpus" / "accounts"
JOINED = 3
_DAYS = ("2021-03-04", "2021-03-09", "2021-03-17", "2021-03-26")
_LENGTH = 350  # words
_SYLLABLES = ("ba", "dor", "ke", "lim", "no", "ru", "sha", "tel", "vi", "zan", "mok", "pe", "ga", "hul", "ri")
_OUTLETS = ("Harbour Post", "Valley Echo", "Morning Sheet", "Evening Wire", "Copper Courier")


def texts() -> list[str]:
    """The texts of the corpus, in an order of their own that is always the same."""
    found = list(_texts())
    random.Random(7).shuffle(found)
    return found


def _texts() -> Iterator[str]:
    for path in sorted(CORPUS.glob("*.yaml")):
        story = yaml.load(
            path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        )
        for report in story.get("reports", ()):
            text = str(report.get("text") or "").strip()
            if len(text) > 200:
                yield text


def articles(count: int) -> list[dict[str, Any]]:
    """Reports of some 350 words, none like another. Raises ValueError where the corpus has too few."""
    pool = texts()
    if count * JOINED > len(pool):
        raise ValueError(f"the corpus gives {len(pool) // JOINED} articles, {count} were asked for")
    return [
        {
            "id": f"a{n}",
            "text": "\n\n".join(pool[n * JOINED : (n + 1) * JOINED]),
            "published": _DAYS[n % len(_DAYS)],
            "publisher": _OUTLETS[n % len(_OUTLETS)],
        }
        for n in range(count)
    ]


def short(count: int, url: str | None = None) -> Iterator[dict[str, Any]]:
    """Reports of two short sentences with names that are made up, hardly any of which comes twice."""
    chance = random.Random(13)

    def name() -> str:
        return "".join(chance.choice(_SYLLABLES) for _ in range(3)).capitalize()

    for n in range(count):
        yield {
            "id": f"s{n}",
            "text": f"{name().upper()} - Officers of {name()} district arrested {chance.randint(2, 90)} men "
            f"near {name()}, {name()} {name()} said.\n\nThe governor of {name()}, {name()} {name()}, told "
            f"the {name()} Herald that nobody was hurt in case {n}.",
            "published": _DAYS[n % len(_DAYS)],
            "publisher": _OUTLETS[n % len(_OUTLETS)],
        } | ({"url": url} if url else {})


def mixed(shared: Path, count: int) -> list[dict[str, Any]]:
    """Documents of `shared/train` that nothing was learnt from: newswire, encyclopaedia, web, novels and
    more, of each source as many words, cut to the length of a news report. Raises OSError where `shared` is
    not there."""
    from training.running_text import other_texts

    by_source: dict[str, list[str]] = {}
    for source, text in other_texts(shared / "train", 60_000, held_out=True):
        words = text.split(" ")
        by_source.setdefault(source, []).extend(
            " ".join(words[at : at + _LENGTH]) for at in range(0, len(words), _LENGTH)
        )
    longest = max(map(len, by_source.values()))
    dealt = [found[n] for n in range(longest) for found in by_source.values() if n < len(found)]
    return [
        {
            "id": f"m{n}",
            "text": text,
            "published": _DAYS[n % len(_DAYS)],
            "publisher": _OUTLETS[n % len(_OUTLETS)],
        }
        for n, text in enumerate(dealt[:count])
    ]


def with_copies(given: list[dict[str, Any]], share: float) -> list[dict[str, Any]]:
    """The reports and, to this share of all, copies of some: of other outlets, half of them cut at the end,
    and each somewhere behind what it copies."""
    chance = random.Random(11)
    mixed = list(given)
    for n in range(round(len(given) * share / (1 - share))):
        source = given[n % len(given)]
        text = source["text"]
        if n % 2:
            text = text[: text.rindex("\n\n")].rstrip()
        copy = source | {"id": f"c{n}", "text": text, "publisher": f"Copyist {n}"}
        mixed.insert(chance.randint(mixed.index(source) + 1, len(mixed)), copy)
    return mixed


def write(path: Path, given: Iterable[dict[str, Any]]) -> Path:
    """As JSON Lines."""
    with path.open("wb") as file:
        file.writelines(msgspec.json.encode(report) + b"\n" for report in given)
    return path
