"""The virtual camera and engine misbehave as real ones do, and never tell a wrong trigger number."""

from __future__ import annotations

import pytest

from station.core.domain import Health, Reason, Verdict
from station.core.messages import EngineStatus, PartVerdict
from station.desk.virtual_engine import LOAD_NS, MS, VirtualEngine
from station.sim.conveyor import PhysicalPart

LOADED_NS = LOAD_NS + MS
SECOND = 1_000 * MS


class Bench:
    """Drives one engine and keeps what it said."""

    def __init__(self, seed: int = 1) -> None:
        self.engine = VirtualEngine(seed, deadline_ms=200)
        self.statuses: list[EngineStatus] = []
        self.verdicts: list[PartVerdict] = []
        self.gone = 0

    def run(self, start_ns: int, end_ns: int, edges: dict[int, PhysicalPart] | None = None) -> None:
        """One millisecond after the other; `edges` by their time."""
        for now_ns in range(start_ns, end_ns, MS):
            if edges and now_ns in edges:
                self.engine.trigger(edges[now_ns], now_ns)
            said = self.engine.advance(now_ns)
            self.gone += said.gone
            for message in said.messages:
                if isinstance(message, EngineStatus):
                    self.statuses.append(message)
                else:
                    self.verdicts.append(message)


def part(index: int, kind: str = "good") -> PhysicalPart:
    return PhysicalPart(index, kind, index, 0)


def row(start_ns: int, *kinds: str) -> dict[int, PhysicalPart]:
    """Parts 100 ms apart."""
    return {start_ns + 100 * MS * at: part(at + 1, kind) for at, kind in enumerate(kinds)}


@pytest.fixture
def bench() -> Bench:
    """Loaded and idle."""
    made = Bench()
    made.run(0, LOADED_NS)
    return made


def test_says_when_its_next_answer_leaves_and_what_its_frames_show(bench: Bench) -> None:
    assert bench.engine.next_ns() > 10**15
    bench.engine.trigger(part(7), LOADED_NS)
    bench.engine.advance(LOADED_NS + 20 * MS)
    leaves_ns = bench.engine.next_ns()
    assert bench.engine.advance(leaves_ns - 1).messages == []
    verdict, _ = bench.engine.advance(leaves_ns).messages
    assert isinstance(verdict, PartVerdict)
    assert bench.engine.shown == {verdict.frame: 7}


def test_ready_after_loading_and_alive_while_idle(bench: Bench) -> None:
    assert [status.ready for status in bench.statuses] == [True]
    bench.run(LOADED_NS, LOADED_NS + SECOND)
    assert 9 <= len(bench.statuses) <= 12


def test_bad_parts_are_never_called_good(bench: Bench) -> None:
    edges = row(LOADED_NS, *["scratch", "dent", "missing_bore"] * 20)
    bench.run(LOADED_NS, LOADED_NS + 7 * SECOND, edges)
    assert len(bench.verdicts) == 60
    assert Verdict.PASS not in {verdict.verdict for verdict in bench.verdicts}
    assert [verdict.frame.trigger for verdict in bench.verdicts] == list(range(1, 61))


def test_most_good_parts_are_called_good(bench: Bench) -> None:
    bench.run(LOADED_NS, LOADED_NS + 7 * SECOND, row(LOADED_NS, *["good"] * 60))
    assert sum(verdict.verdict is Verdict.PASS for verdict in bench.verdicts) > 50


def test_lost_frame_keeps_its_number(bench: Bench) -> None:
    bench.engine.lose_frames(1)
    bench.run(LOADED_NS, LOADED_NS + SECOND, row(LOADED_NS, "good", "good"))
    assert [verdict.frame.trigger for verdict in bench.verdicts] == [1, 2]
    assert bench.verdicts[0].reason is Reason.FRAME_LOST


def test_missed_trigger_shifts_the_numbers(bench: Bench) -> None:
    bench.engine.miss_triggers(1)
    bench.run(LOADED_NS, LOADED_NS + SECOND, row(LOADED_NS, "good", "good", "good"))
    assert [verdict.frame.trigger for verdict in bench.verdicts] == [1, 2]


def test_killed_engine_comes_back_with_another_session(bench: Bench) -> None:
    before = bench.statuses[-1].session
    bench.engine.trigger(part(1), LOADED_NS)
    bench.engine.kill(LOADED_NS + MS, down_s=0.5)
    bench.run(LOADED_NS + MS, LOADED_NS + 3 * SECOND)
    assert bench.gone == 1
    assert bench.verdicts == []
    assert bench.statuses[-1].session not in {0, before}


def test_frozen_engine_is_silent_then_late(bench: Bench) -> None:
    bench.engine.freeze(LOADED_NS, seconds=1.0)
    heard = len(bench.statuses)
    bench.run(LOADED_NS, LOADED_NS + 999 * MS, row(LOADED_NS, "good"))
    assert (len(bench.statuses), bench.verdicts) == (heard, [])
    bench.run(LOADED_NS + SECOND, LOADED_NS + 2 * SECOND)
    assert [verdict.reason for verdict in bench.verdicts] == [Reason.LATE]


def test_frozen_camera_is_noticed_and_armed_anew(bench: Bench) -> None:
    before = bench.statuses[-1].session
    bench.engine.freeze_camera(LOADED_NS, seconds=0.8)
    bench.run(LOADED_NS, LOADED_NS + 790 * MS, row(LOADED_NS, "good", "good", "good"))
    assert (bench.statuses[-1].camera, bench.statuses[-1].session) == (Health.FAILURE, 0)
    bench.run(LOADED_NS + 800 * MS, LOADED_NS + SECOND)
    assert bench.statuses[-1].camera is Health.GOOD
    assert bench.statuses[-1].session not in {0, before}
    assert bench.verdicts == []  # those parts have moved on


@pytest.mark.parametrize(("fault", "reason"), [("nan", Reason.NOT_FINITE), ("late", Reason.LATE)])
def test_rehearsed_faults_are_not_inspected(bench: Bench, fault: str, reason: Reason) -> None:
    bench.engine.rehearse(fault, LOADED_NS, seconds=0.15)
    bench.run(LOADED_NS, LOADED_NS + SECOND, row(LOADED_NS, "good"))
    assert [(verdict.verdict, verdict.reason) for verdict in bench.verdicts] == [(Verdict.NOT_INSPECTED, reason)]


def test_three_failures_in_a_row_end_the_process(bench: Bench) -> None:
    bench.engine.rehearse("nan", LOADED_NS, seconds=2.0)
    bench.run(LOADED_NS, LOADED_NS + 3 * SECOND, row(LOADED_NS, *["good"] * 4))
    assert bench.gone == 1
    assert any(status.fatal for status in bench.statuses)
