"""Alembic's way in. The connection, and the transaction that holds all steps, are the store's own."""

from __future__ import annotations

from alembic import context

from rashomon.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
