"""Each process tells systemd READY=1 once and WATCHDOG=1 again and again, on a real notification socket."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PATIENCE_S = 60
PINGS = 4


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    """The other end of sd_notify."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(PATIENCE_S)
        yield listening


@pytest.mark.parametrize("process", ["line", "engine", "recorder"])
def test_ready_once_then_pings_then_stopping(
    process: str, tmp_path: Path, systemd: socket.socket, recipe: tuple[Path, Path]
) -> None:
    config = tmp_path / "station.toml"
    config.write_text(
        f'[station]\nrun_dir = "{tmp_path / "run"}"\n[line]\nport = "/dev/saiken-none"\nrealtime_priority = 0\n'
        f'[engine]\nbundle = "{recipe[0]}"\ntrust = "{recipe[1]}"\n'
        f'[recorder]\njournal = "{tmp_path / "j.sqlite"}"\npictures = "{tmp_path / "pictures"}"\nmin_free_mib = 1\n'
    )
    (tmp_path / "run").mkdir()
    environment = os.environ | {"NOTIFY_SOCKET": str(tmp_path / "notify")}
    command = [sys.executable, "-m", f"station.{process}", "--config", str(config)]
    running = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    told: list[str] = []
    end = time.monotonic() + PATIENCE_S
    try:
        while told.count("WATCHDOG=1") < PINGS and time.monotonic() < end:
            told.append(systemd.recv(256).decode())
    finally:
        running.terminate()
        running.wait(PATIENCE_S)
    assert running.returncode == 0
    assert told.count("READY=1") == 1
    assert told.count("WATCHDOG=1") == PINGS  # that they come in time is the watchdog's own business: load varies
