"""A real station's processes with wrong input: one clear sentence, exit code not 0, nothing half-written."""

from __future__ import annotations

import os
import subprocess
import sys
import tty
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

BOUND_S = 30


@pytest.fixture
def port() -> Iterator[tuple[int, str]]:
    """Master descriptor and name of a serial port."""
    master, slave = os.openpty()
    tty.setraw(slave)
    name = os.ttyname(slave)
    os.close(slave)
    yield master, name
    os.close(master)


@pytest.fixture
def station_toml(tmp_path: Path, port: tuple[int, str], recipe: tuple[Path, Path]) -> Path:
    return write(tmp_path, "first", port[1], recipe)


def write(folder: Path, name: str, port: str, recipe: tuple[Path, Path]) -> Path:
    file = folder / f"{name}.toml"
    file.write_text(
        f'[station]\nrun_dir = "{folder / name}"\n[line]\nport = "{port}"\n'
        f'[engine]\nbundle = "{recipe[0]}"\ntrust = "{recipe[1]}"\n'
        f'[recorder]\njournal = "{folder / name}.sqlite"\npictures = "{folder / name}-pictures"\nmin_free_mib = 1\n'
    )
    return file


def start(process: str, config: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", f"station.{process}", "--config", str(config)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    for _ in range(BOUND_S * 50):
        if path.exists():
            return
        assert process.poll() is None, process.communicate()[1]
        try:
            process.wait(0.02)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError(f"{path} did not appear")


def test_second_station_on_the_same_port_is_refused(
    tmp_path: Path, station_toml: Path, port: tuple[int, str], recipe: tuple[Path, Path]
) -> None:
    first = start("line", station_toml)
    try:
        wait_for(tmp_path / "first" / "line.sock", first)
        second = start("line", write(tmp_path, "second", port[1], recipe))
        _, errors = second.communicate(timeout=BOUND_S)
        assert second.returncode == 2
        assert f"{port[1]}: in use by another program; stop the other station" in errors
        assert "Traceback" not in errors
        assert first.poll() is None
    finally:
        first.terminate()
        first.communicate(timeout=BOUND_S)
    assert first.returncode == 0


def test_vanished_port_is_no_end_of_the_line(tmp_path: Path, station_toml: Path, recipe: tuple[Path, Path]) -> None:
    """A port that is not there (yet) is tried again and again: somebody will plug it in."""
    config = write(tmp_path, "third", "/dev/saiken-no-such-port", recipe)
    line = start("line", config)
    try:
        wait_for(tmp_path / "third" / "line.sock", line)
        assert line.poll() is None
    finally:
        line.terminate()
        _, errors = line.communicate(timeout=BOUND_S)
    assert line.returncode == 0
    assert "Traceback" not in errors


@pytest.mark.parametrize("process", ["line", "engine", "recorder", "gui"])
def test_wrong_key_ends_every_process_with_the_same_sentence(tmp_path: Path, process: str) -> None:
    file = tmp_path / "station.toml"
    file.write_text("[engine]\nthread = 2\n")
    result = start(process, file)
    _, errors = result.communicate(timeout=BOUND_S)
    assert result.returncode == 2
    assert f"{file}: unknown key 'engine.thread' (value 2); did you mean 'engine.threads'?" in errors
    assert "Traceback" not in errors


def test_disk_that_cannot_be_written(tmp_path: Path, recipe: tuple[Path, Path], port: tuple[int, str]) -> None:
    """/proc stands for a read-only disk: not even root can make a file there."""
    file = write(tmp_path, "fourth", port[1], recipe)
    file.write_text(file.read_text().replace(f"{tmp_path / 'fourth'}.sqlite", "/proc/saiken/journal.sqlite"))
    recorder = start("recorder", file)
    _, errors = recorder.communicate(timeout=BOUND_S)
    assert recorder.returncode != 0
    assert "/proc/saiken" in errors
    assert "Traceback" not in errors


def test_run_reports_what_cannot_start(saiken: Any, tmp_path: Path, recipe: tuple[Path, Path]) -> None:
    file = write(tmp_path, "fifth", "/dev/null", recipe)  # no serial port at all
    file.write_text(file.read_text().replace(f"{tmp_path / 'fifth'}.sqlite", "/proc/saiken/journal.sqlite"))
    result = saiken("run", "--headless", "--config", str(file))
    assert result.returncode == 3, result.stdout + result.stderr
    assert "recorder ended with exit code" in result.stderr
    assert "/proc/saiken" in result.stdout
