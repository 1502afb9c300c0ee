"""What the model is trained on, by folder: the project's corpus, and the sources of `shared/train`."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tokenizers import Tokenizer

from training import bases, propbank, sources
from training.stories import Example, examples_of, load_story, load_tokenizer

HELD_OUT_OF_100 = 7


def tokenizer() -> Tokenizer:
    """The tokenizer of MiniLM, which all readers use."""
    return load_tokenizer(bases.minilm() / "tokenizer.json")


def story_files(folder: Path) -> list[Path]:
    """All story files of the corpus, both forms, in a fixed order."""
    return sorted([*folder.rglob("*.yaml"), *folder.rglob("*.txt")], key=lambda p: p.stem)


def is_held_out(path: Path) -> bool:
    """Whether a story is of the corpus's own test split: by a hash of its name, so that it stays where it
    is."""
    return int(hashlib.sha256(path.stem.encode()).hexdigest(), 16) % 100 < HELD_OUT_OF_100


def stories(folder: Path) -> tuple[list[Example], list[Example]]:
    """Windows of the corpus: to train on, and held out."""
    tokens = tokenizer()
    train: list[Example] = []
    held: list[Example] = []
    for path in story_files(folder):
        (held if is_held_out(path) else train).extend(examples_of(load_story(path), tokens, "corpus"))
    return train, held


def others(shared: Path) -> list[Example]:
    """Windows of the sources for mentions and sentences."""
    return list(sources.all_sources(shared / "train", tokenizer()))


def predicates(shared: Path) -> list[Example]:
    """Windows of PropBank, for the roles."""
    return list(propbank.examples(shared / "train", tokenizer()))
