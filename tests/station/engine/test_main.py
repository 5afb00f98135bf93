"""The engine as a process: exit codes, and a clean end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from station.core.channel import Listener
from station.core.messages import EngineStatus
from station.engine.__main__ import main


@pytest.fixture
def toml(run_dir: Path) -> Path:
    path = run_dir / "station.toml"
    path.write_text(
        f'[station]\nrun_dir = "{run_dir}"\n[engine]\nbundle = "{run_dir}/no-bundle"\ntrust = "{run_dir}"\n'
    )
    return path


@pytest.fixture
def _signals():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_signals")
def test_a_wrong_key_is_one_sentence_and_exit_code_two(toml, capsys):
    toml.write_text("[engine]\nbundel = 'x'\n")
    assert main(["--config", str(toml)]) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert "did you mean 'engine.bundle'?" in said[0]


@pytest.mark.usefixtures("_signals")
def test_a_run_directory_that_cannot_be_used_is_exit_code_two(toml, capsys):
    toml.write_text(f'[station]\nrun_dir = "/proc/{"x" * 120}"\n')
    assert main(["--config", str(toml)]) == 2
    assert "engine:" in capsys.readouterr().err


def test_without_a_bundle_it_stays_tells_the_line_and_ends_cleanly_on_sigterm(toml, run_dir):
    line = Listener(run_dir / "line.sock")
    process = subprocess.Popen([sys.executable, "-m", "station.engine", "--config", str(toml)], stderr=subprocess.PIPE)
    try:
        statuses: list[EngineStatus] = []
        channel = None
        for _ in range(3000):  # at most half a minute on a busy machine
            channel = channel or line.accept()
            message = channel.receive() if channel else None
            if isinstance(message, EngineStatus):
                statuses.append(message)
            if len(statuses) >= 4:
                break
            time.sleep(0.01)
        assert [status.ready for status in statuses] == [False] * 4
        assert "no-bundle" in statuses[-1].fatal
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(20) == 0
        assert not (run_dir / "engine.sock").exists()
    finally:
        process.kill()
        process.communicate()
        if channel:
            channel.close()
        line.close()
