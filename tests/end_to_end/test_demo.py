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

from station.desk.small_disk import can_mount

RATE = 8
SETTLE_S = 6  # after the last fault of a run: a line that is not back by then is named by the demo itself
# Faults one after another: NAME[:SECONDS], and how long until the next one. All of them at length: tests/benchmarks.
RUNS: dict[str, list[tuple[str, float]]] = {
    "storage, clock, parts": [
        *(("disk-full:1", 2.0), ("database-locked:1", 2.0), ("clock-jump:0.5", 1.5), ("recorder-killed", 1.5)),
        *(("recorder-frozen:1", 2.0), ("gui-killed", 1.0), ("gui-frozen:1", 2.0), ("wrong-product:1", 3.5)),
        ("rejects-in-row:1", 3.5),
        *(("bin-full:1", 3.5), ("air-low:1", 3.5), ("reject-not-confirmed:2", 4.0)),
    ],
    "PLC, camera": [
        *(("serial-cut:1", 3.0), ("usb-unplugged:1", 3.5), ("byte-noise:1", 2.0), ("plc-restart", 3.0)),
        *(("plc-silent:1", 3.0), ("plc-stopped:1", 3.0), ("camera-killed", 4.0), ("camera-frozen:1", 3.5)),
        *(("camera-lossy:1", 2.0), ("frame-lost", 1.0), ("count-mismatch:1", 2.5)),
    ],
    "engine, line": [
        *(("engine-killed", 4.0), ("engine-frozen:1", 3.0), ("line-killed", 3.0), ("line-frozen:1", 3.0)),
        *(("late", 2.0), ("nan", 4.0), ("tampered-bundle:1", 5.0)),
    ],
}
RESTARTED = {
    "storage, clock, parts": {"recorder", "gui"},
    "PLC, camera": {"camera"},
    "engine, line": {"engine", "line"},
}
SAID = {
    "storage, clock, parts": ("another program holds the journal locked", "nothing acknowledged was lost"),
    "engine, line": ("tower.onnx: was altered", "confirmed by the person at the desk"),
}


def assert_invariants(outcome: Any, parts: int) -> None:
    """What holds in every run, whatever breaks."""
    summary = outcome.summary
    assert summary["bad_passed"] == 0, outcome.output
    assert summary["parts"] == parts
    assert parts <= summary["records"] <= parts + summary["false_triggers"], outcome.output
    assert summary["lost"] == 0
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


@pytest.mark.parametrize("run", RUNS)
def test_no_bad_part_passes_and_production_comes_back(saiken: Any, run: str) -> None:
    faults = [(order, room_s) for order, room_s in RUNS[run] if order != "disk-full:1" or can_mount()]
    at, words = RATE, []
    for order, room_s in faults:
        name, _, seconds = order.partition(":")
        words += ["--fault", f"{name}@{at}:{seconds}" if seconds else f"{name}@{at}"]
        at += round(room_s * RATE)
    parts = at + SETTLE_S * RATE
    outcome = saiken.demo("--parts", str(parts), "--rate", str(RATE), "--bad-share", "0.4", *words)
    assert_invariants(outcome, parts)
    told = [story["fault"].partition("@")[0] for story in outcome.summary["stories"]]
    assert told == [order.partition(":")[0] for order, _ in faults]
    assert outcome.inspected(outcome.book.parts[-6:]) >= 3, outcome.output
    assert {process for process, count in outcome.summary["restarts_of"].items() if count} == RESTARTED[run]
    for sentence in SAID.get(run, ()):
        assert sentence in outcome.output, outcome.output


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
