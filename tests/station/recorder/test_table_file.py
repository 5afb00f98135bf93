"""Tables for spreadsheets: whole, harmless, few, and a disk that refuses is said."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from station.core.errors import StorageError
from station.recorder.table_file import write_table


def test_text_stays_text_and_numbers_stay_numbers(tmp_path: Path) -> None:
    path = tmp_path / "new" / "t-1.csv"
    write_table(path, [("name", "n"), ("=1+1", -3), ("ロット", 0.5)], 5, "t-*.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [["name", "n"], ["'=1+1", "-3"], ["ロット", "0.5"]]
    assert [one.name for one in path.parent.iterdir()] == ["t-1.csv"]


def test_old_ones_of_the_same_kin_give_way(tmp_path: Path) -> None:
    for name in ("t-1", "t-2", "t-3", "other"):
        write_table(tmp_path / f"{name}.csv", [("a",)], 2, "t-*.csv")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["other.csv", "t-2.csv", "t-3.csv"]


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"t\.csv: cannot be written"):
        write_table(tmp_path / "file" / "t.csv", [("a",)], 2, "*.csv")
