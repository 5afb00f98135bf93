"""The demo's own parts; whole runs are in tests/end_to_end."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from station.core.errors import ChannelError
from station.core.states import State
from station.desk import demo
from station.desk.faults import Fault
from station.desk.stage import Stage, Wishes
from station.sim.book import Totals


class World:
    """Plays supervisor, plant and line at once."""

    def __init__(self) -> None:
        self.failed: tuple[str, int] | None = None
        self.plant_answers: list[Any] = []

    def tend(self, wait_s: float) -> None:
        """Nothing happens by itself."""

    def status(self) -> Any:
        answer = self.plant_answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def line(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[demo.Demo]:
    """A demo that has started nothing."""
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "manifest.json").write_text("{}")
    stage = Stage(Wishes(bundle=tmp_path / "bundle", faults=(Fault("nan", 1, 0.0),)))
    made = demo.Demo(stage)
    monkeypatch.setattr(made, "processes", world)
    monkeypatch.setattr(made, "plant", world)
    yield made
    stage.close()


def stopped(line: demo.Demo, monkeypatch: pytest.MonkeyPatch, state: State, error: str) -> list[str]:
    """The line stands in this state; returns the commands that reach it."""
    commands: list[str] = []
    watch = SimpleNamespace(state=state, status=SimpleNamespace(error=error, runtime=""), command=commands.append)
    monkeypatch.setattr(line, "_watch", watch)
    return commands


@pytest.mark.parametrize(
    "stop",
    [
        (State.ERROR, "confirm", "Error: not finite - confirmed by the person at the desk"),
        (State.HALTED, "confirm", "Halted: not finite - confirmed by the person at the desk"),
        (State.READY, "start", "Ready: not finite - production started again by the person at the desk"),
    ],
)
def test_stops_are_answered_after_a_look_and_only_when_faults_are_over(
    line: demo.Demo,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    stop: tuple[State, str, str],
) -> None:
    state, command, said = stop
    now = 100.0
    monkeypatch.setattr(demo.time, "monotonic", lambda: now)
    commands = stopped(line, monkeypatch, state, "not finite")
    line._attend()
    now += 5
    line._attend()
    assert commands == []  # no fault was injected yet: this stop is real, a person must come
    monkeypatch.setattr(type(line.plan), "calm", property(lambda _: True))
    line._attend()
    now += 0.9
    line._attend()
    assert commands == []
    now += 0.2
    line._attend()
    assert commands == [command]
    assert said in capsys.readouterr().out


def test_line_that_produces_is_left_alone(line: demo.Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(demo.time, "monotonic", lambda: now)
    monkeypatch.setattr(type(line.plan), "calm", property(lambda _: True))
    commands = stopped(line, monkeypatch, State.CONTINUOUS_EXECUTION, "")
    for _ in range(3):
        line._attend()
        now += 5
    assert commands == []


def test_process_that_cannot_start_ends_the_demo(line: demo.Demo, world: World) -> None:
    world.failed = ("engine", 2)
    with pytest.raises(demo.DemoError, match="engine ended with exit code 2"):
        line._tend()


def test_plant_may_need_a_moment(line: demo.Demo, world: World) -> None:
    world.plant_answers = [ChannelError("not there"), ChannelError("not there"), "status"]
    assert line._plant_status() == "status"


def test_plant_that_never_answers_ends_the_demo(line: demo.Demo, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "READY_S", -1.0)
    world.plant_answers = [ChannelError("not there")]
    with pytest.raises(demo.DemoError, match="plant simulator does not answer"):
        line._plant_status()


def test_line_that_never_gets_ready_ends_the_demo(
    line: demo.Demo, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "READY_S", -1.0)
    world.plant_answers = [SimpleNamespace(started=False)]
    with pytest.raises(demo.DemoError, match=r"the line is not ready after .* no line yet"):
        line._wait_for_production()


def test_progress_is_one_line_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status: Any = SimpleNamespace(totals=Totals(parts=12, passed=9, rejected=3))
    watch: Any = SimpleNamespace(state=None)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    progress = demo.Progress()
    progress.show(60, status, watch)
    progress.show(60, status, watch)  # too soon
    progress.end()
    text = capsys.readouterr().out
    assert text.count("12/60 through the gate: 9 passed, 3 rejected · line is away") == 1
    assert text.endswith("\n")
