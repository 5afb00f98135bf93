"""The window beside a busy engine: frames a second that are painted, and what the engine pays for being watched.

    pytest -m long -s tests/benchmarks/test_window.py

The engine's side runs in a process of its own and shows 1280 x 1024 frames, 60 a second, as the engine does; the whole
window is painted (offscreen). Freezing and killing the window of a whole line is fault gui-frozen and gui-killed of
`saiken demo`; here with 500 parts beside 500 without a window.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication

from station.gui.language import Language
from station.gui.link import StationLink
from station.gui.run.live_picture import LivePicture
from station.gui.window import StationWindow

SECONDS = 10
ENGINE = """
import json, sys, time
from pathlib import Path
import numpy as np
from station.core.domain import Ledger, Reason, Verdict
from station.core.messages import FrameKey, InspectionRecord
from station.engine.windows import Windows

windows = Windows(Path(sys.argv[1]))
windows.prepare(1024, 1280)
frames = [np.random.default_rng(n).integers(0, 255, (1024, 1280), np.uint8) for n in range(8)]
costs, begin, n = [], time.monotonic(), 0
while time.monotonic() - begin < float(sys.argv[2]):
    windows.poll()
    n += 1
    ledger = Ledger(frame_ns=time.monotonic_ns())
    key, good = FrameKey(1, n), (Verdict.PASS, Reason.CLEAN, 0.5, 1.0)
    record = InspectionRecord(key, *good, (), 0, ledger, "r", "", None, "", 0.0)
    start = time.perf_counter()
    windows.show(record, frames[n % 8], n, lambda: ())
    costs.append((time.perf_counter() - start) * 1e3)
    time.sleep(max(0.0, begin + n / 60 - time.monotonic()))
costs.sort()
print(json.dumps({"frames": n, "p50_ms": costs[len(costs) // 2], "p99_ms": costs[len(costs) * 99 // 100]}))
"""


@pytest.mark.long
def test_the_window_paints_25_frames_a_second_and_costs_the_engine_half_a_millisecond(
    tmp_path: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[int] = []
    paint = LivePicture.paintEvent

    def count(self: LivePicture, event: object) -> None:
        paint(self, event)  # type: ignore[arg-type]
        if self._evidence is not None:
            painted.append(self._evidence.showing.frame.trigger)

    monkeypatch.setattr(LivePicture, "paintEvent", count)
    engine = subprocess.Popen(
        [sys.executable, "-c", ENGINE, str(tmp_path / "engine.sock"), str(SECONDS)], stdout=subprocess.PIPE, text=True
    )
    link = StationLink(tmp_path / "line.sock", tmp_path / "engine.sock", tmp_path / "journal.sock", "bench")
    window = StationWindow(link, Language("en"), "station-1")
    window.show()
    window.start_pulling()
    begin = time.monotonic()
    QTimer.singleShot(SECONDS * 1000, qapp.quit)
    qapp.exec()
    shown = len(set(painted)) / (time.monotonic() - begin)
    window.close()
    told = json.loads(engine.communicate(timeout=30)[0])
    print(f"{shown:.1f} different frames a second painted; engine {told}")
    assert shown >= 25
    assert told["p50_ms"] <= 0.5


@pytest.mark.long
def test_a_frozen_and_a_killed_window_change_nothing(tmp_path: Path) -> None:
    found = {}
    for name, faults in (("without", ()), ("with", ("--fault", "gui-frozen@100:5", "--fault", "gui-killed@300"))):
        file = tmp_path / f"{name}.json"
        words = ["demo", "--headless", "--parts", "500", "--rate", "10", "--seed", "5", "--json", str(file), *faults]
        subprocess.run([sys.executable, "-m", "station.cli", *words], check=True, capture_output=True, timeout=300)
        found[name] = json.loads(file.read_text())
        times = found[name]["latency_ms"]["capture_to_ack"]
        print(f"{name} faults of the window: p50 {times['p50']:.1f}, p99 {times['p99']:.1f}, max {times['max']:.1f} ms")
    kept = ("parts", "passed", "rejected", "not_inspected", "records", "bad_passed")
    assert {key: found["with"][key] for key in kept} == {key: found["without"][key] for key in kept}
