"""Imported once by the process that the killed ones are forked from: kills shall not hit imports only."""

import alembic.command
import fake_reader
import sqlalchemy.dialects.sqlite
import store_builders

import rashomon.cli
import rashomon.sources
import rashomon.store.desk
import rashomon.store.migrations

__all__ = ["alembic", "fake_reader", "rashomon", "sqlalchemy", "store_builders"]
