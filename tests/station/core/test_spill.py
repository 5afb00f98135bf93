"""The spill file outlives the process that wrote it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from station.core.outbox import Outbox

SECOND_NS = 1_000_000_000

_SPILLING_CHILD = """
import sys
from pathlib import Path
from station.core.messages import Event
from station.core.outbox import Outbox
box = Outbox(Path(sys.argv[1]) / "nobody.sock", Path(sys.argv[1]) / "child.spill", limit=0)
for number in range(1_000_000):
    box.offer(Event("line", "note", str(number), float(number)))
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


def test_killed_process_leaves_every_spilled_record(tmp_path: Path, recorder: Any) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", _SPILLING_CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert child.stdout is not None
    for line in child.stdout:
        if int(line) >= 200:
            break
    child.send_signal(signal.SIGKILL)
    rest = child.stdout.read().split("\n")
    child.stdout.close()
    child.wait()
    promised = max([200, *(int(word) for word in rest[:-1] if word)])
    outbox = Outbox(tmp_path / "r.sock", tmp_path / "child.spill")
    for turn in range(promised // 32 + 40):
        outbox.pump(turn * SECOND_NS)
        recorder.take()
        recorder.acknowledge()
    outbox.close()
    numbers = [int(one.body.text) for one in recorder.deliveries]
    assert numbers[: promised + 1] == list(range(promised + 1))
