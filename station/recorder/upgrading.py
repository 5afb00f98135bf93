"""Brings a journal file to the newest schema version. The only place that runs Alembic.

A journal that is already up to date is recognised without importing SQLAlchemy, so a restart is quick.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from station.core.errors import ConfigError

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

HEAD = "0002"  # newest schema version; a test compares it with the migrations


def prepare_journal(path: Path) -> None:
    """Create the journal, or upgrade an older one. A new one appears complete or not at all.

    Raises:
        ConfigError: the directory is not writable, the file is no journal, or of a newer version.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.stat().st_size == 0:
            _create(path)
    except OSError as error:
        raise ConfigError(
            f"recorder.journal = '{path}': cannot be created: {error.strerror or error}; "
            f"name a directory that the recorder may write to"
        ) from error
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        raise ConfigError(f"recorder.journal = '{path}': the file or its directory is not writable for this user")
    version = journal_version(path)
    if version == HEAD:
        return
    if version not in known_versions():
        raise ConfigError(
            f"recorder.journal = '{path}': has schema version '{version}', this program knows up to '{HEAD}'; "
            f"install the newer program or name another file"
        )
    migrate(path, "head")


def journal_version(path: Path) -> str:
    """Schema version of an existing journal.

    Raises:
        ConfigError: the file is no journal of a Saiken station.
    """
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=5.0)) as database:
            row = database.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise ConfigError(
            f"recorder.journal = '{path}': is no journal of a Saiken station ({error}); name another file"
        ) from error
    if row is None:
        raise ConfigError(f"recorder.journal = '{path}': is a journal without a schema version; name another file")
    return str(row[0])


def known_versions() -> list[str]:
    """All schema versions that the migrations can start from, newest first."""
    from alembic.script import ScriptDirectory

    return [script.revision for script in ScriptDirectory(str(_SCRIPTS)).walk_revisions()]


def migrate(path: Path, version: str) -> None:
    """Run the migrations up or down to `version` ("head", "base" or a number) in one transaction."""
    from alembic import command
    from sqlalchemy import create_engine, event

    engine = create_engine(f"sqlite:///{path}")

    # The driver's own transactions leave DDL outside: begin by hand, so that a failed step leaves the old schema.
    @event.listens_for(engine, "connect")
    def _no_driver_transactions(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    try:
        with engine.begin() as connection:
            config = _alembic(connection)
            step = command.downgrade if version != "head" and _is_older(connection, version) else command.upgrade
            step(config, version)
    finally:
        engine.dispose()


_SCRIPTS = Path(__file__).parent / "migrations"


def _alembic(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _is_older(connection: Connection, version: str) -> bool:
    from alembic.runtime.migration import MigrationContext

    current = MigrationContext.configure(connection).get_current_revision()
    return current is not None and (version == "base" or version < current)


def _create(path: Path) -> None:
    building = path.with_name(path.name + ".new")
    for leftover in (building, Path(f"{building}-journal"), Path(f"{building}-wal"), Path(f"{building}-shm")):
        leftover.unlink(missing_ok=True)
    building.touch(mode=0o640)
    migrate(building, "head")
    with contextlib.closing(sqlite3.connect(building)) as database:
        database.execute("PRAGMA journal_mode = WAL")
    with building.open("rb") as file:
        os.fsync(file.fileno())
    building.replace(path)
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
