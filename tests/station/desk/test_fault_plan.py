"""Faults begin at their part, end after their seconds, and leave room for the line to recover."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from station.desk import fault_plan
from station.desk.fault_plan import RECOVERY_S, FaultPlan, parts_needed
from station.desk.faults import FAULTS, Fault, FaultKind, parse_faults


def at(produced: int, now_ns: int = 0) -> Any:
    """The plant's status."""
    return SimpleNamespace(produced=produced, now_ns=now_ns)


@dataclass
class Log:
    """What the faults did; each fault of the table says its name, and "mended" at its end."""

    done: list[str] = field(default_factory=list)

    def begin(self, name: str) -> Any:
        def start(scene: Any, seconds: float) -> Any:
            self.done.append(name)
            return lambda: self.done.append(f"{name} mended")

        return start


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    log = Log()
    kinds = {name: FaultKind(kind.text, kind.seconds, log.begin(name)) for name, kind in FAULTS.items()}
    monkeypatch.setattr(fault_plan, "FAULTS", kinds)
    return log


def test_begins_at_its_part_and_ends_after_its_seconds(log: Log) -> None:
    now, said = 0.0, list[str]()
    scene: Any = None
    plan = FaultPlan([Fault("nan", 3, 1.0)], 10, said.append, lambda: now)
    plan.advance(at(2), scene)
    assert log.done == []
    assert not plan.calm
    plan.advance(at(3, 70), scene)
    assert log.done == ["nan"]
    now = 0.9
    plan.advance(at(9, 80), scene)
    assert log.done == ["nan"]
    assert not plan.idle
    assert not plan.calm
    now = 1.0
    plan.advance(at(9, 90), scene)
    assert log.done == ["nan", "nan mended"]
    assert plan.idle
    assert plan.calm
    assert said == [f"fault nan at part 3: {FAULTS['nan'].text}", "fault nan is mended"]
    (mark,) = plan.marks
    assert (mark.part, mark.began_ns, mark.mended_ns) == (3, 70, 90)


def test_faults_without_a_part_are_spread_over_the_run(log: Log) -> None:
    faults = [Fault("serial-cut", None, 0.0), Fault("nan", None, 0.0), Fault("late", 30, 0.0)]
    plan = FaultPlan(faults, 60, lambda _: None, lambda: 0.0)
    scene: Any = None
    for produced in range(61):
        plan.advance(at(produced), scene)
    assert [(mark.fault.name, mark.part) for mark in plan.marks] == [("serial-cut", 20), ("late", 30), ("nan", 40)]


def test_all_faults_come_one_after_another_with_time_to_recover(log: Log) -> None:
    faults, rate = parse_faults("all"), 5.0
    parts = parts_needed(faults, rate)
    plan = FaultPlan(faults, parts, lambda _: None, lambda: 0.0)
    scene: Any = None
    for produced in range(parts + 1):
        plan.advance(at(produced), scene)
    assert [mark.fault for mark in plan.marks] == faults
    for mark, following in pairwise(plan.marks):
        assert following.part - mark.part >= rate * (mark.fault.seconds + RECOVERY_S) - 1
    assert parts - plan.marks[-1].part >= rate * (plan.marks[-1].fault.seconds + RECOVERY_S) - 1


def test_parts_are_enough_for_the_last_fault_and_what_comes_after_it() -> None:
    assert parts_needed([], 5.0) <= 60
    assert parts_needed([Fault("nan", 100, 1.0)], 5.0) == 100 + 5 * 7
    assert parts_needed([Fault("nan", 100, 1.0), Fault("late", None, 1.0)], 5.0) == 135


def test_everything_is_mended_at_the_end(log: Log) -> None:
    plan = FaultPlan([Fault("engine-frozen", 1, 30.0), Fault("nan", 9, 1.0)], 10, lambda _: None, lambda: 0.0)
    scene: Any = None
    plan.advance(at(1), scene)
    plan.mend_all()
    assert log.done == ["engine-frozen", "engine-frozen mended"]
    assert plan.idle
