"""Whole or not at all, and not more and more."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from station.recorder.whole_file import keep_last, whole_file


def test_it_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.csv"
    with whole_file(path) as unfinished:
        unfinished.write_text("x")
        assert not path.exists()
    assert path.read_text() == "x"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [one.name for one in path.parent.iterdir()] == ["a.csv"]


def test_a_disk_that_refuses_leaves_nothing_and_the_old_one_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")
    with pytest.raises(OSError, match="full"), whole_file(path) as unfinished:
        unfinished.write_text("half")
        raise OSError("the disk is full")
    assert [one.name for one in tmp_path.iterdir()] == ["a.csv"]
    assert path.read_text() == "old"


def test_only_the_last_stay(tmp_path: Path) -> None:
    for name in ("a-1", "a-2", "a-3", "b-1"):
        (tmp_path / name).touch()
    keep_last(tmp_path, "a-*", 2)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a-2", "a-3", "b-1"]
