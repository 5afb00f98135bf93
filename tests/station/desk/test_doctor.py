"""The doctor names what is wrong with this machine, and what to do."""

from __future__ import annotations

import json
import os
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.core.config import LineSection, RecorderSection, StationConfig, StationSection
from station.core.domain import Health
from station.core.errors import ConfigError
from station.desk import doctor
from station.line.port import SerialPort


@pytest.fixture
def port() -> Iterator[str]:
    """The name of a PTY's slave."""
    master, slave = os.openpty()
    tty.setraw(slave)
    yield os.ttyname(slave)
    os.close(master)
    os.close(slave)


def config(tmp_path: Path, **line: object) -> StationConfig:
    return StationConfig(
        station=StationSection(run_dir=str(tmp_path / "run")),
        line=LineSection(**line),  # type: ignore[arg-type]
        recorder=RecorderSection(
            journal=str(tmp_path / "journal.sqlite"), pictures=str(tmp_path / "pictures"), min_free_mib=1
        ),
    )


def test_every_check_gives_one_finding(tmp_path: Path, port: str) -> None:
    found = {finding.check: finding for finding in doctor.examine(config(tmp_path, port=port))}
    assert list(found) == [
        *(
            "run_dir",
            "bundle",
            "PLC port",
            "port name",
            "adapter",
            "PLC times",
            "camera",
            "journal",
            "pictures",
            "real time",
            "station",
        )
    ]
    assert found["PLC port"].health is Health.GOOD
    assert found["journal"].health is Health.GOOD
    assert found["bundle"].health is Health.FAILURE  # there is no recipe on this machine
    assert found["bundle"].advice
    assert found["station"].text == "does not run now"


def test_busy_and_missing_ports(tmp_path: Path, port: str) -> None:
    other = SerialPort(port, 115200)
    with pytest.raises(Exception, match="in use by another program"):
        doctor.check_port(config(tmp_path, port=port), running=False)
    assert doctor.check_port(config(tmp_path, port=port), running=True).text == f"{port}: in use by this station"
    other.close()
    with pytest.raises(Exception, match="there is no such port"):
        doctor.check_port(config(tmp_path, port="/dev/saiken-no-port"), running=True)


def test_long_silence_is_worth_a_note(tmp_path: Path) -> None:
    assert doctor.check_quiet_time(config(tmp_path)).health is Health.GOOD
    slow = doctor.check_quiet_time(config(tmp_path, quiet_ms=200))
    assert slow.health is Health.MAINTENANCE
    assert "byte time-out" in slow.advice


def test_socket_paths_that_are_too_long(tmp_path: Path) -> None:
    found = doctor.check_run_dir(tmp_path / ("x" * 120))
    assert (found.health, found.text.split(": ")[-1]) == (Health.FAILURE, "too long for sockets")


def test_disk_that_refuses_or_is_nearly_full(tmp_path: Path) -> None:
    assert doctor.check_disk("journal", Path("/proc/journal.sqlite"), 1).health is Health.FAILURE
    nearly = doctor.check_disk("pictures", tmp_path / "not" / "yet", 1 << 40)
    assert nearly.health is Health.MAINTENANCE
    assert "pictures are shed" in nearly.text
    assert list(tmp_path.iterdir()) == []


def test_real_time_needs_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(doctor.resource, "getrlimit", lambda _: (0, 0))
    refused = doctor.check_realtime(50)
    assert (refused.health, "LimitRTPRIO" in refused.advice) == (Health.MAINTENANCE, True)
    monkeypatch.setattr(doctor.resource, "getrlimit", lambda _: (99, 99))
    assert doctor.check_realtime(50).health is Health.GOOD
    assert doctor.check_realtime(0).health is Health.MAINTENANCE


def test_report_for_people_and_scripts(tmp_path: Path, port: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "station.toml"
    file.write_text(
        f'[station]\nrun_dir = "{tmp_path}/run"\n[line]\nport = "{port}"\n[recorder]\n'
        f'journal = "{tmp_path}/j.sqlite"\npictures = "{tmp_path}/p"\n'
    )
    assert doctor.report(file, as_json=False) == 1  # no bundle, no camera
    text = capsys.readouterr().out
    assert text.startswith(f"{file}: valid\n")
    assert "FAIL  camera" in text
    assert doctor.report(file, as_json=True) == 1
    by_check = {found["check"]: found for found in json.loads(capsys.readouterr().out)}
    assert by_check["PLC port"]["health"] == "good"


def test_wrong_configuration_comes_first(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        doctor.report(tmp_path / "station.toml", as_json=False)
