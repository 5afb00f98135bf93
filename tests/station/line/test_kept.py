"""What people told the line is there again; a broken file is as none."""

from __future__ import annotations

from pathlib import Path

from station.core.alarms import Alarm, AlarmState
from station.line.kept import Kept, KeptFile

SOME = Kept("A 1", (Alarm("drift", 2, AlarmState.SHELVED, True, 5.0, until=9.0),))


def test_it_is_there_again(tmp_path: Path) -> None:
    file = KeptFile(tmp_path / "line.kept")
    assert file.kept == Kept()
    file.keep(SOME)
    assert KeptFile(tmp_path / "line.kept").kept == SOME
    assert [path.name for path in tmp_path.iterdir()] == ["line.kept"]


def test_a_broken_file_is_as_none(tmp_path: Path) -> None:
    (tmp_path / "line.kept").write_bytes(b"{")
    assert KeptFile(tmp_path / "line.kept").kept == Kept()


def test_a_directory_that_is_gone_is_tried_again(tmp_path: Path) -> None:
    file = KeptFile(tmp_path / "later" / "line.kept")
    file.keep(SOME)
    assert file.kept == Kept()
    (tmp_path / "later").mkdir()
    file.keep(SOME)
    assert file.kept == SOME
