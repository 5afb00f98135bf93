"""The journal on the terminal, for people and for scripts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from station.core.errors import StorageError
from station.desk.journal import show_parts, show_timing


def test_lists_the_newest_parts_last(journal_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert show_parts(journal_file, journal_file.parent, last=2, verdict=None, as_json=False) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["00a1-2", "00a1-3"]
    assert lines[1].split()[3:] == ["NG", "finding", "1.700", "1.000", str(journal_file.parent / "2.png")]
    assert lines[-1] == "3 parts: 1 OK, 1 NG, 1 not inspected"


def test_one_json_object_a_line_and_only_the_wished_verdict(
    journal_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show_parts(journal_file, journal_file.parent, last=20, verdict="reject", as_json=True)
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["key"] == "00a1-2"


def test_times_of_each_stage(journal_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert show_timing(journal_file, journal_file.parent, as_json=False) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].split() == ["capture", "to", "acknowledge", "3", *["40.0"] * 5]
    show_timing(journal_file, journal_file.parent, as_json=True)
    assert json.loads(capsys.readouterr().out)["frame_to_screened"]["p50"] == 10.0


def test_missing_journal_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"no\.sqlite: there is no journal"):
        show_parts(tmp_path / "no.sqlite", tmp_path, last=1, verdict=None, as_json=False)
