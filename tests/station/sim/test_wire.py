from __future__ import annotations

import pytest

from station.sim.wire import Lane, Trouble, Wire

MS = 1_000_000
SECOND = 1_000_000_000


def test_bytes_arrive_at_the_pace_of_the_baud_rate() -> None:
    lane = Lane(9600, Trouble(seed=1))
    lane.send(0, b"abc")
    arrivals = lane.arrived(SECOND)
    assert bytes(byte for _, byte in arrivals) == b"abc"
    assert [at for at, _ in arrivals] == [pytest.approx((n + 1) * 10 / 9600 * SECOND, abs=1) for n in range(3)]


def test_nothing_arrives_early() -> None:
    lane = Lane(115200, Trouble(seed=1))
    lane.send(0, b"ab")
    first = lane.next_ns()
    assert first is not None
    assert lane.arrived(first - 1) == []
    assert lane.done_ns() == pytest.approx(2 * first, abs=1)
    assert len(lane.arrived(first)) == 1
    assert len(lane.arrived(2 * first)) == 1
    assert lane.next_ns() is None
    assert lane.done_ns() is None


def test_a_second_message_queues_behind_the_first() -> None:
    lane = Lane(115200, Trouble(seed=1))
    lane.send(0, bytes(100))
    lane.send(1, b"z")
    assert lane.arrived(SECOND)[-1][0] == pytest.approx(101 * 10 / 115200 * SECOND, abs=1)


def test_an_idle_lane_starts_when_the_sender_does() -> None:
    lane = Lane(115200, Trouble(seed=1))
    lane.send(0, b"a")
    lane.send(SECOND, b"b")
    assert lane.arrived(2 * SECOND)[-1][0] == pytest.approx(SECOND + 10 / 115200 * SECOND, abs=1)


def test_the_lanes_do_not_wait_for_each_other() -> None:
    wire = Wire(9600)
    wire.to_slave.send(0, bytes(100))
    wire.to_master.send(0, b"a")
    assert wire.to_master.arrived(2 * MS) == [(round(10 / 9600 * SECOND), ord("a"))]


def test_a_cut_swallows_what_arrives_meanwhile_and_nothing_else() -> None:
    wire = Wire(115200)
    wire.to_slave.send(0, b"before")
    assert len(wire.to_slave.arrived(100 * MS)) == 6
    wire.trouble.cut(300 * MS)
    wire.to_slave.send(150 * MS, b"lost")
    wire.to_master.send(150 * MS, b"lost too")
    wire.to_slave.send(400 * MS, b"after")
    assert bytes(byte for _, byte in wire.to_slave.arrived(SECOND)) == b"after"
    assert wire.to_master.arrived(SECOND) == []
    assert wire.trouble.lost == 12


def test_dropped_bytes_are_about_as_many_as_asked_for_and_come_from_the_seed() -> None:
    def survivors(seed: int) -> bytes:
        lane = Lane(1_000_000, trouble := Trouble(seed))
        trouble.noise(drop=0.1, flip=0.0, until_ns=SECOND)
        lane.send(0, bytes(range(256)) * 20)
        return bytes(byte for _, byte in lane.arrived(SECOND))

    assert 0.87 < len(survivors(1)) / 5120 < 0.93
    assert survivors(1) == survivors(1)
    assert survivors(1) != survivors(2)


def test_a_flip_changes_one_bit_and_loses_nothing() -> None:
    lane = Lane(1_000_000, trouble := Trouble(1))
    trouble.noise(drop=0.0, flip=1.0, until_ns=SECOND)
    lane.send(0, bytes(100))
    came = [byte for _, byte in lane.arrived(SECOND)]
    assert len(came) == 100
    assert all(byte.bit_count() == 1 for byte in came)
    assert len(set(came)) > 1
    assert trouble.flipped == 100


def test_noise_ends() -> None:
    lane = Lane(115200, trouble := Trouble(1))
    trouble.noise(drop=1.0, flip=0.0, until_ns=10 * MS)
    lane.send(0, b"x")
    lane.send(20 * MS, b"y")
    assert [byte for _, byte in lane.arrived(SECOND)] == [ord("y")]


def test_delay_shifts_every_later_byte() -> None:
    wire = Wire(115200)
    wire.delay(40 * MS)
    wire.to_slave.send(0, b"a")
    assert wire.to_slave.next_ns() == round(10 / 115200 * SECOND) + 40 * MS
