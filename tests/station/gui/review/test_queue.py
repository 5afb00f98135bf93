"""Where a person is in the queue: next, back, labelled, undone, more from the recorder."""

from __future__ import annotations

from station.core.domain import Reason, Verdict
from station.core.reviewing import PartLine, Parts
from station.gui.review.queue import Queue, View


def line(number: int) -> PartLine:
    return PartLine(number, f"k{number}", number, 0.0, Verdict.REJECT, Reason.FINDING, 3.0, 1.0, "ring", "A")


def filled(*numbers: int) -> Queue:
    queue = Queue()
    queue.take(Parts(0, tuple(line(number) for number in numbers)), more=False)
    return queue


def test_step_by_step_and_not_beyond_the_ends():
    queue = filled(9, 8, 7)
    queue.step(-1)
    assert queue.part.part == 9
    queue.step(1)
    assert (queue.part.part, queue.next_part.part) == (8, 7)
    queue.step(5)
    assert (queue.part.part, queue.next_part) == (7, None)


def test_a_labelled_part_makes_room_for_the_next_and_undo_brings_it_back():
    queue = filled(9, 8, 7)
    queue.spoken("k9", "true_reject", "dent")
    assert queue.part.part == 8
    assert (queue.parts[0].label, queue.parts[0].defect_mode) == ("true_reject", "dent")
    assert queue.last_spoken == "k9"
    queue.taken_back("k9")
    assert (queue.part.part, queue.part.label) == (9, "")
    assert queue.last_spoken == ""


def test_a_word_about_another_part_does_not_move_the_person():
    queue = filled(9, 8)
    queue.step(1)
    queue.spoken("k9", "unsure", "")
    assert queue.part.part == 8


def test_more_is_wanted_near_the_end_until_nothing_comes():
    queue = filled(*range(20, 0, -1))
    assert not queue.wants_more()
    queue.step(15)
    assert queue.wants_more()
    assert queue.question(10.0**6, "A", more=True).before_id == 1
    queue.take(Parts(0, (line(1),)), more=True)  # known already
    assert not queue.wants_more()
    assert len(queue.parts) == 20


def test_what_is_asked_follows_the_view():
    queue = Queue()
    queue.view = View("ng", this_lot=True)
    question = queue.question(100_000.0, "A 1")
    assert (question.which, question.unlabelled, question.lot, question.since) == ("ng", True, "A 1", 13_600.0)
    queue.view = View("all", False, part=7)
    question = queue.question(100_000.0, "A 1")
    assert (question.part, question.since, question.lot) == (7, 0.0, "")


def test_an_empty_queue():
    queue = filled()
    queue.step(1)
    assert (queue.part, queue.next_part, queue.wants_more()) == (None, None, False)
