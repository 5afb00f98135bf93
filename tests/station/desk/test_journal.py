"""The journal on the terminal, for people and for scripts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from station.core.errors import StorageError
from station.desk.journal import _bins, show_parts, show_timing


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
    (total,) = [line for line in lines if line.startswith("capture to acknowledge")]
    assert total.split()[3:] == ["3", *["40.0"] * 5]
    assert lines[-1].split()[:4] == ["209", "..", "210", "3"]
    show_timing(journal_file, journal_file.parent, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["stages_ms"]["frame_to_screened"]["p50"] == 10.0
    assert found["margin_ms"] == {"bins": [[209.0, 210.0, 3]], "unacknowledged": 0}


def test_margins_in_bins_of_a_round_width() -> None:
    assert _bins([]) == []
    bins = _bins([-3.0, 0.0, 4.9, 5.0, 47.0])
    assert bins[:3] == [(-5.0, 0.0, 1), (0.0, 5.0, 2), (5.0, 10.0, 1)]
    assert bins[-1] == (45.0, 50.0, 1)
    assert sum(count for *_, count in bins) == 5


def test_missing_journal_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"no\.sqlite: there is no journal"):
        show_parts(tmp_path / "no.sqlite", tmp_path, last=1, verdict=None, as_json=False)
