"""2,000 parts with random faults under the virtual clock: bad passed 0, records lost 0."""

from __future__ import annotations

from pathlib import Path

import pytest

from station.desk.virtual import VirtualLine, VirtualWishes


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "parts_per_fault"), [(1, 40), (8, 20)])
def test_two_thousand_parts(tmp_path: Path, seed: int, parts_per_fault: int) -> None:
    line = VirtualLine(VirtualWishes(parts=2000, seed=seed, parts_per_fault=parts_per_fault), tmp_path)
    summary = line.perform()
    assert sum(line.faults.counts.values()) >= 15
    assert (summary.bad_passed, summary.records) == (0, 2000)
