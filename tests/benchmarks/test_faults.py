"""Every fault, one after another, in real time: no bad part passes, no record is lost, production comes back."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from station.desk.faults import parse_faults

BOUND_S = 1200


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_all_faults_one_after_another(tmp_path: Path, seed: int) -> None:
    words = ["demo", "--headless", "--fault", "all", "--bad-share", "0.4", "--seed", str(seed)]
    command = [sys.executable, "-m", "station.cli", *words, "--json", str(tmp_path / "it.json")]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=BOUND_S)
    assert result.returncode == 0, result.stdout + result.stderr
    summary = json.loads((tmp_path / "it.json").read_text())
    assert (summary["bad_passed"], summary["lost"]) == (0, 0)
    assert summary["bad_total"] > 300
    stories = summary["stories"]
    assert [story["fault"] for story in stories] == [str(fault) for fault in parse_faults("all")]
    assert [story["fault"] for story in stories if story["back_s"] is None] == []
