"""`saiken doctor plc`: what it proposes, what it says does not fit, and a measurement of real slaves."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from station import cli
from station.core.channel import Listener
from station.core.config import LineSection
from station.core.domain import Health
from station.desk.doctor_plc import Measured, judge, propose
from station.line.port import SerialPort
from station.recorder.reading import percentiles
from station.sim.plc import Plc
from station.sim.pty_port import PtyPort
from station.sim.slaves import slave_of

SLAVES = Path(__file__).parent.parent / "line" / "slaves"
ROUND_TRIP = percentiles([4_000_000] * 98 + [9_000_000, 12_000_000])


def measured(resynchronisation: float, longest: float = 20.0) -> Measured:
    return Measured(ROUND_TRIP, longest, resynchronisation)


def write_config(folder: Path, port: str, **line: int | str) -> str:
    file = folder / "station.toml"
    keys = "".join(f"{key} = {json.dumps(value)}\n" for key, value in {"port": port, **line}.items())
    file.write_text(f'[station]\nrun_dir = "{folder}"\n\n[line]\n{keys}')
    return str(file)


@pytest.fixture
def simulated(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Our own simulated slave behind a pseudo-terminal; a Modbus one has a byte time-out of 60 ms."""
    port, stop = PtyPort(tmp_path / "plc"), threading.Event()
    plc = Plc(seed=1, heartbeat_limit_ns=300_000_000)
    slave = slave_of(getattr(request, "param", "modbus-rtu"), plc, unit=1, byte_timeout_ns=60_000_000)

    def serve() -> None:
        while not stop.wait(0.0005):
            if answer := slave.feed(time.monotonic_ns(), port.read()):
                port.write(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    yield str(tmp_path / "plc")
    stop.set()
    thread.join()
    port.close()


def test_proposes_with_a_margin_and_all_is_well() -> None:
    line = LineSection(response_ms=60, quiet_ms=30)
    proposed = propose(line, measured(5.0))
    assert (proposed.response_ms, proposed.quiet_ms) == (35, 9)
    assert {found.check: found.health for found in judge(line, measured(5.0), proposed)} == dict.fromkeys(
        ("port name", "adapter", "poll", "response_ms", "quiet_ms", "heartbeat"), Health.GOOD
    )


def test_slow_byte_time_out_does_not_fit_the_heartbeat_limit() -> None:
    line = LineSection()
    proposed = propose(line, measured(500.0))
    found = {one.check: one for one in judge(line, measured(500.0), proposed)}
    assert found["quiet_ms"].health is Health.FAILURE
    assert f"Set line.quiet_ms = {proposed.quiet_ms}" in found["quiet_ms"].advice
    assert found["heartbeat"].health is Health.FAILURE
    assert found["heartbeat"].text.startswith(
        "heartbeat_limit_ms = 300 is not above response_ms 35 + quiet_ms 553 + 2 poll_ms 20 = 608:"
    )
    assert found["heartbeat"].advice.startswith("Shorten the byte time-out")
    assert "heartbeat_limit_ms = 609 or more" in found["heartbeat"].advice


def test_response_time_that_is_too_short() -> None:
    line = LineSection(response_ms=15)
    found = {one.check: one for one in judge(line, measured(5.0), propose(line, measured(5.0)))}
    assert (found["response_ms"].health, found["response_ms"].advice) == (Health.FAILURE, "Set line.response_ms = 35.")


def test_measures_our_simulated_slave(tmp_path: Path, simulated: str, capsys: pytest.CaptureFixture[str]) -> None:
    config = write_config(tmp_path, simulated, quiet_ms=10)
    assert cli.main(["doctor", "plc", "--config", config, "--json"]) == 1  # 10 ms are not enough
    said = json.loads(capsys.readouterr().out)
    assert said["resynchronisation_ms"] >= 55
    assert said["proposed"]["quiet_ms"] > said["resynchronisation_ms"]
    assert 0 < said["round_trip_ms"]["p50"] <= said["round_trip_ms"]["p99"]
    assert "quiet_ms" in {one["check"] for one in said["findings"] if one["health"] == "failure"}
    SerialPort(simulated, 115200).close()  # it gave the port back


@pytest.mark.slow
@pytest.mark.parametrize("byte_timeout_ms", [40, 500])
def test_measures_libmodbus(tmp_path: Path, capsys: pytest.CaptureFixture[str], byte_timeout_ms: int) -> None:
    """500 ms is what libmodbus comes with."""
    command = [sys.executable, str(SLAVES / "libmodbus_slave.py"), str(byte_timeout_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as slave:
        try:
            assert slave.stdout is not None
            config = write_config(tmp_path, slave.stdout.readline().strip())
            assert cli.main(["doctor", "plc", "--config", config]) == 1
        finally:
            slave.kill()
    text = capsys.readouterr().out
    quiet_ms = int(text.split("\nquiet_ms = ")[1])
    assert quiet_ms >= byte_timeout_ms
    assert ("FAIL  heartbeat     heartbeat_limit_ms = 300 is not above" in text) == (quiet_ms > 200)


def test_running_station_and_port_in_use(tmp_path: Path, simulated: str, capsys: pytest.CaptureFixture[str]) -> None:
    config = write_config(tmp_path, simulated)
    other = SerialPort(simulated, 115200)
    assert cli.main(["doctor", "plc", "--config", config]) == 3
    assert "in use by another program" in capsys.readouterr().err
    other.close()
    listener = Listener(tmp_path / "line.sock")
    assert cli.main(["doctor", "plc", "--config", config]) == 3
    assert "the line process of this station holds it; stop the station, then measure" in capsys.readouterr().err
    listener.close()


@pytest.mark.parametrize("simulated", ["host-link", "ascii-line", "mc-3c"], indirect=True)
def test_other_dialects_have_a_poll_time_and_need_no_quiet_time(
    tmp_path: Path, simulated: str, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    dialect = request.node.callspec.params["simulated"]
    plain = {"parity": "N", "data_bits": 8, "stop_bits": 1}  # a pseudo-terminal knows nothing else
    config = write_config(tmp_path, simulated, dialect=dialect, response_ms=1500, heartbeat_limit_ms=3000, **plain)
    assert cli.main(["doctor", "plc", "--config", config, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["resynchronisation_ms"] is None
    assert said["proposed"]["quiet_ms"] == LineSection().quiet_ms
    assert said["round_trip_ms"]["parts"] == 200
    assert any(f"{dialect} marks the end of each message" in one["text"] for one in said["findings"])


def test_no_answer_is_one_sentence(tmp_path: Path, simulated: str, capsys: pytest.CaptureFixture[str]) -> None:
    config = write_config(tmp_path, simulated, unit=9)
    assert cli.main(["doctor", "plc", "--config", config]) == 3
    assert "no answer in time; check the cable, the PLC and the baud rate" in capsys.readouterr().err
