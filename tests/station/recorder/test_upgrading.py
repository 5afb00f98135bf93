"""The migrations and the schema say the same; foreign and newer files are refused with a sentence."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from station.core.errors import ConfigError
from station.core.messages import PartRecord
from station.recorder import schema
from station.recorder.journal import JournalWriter
from station.recorder.upgrading import HEAD, journal_version, known_versions, migrate, prepare_journal


def tables(path: Path) -> set[str]:
    with contextlib.closing(sqlite3.connect(path)) as database:
        return {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_new_journal_is_complete_and_leaves_nothing_beside_it(path: Path) -> None:
    assert tables(path) == set(schema.metadata.tables) | {"alembic_version"}
    assert journal_version(path) == HEAD
    assert [one.name for one in path.parent.iterdir()] == ["journal.sqlite"]


def test_head_is_the_newest_migration() -> None:
    assert known_versions()[0] == HEAD


def test_autogenerate_finds_no_difference(path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, schema.metadata) == []
    engine.dispose()


def test_upgrade_downgrade_upgrade(path: Path) -> None:
    before = tables(path)
    migrate(path, "base")
    assert tables(path) == {"alembic_version"}
    migrate(path, "head")
    assert (tables(path), journal_version(path)) == (before, HEAD)


def test_failed_migration_leaves_the_old_schema(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tables(path)

    drop = op.drop_table

    def drop_all_but_one(name: str) -> None:
        if name == "part":
            raise RuntimeError("power cut")
        drop(name)

    with monkeypatch.context() as patch, pytest.raises(RuntimeError, match="power cut"):
        patch.setattr("alembic.op.drop_table", drop_all_but_one)
        migrate(path, "base")
    assert (tables(path), journal_version(path)) == (before, HEAD)


def test_existing_journal_is_kept(path: Path, part: Callable[..., PartRecord]) -> None:
    journal = JournalWriter(path)
    journal.commit([part(1)])
    journal.close()
    prepare_journal(path)
    with contextlib.closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*) FROM part").fetchone() == (1,)


def test_leftover_of_an_interrupted_creation_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    path.with_name("journal.sqlite.new").write_bytes(b"half a database")
    prepare_journal(path)
    assert journal_version(path) == HEAD
    assert not path.with_name("journal.sqlite.new").exists()


@pytest.mark.parametrize("content", [b"a text file, no database" * 50, b"SQLite format 3\0 and then nothing"])
def test_file_that_is_no_journal_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "journal.sqlite"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"journal\.sqlite.*is no journal of a Saiken station"):
        prepare_journal(path)
    assert path.read_bytes() == content


def test_other_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE customers (name TEXT)")
    with pytest.raises(ConfigError, match="is no journal"):
        prepare_journal(path)


def test_newer_version_is_refused(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigError, match=f"schema version '9999', this program knows up to '{HEAD}'; install"):
        prepare_journal(path)


def test_directory_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    with pytest.raises(ConfigError, match=r"recorder\.journal = .*cannot be created.*name a directory"):
        prepare_journal(tmp_path / "file" / "journal.sqlite")
