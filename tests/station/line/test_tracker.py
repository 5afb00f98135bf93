"""Part identity: which frame gets which part's number, and when nobody may say."""

from __future__ import annotations

import pytest

from station.core.config import LineSection
from station.core.domain import Ledger, Reason, Verdict
from station.core.messages import FrameKey, Numbering, PartVerdict
from station.line.timeline import Poll
from station.line.tracker import PartTracker

MS = 1_000_000
SESSION = 5


class Ledgers:
    """Stands for PartsInFlight and notes what the tracker says."""

    def __init__(self):
        self.counted: list[int] = []
        self.decided: dict[int, int] = {}  # part -> trigger
        self.missed: list[tuple[int, int, int, Reason]] = []
        self.strays: list[int] = []
        self.rejected: list[Reason] = []

    def count(self, boot, number, earliest_edge_ns, seen_ns):
        self.counted.append(number)

    def decide(self, number, answer, received_ns, now_ns):
        self.decided[number] = answer.frame.trigger

    def miss(self, boot, first, last, reason):
        if first <= last:
            self.missed.append((boot, first, last, reason))

    def stray(self, answer, received_ns):
        self.strays.append(answer.frame.trigger)

    def reject_all(self, reason):
        self.rejected.append(reason)


class Scene:
    """Edges every 100 ms from 1100 ms on, polls every 10 ms; frames when the test says so."""

    def __init__(self, remembered=None, boot=7, start=0):
        self.said = Ledgers()
        self.tracker = PartTracker(LineSection(), self.said, remembered)
        self.boot, self.ms, self.base = boot, 0, start
        self.tracker.start(self._poll())

    def poll_until(self, ms, every=10):
        while self.ms < ms:
            self.ms += every
            self.tracker.poll(self._poll())

    def _poll(self):
        count = self.base + max(0, (self.ms - 1000) // 100)
        return Poll(self.boot, count, self.ms * MS, self.ms * MS + 4 * MS)

    def frame(self, trigger, exposed_ms, verdict=Verdict.PASS, session=SESSION, received_ms=0):
        reason = Reason.CLEAN if verdict is Verdict.PASS else Reason.FRAME_LOST
        ledger = Ledger(exposed_ns=exposed_ms * MS)
        answer = PartVerdict(FrameKey(session, trigger), verdict, reason, 0.1, 1.0, ledger)
        self.tracker.frame(answer, (received_ms or self.ms) * MS)


@pytest.fixture
def scene():
    """Nothing has happened for a second."""
    scene = Scene()
    scene.poll_until(1000)
    return scene


def test_lone_first_part_synchronises_with_one_frame(scene):
    scene.poll_until(1150)
    scene.frame(1, 1102)
    assert scene.said.decided == {1: 1}
    assert scene.tracker.messages == [Numbering(SESSION, 0)]
    assert scene.tracker.synchronised


def test_verdict_before_its_count_waits_for_the_count(scene):
    scene.poll_until(1090)
    scene.frame(1, 1102)
    assert scene.said.decided == {}
    scene.poll_until(1110)
    assert scene.said.decided == {}
    scene.poll_until(1120)
    assert scene.said.decided == {1: 1}


def test_in_a_stream_three_frames_must_agree(scene):
    scene.poll_until(1550)
    scene.frame(41, 1402)
    scene.frame(42, 1502)
    assert scene.said.decided == {}
    scene.poll_until(1650)
    scene.frame(43, 1602)
    assert scene.said.decided == {4: 41, 5: 42, 6: 43}
    assert scene.tracker.messages == [Numbering(SESSION, -37)]


def test_burst_of_late_stamps_does_not_agree(scene):
    scene.poll_until(1700)
    for trigger, exposed in enumerate((1402, 1432, 1462, 1492, 1522), start=3):
        scene.frame(trigger, exposed)
    assert not scene.tracker.synchronised


def test_missed_edge_is_a_mismatch_and_never_a_shift(scene):
    scene.poll_until(1150)
    scene.frame(1, 1102)
    scene.poll_until(1350)
    scene.frame(2, 1302)  # the camera missed part 2
    assert scene.said.rejected == [Reason.COUNT_MISMATCH]
    assert scene.tracker.mismatches == 1
    assert scene.said.decided == {1: 1}
    assert scene.tracker.messages[-1] == Numbering(0, 0)
    assert "frame 2 should be part 2, but the PLC counted part 3" in scene.tracker.notes[-1]
    scene.poll_until(1550)
    scene.frame(3, 1402)
    scene.frame(4, 1502)
    assert scene.said.decided == {1: 1, 3: 2, 4: 3, 5: 4}


def test_frame_without_count_is_a_stray(scene):
    scene.poll_until(1150)
    scene.frame(1, 1102)
    scene.base = -1  # the next edge is not counted
    scene.poll_until(1190)
    scene.ms = 1190
    scene.frame(2, 1165)
    assert scene.said.strays == [2]
    assert scene.said.rejected == [Reason.COUNT_MISMATCH]


def test_lost_frame_takes_its_number_without_a_time(scene):
    scene.poll_until(1150)
    scene.frame(1, 1102)
    scene.frame(2, 0, Verdict.NOT_INSPECTED)
    assert 2 not in scene.said.decided
    scene.poll_until(1350)
    assert scene.said.decided[2] == 2
    scene.frame(3, 1302)
    assert scene.said.decided[3] == 3


def test_lost_frame_proves_nothing(scene):
    scene.poll_until(1150)
    scene.frame(1, 0, Verdict.NOT_INSPECTED)
    assert not scene.tracker.synchronised
    assert scene.said.decided == {}


def test_refused_datagram_leaves_a_gap_and_no_shift(scene):
    scene.poll_until(1150)
    scene.frame(1, 1102)
    scene.poll_until(1350)
    scene.frame(3, 1302)
    assert scene.said.decided == {1: 1, 3: 3}
    assert scene.said.rejected == []


def test_repeated_and_older_frames_are_ignored(scene):
    scene.poll_until(1350)
    scene.frame(1, 1102)
    scene.said.decided.clear()
    scene.frame(1, 1102)
    scene.frame(1, 1202)
    assert scene.said.decided == {}


def test_where_polls_are_lost_a_frame_waits_until_the_next_one_confirms(scene):
    scene.poll_until(1150)
    scene.frame(1, 1102)
    scene.ms = 1350
    scene.poll_until(1360)  # parts 2 and 3 were counted somewhere in 1150..1360
    scene.frame(2, 1202)
    assert 2 not in scene.said.decided
    scene.poll_until(1450)
    scene.frame(3, 1302)
    scene.frame(4, 1402)
    assert scene.said.decided == {1: 1}
    scene.poll_until(1550)
    scene.frame(5, 1502)  # the first that fits one part only
    assert scene.said.decided == {1: 1, 2: 2, 3: 3, 4: 4, 5: 5}


def test_missed_edge_hidden_by_lost_polls_gives_no_verdict(scene):
    scene.poll_until(1150)
    scene.frame(1, 1102)
    scene.ms = 1350
    scene.poll_until(1360)
    scene.frame(2, 1302)  # truly part 3: the camera missed part 2, and no poll can tell
    scene.poll_until(1550)
    scene.frame(3, 1402)
    scene.frame(4, 1502)
    assert scene.said.decided == {1: 1}
    assert scene.said.rejected == [Reason.COUNT_MISMATCH]


def test_new_arming_starts_over_and_the_old_one_is_over(scene):
    scene.poll_until(1150)
    scene.frame(1, 1102)
    scene.tracker.session_started(6)
    assert not scene.tracker.synchronised
    assert scene.tracker.session == 6
    scene.poll_until(1450)
    scene.frame(2, 1202, session=SESSION)
    for trigger in (1, 2, 3):
        scene.frame(trigger, 1102 + 100 * trigger, session=6)
    assert scene.said.decided == {1: 1, 2: 1, 3: 2, 4: 3}
    scene.tracker.session_started(0)
    scene.tracker.session_started(SESSION)
    assert scene.tracker.session == 6


def test_several_counts_in_one_poll(scene):
    scene.ms = 1390
    scene.poll_until(1400)
    assert scene.said.counted == [1, 2, 3, 4]


def test_unlikely_jump_is_believed_when_the_next_poll_says_it_too(scene):
    scene.base = 50
    scene.poll_until(1010)
    assert scene.said.counted == []
    scene.poll_until(1020)
    assert scene.said.counted == list(range(35, 51))
    assert scene.said.missed == [(7, 1, 34, Reason.LINK_LOST)]


def test_damaged_count_that_the_next_poll_takes_back_is_forgotten(scene):
    scene.base = 4096
    scene.poll_until(1010)
    scene.base = 0
    scene.poll_until(1200)
    assert scene.said.counted == [1, 2]


@pytest.mark.parametrize(
    ("remembered", "boot", "start", "missed"),
    [
        (None, 7, 500, []),
        ((7, 480), 7, 500, [(7, 481, 500, Reason.LINE_RESTARTED)]),
        ((7, 500), 7, 500, []),
        ((6, 480), 7, 3, [(7, 1, 3, Reason.LINE_RESTARTED)]),
        ((7, 480), 7, 3, [(7, 1, 3, Reason.LINE_RESTARTED)]),
        ((7, 1), 7, 2**31, []),
    ],
)
def test_parts_counted_while_the_line_was_down(remembered, boot, start, missed):
    scene = Scene(remembered, boot, start)
    assert scene.said.missed == missed
    assert bool(scene.tracker.notes) is (start == 2**31)
    assert scene.tracker.newest == (boot, start)


def test_link_lost_and_found_records_the_gap_and_synchronises_again(scene):
    scene.poll_until(1150)
    scene.frame(1, 1102)
    scene.tracker.link_lost()
    assert scene.tracker.messages[-1] == Numbering(0, 0)
    scene.ms = 1500
    scene.tracker.start(scene._poll())
    assert scene.said.missed == [(7, 2, 5, Reason.LINK_LOST)]
    scene.poll_until(1850)
    for trigger in range(2, 9):
        scene.frame(trigger, 1002 + 100 * trigger)
    assert scene.tracker.synchronised
    assert all(part == trigger for part, trigger in scene.said.decided.items())


def test_frames_of_a_plc_restart_are_strays_except_those_it_had_counted(scene):
    scene.poll_until(1150)
    scene.frame(1, 1102)
    scene.tracker.link_lost()
    for trigger in range(2, 6):
        scene.frame(trigger, 1002 + 100 * trigger)
    assert scene.tracker.restarted(8, 1)
    scene.boot, scene.ms, scene.base = 8, 1530, -4
    scene.tracker.start(scene._poll())
    assert scene.said.missed == [(8, 1, 1, Reason.LINK_LOST)]
    scene.tracker.tick(2000 * MS)
    assert scene.said.strays == []
    scene.tracker.tick(3000 * MS)
    assert scene.said.strays == [2, 3, 4]


def test_impossible_exposure_time_does_not_block_the_others_for_ever(scene):
    scene.poll_until(1150)
    scene.frame(1, 999_000)
    scene.poll_until(2120)
    scene.frame(2, 2102)
    scene.poll_until(2220)
    scene.tracker.tick(2220 * MS)
    scene.frame(3, 2202)
    scene.poll_until(2320)
    scene.frame(4, 2302)
    assert scene.said.decided == {11: 2, 12: 3, 13: 4}


@pytest.mark.parametrize(("count", "strays"), [(2, [3]), (3, [])])
def test_count_that_stands_with_the_plcs_program_is_no_proof_against_a_frame(scene, count, strays):
    """The PLC answers with the old count: whether it counted the frame's part is known when its program runs again."""
    scene.poll_until(1290)
    scene.frame(1, 1102)
    scene.frame(2, 1202)

    def poll(count, run_ms):
        scene.ms += 10
        scene.tracker.poll(Poll(7, count, scene.ms * MS, scene.ms * MS + 4 * MS, run_ms * MS))

    while scene.ms < 1550:
        poll(2, 1290)
    scene.frame(3, 1402)
    assert (scene.said.strays, scene.said.rejected) == ([], [])
    poll(count, 1550)
    assert scene.said.strays == strays  # what was counted meanwhile may be its part


def test_frame_of_a_part_that_the_standing_plc_counted_later_has_one_record_only(scene):
    scene.poll_until(1290)
    for _ in range(14):
        scene.ms += 10
        scene.tracker.poll(Poll(7, 2, scene.ms * MS, scene.ms * MS + 4 * MS, 1290 * MS))
    scene.frame(3, 1302)
    scene.tracker.link_lost()
    scene.ms = 1500
    scene.tracker.start(scene._poll())
    assert scene.said.missed == [(7, 3, 5, Reason.LINK_LOST)]
    assert scene.said.strays == []
