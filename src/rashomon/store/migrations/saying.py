"""How steps that take a while say how far they are: to whoever opened the store."""

from __future__ import annotations

from alembic import context


def say(line: str) -> None:
    """Say one line, if somebody listens."""
    listens = context.config.attributes.get("say")
    if listens is not None:
        listens(line)
