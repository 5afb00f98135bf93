"""100,000 parts with random faults under the virtual clock: bad passed 0, records lost 0, mis-tracked 0.

    pytest -m long tests/benchmarks/test_virtual_100000.py

Minutes of one core; each seed is a line of its own, so that `-k` picks one.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from station.desk.virtual import VirtualLine, VirtualWishes

PARTS = 20_000


@pytest.mark.long
@pytest.mark.parametrize(("seed", "parts_per_fault"), [(11, 40), (12, 40), (13, 10), (14, 10), (15, 80)])
def test_a_fifth_of_the_hundred_thousand(tmp_path: Path, seed: int, parts_per_fault: int) -> None:
    line = VirtualLine(VirtualWishes(parts=PARTS, seed=seed, parts_per_fault=parts_per_fault), tmp_path)
    summary = line.perform()
    assert len(line.faults.counts) == 12
    assert sum(line.faults.counts.values()) >= PARTS / 200
    assert (summary.bad_passed, summary.records, summary.lost, summary.mis_tracked) == (0, PARTS, 0, 0)
    assert summary.passed > PARTS / 3
