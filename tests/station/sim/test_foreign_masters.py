"""Our simulated slave, in its process and behind its serial port, against Modbus masters that others wrote."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import minimalmodbus
import pytest
from pymodbus.client import ModbusSerialClient

from station.core import plc_map
from station.core.states import State
from station.sim.control import PLC_LINK

ANSWER_S = 2.0  # generous: a busy machine must not fail this


@pytest.fixture
def plc(run_dir: Path) -> Iterator[str]:
    """The serial port of a simulated PLC."""
    command = [sys.executable, "-m", "station.sim.plant", "--run-dir", str(run_dir), "--parts", "500", "--rate", "50"]
    with subprocess.Popen(command) as process:
        try:
            port = run_dir / PLC_LINK
            while not port.exists() and process.poll() is None:
                time.sleep(0.01)
            yield str(port)
        finally:
            process.terminate()


def test_minimalmodbus(plc: str) -> None:
    master = minimalmodbus.Instrument(plc, 1)
    try:
        master.serial.baudrate, master.serial.timeout = 115200, ANSWER_S
        order, boot = master.read_registers(plc_map.ORDER, 2)
        assert (order, boot > 0) == (plc_map.BYTE_ORDER, True)
        for number in range(20):
            words = list(plc_map.slot_words(number, plc_map.Word.REJECT))
            master.write_registers(plc_map.slot_register(number), words)
            assert master.read_registers(plc_map.slot_register(number), plc_map.SLOT_SIZE) == words
        master.write_register(plc_map.CONTROL_HEARTBEAT, 0xBEEF, functioncode=6)
        assert master.read_register(plc_map.CONTROL_HEARTBEAT) == 0xBEEF
        with pytest.raises(minimalmodbus.IllegalRequestError):
            master.read_registers(5000, 2)
        with pytest.raises(minimalmodbus.IllegalRequestError):
            master.write_register(plc_map.COUNT, 1, functioncode=6)  # the PLC's own
    finally:
        master.serial.close()


def test_pymodbus_starts_the_belt_as_a_station_would(plc: str) -> None:
    master = ModbusSerialClient(plc, baudrate=115200, timeout=ANSWER_S)
    try:
        assert master.connect()
        beat = count = 0
        while count < 20:
            beat += 1
            header = [plc_map.BYTE_ORDER, beat & 0xFFFF, int(State.CONTINUOUS_EXECUTION), 0, 0, 0, 0]
            answer = master.readwrite_registers(
                read_address=plc_map.STATUS_BASE,
                read_count=plc_map.STATUS_SIZE,
                write_address=plc_map.CONTROL_BASE,
                values=header,
                device_id=1,
            )
            assert not answer.isError()
            assert answer.registers[plc_map.ORDER] == plc_map.BYTE_ORDER
            assert plc_map.join32(*answer.registers[plc_map.COUNT : plc_map.COUNT + 2]) >= count
            count = plc_map.join32(*answer.registers[plc_map.COUNT : plc_map.COUNT + 2])
        read = master.read_holding_registers(plc_map.CONTROL_BASE, count=plc_map.CONTROL_SIZE, device_id=1)
        assert read.registers == header
        refused = master.read_holding_registers(5000, count=1, device_id=1)
        assert (refused.isError(), refused.exception_code) == (True, 2)
    finally:
        master.close()


@pytest.mark.skipif(shutil.which("mbpoll") is None, reason="needs Debian's mbpoll (scripts/system-packages test)")
def test_mbpoll(plc: str) -> None:
    assert mbpoll(plc, "-r", "0", "-c", "1") == {0: plc_map.BYTE_ORDER}
    slot = plc_map.slot_register(3)
    assert mbpoll(plc, "-r", str(slot), values=("3", "0", str(int(plc_map.Word.PASS)))) == {}
    assert mbpoll(plc, "-r", str(slot), "-c", "3") == {slot: 3, slot + 1: 0, slot + 2: plc_map.Word.PASS}
    with pytest.raises(AssertionError, match="Illegal data address"):
        mbpoll(plc, "-r", "5000", "-c", "1")


def mbpoll(port: str, *options: str, values: tuple[str, ...] = ()) -> dict[int, int]:
    """One call of the tool; the registers that it prints."""
    fixed = ("-m", "rtu", "-b", "115200", "-P", "none", "-a", "1", "-0", "-1", "-t", "4:hex", "-o", str(ANSWER_S))
    done = subprocess.run(["mbpoll", *fixed, *options, port, *values], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {int(at): int(value, 16) for at, value in re.findall(r"^\[(\d+)\]:\s+(0x[0-9A-F]+)", done.stdout, re.M)}
