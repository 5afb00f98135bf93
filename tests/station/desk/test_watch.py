"""The desk follows the line process across its restarts, and asks the engine for rehearsals."""

from __future__ import annotations

from pathlib import Path

import pytest

from station.core.channel import Channel, Listener
from station.core.domain import Health
from station.core.message import Command, CommandResult
from station.core.messages import Counters, LineStatus, Rehearse
from station.core.states import State
from station.desk.watch import EngineDoor, LineWatch


def status(state: State) -> LineStatus:
    return LineStatus(
        state=state,
        error="",
        advice="",
        plc=Health.GOOD,
        plc_detail="",
        engine=Health.GOOD,
        engine_detail="",
        camera=Health.GOOD,
        runtime="onnxruntime",
        recipe="ring",
        counters=Counters(),
        inputs=0,
        realtime="",
    )


def accept(listener: Listener) -> Channel:
    channel = listener.accept()
    assert channel is not None
    return channel


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "line.sock"


def test_follows_the_line_and_its_restart(path: Path) -> None:
    now = 0.0
    watch = LineWatch(path, lambda: now)
    watch.pump()
    assert watch.state is None
    listener = Listener(path)
    watch.pump()
    now = 1.0
    watch.pump()
    line = accept(listener)
    line.send(status(State.READY))
    line.send(status(State.CONTINUOUS_EXECUTION))
    watch.pump()
    assert watch.state is State.CONTINUOUS_EXECUTION
    line.close()
    watch.pump()
    assert watch.state is None
    now = 2.0
    watch.pump()
    line = accept(listener)
    line.send(status(State.PREOPERATIONAL))
    watch.pump()
    assert watch.state is State.PREOPERATIONAL
    line.close()
    watch.close()
    listener.close()


def test_commands_go_out_and_answers_come_back(path: Path) -> None:
    listener = Listener(path)
    watch = LineWatch(path, lambda: 1.0)
    assert not watch.command("confirm")
    watch.pump()
    line = accept(listener)
    assert watch.command("confirm")
    assert line.receive() == Command("confirm", user="desk", role="supervisor")
    line.send(CommandResult("confirm", True, "started over"))
    watch.pump()
    assert watch.answers == [CommandResult("confirm", True, "started over")]
    line.close()
    listener.close()
    watch.command("start")
    assert not watch.command("start")


def test_rehearsal_reaches_the_engine(tmp_path: Path) -> None:
    door = EngineDoor(tmp_path / "engine.sock")
    assert not door.rehearse("nan", 1.0)
    listener = Listener(tmp_path / "engine.sock")
    assert door.rehearse("nan", 1.0)
    engine = accept(listener)
    assert engine.receive() == Rehearse("nan", 1.0)
    engine.send(status(State.READY))
    door.pump()
    engine.close()
    door.pump()
    listener.close()
    assert not door.rehearse("late", 1.0)
    door.close()
