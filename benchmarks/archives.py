"""Archives to measure on: the stories of the training corpus, three to a report, as long as a news article.

They are denser in events than most news, so what is read out of a report costs more here than there.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml

CORPUS = Path(__file__).parents[1] / "training" / "corpus" / "accounts"
JOINED = 3
_DAYS = ("2021-03-04", "2021-03-09", "2021-03-17", "2021-03-26")
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


def write(path: Path, given: list[dict[str, Any]]) -> Path:
    """As JSON Lines."""
    path.write_bytes(b"".join(msgspec.json.encode(report) + b"\n" for report in given))
    return path
