"""A window that runs as another user: real line and recorder processes believe its badge, and nothing else it says."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from station.core.channel import Channel, connect
from station.core.config import StationConfig, load_config
from station.core.domain import Health
from station.core.errors import ChannelError
from station.core.message import Command, CommandResult
from station.core.messages import EngineStatus, LineStatus
from station.core.states import State
from station.recorder.reading import open_journal

PATIENCE_S = 20
TOML = """
[station]
run_dir = "{folder}"
[line]
port = "{folder}/no-plc"
realtime_priority = 0
[recorder]
journal = "{folder}/journal.sqlite"
pictures = "{folder}/pictures"
min_free_mib = 1
"""
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user: needs root")


@pytest.fixture
def station() -> Iterator[StationConfig]:
    """Line (in Error, without a PLC) and recorder, in a folder that our group can enter."""
    folder = Path(tempfile.mkdtemp(prefix="saiken-"))
    folder.chmod(0o770)
    file = folder / "station.toml"
    file.write_text(TOML.format(folder=folder))
    running = [
        subprocess.Popen([sys.executable, "-m", f"station.{name}", "--config", str(file)])
        for name in ("line", "recorder")
    ]
    try:
        yield load_config(file)
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(PATIENCE_S)
        shutil.rmtree(folder)


def meet(path: Path) -> Channel:
    end = time.monotonic() + PATIENCE_S
    while (channel := _connected(path)) is None:
        assert time.monotonic() < end, f"nobody came to {path}"
        time.sleep(0.02)
    return channel


def _connected(path: Path) -> Channel | None:
    try:
        return connect(path)
    except ChannelError:
        return None


def hear(channel: Channel, wanted: Callable[[object], bool]) -> object:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        select.select([channel], [], [], 0.1)
        while (message := channel.receive()) is not None:
            if wanted(message):
                return message
    raise AssertionError("it did not come")


def order(path: Path, command: Command) -> CommandResult:
    channel = meet(path)
    channel.send(command)
    result = hear(channel, lambda message: isinstance(message, CommandResult))
    channel.close()
    assert isinstance(result, CommandResult)
    return result


def as_somebody_else(script: Callable[[], dict[str, CommandResult]]) -> dict[str, CommandResult]:
    """Run `script` in a process of user 4242 that shares our group and nothing else."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setuid(4242)
            os.write(write, msgspec.json.encode(script()))
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return msgspec.json.decode(said, type=dict[str, CommandResult])


def test_an_untrusted_window_needs_a_badge_to_confirm_an_error_or_to_add_people(station: StationConfig) -> None:
    line, recorder = station.socket("line"), station.socket("journal")
    engine = meet(line)
    engine.send(EngineStatus(False, "", Health.GOOD, 0, 0, "cpu", "ring", 7, "", fatal="bundle: tampered"))
    watching = meet(line)
    hear(watching, lambda message: isinstance(message, LineStatus) and message.state == State.ERROR)
    watching.close()
    assert order(recorder, Command("add-person", "root", "integrator", "sue", "supervisor longlong")).done

    def confirm(badge: str) -> CommandResult:
        return order(line, Command("confirm", "chief", "integrator", badge=badge))

    def add(name: str, value: str, badge: str) -> CommandResult:
        return order(recorder, Command("add-person", "chief", "integrator", name, value, badge=badge))

    def window() -> dict[str, CommandResult]:
        said = {"bare confirm": confirm(""), "bare add": add("eve", "integrator longlong", "")}
        said["wrong log-in"] = order(recorder, Command("log-in", "", "", "sue", "longlonG"))
        said["log-in"] = order(recorder, Command("log-in", "", "", "sue", "longlong"))
        badge = said["log-in"].badge
        forged = badge[:-8] + ("A" if badge[-8] != "A" else "B") + badge[-7:]
        said |= {"forged confirm": confirm(forged), "forged add": add("eve", "operator 1234", forged)}
        said |= {"add": add("hana", "operator 1234", badge), "too high": add("eve", "integrator longlong", badge)}
        try:
            said["key"] = CommandResult("key", True, (station.run_dir / "badge.key").read_bytes().hex())
        except PermissionError:
            said["key"] = CommandResult("key", False, "permission denied")
        return said | {"confirm": confirm(badge)}

    said = as_somebody_else(window)
    done = {name for name, result in said.items() if result.done}
    assert done == {"log-in", "add", "confirm"}, said
    assert said["bare confirm"].text == "an error is confirmed by a supervisor"
    assert "not for 'operator'" in said["bare add"].text
    assert said["forged confirm"].text == "the log-in is over; log in again"
    assert said["confirm"].text == "error confirmed"
    engine.close()
    with open_journal(station) as journal:
        trail = {(entry.user, entry.text) for entry in journal.audit()}
        people = [row["name"] for row in journal.select("SELECT name FROM person ORDER BY name")]
    assert people == ["hana", "sue"]
    assert ("sue", "operator 'hana' added") in trail
    assert not any(user == "chief" for user, _ in trail)
