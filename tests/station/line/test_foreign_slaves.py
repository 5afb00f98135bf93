"""Our master against Modbus slaves that others wrote, in another process, over a pseudo-terminal."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from station.core import plc_map
from station.core.config import LineSection
from station.core.errors import PlcFrameError, PlcTimeoutError
from station.core.plc_map import Word
from station.line import modbus
from station.line.link import PlcLink, PlcStatus, Written
from station.line.port import SerialPort

SLAVES = Path(__file__).parent / "slaves"
ANSWER_S = 2.0  # generous: a busy machine must not fail this


@pytest.fixture(params=["libmodbus_slave", "pymodbus_slave"])
def port(request):
    """A port with that slave at its other end."""
    command = [sys.executable, str(SLAVES / f"{request.param}.py")]
    slave = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        name = slave.stdout.readline().strip()
        assert name, f"install libmodbus5 and pymodbus (make test does): {slave.stderr.read()}"
        port = SerialPort(name, 115200)
        yield port
        port.close()
    finally:
        slave.kill()
        slave.communicate()


def ask(port: SerialPort, exchange: modbus.Exchange) -> tuple[int, ...]:
    port.write(exchange.request)
    deadline_ns = time.monotonic_ns() + round(ANSWER_S * 1e9)
    while (words := exchange.feed(port.read(deadline_ns))) is None:
        pass
    time.sleep(0.005)  # t3.5 and more
    return words


def test_every_function_code(port):
    assert ask(port, modbus.read_holding(1, 0, 2)) == (0x1234, 7)
    assert ask(port, modbus.read_input(1, 8, 1)) == (0x0A0B,)
    assert ask(port, modbus.write_one(1, 150, 0xBEEF)) == ()
    assert ask(port, modbus.write_many(1, 151, [1, 2, 0xFFFF])) == ()
    assert ask(port, modbus.read_holding(1, 150, 4)) == (0xBEEF, 1, 2, 0xFFFF)
    assert ask(port, modbus.read_write(1, 150, 3, 150, [7, 8])) == (7, 8, 2)
    values = list(range(1, 49))
    assert ask(port, modbus.write_many(1, plc_map.SLOT_BASE, values)) == ()
    assert ask(port, modbus.read_holding(1, plc_map.SLOT_BASE, 48)) == tuple(values)


def test_exception_and_silence(port):
    with pytest.raises(PlcFrameError, match="exception 2 to function 3: illegal data address"):
        ask(port, modbus.read_holding(1, 5000, 2))
    time.sleep(0.05)
    request = modbus.read_holding(1, 0, 2).request
    port.write(request[:-1] + bytes([request[-1] ^ 0x40]))  # damaged: no slave answers that
    with pytest.raises(PlcTimeoutError, match="no answer in time"):
        port.read(time.monotonic_ns() + 100_000_000)


def test_handshake_poll_and_verdicts(port):
    link = PlcLink(LineSection(response_ms=1000, heartbeat_limit_ms=5000, port=port.name))
    link.port_opened(time.monotonic_ns())
    link.state_word, link.alive, link.recipe_id = 8, True, 0x11112222
    statuses, written = [], []
    end = time.monotonic() + 8
    due = [(14, Word.PASS), (15, Word.REJECT), (16, Word.NOT_INSPECTED)]
    while time.monotonic() < end and (len(statuses) < 3 or len(written) < 2):
        now_ns = time.monotonic_ns()
        link.tick(now_ns)
        if request := link.transmit(now_ns, due[2:] if written else due):
            port.write(request)
        if data := port.read_waiting():
            result = link.receive(data, time.monotonic_ns())
            statuses += [result] if isinstance(result, PlcStatus) else []
            written += [result] if isinstance(result, Written) else []
        time.sleep(0.0005)
    assert link.up
    assert (statuses[-1].boot, statuses[-1].count) == (7, 0)
    assert [[part for part, _ in each.slots] for each in written[:2]] == [[14, 15], [16]]
    time.sleep(0.05)
    port.read_waiting()
    slots = ask(port, modbus.read_holding(1, plc_map.SLOT_BASE, 48))
    assert slots[42:48] == (14, 0, 0x3CA5, 15, 0, 0xC35A)
    assert slots[:3] == (16, 0, 0x0FF0)
    assert ask(port, modbus.read_holding(1, 102, 3)) == (8, 0x2222, 0x1111)
