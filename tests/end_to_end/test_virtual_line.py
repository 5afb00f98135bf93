"""The line under a virtual clock with random faults, repeated exactly for a seed."""

from __future__ import annotations

from pathlib import Path

import pytest

from station.desk.virtual import VirtualLine, VirtualWishes


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_no_bad_part_passes_and_no_record_is_lost(tmp_path: Path, seed: int) -> None:
    line = VirtualLine(VirtualWishes(parts=300, seed=seed, parts_per_fault=15), tmp_path)
    summary = line.perform()
    assert sum(line.faults.counts.values()) >= 4
    assert summary.bad_passed == 0
    assert summary.records == summary.parts == 300
    assert summary.passed > 60  # it is a line, not a wall
