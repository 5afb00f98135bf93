"""`saiken run`: a real station where systemd does not supervise: recorder, line, engine, and the window."""

from __future__ import annotations

import time
from pathlib import Path

from station.core.config import load_config
from station.core.errors import StationError, StorageError
from station.desk.supervisor import Interrupted, Program, SignalGuard, Supervisor, python_module

_TEND_S = 0.2


class ProcessEndedError(StationError):
    """A process of the station ended for good."""

    advice = "Correct what its message above names, then start again; `saiken doctor` checks the rest."


def run_station(config_file: Path, window: bool) -> int:
    """Supervise until Ctrl-C or SIGTERM, which is the normal end; returns 0 then.

    Raises:
        ConfigError: station.toml is wrong.
        StorageError: the run directory cannot be made.
        ProcessEndedError: a process cannot start.
    """
    config = load_config(config_file)
    try:
        config.run_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"station.run_dir = {config.run_dir}: cannot be made: {error.strerror}") from error
    with SignalGuard(), Supervisor(programs(config_file, window), _say) as supervisor:
        supervisor.start()
        _say("started; Ctrl-C stops it")
        try:
            while supervisor.failed is None:
                supervisor.tend(_TEND_S)
        except Interrupted as wish:
            _say(f"{wish}: stopping")
            return 0
        name, code = supervisor.failed
    raise ProcessEndedError(f"{name} ended with exit code {code}")


def programs(config_file: Path, window: bool) -> list[Program]:
    """The processes of a station in the order of their start; the recorder first, so that it ends last."""
    config = ("--config", str(config_file.absolute()))
    names = ["recorder", "line", "engine", *(["gui"] if window else [])]
    return [Program(name, python_module(f"station.{name}", *config), needed=name != "gui") for name in names]


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)
