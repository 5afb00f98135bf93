"""ISA-18.2's states as a table, delays, first-out grouping, the shelf, the rate; under a clock of the test."""

from __future__ import annotations

import pytest

from station.core.alarms import CATALOGUE, RATE_WINDOW_S, AlarmState
from station.core.message import Command
from station.line.alarms import AlarmBoard

S = 10**9
UNACKNOWLEDGED, ACKNOWLEDGED, RETURNED, SHELVED, OUT = AlarmState


class Desk:
    """A board, the conditions of now, and the time."""

    def __init__(self, board: AlarmBoard | None = None) -> None:
        self.board = board or AlarmBoard()
        self.now_ns = 0
        self.there: dict[str, str] = {}

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds * 10)):
            self.now_ns += S // 10
            self.board.watch(self.there, self.now_ns, self.now_ns / S)

    def come(self, name: str, detail: str = "") -> None:
        self.there[name] = detail
        self.run(CATALOGUE[name].on_s + 0.2)

    def go(self, name: str) -> None:
        del self.there[name]
        self.run(CATALOGUE[name].off_s + 0.2)

    def order(self, action: str, what: str, seconds: float = 0.0, role: str = "operator") -> tuple[bool, str]:
        return self.board.execute(Command(action, "ann", role, what, seconds=seconds), self.now_ns, self.now_ns / S)

    @property
    def states(self) -> dict[str, AlarmState]:
        return {one.id: one.state for one in self.board.message().alarms}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_seen_then_gone(desk: Desk) -> None:
    desk.come("plc", "no answer")
    assert desk.states == {"plc": UNACKNOWLEDGED}
    assert desk.order("acknowledge", "plc") == (True, "alarm 'plc' acknowledged")
    assert desk.states == {"plc": ACKNOWLEDGED}
    desk.go("plc")
    assert desk.states == {}
    told = desk.board.take_events()
    assert told == [f"plc: {state} (no answer)" for state in ("unacknowledged", "acknowledged", "normal")]


def test_gone_then_seen(desk: Desk) -> None:
    desk.come("plc")
    desk.go("plc")
    assert desk.states == {"plc": RETURNED}
    assert desk.order("acknowledge", "all") == (True, "1 alarms acknowledged")
    assert desk.states == {}


def test_back_before_it_was_seen_is_a_new_one(desk: Desk) -> None:
    desk.come("plc")
    desk.go("plc")
    desk.come("plc")
    assert desk.states == {"plc": UNACKNOWLEDGED}
    assert desk.board.message().in_ten_minutes == 2


def test_chattering_is_one_alarm(desk: Desk) -> None:
    for _ in range(20):
        desk.there["plc"] = ""
        desk.run(0.2)
        desk.there.clear()
        desk.run(0.2)
    assert desk.states == {}  # never there for its 0.4 s
    desk.come("plc")
    for _ in range(20):
        desk.there.clear()
        desk.run(1.0)
        desk.there["plc"] = ""
        desk.run(1.0)
    assert desk.states == {"plc": UNACKNOWLEDGED}
    assert desk.board.message().in_ten_minutes == 1


def test_consequences_stand_under_the_first_and_do_not_count(desk: Desk) -> None:
    desk.come("engine", "no sign of life")
    desk.come("camera")
    desk.come("light")
    message = desk.board.message()
    assert {one.id: one.first for one in message.alarms} == {"engine": "", "camera": "engine", "light": "engine"}
    assert message.in_ten_minutes == 1
    assert "camera: unacknowledged (after engine)" in desk.board.take_events()


@pytest.mark.parametrize("first", ["unacknowledged", "acknowledged", "returned"])
def test_shelved_comes_back_when_its_time_is_over_if_it_is_still_there(desk: Desk, first: str) -> None:
    desk.come("drift")
    if first == "acknowledged":
        desk.order("acknowledge", "drift")
    if first == "returned":
        desk.go("drift")
    assert desk.order("shelve", "drift", 600)[0]
    assert desk.board.message().alarms[0].until == pytest.approx(desk.now_ns / S + 600)
    desk.run(599)
    assert desk.states == {"drift": SHELVED}
    desk.run(2)
    assert desk.states == ({} if first == "returned" else {"drift": UNACKNOWLEDGED})


def test_on_the_shelf_the_condition_may_come_and_go_without_a_word(desk: Desk) -> None:
    desk.come("drift")
    desk.order("shelve", "drift", 600)
    desk.go("drift")
    assert desk.states == {"drift": SHELVED}
    desk.order("unshelve", "drift")
    assert desk.states == {}


@pytest.mark.parametrize("seconds", [0.0, -1.0, 8 * 3600 + 1, float("nan"), float("inf")])
def test_no_shelf_is_for_ever(desk: Desk, seconds: float) -> None:
    desk.come("drift")
    assert not desk.order("shelve", "drift", seconds, "supervisor")[0]


def test_long_on_the_shelf_needs_a_supervisor_and_what_is_normal_cannot_be_shelved(desk: Desk) -> None:
    assert not desk.order("shelve", "drift", 60)[0]
    desk.come("drift")
    assert "by a supervisor" in desk.order("shelve", "drift", 3600)[1]
    assert desk.order("shelve", "drift", 3600, "supervisor")[0]


def test_out_of_service_is_silent_until_maintenance_is_done(desk: Desk) -> None:
    desk.order("out-of-service", "bin-full", role="integrator")
    desk.come("bin-full")
    desk.run(100)
    assert desk.states == {"bin-full": OUT}
    desk.order("in-service", "bin-full", role="integrator")
    assert desk.states == {"bin-full": UNACKNOWLEDGED}
    assert desk.order("in-service", "bin-full")[1] == "alarm 'bin-full' is not out of service"


def test_the_rate_forgets_after_ten_minutes(desk: Desk) -> None:
    desk.come("plc")
    desk.run(RATE_WINDOW_S - 1)
    assert desk.board.message().in_ten_minutes == 1
    desk.run(2)
    assert desk.board.message().in_ten_minutes == 0


def test_the_most_urgent_stands_first(desk: Desk) -> None:
    for name in ("clock", "bin-full", "plc", "error"):
        desk.come(name)
    desk.order("acknowledge", "error")
    assert [one.id for one in desk.board.message().alarms] == ["plc", "error", "bin-full", "clock"]


def test_unknown_alarms_and_needless_acknowledgements_are_refused(desk: Desk) -> None:
    assert "known: error, plc" in desk.order("acknowledge", "fire")[1]
    assert desk.order("acknowledge", "plc") == (False, "alarm 'plc' needs no acknowledgement")
    assert desk.order("acknowledge", "all") == (False, "0 alarms acknowledged")
    with pytest.raises(KeyError):
        desk.board.watch({"fire": ""}, 0, 0.0)


def test_states_outlive_the_process(desk: Desk) -> None:
    desk.come("drift", "since part 7")
    desk.order("shelve", "drift", 600)
    desk.come("plc")
    desk.order("acknowledge", "plc")
    desk.order("out-of-service", "clock", role="integrator")
    wall = desk.now_ns / S
    again = Desk(AlarmBoard(desk.board.message().alarms, 0, wall + 100))
    assert again.states == desk.states
    again.there = {"drift": "", "plc": ""}
    again.run(498)
    assert again.states["drift"] is SHELVED
    again.run(4)
    assert again.states == {"drift": UNACKNOWLEDGED, "plc": ACKNOWLEDGED, "clock": OUT}
