"""The virtual line: repeatable, with and without faults, and judged by the book."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from station.core.domain import Ledger, Reason, Verdict
from station.core.messages import PartRecord
from station.desk.virtual import MS, VirtualLine, VirtualRecorder, VirtualWishes, run


def test_without_faults_nearly_every_part_is_inspected(tmp_path: Path) -> None:
    summary = VirtualLine(VirtualWishes(parts=40, parts_per_fault=0), tmp_path).perform()
    assert (summary.parts, summary.records, summary.bad_passed, summary.restarts) == (40, 40, 0, 0)
    assert summary.not_inspected <= 2  # the stand-in is late now and then
    assert summary.complaint == ""
    assert summary.latency_ms["capture_to_ack"].p50 < 250


def test_same_seed_same_run(tmp_path: Path) -> None:
    runs = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        line = VirtualLine(VirtualWishes(parts=60, seed=5, parts_per_fault=10), tmp_path / name)
        runs.append((line.perform(), line.faults.counts, line.now_ns))
    assert runs[0] == runs[1]
    assert sum(runs[0][1].values()) > 0


def test_command_prints_the_table_and_writes_the_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(VirtualWishes(parts=20, parts_per_fault=0), tmp_path / "summary.json") == 0
    text = capsys.readouterr().out
    assert "parts through the gate                    20" in text
    assert "faults: none" in text
    assert json.loads((tmp_path / "summary.json").read_text())["records"] == 20


def test_recorder_remembers_only_what_is_stored(tmp_path: Path) -> None:
    recorder = VirtualRecorder(tmp_path)
    recorder.offer([record(1)])
    recorder.advance(0)
    assert recorder.memory == (0xA1, 1)
    recorder.offer([record(2)])
    recorder.advance(1)  # the next commit is not due yet
    recorder.forget()
    recorder.down_until_ns = 500 * MS
    recorder.offer([record(3)])
    recorder.advance(400 * MS)
    assert recorder.memory == (0xA1, 1)
    recorder.advance(500 * MS)
    assert recorder.memory == (0xA1, 3)
    with recorder.reader() as journal:
        assert [part.part for part in journal.parts()] == [3, 1]
    recorder.close()


def record(number: int) -> PartRecord:
    verdict, reason = Verdict.NOT_INSPECTED, Reason.LATE
    return PartRecord(f"00a1-{number}", number, 0xA1, None, verdict, reason, False, 0.0, 0.0, Ledger(), float(number))
