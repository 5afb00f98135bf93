"""The whole line in every dialect: under a virtual clock with random faults and noise, and as processes over a PTY."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from station.core.config import DialectName
from station.desk.virtual import VirtualLine, VirtualWishes
from station.sim.slaves import DIALECTS


@pytest.mark.parametrize("seed", [2, 5])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_bad_part_passes_and_no_record_is_lost(tmp_path: Path, dialect: DialectName, seed: int) -> None:
    line = VirtualLine(VirtualWishes(parts=200, seed=seed, parts_per_fault=12, dialect=dialect), tmp_path)
    summary = line.perform()
    assert sum(line.faults.counts.values()) >= 3
    assert summary.bad_passed == 0
    assert summary.records == summary.parts == 200
    assert summary.passed > 40


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_noisy_wire_all_the_time(tmp_path: Path, dialect: DialectName) -> None:
    """One byte in 2,000 lost and one with a flipped bit, without parity: the checksums are all there is."""
    line = VirtualLine(VirtualWishes(parts=150, seed=3, parts_per_fault=0, dialect=dialect), tmp_path)
    line.plant.noise(0.0005, 0.0005, 1000.0)
    summary = line.perform()
    assert line.plant.wire.trouble.flipped > 10
    assert summary.bad_passed == 0
    assert summary.records >= summary.parts == 150
    assert summary.passed > 30


@pytest.mark.parametrize("dialect", ["ascii-line", "host-link", "mc-3c"])
def test_processes_over_a_pseudo_terminal_with_a_cut_cable(saiken: Any, dialect: str) -> None:
    outcome = saiken.demo("--dialect", dialect, "--parts", "30", "--rate", "6", "--fault", "serial-cut@10:0.5")
    assert outcome.code == 0, outcome.output
    assert (outcome.summary["bad_passed"], outcome.summary["records"]) == (0, 30)
    assert outcome.summary["passed"] > 5
