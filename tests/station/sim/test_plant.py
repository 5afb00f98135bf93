"""The plant in real time behind its PTY: outcomes only, no times."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pymodbus.client import ModbusSerialClient

from station.core import plc_map
from station.core.errors import ChannelError
from station.core.plc_map import Word
from station.core.states import State
from station.sim import control
from station.sim.book import GateReason, load_book
from station.sim.control import Edge, PlantControl
from station.sim.plant import PatientClock, PlantProcess, parse_arguments
from station.sim.plant import main as plant_main
from station.sim.virtual import PlantSettings

Words = Callable[[bytes], list[int]]
RELAXED = PlantSettings(parts=8, rate_hz=20, seed=5, bad_share=0.4, gate_delay_ms=600, heartbeat_limit_ms=3000)
MS = 1_000_000


class PtyStation:
    """A master on the PTY that knows from the trigger line what each part is."""

    def __init__(self, run_dir: Path, exchange: Callable[..., bytes], words: Words) -> None:
        self._run_dir, self._exchange, self._words = run_dir, exchange, words
        self._eye = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._eye.bind(str(run_dir / control.EYE_SOCKET))
        self._beat = 0
        self.edges: list[Edge] = []
        self.open()

    def open(self) -> None:
        self._port = os.open(self._run_dir / "plc", os.O_RDWR | os.O_NOCTTY)

    def close(self) -> None:
        os.close(self._port)

    def transact(self, address: int, values: list[int]) -> list[int]:
        """One exchange of function 23; [] without an answer within a second."""
        os.write(self._port, self._exchange(address, values))
        answer = b""
        while len(answer) < 5 + 2 * plc_map.STATUS_SIZE and select.select([self._port], [], [], 1)[0]:
            answer += os.read(self._port, 100)
        return self._words(answer) if answer else []

    def produce(self) -> list[int]:
        """Header, then the verdict of every part seen so far (repeats are harmless)."""
        self._beat += 1
        header = [plc_map.BYTE_ORDER, self._beat & 0xFFFF, State.CONTINUOUS_EXECUTION, 0, 0]
        status = self.transact(plc_map.CONTROL_BASE, header)
        self._see_edges()
        for edge in self.edges[-8:]:
            verdict = Word.PASS if edge.kind in {"good", "dust", "glare"} else Word.REJECT
            status = self.transact(plc_map.slot_register(edge.index), list(plc_map.slot_words(edge.index, verdict)))
        return status

    def _see_edges(self) -> None:
        while True:
            try:
                signal_ = control.decode_signal(self._eye.recv(1000))
            except BlockingIOError:
                return
            assert isinstance(signal_, Edge)
            self.edges.append(signal_)

    def end(self) -> None:
        self.close()
        self._eye.close()


@pytest.fixture
def plant(run_dir: Path) -> Iterator[PlantControl]:
    """A plant in a thread, with times that a busy test machine can keep."""
    process = PlantProcess(run_dir, RELAXED)
    thread = threading.Thread(target=process.run, name="plant")
    thread.start()
    yield PlantControl(run_dir)
    process.stopping = True
    thread.join(10)
    assert not thread.is_alive()


@pytest.fixture
def station(
    plant: PlantControl, run_dir: Path, exchange: Callable[..., bytes], registers_of: Words
) -> Iterator[PtyStation]:
    """Connected to the plant."""
    station = PtyStation(run_dir, exchange, registers_of)
    yield station
    station.end()


def test_parts_go_from_the_photo_eye_to_the_book(plant: PlantControl, station: PtyStation, run_dir: Path) -> None:
    station.produce()
    while not plant.status().finished:
        station.produce()
        if len(station.edges) == 3:  # the station may close and reopen its port at any time
            station.close()
            station.open()
    book = plant.book()
    assert [edge.index for edge in station.edges] == list(range(1, 9))
    assert [(fate.index, fate.kind) for fate in book.parts] == [(edge.index, edge.kind) for edge in station.edges]
    assert book.totals.parts == 8
    assert book.totals.bad_total > 0
    assert book.totals.bad_passed == 0
    assert book.totals.passed > 0
    assert load_book(run_dir / "book.json") == book


def test_an_independent_master_reads_and_writes(plant: PlantControl, run_dir: Path) -> None:
    client = ModbusSerialClient(str(run_dir / "plc"), baudrate=115200, timeout=2, retries=2)
    assert client.connect()
    status = client.read_holding_registers(plc_map.STATUS_BASE, count=plc_map.STATUS_SIZE, device_id=1)
    assert status.registers[plc_map.ORDER] == plc_map.BYTE_ORDER
    assert status.registers[plc_map.BOOT] == plant.status().boot
    assert not client.write_registers(plc_map.CONTROL_BASE, [plc_map.BYTE_ORDER, 7, State.READY, 1, 2]).isError()
    assert not client.write_register(plc_map.CONTROL_HEARTBEAT, 8).isError()
    header = client.readwrite_registers(
        read_address=plc_map.CONTROL_BASE, read_count=5, write_address=103, values=[9, 9], device_id=1
    )
    assert header.registers == [plc_map.BYTE_ORDER, 8, State.READY, 9, 9]
    assert client.write_register(plc_map.COUNT, 5).isError()
    client.close()


def test_commands_reach_the_wire_and_the_plc(plant: PlantControl, station: PtyStation) -> None:
    status = station.produce()
    assert plant.set_inputs(plc_map.AIR_LOW).started
    plant.cut(0.8)
    assert station.transact(plc_map.CONTROL_HEARTBEAT, [1]) == []
    lost = plant.status().bytes_lost
    assert lost > 0
    before = plant.status()
    assert before.plc_running
    down = plant.restart_plc(0.4)
    assert not down.plc_running
    deadline = time.monotonic() + 20
    while not (status := station.produce()) and time.monotonic() < deadline:
        pass
    assert status[plc_map.BOOT] == plant.status().boot != before.boot
    assert status[plc_map.INPUTS] == plc_map.AIR_LOW
    assert plant.noise(drop=1.0, flip=0.0, seconds=0.3).bytes_lost >= lost


def test_unplugged_adapter_comes_back_as_another_terminal(
    plant: PlantControl, station: PtyStation, run_dir: Path
) -> None:
    station.produce()
    before = (run_dir / "plc").readlink()
    plant.unplug(0.3)
    assert not (run_dir / "plc").exists()
    with pytest.raises(OSError, match="Input/output error"):
        station.transact(plc_map.CONTROL_HEARTBEAT, [1])
    station.close()
    while not (run_dir / "plc").exists():
        assert plant.status().started
    station.open()
    assert station.produce()[plc_map.ORDER] == plc_map.BYTE_ORDER
    assert (run_dir / "plc").readlink() != before


def test_the_book_is_written_at_the_end_though_parts_are_on_the_belt(
    plant: PlantControl, station: PtyStation, run_dir: Path
) -> None:
    station.produce()
    plant.stop()
    assert load_book(run_dir / "book.json").totals.bad_passed == 0
    with pytest.raises(ChannelError, match="does not answer"):
        for _ in range(100):
            plant.status()


def test_nonsense_on_the_command_socket_harms_nobody(plant: PlantControl, run_dir: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
        sock.settimeout(5)
        sock.connect(str(run_dir / control.PLANT_SOCKET))
        sock.send(b"\xffnonsense")
        assert sock.recv(100) == b""
    assert plant.status().produced == 0


def test_sigterm_ends_it_with_the_book_on_disk(run_dir: Path, exchange: Callable[..., bytes]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "station.sim.plant", "--run-dir", str(run_dir), "--rate", "50", "--parts", "1000"]
    )
    while not (run_dir / "plc").exists():
        assert process.poll() is None
        time.sleep(0.01)
    port = os.open(run_dir / "plc", os.O_RDWR | os.O_NOCTTY)
    os.write(port, exchange(plc_map.CONTROL_BASE, [plc_map.BYTE_ORDER, 1, State.CONTINUOUS_EXECUTION, 0, 0]))
    while PlantControl(run_dir).status().totals.parts < 3:
        time.sleep(0.02)
    os.close(port)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    fates = load_book(run_dir / "book.json").parts
    assert len(fates) >= 3
    assert {fate.why for fate in fates} <= {GateReason.HEARTBEAT_STALE}
    assert [path.name for path in run_dir.iterdir()] == ["book.json"]


def test_the_clock_stands_still_while_the_process_is_held_up() -> None:
    clock = PatientClock()
    start = time.monotonic_ns() + 10 * MS
    first = clock.at(start)
    assert clock.at(start + 5 * MS) == first + 5 * MS
    assert clock.at(start + 1005 * MS) == first + 10 * MS
    assert clock.at(start + 1010 * MS) == first + 15 * MS
    assert clock.stalled_ns == 995 * MS


def test_arguments_become_settings(run_dir: Path) -> None:
    given, settings = parse_arguments(["--run-dir", str(run_dir), "--parts", "7", "--rate", "2.5", "--baud", "9600"])
    assert given == run_dir
    assert (settings.parts, settings.rate_hz, settings.baud) == (7, 2.5, 9600)
    assert settings.boot_seed is not None


@pytest.mark.parametrize("wrong", [["--rate", "0"], ["--bad-share", "1.5"], ["--parts", "many"], ["--baud", "-1"]])
def test_wrong_arguments_exit_with_2(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        parse_arguments(["--run-dir", "/tmp", *wrong])
    assert exit_.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_a_run_directory_that_cannot_be_used_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("no folder")
    assert plant_main(["--run-dir", str(tmp_path / "file")]) == 2
    assert str(tmp_path / "file") in capsys.readouterr().err
