"""What windows get: the ring first, then the parts; and they never hold up the engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from station.core.channel import connect
from station.core.domain import Ledger, Reason, Verdict
from station.core.message import CommandResult
from station.core.messages import FrameKey, InspectionRecord, Patch, Rehearse, Ring, Showing, Why
from station.core.ring import FrameRing
from station.engine.windows import Windows


@pytest.fixture
def windows(run_dir: Path, clock) -> Iterator[Windows]:
    made = Windows(run_dir / "engine.sock", clock)
    clock.advance_ms(1000)
    yield made
    made.close()


@pytest.fixture
def window(windows, run_dir):
    channel = connect(run_dir / "engine.sock")
    windows.poll()
    yield channel
    channel.close()


@pytest.fixture
def ring(windows, window) -> Iterator[FrameRing]:
    windows.prepare(12, 16)
    message, descriptor = window.receive_with_descriptor()
    assert message == Ring(12, 16)
    attached = FrameRing.attach(descriptor)
    yield attached
    attached.close()


def record(trigger: int, verdict: Verdict = Verdict.PASS) -> InspectionRecord:
    reason = Reason.CLEAN if verdict is Verdict.PASS else Reason.FINDING
    ledger = Ledger(frame_ns=44)
    return InspectionRecord(FrameKey(3, trigger), verdict, reason, 0.5, 1.0, (), 2, ledger, "ring", "ab", None, "", 0.0)


def evidence(make_finding, pixels: int, count: int) -> tuple[Why, ...]:
    patch = Patch(1, pixels, b"x" * pixels)
    return (Why(make_finding(2.0), patch, patch, patch),) * count


def test_a_window_that_comes_late_gets_the_ring_at_once(windows, ring, run_dir):
    late = connect(run_dir / "engine.sock")
    windows.poll()
    message, descriptor = late.receive_with_descriptor()
    assert message == Ring(12, 16)
    attached = FrameRing.attach(descriptor)
    assert attached.slots == ring.slots == 4
    attached.close()
    late.close()


def test_the_same_size_keeps_the_ring_and_another_one_replaces_it(windows, window, ring):
    windows.prepare(12, 16)
    assert window.receive() is None
    windows.prepare(20, 30)
    assert window.receive() == Ring(20, 30)


def test_a_part_is_shown_with_its_frame(windows, window, ring, picture):
    windows.show(record(5), picture(99), 105, tuple)
    showing = window.receive()
    assert isinstance(showing, Showing)
    assert (showing.frame, showing.part, showing.verdict, showing.cleared) == (FrameKey(3, 5), 105, Verdict.PASS, 2)
    held = ring.read(showing.slot_sequence)
    assert (held.tag, held.stamp_ns, held.pixels) == (5, 44, picture(99).tobytes())


def test_a_lost_frame_and_a_frame_of_another_size_are_shown_without_picture(windows, window, ring, picture):
    windows.show(record(1, Verdict.NOT_INSPECTED), None, 0, tuple)
    windows.show(record(2, Verdict.NOT_INSPECTED), picture()[:5], 0, tuple)
    assert [window.receive().slot_sequence for _ in range(2)] == [0, 0]
    assert ring.newest() == 0


@pytest.mark.usefixtures("ring")
def test_good_parts_in_quick_succession_are_thinned_out_but_no_bad_one(windows, window, picture, clock, received):
    for trigger in range(1, 101):
        verdict = Verdict.REJECT if trigger == 50 else Verdict.PASS
        windows.show(record(trigger, verdict), picture(), 0, tuple)
        clock.advance_ms(10)
    shown = [showing.frame.trigger for showing in received(window)]
    assert 50 in shown
    assert 20 <= len(shown) <= 31


@pytest.mark.usefixtures("ring")
def test_evidence_is_only_asked_for_when_a_part_did_not_pass(windows, window, picture, make_finding):
    asked: list[int] = []

    def why() -> tuple[Why, ...]:
        asked.append(1)
        return evidence(make_finding, 9, 2)

    windows.show(record(1), picture(), 0, why)
    assert (asked, window.receive().why) == ([], ())
    windows.show(record(2, Verdict.REJECT), picture(), 0, why)
    assert len(window.receive().why) == 2


@pytest.mark.usefixtures("ring")
def test_evidence_is_cut_to_what_a_datagram_holds(windows, window, picture, make_finding):
    windows.show(record(1, Verdict.REJECT), picture(), 0, lambda: evidence(make_finding, 20_000, 3))
    assert len(window.receive().why) == 2


def test_nobody_watches_nobody_works(windows, picture):
    def why() -> tuple[Why, ...]:
        raise AssertionError("nobody wants to know")

    windows.show(record(1, Verdict.REJECT), picture(), 0, why)


@pytest.mark.usefixtures("ring")
def test_a_slow_window_misses_parts_and_blocks_nobody(windows, window, picture, make_finding, received):
    why = evidence(make_finding, 10_000, 3)
    for trigger in range(1, 101):
        windows.show(record(trigger, Verdict.REJECT), picture(), 0, lambda: why)
    first = [showing.frame.trigger for showing in received(window)]
    assert 0 < len(first) < 100
    assert first == list(range(1, len(first) + 1))
    windows.show(record(101), picture(), 0, tuple)
    windows.show(record(102, Verdict.REJECT), picture(), 0, tuple)
    assert received(window)[-1].frame.trigger == 102


@pytest.mark.usefixtures("ring")
def test_a_window_that_leaves_is_forgotten(windows, window, picture):
    assert len(windows.filenos()) == 2
    window.close()
    windows.show(record(1), picture(), 0, tuple)
    assert len(windows.filenos()) == 1


def test_rehearsals_are_handed_on_and_other_messages_ignored(windows, window):
    window.send(CommandResult("x", True, ""))
    window.send(Rehearse("nan", 2.0))
    assert windows.poll() == [Rehearse("nan", 2.0)]
    assert windows.poll() == []
