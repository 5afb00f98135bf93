"""Alembic's environment: the connection comes from `station.recorder.upgrading`, never from an ini file."""

from __future__ import annotations

from alembic import context

from station.recorder.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter columns in place
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
