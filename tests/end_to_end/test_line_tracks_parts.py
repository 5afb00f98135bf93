"""The whole line where no PLC tracks the parts: a remote I/O with an encoder, virtual clock, random faults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from station.core.errors import ConfigError
from station.desk.virtual import VirtualLine, VirtualWishes


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_faults_pass_no_bad_part_and_lose_no_record(tmp_path: Path, seed: int) -> None:
    wishes = VirtualWishes(parts=200, rate=3.0, seed=seed, parts_per_fault=12, tracking="encoder")
    line = VirtualLine(wishes, tmp_path)
    summary = line.perform()
    assert sum(line.faults.counts.values()) >= 3
    assert summary.bad_passed == 0
    assert summary.records == summary.parts == 200
    assert summary.passed > 40


def test_without_faults_no_good_part_is_lost_at_the_gate(tmp_path: Path) -> None:
    wishes = VirtualWishes(parts=150, rate=3.0, parts_per_fault=0, tracking="encoder")
    summary = VirtualLine(wishes, tmp_path).perform()
    assert summary.not_inspected == 0
    assert summary.bad_passed == 0
    assert summary.passed > 100


def test_processes_and_pty_with_faults(saiken: Any) -> None:
    faults = ("--fault", "serial-cut@6:1", "--fault", "line-killed@12", "--fault", "plc-restart@18:0.5")
    outcome = saiken.demo("--tracking", "encoder", "--rate", "3", "--parts", "26", *faults)
    assert outcome.code == 0, outcome.output
    assert outcome.summary["bad_passed"] == 0
    assert outcome.summary["parts"] == 26
    assert outcome.summary["lost"] == 0
    assert outcome.summary["passed"] > 3


def test_belt_too_dense_for_the_io_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"line\.pitch_mm = 47: must exceed"):
        VirtualLine(VirtualWishes(rate=10.0, tracking="encoder"), tmp_path)
