"""The serial port: exclusive, never blocking, and every refusal is one sentence with the port's name."""

from __future__ import annotations

import errno
import os
import termios
import time
import tty

import pytest
import serial

from station.core.errors import PlcTimeoutError, PortError
from station.line.port import PortRefusedError, SerialPort

real = serial.Serial


@pytest.fixture
def wire():
    """(descriptor of the far end, name of our end) of a pseudo-terminal."""
    master, slave = os.openpty()
    tty.setraw(slave)
    yield master, os.ttyname(slave)
    os.close(slave)
    os.close(master)


@pytest.fixture
def port(wire):
    """Our end, open."""
    port = SerialPort(wire[1], 115200)
    yield port
    port.close()


def test_bytes_go_both_ways(wire, port):
    port.write(b"\x01\x03ask")
    assert os.read(wire[0], 100) == b"\x01\x03ask"
    assert port.read_waiting() == b""
    os.write(wire[0], b"\x00\x11\x13\xff\r\n")
    assert port.read(time.monotonic_ns() + 2_000_000_000) == b"\x00\x11\x13\xff\r\n"


def test_silence_ends_at_the_deadline(port):
    with pytest.raises(PlcTimeoutError, match=f"{port.name}: no answer in time"):
        port.read(time.monotonic_ns() + 5_000_000)


def test_second_station_on_the_port_is_refused(wire, port):
    with pytest.raises(PortRefusedError, match=f"{wire[1]}: in use by another program; stop"):
        SerialPort(wire[1], 115200)
    port.close()
    SerialPort(wire[1], 115200).close()


def test_no_such_port():
    with pytest.raises(PortError, match="/dev/nowhere: there is no such port; plug the adapter in") as caught:
        SerialPort("/dev/nowhere", 115200)
    assert not isinstance(caught.value, PortRefusedError)


def test_file_that_is_no_serial_port(tmp_path):
    file = tmp_path / "plain"
    file.write_text("")
    with pytest.raises(PortError, match="plain: "):
        SerialPort(str(file), 115200)


def test_no_permission_is_a_persons_job(monkeypatch):
    def refuse(*_args, **_keywords):
        raise serial.SerialException(errno.EACCES, "could not open port")

    monkeypatch.setattr(serial, "Serial", refuse)
    with pytest.raises(PortRefusedError, match=r"/dev/x: no permission; add this user to the port's group"):
        SerialPort("/dev/x", 115200)


def test_settings_reach_the_driver(monkeypatch):
    asked = {}

    class Recorder:
        is_open = False

        def __init__(self, name, baud, **keywords):
            asked.update(keywords, name=name, baud=baud)

        def fileno(self):
            return os.open(os.devnull, os.O_RDONLY)

        def set_low_latency_mode(self, on):
            asked["low_latency"] = on
            raise OSError(errno.ENOTTY, "not offered")

    monkeypatch.setattr(serial, "Serial", Recorder)
    assert SerialPort("/dev/x", 9600, "7E2").fileno() == -1
    assert asked == {
        "name": "/dev/x", "baud": 9600, "bytesize": 7, "parity": "E", "stopbits": 2, "timeout": 0, "write_timeout": 0,
        "exclusive": True, "low_latency": True,
    }  # fmt: skip


def test_parity_that_the_port_cannot_do(wire):
    """A pseudo-terminal has no parity: the first open of one with even parity fails in the driver."""
    try:
        SerialPort(wire[1], 115200, "8E1").close()
    except PortError as error:
        assert "does not take 8E1" in str(error)


def test_wrong_parity_is_looked_for_in_what_comes(wire, monkeypatch):
    """pyserial switches the check off (INPCK); we switch it on, and a byte of wrong parity reads as 0."""
    set_to = {}
    monkeypatch.setattr(serial, "Serial", lambda name, baud, **settings: real(name, baud, timeout=0))
    monkeypatch.setattr(termios, "tcsetattr", lambda fd, when, settings: set_to.update(input=settings[0]))
    port = SerialPort(wire[1], 115200, "7E2")
    port.close()
    assert set_to["input"] & termios.INPCK
    assert not set_to["input"] & (termios.IGNPAR | termios.PARMRK)


def test_vanished_adapter_is_named_by_reading_and_writing():
    master, slave = os.openpty()
    name = os.ttyname(slave)
    port = SerialPort(name, 115200)
    os.close(slave)
    os.close(master)
    with pytest.raises(PortError, match=f"{name}: the port vanished .*plug the adapter in again"):
        port.read_waiting()
    with pytest.raises(PortError, match=f"{name}: the port vanished"):
        port.write(b"x")
    port.close()
    port.close()
    assert port.fileno() == -1


def test_driver_that_takes_no_more(wire, port):
    with pytest.raises(PortError, match=f"{wire[1]}: "):
        for _ in range(100):
            port.write(b"x" * 4096)
