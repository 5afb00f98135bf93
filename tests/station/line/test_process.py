"""The process as it really runs: its own interpreter, a pseudo-terminal with a PLC behind it, sockets, signals."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import tty
from pathlib import Path

import pytest

from station.core.channel import Listener, connect
from station.core.domain import Health, Ledger, Reason, Verdict
from station.core.errors import ChannelError, ConfigError
from station.core.message import Command, CommandResult
from station.core.messages import (
    Delivery,
    EngineStatus,
    FrameKey,
    LineStatus,
    Numbering,
    PartRecord,
    PartVerdict,
    Stored,
)
from station.core.states import State
from station.line.__main__ import main
from station.line.process import signals_wait

PATIENCE_S = 15  # only ever waited in full when something is broken
TOML = """
[station]
run_dir = "{run_dir}"
autostart = true
[line]
port = "{run_dir}/plc"
response_ms = 400
heartbeat_limit_ms = 3000
deadline_ms = 4000
pairing_ms = 400
realtime_priority = 0
"""


def request_bytes(data: bytes) -> int:
    """Length of the Modbus request that begins with `data`; more than there is while nobody knows."""
    if len(data) < 2 or data[1] == 3:
        return 8
    size_at = 10 if data[1] == 23 else 6
    return size_at + 3 + data[size_at] if len(data) > size_at else len(data) + 1


class PtyPlc(threading.Thread):
    """A PLC behind `run_dir/plc`; answers every whole request until `unplug`."""

    def __init__(self, plc, link: Path):
        super().__init__(name="plc", daemon=True)
        self.plc, self.link = plc, link
        self.master, slave = os.openpty()
        tty.setraw(slave)
        self._keep = slave
        link.symlink_to(os.ttyname(slave))
        self._unplugged = False

    def run(self):
        data = b""
        while not self._unplugged:
            if not select.select([self.master], [], [], 0.02)[0]:
                data = b""
                continue
            data += os.read(self.master, 4096)
            size = request_bytes(data)
            if len(data) >= size:
                os.write(self.master, self.plc.answer(data[:size], time.monotonic_ns()))
                data = data[size:]

    def unplug(self):
        self._unplugged = True
        self.join()
        os.close(self._keep)
        os.close(self.master)
        self.link.unlink()


class Recorder(threading.Thread):
    """Takes deliveries and says Stored."""

    def __init__(self, path: Path):
        super().__init__(name="recorder", daemon=True)
        self.listener, self.bodies, self.channels, self.stop = Listener(path), [], [], False

    def run(self):
        while not self.stop:
            select.select([self.listener, *self.channels], [], [], 0.02)
            if channel := self.listener.accept():
                self.channels.append(channel)
            self.channels = [channel for channel in self.channels if self._served(channel)]

    def _served(self, channel):
        """False when the peer left."""
        try:
            while isinstance(message := channel.receive(), Delivery):
                self.bodies.append(message.body)
                channel.send(Stored(message.number))
        except ChannelError:
            channel.close()
            return False
        return True

    def close(self):
        self.stop = True
        self.join()
        for each in (*self.channels, self.listener):
            each.close()


class Scene:
    """A run directory with a PLC and a recorder, and line processes in it."""

    def __init__(self, folder: Path, plc):
        self.run_dir, self.plc = folder, plc
        self.config = folder / "station.toml"
        self.config.write_text(TOML.format(run_dir=folder))
        self.pty = self.plug()
        self.recorder = Recorder(folder / "recorder.sock")
        self.recorder.start()
        self.started: list[subprocess.Popen[str]] = []
        self.channels = []

    def plug(self):
        self.pty = PtyPlc(self.plc, self.run_dir / "plc")
        self.pty.start()
        return self.pty

    def start(self, **environment):
        command = [sys.executable, "-m", "station.line", "--config", str(self.config)]
        line = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment})
        self.started.append(line)
        return line

    def join(self):
        """Connect to the running line."""
        wait_until((self.run_dir / "line.sock").exists)
        wait_until(lambda: self._joined)
        return self.channels[-1]

    @property
    def _joined(self):
        try:
            self.channels.append(connect(self.run_dir / "line.sock"))
        except ChannelError:
            return False
        return True

    def engine(self):
        """A running line and an engine on it, in production."""
        channel = self.join()
        self.wait(channel, LineStatus, lambda s: s.state == State.INITIALIZED)
        channel.send(EngineStatus(True, "", Health.GOOD, 5, 0, "cpu", "demo", 77, ""))
        wait_until(lambda: self.plc.memory[102] == State.CONTINUOUS_EXECUTION)
        return channel

    def wait(self, channel, kind, wanted=lambda _: True):
        """The next message of this kind that is wanted."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            select.select([channel], [], [], 0.1)
            while (message := channel.receive()) is not None:
                if isinstance(message, kind) and wanted(message):
                    return message
        raise AssertionError(f"no {kind.__name__} came")

    def close(self):
        for line in self.started:
            line.kill()
            line.communicate()
        for channel in self.channels:
            channel.close()
        if self.pty:
            self.pty.unplug()
        self.recorder.close()


def wait_until(condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


@pytest.fixture
def scene(tmp_path, plc):
    """PLC and recorder wait; no line yet."""
    scene = Scene(tmp_path, plc)
    yield scene
    scene.close()


def records(scene):
    return [body for body in scene.recorder.bodies if isinstance(body, PartRecord)]


def test_one_part_from_count_to_record_and_a_clean_end(scene):
    line = scene.start()
    engine, window = scene.engine(), scene.join()
    time.sleep(1.1)  # a first part proves the numbers alone only when the PLC was seen to count nothing for a second
    scene.plc.count = 1
    exposed = Ledger(exposed_ns=time.monotonic_ns(), frame_ns=time.monotonic_ns())
    engine.send(PartVerdict(FrameKey(5, 1), Verdict.PASS, Reason.CLEAN, 0.1, 1.0, exposed))
    assert scene.wait(engine, Numbering, lambda n: n.session) == Numbering(5, 0)
    record = scene.wait(window, PartRecord)
    assert (record.key, record.verdict, record.acknowledged) == ("0007-1", Verdict.PASS, True)
    wait_until(lambda: records(scene) == [record])
    assert scene.plc.passes(7, 1, time.monotonic_ns())
    line.send_signal(signal.SIGTERM)
    assert line.wait(PATIENCE_S) == 0
    assert not scene.plc.passes(7, 1, time.monotonic_ns())
    assert scene.plc.memory[102] != State.CONTINUOUS_EXECUTION
    assert not (scene.run_dir / "line.sock").exists()
    assert not (scene.run_dir / "line.spill").exists()


def test_dead_engine_and_command(scene):
    scene.start()
    engine, window = scene.engine(), scene.join()
    engine.close()
    wait_until(lambda: scene.plc.memory[102] == State.INITIALIZED)
    window.send(Command("halt", "ann", "operator"))
    assert scene.wait(window, CommandResult) == CommandResult("halt", True, "halted")
    assert scene.wait(window, LineStatus, lambda s: s.state == State.HALTED).plc is Health.GOOD


def test_unplugged_adapter_is_told_and_comes_back(scene):
    scene.start()
    window = scene.join()
    scene.wait(window, LineStatus, lambda s: s.plc is Health.GOOD)
    scene.pty.unplug()
    scene.pty = None
    status = scene.wait(window, LineStatus, lambda s: s.plc is Health.FAILURE)
    assert f"{scene.run_dir}/plc" in status.plc_detail
    assert status.advice
    scene.plug()
    scene.wait(window, LineStatus, lambda s: s.plc is Health.GOOD)


def test_killed_line_records_what_was_counted_meanwhile(scene):
    line = scene.start()
    scene.wait(scene.join(), LineStatus, lambda s: s.plc is Health.GOOD)
    wait_until(
        lambda: (
            (scene.run_dir / "line.memory").stat().st_size
            and any(body.text.startswith("PLC link up") for body in scene.recorder.bodies if hasattr(body, "text"))
        )
    )
    line.kill()
    line.wait()
    scene.plc.count = 3
    scene.start()
    wait_until(lambda: len(records(scene)) == 3)
    assert {record.key for record in records(scene)} == {"0007-1", "0007-2", "0007-3"}
    assert {record.reason for record in records(scene)} == {Reason.LINE_RESTARTED}


def test_a_killed_line_that_had_stopped_for_a_cause_stays_stopped(scene):
    line = scene.start()
    scene.engine()
    scene.plc.inputs = 1
    wait_until((scene.run_dir / "line.stop").exists)
    line.kill()
    line.wait()
    scene.plc.inputs = 0
    scene.start()
    window = scene.join()
    engine = connect(scene.run_dir / "line.sock")
    scene.channels.append(engine)
    engine.send(EngineStatus(True, "", Health.GOOD, 6, 0, "cpu", "demo", 77, ""))
    status = scene.wait(window, LineStatus, lambda s: s.state == State.READY)
    assert status.error == "the reject bin is full"
    window.send(Command("start", "ann", "operator"))
    assert scene.wait(window, CommandResult).done
    scene.wait(window, LineStatus, lambda s: s.state == State.CONTINUOUS_EXECUTION)
    assert not (scene.run_dir / "line.stop").exists()


def test_second_station_is_refused_in_one_sentence(scene):
    scene.start()
    scene.join()
    second = scene.start()
    assert second.wait(PATIENCE_S) == 2
    error = second.stderr.read()
    assert "is in use by another station" in error
    assert error.count("\n") == 1
    other = scene.run_dir / "other"
    scene.config.write_text(TOML.format(run_dir=scene.run_dir).replace(f'"{scene.run_dir}"', f'"{other}"'))
    third = scene.start()
    assert third.wait(PATIENCE_S) == 2
    assert "plc: in use by another program" in third.stderr.read()
    assert scene.join()


def test_systemd_is_told_ready_watchdog_and_stopping(scene):
    address = scene.run_dir / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(address))
        sock.settimeout(PATIENCE_S)
        line = scene.start(NOTIFY_SOCKET=str(address))
        assert sock.recv(100) == b"READY=1"
        assert sock.recv(100) == b"WATCHDOG=1"
        line.send_signal(signal.SIGINT)
        while (told := sock.recv(100)) != b"STOPPING=1":
            assert told == b"WATCHDOG=1"
        assert line.wait(PATIENCE_S) == 0


def test_missing_configuration_is_one_sentence(tmp_path, capsys):
    assert main(["--config", str(tmp_path / "none.toml")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("line: ")
    assert "there is no such file" in error


def test_run_dir_that_cannot_be_used(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    config = tmp_path / "station.toml"
    config.write_text(TOML.format(run_dir=tmp_path / "file" / "run"))
    assert main(["--config", str(config)]) == 2
    assert "name a writable directory" in capsys.readouterr().err


def test_a_signal_waits_while_the_sockets_appear_and_no_failure_leaves_it_blocked():
    caught = []
    before = signal.signal(signal.SIGTERM, lambda number, _: caught.append(number))
    try:
        with pytest.raises(ConfigError), signals_wait():
            signal.raise_signal(signal.SIGTERM)
            assert caught == []
            raise ConfigError("no such directory")
        assert caught == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)
