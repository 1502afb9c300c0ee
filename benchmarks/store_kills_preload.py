"""Imported once by the process that the killed ones are forked from: kills shall hit the work, not imports
and the reading of tables."""

import alembic.command
import alembic.config
import fake_reader
import httpx2
import protego
import pydantic.fields
import pydantic.main
import rensa
import sqlalchemy.dialects.sqlite
import stamina
import store_builders
import tokenizers
import typer

import rashomon.cli
import rashomon.ontology
import rashomon.reading.reader
import rashomon.sources.visit
import rashomon.sources.watch_state
import rashomon.store.desk
import rashomon.store.migrations
import rashomon.store_cli
from rashomon.reading import language

language.detect("Guards arrested two men in the square on Monday, a clerk said.")

__all__ = [
    "alembic", "fake_reader", "httpx2", "protego", "pydantic", "rashomon", "rensa", "sqlalchemy", "stamina",
    "store_builders", "tokenizers", "typer",
]  # fmt: skip
