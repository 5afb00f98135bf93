"""Faults are read from the command line, begin at their part, and are mended after their seconds."""

from __future__ import annotations

import argparse
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from station.desk.faults import FAULTS, Fault, FaultPlan, flip_byte, parse_fault

ISSUE = (
    "serial-cut, byte-noise, plc-restart, engine-killed, engine-frozen, line-killed, recorder-killed, gui-killed, "
    "camera-frozen, frame-lost, nan, late, tampered-bundle"
)


@dataclass
class RecordingScene:
    """Writes down what a fault did; plays supervisor and plant too."""

    bundle: Path = Path()
    rate: float = 10.0
    done: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def processes(self) -> Any:
        return self

    @property
    def plant(self) -> Any:
        return self

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: self.done.append((name, *arguments))


def test_knows_exactly_the_faults_of_the_plan() -> None:
    assert list(FAULTS) == ISSUE.split(", ")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("serial-cut", Fault("serial-cut", None, 2.0)),
        ("serial-cut@20", Fault("serial-cut", 20, 2.0)),
        ("engine-killed@7:1.5", Fault("engine-killed", 7, 1.5)),
        ("nan:3", Fault("nan", None, 3.0)),
    ],
)
def test_reads_faults(text: str, fault: Fault) -> None:
    assert parse_fault(text) == fault
    assert parse_fault(str(fault)) == fault


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("serial-cat", "unknown fault 'serial-cat'; did you mean 'serial-cut'?"),
        ("zzz", "unknown fault 'zzz'; known: serial-cut, byte-noise"),
        ("nan@x", "not of the form NAME"),
        ("nan:-1", "not of the form NAME"),
        ("nan@0", "counted from 1"),
        ("late:90", "at most 30 s"),
    ],
)
def test_wrong_faults_get_one_clear_sentence(text: str, answer: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=answer.replace("?", r"\?")):
        parse_fault(text)


@pytest.mark.parametrize(
    ("name", "begin", "end"),
    [
        ("serial-cut", ("cut", 1.0), None),
        ("byte-noise", ("noise", 0.002, 0.002, 1.0), None),
        ("plc-restart", ("restart_plc", 1.0), None),
        ("engine-killed", ("kill", "engine", 1.0), None),
        ("line-killed", ("kill", "line", 1.0), None),
        ("recorder-killed", ("kill", "recorder", 1.0), None),
        ("gui-killed", ("kill", "gui", 1.0), None),
        ("engine-frozen", ("send_signal", "engine", signal.SIGSTOP), ("send_signal", "engine", signal.SIGCONT)),
        ("camera-frozen", ("send_signal", "camera", signal.SIGSTOP), ("send_signal", "camera", signal.SIGCONT)),
        ("frame-lost", ("lose_frames", 10), None),
        ("nan", ("rehearse", "nan", 1.0), None),
        ("late", ("rehearse", "late", 1.0), None),
    ],
)
def test_each_fault_does_what_it_says(name: str, begin: tuple[Any, ...], end: tuple[Any, ...] | None) -> None:
    now, said = 0.0, list[str]()
    scene = RecordingScene()
    plan = FaultPlan([Fault(name, 3, 1.0)], 10, said.append, lambda: now)
    plan.advance(2, scene)
    assert scene.done == []
    plan.advance(3, scene)
    assert scene.done == [begin]
    assert not plan.idle
    now = 0.9
    plan.advance(9, scene)
    assert scene.done == [begin]
    now = 1.0
    plan.advance(9, scene)
    assert scene.done == [begin, *([end] if end else [])]
    assert plan.idle
    assert said[0].startswith(f"fault {name} at part 3")


def test_tampered_bundle_is_restored(tmp_path: Path) -> None:
    now = 0.0
    tower = tmp_path / "tower.onnx"
    tower.write_bytes(bytes(range(100)))
    scene = RecordingScene(bundle=tmp_path)
    plan = FaultPlan([Fault("tampered-bundle", 1, 2.0)], 10, lambda _: None, lambda: now)
    plan.advance(1, scene)
    changed = tower.read_bytes()
    assert [index for index in range(100) if changed[index] != index] == [50]
    assert scene.done == [("kill", "engine")]
    now = 2.0
    plan.advance(1, scene)
    assert tower.read_bytes() == bytes(range(100))
    assert scene.done == [("kill", "engine"), ("kill", "engine")]


def test_faults_without_a_part_are_spread_over_the_run() -> None:
    scene = RecordingScene()
    faults = [Fault("serial-cut", None, 0.0), Fault("nan", None, 0.0), Fault("late", 30, 0.0)]
    plan = FaultPlan(faults, 60, lambda _: None, lambda: 0.0)
    begun = []
    for produced in range(61):
        before = len(scene.done)
        plan.advance(produced, scene)
        begun += [(produced, action[0]) for action in scene.done[before:]]
    assert begun == [(20, "cut"), (30, "rehearse"), (40, "rehearse")]


def test_everything_is_mended_at_the_end() -> None:
    scene = RecordingScene()
    plan = FaultPlan([Fault("engine-frozen", 1, 30.0), Fault("nan", 9, 1.0)], 10, lambda _: None, lambda: 0.0)
    plan.advance(1, scene)
    plan.mend_all(scene)
    assert scene.done[-1] == ("send_signal", "engine", signal.SIGCONT)
    assert plan.idle


def test_flipping_twice_is_as_before(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one byte")
    flip_byte(path)
    assert path.read_bytes() != b"one byte"
    flip_byte(path)
    assert path.read_bytes() == b"one byte"
