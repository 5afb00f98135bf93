"""What is said about the adapter behind a port: its latency, and whether its name stays."""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.core.domain import Health
from station.desk import adapter


@pytest.fixture
def pty() -> Iterator[str]:
    master, slave = os.openpty()
    yield os.ttyname(slave)
    os.close(master)
    os.close(slave)


def latency_timer(sys: Path, name: str, value: str) -> Path:
    folder = sys / name / "device"
    folder.mkdir(parents=True)
    (folder / "latency_timer").write_text(value)
    return sys


@pytest.mark.parametrize(("value", "health"), [("16\n", Health.MAINTENANCE), ("1\n", Health.GOOD)])
def test_timer_of_an_ftdi_adapter_behind_a_stable_name(tmp_path: Path, value: str, health: Health) -> None:
    stable = tmp_path / "plc"
    stable.symlink_to("/dev/ttyUSB7")
    found = adapter.check_latency(str(stable), latency_timer(tmp_path / "tty", "ttyUSB7", value))
    assert (found.health, found.text) == (health, f"{stable}: the adapter collects bytes for {value.strip()} ms")
    assert ("latency_timer" in found.advice) == (health is Health.MAINTENANCE)


@pytest.mark.parametrize(("flags", "low"), [(0x2000, True), (0x2040, True), (0x0040, False)])
def test_flag_of_a_driver_that_has_one(monkeypatch: pytest.MonkeyPatch, pty: str, flags: int, low: bool) -> None:
    def answer(_terminal: int, request: int, asked: bytes) -> bytes:
        assert request == 0x541E
        return struct.pack("iiIii", 1, 0, 0, 0, flags).ljust(len(asked), b"\0")

    monkeypatch.setattr(fcntl, "ioctl", answer)
    assert adapter.is_low_latency(pty) is low
    said = "low latency is set" if low else "low latency is not set (the station sets it when it opens the port)"
    assert adapter.check_latency(pty).text == f"{pty}: {said}"


def test_pseudo_terminal_and_missing_port_have_no_flag(pty: str) -> None:
    assert adapter.is_low_latency(pty) is None
    assert adapter.is_low_latency("/dev/saiken-no-port") is None
    assert adapter.check_latency(pty).health is Health.GOOD


def test_a_name_that_does_not_stay_is_worth_a_note(tmp_path: Path) -> None:
    for name in ("/dev/ttyUSB0", "/dev/ttyACM12"):
        found = adapter.check_name(name)
        assert found.health is Health.MAINTENANCE
        assert "/dev/station/plc" in found.advice
    link = tmp_path / "plc"
    link.symlink_to("/dev/ttyUSB0")
    assert adapter.check_name(str(link))[1:3] == (Health.GOOD, f"{link} -> /dev/ttyUSB0")
    assert adapter.check_name("/dev/ttyTHS1").health is Health.GOOD
