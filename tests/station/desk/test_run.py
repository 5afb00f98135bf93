"""`saiken run`: which processes, and how it ends."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from station.core.errors import ConfigError, StorageError
from station.desk import run
from station.desk.supervisor import Supervisor, python_module


def config_file(tmp_path: Path, run_dir: str) -> Path:
    file = tmp_path / "station.toml"
    file.write_text(f'[station]\nrun_dir = "{run_dir}"\n')
    return file


def test_starts_the_station_without_simulators(tmp_path: Path) -> None:
    programs = run.programs(tmp_path / "station.toml", window=True)
    assert [program.name for program in programs] == ["recorder", "line", "engine", "gui"]
    assert [program.needed for program in programs] == [True, True, True, False]
    assert programs[1].command == python_module("station.line", "--config", str(tmp_path / "station.toml"))
    assert [program.name for program in run.programs(tmp_path, window=False)] == ["recorder", "line", "engine"]


def test_sigterm_is_the_normal_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nothing_runs(self: Supervisor, *names: str) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(Supervisor, "start", nothing_runs)
    file = config_file(tmp_path, str(tmp_path / "run"))
    with pytest.raises(run.Interrupted):  # before the loop: somebody stopped us while we started
        run.run_station(file, window=False)
    monkeypatch.setattr(Supervisor, "start", lambda self: None)
    monkeypatch.setattr(Supervisor, "tend", lambda self, wait_s: os.kill(os.getpid(), signal.SIGTERM))
    assert run.run_station(file, window=False) == 0
    assert "SIGTERM: stopping" in capsys.readouterr().out


def test_process_that_ends_for_good_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Supervisor, "start", lambda self: None)
    monkeypatch.setattr(Supervisor, "failed", property(lambda self: ("line", 2)))
    with pytest.raises(run.ProcessEndedError, match="line ended with exit code 2"):
        run.run_station(config_file(tmp_path, str(tmp_path / "run")), window=False)


def test_bad_configuration_and_bad_directory(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        run.run_station(tmp_path / "none.toml", window=False)
    with pytest.raises(StorageError, match=r"station\.run_dir = /proc/saiken: cannot be made"):
        run.run_station(config_file(tmp_path, "/proc/saiken"), window=False)
