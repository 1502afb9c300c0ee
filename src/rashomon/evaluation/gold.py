"""Where the gold sets lie, and the story files of the accounts set read from there."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rashomon.errors import MalformedInput, SourceMissing
from rashomon.evaluation.extras import need
from rashomon.model import Report

Story = dict[str, Any]
"""One story file, as YAML gives it: story, reports, claims, incidents, disputes (the accounts form)."""

NEEDED = ("story", "reports", "claims", "incidents")


def folder(data: Path, *names: str) -> Path:
    """The first of the named places that exists, under `data` or as `data` itself.

    A user may point at the folder that holds all sets, or at the one set that is asked for.

    Raises:
        SourceMissing: none of them is there.
    """
    for name in names:
        for candidate in (
            data / name,
            data.parent / name if data.name == Path(name).parts[0] else data / name,
        ):
            if candidate.exists():
                return candidate
        if data.exists() and data.name == Path(name).name:
            return data
    raise SourceMissing(f"no {' or '.join(names)} here", where=str(data),
                        hint="point --data at the folder that holds the gold sets")  # fmt: skip


def story_files(pattern: str) -> list[Path]:
    """The files of a glob pattern, sorted.

    Raises:
        SourceMissing: nothing matches.
    """
    # glob and not Path.glob: a pattern may be absolute
    found = sorted(Path(path) for path in glob.glob(pattern, recursive=True))  # noqa: PTH207
    if not found:
        raise SourceMissing(
            "no story files match", where=pattern, hint="quote the pattern: --stories 'DIR/*.yaml'"
        )
    return found


def load_story(path: Path) -> Story:
    """One story file.

    Raises:
        MalformedInput: it is no YAML, or no story.
        MissingExtra: PyYAML is not installed.
    """
    yaml = need("yaml")
    # the C loader is ten times faster and reads the same
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        story = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise MalformedInput(f"not readable as YAML: {error}", where=str(path)) from error
    if not isinstance(story, dict) or any(not isinstance(story.get(key), list | str) for key in NEEDED):
        raise MalformedInput(f"a story needs {', '.join(NEEDED)}", where=str(path))
    return story


def load_stories(paths: Iterable[Path]) -> list[Story]:
    """All story files, in the order given."""
    return [load_story(path) for path in paths]


def report_key(story: Story, report_id: str) -> str:
    """The name of a report across stories."""
    return f"{story['story']}/{report_id}"


def reports_of(stories: Sequence[Story]) -> Iterator[Report]:
    """The inputs: every report of every story, without its annotation."""
    for story in stories:
        for row in story["reports"]:
            yield Report(
                text=row["text"],
                published=str(row["published"]),
                publisher=row["publisher"],
                title=row["title"],
                id=report_key(story, row["id"]),
                story=story["story"],
            )


def fingerprint(paths: Iterable[Path]) -> str:
    """SHA-256 over names and contents of files: the same hash is the same data."""
    digest = hashlib.sha256()
    for path in sorted(paths, key=lambda each: each.name):
        content = path.read_bytes()
        digest.update(f"{path.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
