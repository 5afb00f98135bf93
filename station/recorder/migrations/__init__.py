"""Alembic's steps from one schema version to the next; `station.recorder.upgrading` runs them."""
