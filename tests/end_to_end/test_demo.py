"""The whole line in real time, processes and PTY included, judged by the PLC's book."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

PARTS, RATE, AT = 50, 8, 12
# Faults from which production comes back by itself or after the confirmation that DESIGN.md's table asks for.
FAULTS = [
    *("serial-cut:1", "byte-noise:2", "plc-restart", "engine-killed", "engine-frozen:1", "line-killed"),
    *("recorder-killed", "gui-killed", "camera-frozen:1", "frame-lost", "nan", "late", "tampered-bundle:1"),
]
RESTARTED = {
    "engine-killed": "engine",
    "line-killed": "line",
    "recorder-killed": "recorder",
    "gui-killed": "gui",
    "nan": "engine",
    "tampered-bundle": "engine",
}


def assert_invariants(outcome: Any, parts: int) -> None:
    """What holds in every run, whatever breaks."""
    summary = outcome.summary
    assert summary["bad_passed"] == 0, outcome.output
    assert summary["parts"] == parts
    assert summary["records"] == parts, outcome.output
    assert summary["passed"] + summary["rejected"] + summary["not_inspected"] == parts
    assert outcome.code == 0


def test_line_without_a_fault(saiken: Any) -> None:
    outcome = saiken.demo("--parts", "30", "--rate", "8", "--seed", "3")
    assert_invariants(outcome, 30)
    summary = outcome.summary
    assert outcome.inspected(outcome.book.parts) >= 28  # the machine may be busy
    assert summary["bad_total"] > 0
    assert summary["restarts"] == 0
    candidates = summary["candidates"]
    assert candidates["flagged"] == candidates["cleared"] + candidates["confirmed"] > 0
    assert set(summary["latency_ms"]["capture_to_ack"]) == {"p50", "p95", "p99", "max"}
    assert "ONNX Runtime" in summary["runtime"]
    assert len(summary["bundle_sha256"]) == 64
    with outcome.journal() as journal:
        ng = [part for part in journal.parts(limit=100) if part.verdict.value == "reject"]
        stored = [journal.picture(part.frame) for part in ng if part.frame]
        assert all(picture is not None and picture.path.is_file() for picture in stored)
        key = ng[0].key
    replay = saiken("replay", key, "--config", str(outcome.folder / "station.toml"), "--json")
    assert replay.returncode == 0, replay.stderr
    assert json.loads(replay.stdout)["bit_equal"] is True


@pytest.mark.parametrize("fault", FAULTS)
def test_no_bad_part_passes_and_production_comes_back(saiken: Any, fault: str) -> None:
    name, _, seconds = fault.partition(":")
    order = f"{name}@{AT}:{seconds}" if seconds else f"{name}@{AT}"
    outcome = saiken.demo("--parts", str(PARTS), "--rate", str(RATE), "--bad-share", "0.4", "--fault", order)
    assert_invariants(outcome, PARTS)
    assert f"fault {name} at part" in outcome.output
    assert outcome.inspected(outcome.book.parts[-6:]) >= 3, outcome.output
    restarted = {process for process, count in outcome.summary["restarts_of"].items() if count}
    assert restarted == ({RESTARTED[name]} if name in RESTARTED else set())


def test_frames_that_are_lost_cost_only_their_parts(saiken: Any) -> None:
    outcome = saiken.demo("--parts", "20", "--rate", "8", "--fault", "frame-lost@6", "--fault", "frame-lost@12")
    assert_invariants(outcome, 20)
    with outcome.journal() as journal:
        reasons = {reason.value: count for reason, count in journal.reasons().items()}
    assert reasons["frame_lost"] == 2


def test_tampered_bundle_is_refused_by_name_and_a_person_confirms(saiken: Any) -> None:
    outcome = saiken.demo("--parts", "50", "--rate", "8", "--fault", "tampered-bundle@8:1")
    assert "tower.onnx: was altered" in outcome.output
    assert "confirmed by the person at the desk" in outcome.output
    assert_invariants(outcome, 50)


def test_ctrl_c_stops_everything(saiken: Any, leftovers: Any) -> None:
    before = len(leftovers())
    command = [sys.executable, "-m", "station.cli", "demo", "--headless", *saiken.recipe, "--parts", "500"]
    demo = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert demo.stdout is not None
    for line in demo.stdout:
        if "CONTINUOUS_EXECUTION" in line:
            break
    demo.send_signal(signal.SIGINT)
    output, errors = demo.communicate(timeout=30)
    assert demo.returncode == 130, output + errors
    assert "Traceback" not in output + errors
    deadline = time.monotonic() + 10
    while len(leftovers()) > before and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(leftovers()) <= before


def test_second_demo_in_the_same_folder_is_refused(saiken: Any, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "journal.sqlite").touch()
    result = saiken("demo", "--headless", *saiken.recipe, "--keep", str(tmp_path / "kept"))
    assert result.returncode == 2
    assert "must be a new or an empty directory" in result.stderr


def test_foreign_bundle_is_refused_before_anything_moves(saiken: Any, tmp_path: Path) -> None:
    """Signed, but by a key that this station does not trust."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "other.pub").write_text("11" * 32 + "\n")
    shown = saiken("bundle", "show", saiken.recipe[1], "--trust", str(tmp_path / "keys"))
    assert shown.returncode == 2
    assert "manifest.sig: is not by one of the 1 trusted keys" in shown.stderr
