"""The link against a fake line and a fake engine on real sockets, with virtual time."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from station.core.asking import AskEvents
from station.core.channel import Channel
from station.core.message import Command, CommandResult, Refusal
from station.core.messages import Ring
from station.gui import made_up
from station.gui.link import ANSWER_NS, QUESTION_NS, RETRY_NS, SILENCE_NS
from station.gui.made_up import record
from station.gui.news import Answer

SECOND = 10**9
pytestmark = pytest.mark.usefixtures("qapp")  # made-up parts are drawn


def status():
    return made_up.good().status


def showing_of(part: int, slot_sequence: int):
    return msgspec.structs.replace(made_up.good().live.showing, part=part, slot_sequence=slot_sequence)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_newest_status_and_records_arrive(link, line):
    link.poll(SECOND)
    line.say(status(), record(1), record(2))
    link.poll(SECOND + 1)
    assert link.news.line_here
    assert link.news.status == status()
    assert link.news.newest == record(2)


def test_a_connected_line_that_has_not_spoken_is_not_here(link, line):
    link.poll(10 * SECOND)
    assert not link.news.line_here


def test_silence_means_gone_and_a_word_means_back(link, line):
    link.poll(SECOND)
    line.say(status())
    link.poll(SECOND)
    link.poll(SECOND + SILENCE_NS)
    assert not link.news.line_here
    assert link.news.status is None
    line.say(status())
    link.poll(SECOND + SILENCE_NS + 1)
    assert link.news.line_here


def test_a_line_that_died_is_found_again(link, line):
    link.poll(SECOND)
    line.say(status())
    link.poll(SECOND)
    line.die()
    link.poll(SECOND + 1)
    assert not link.news.line_here
    line.start()
    link.poll(SECOND + 2)  # too early for another attempt
    link.poll(SECOND + RETRY_NS)
    line.say(status())
    link.poll(SECOND + RETRY_NS + 1)
    assert link.news.line_here


def test_nobody_there_is_no_error(link):
    link.poll(SECOND)
    assert not link.news.line_here
    assert not link.news.engine_here


def test_a_command_reaches_the_line_and_its_answer_comes_back(link, line):
    link.poll(SECOND)
    link.send("start")
    assert link.news.answer == Answer("start", "waiting", "")
    assert line.meet().receive() == Command("start", "hana", "operator")
    line.say(CommandResult("start", True, ""))
    link.poll(SECOND + 1)
    assert link.news.answer == Answer("start", "done", "")
    link.poll(SECOND + 2 * ANSWER_NS)
    assert link.news.answer == Answer("start", "done", "")  # no late "no answer"


def test_a_refusal_carries_its_reason(link, line):
    link.poll(SECOND)
    link.send("stop")
    line.say(CommandResult("stop", False, "not allowed"))
    link.poll(SECOND + 1)
    assert link.news.answer == Answer("stop", "refused", "not allowed")


def test_a_command_without_answer_is_unheard(link, line):
    link.poll(SECOND)
    link.send("halt")
    link.poll(SECOND + ANSWER_NS)
    assert link.news.answer == Answer("halt", "waiting", "")
    link.poll(SECOND + ANSWER_NS + 1)
    assert link.news.answer == Answer("halt", "unheard", "")


def test_a_command_without_line_is_unheard_at_once(link):
    link.poll(SECOND)
    link.send("start")
    assert link.news.answer == Answer("start", "unheard", "")


def test_the_command_notices_a_line_that_just_died(link, line):
    link.poll(SECOND)
    line.meet()
    line.die()
    link.send("start")
    assert link.news.answer == Answer("start", "unheard", "")


def test_a_showing_comes_with_its_frame(link, engine):
    link.poll(SECOND)
    engine.hand_over_ring()
    pixels = bytes(range(48)) * 64
    sequence = engine.ring.write(pixels, 48, 64)
    engine.say(showing_of(5, sequence))
    link.poll(SECOND + 1)
    assert link.news.engine_here
    assert link.news.live.showing.part == 5
    assert link.news.live.frame.pixels == pixels


def test_an_overwritten_frame_is_no_frame(link, engine):
    link.poll(SECOND)
    engine.hand_over_ring()
    for _ in range(5):
        engine.ring.write(bytes(48 * 64), 48, 64)
    engine.say(showing_of(1, 1))
    link.poll(SECOND + 1)
    assert link.news.live.frame is None


def test_an_engine_that_died_hands_over_a_new_ring(link, engine):
    link.poll(SECOND)
    engine.hand_over_ring()
    link.poll(SECOND + 1)
    engine.die()
    link.poll(SECOND + 2)
    assert not link.news.engine_here
    engine.start()
    link.poll(SECOND + RETRY_NS)
    engine.hand_over_ring()
    sequence = engine.ring.write(bytes([9]) * 48 * 64, 48, 64)
    engine.say(showing_of(2, sequence))
    link.poll(SECOND + RETRY_NS + 1)
    assert link.news.live.frame.pixels[0] == 9


def test_shared_memory_that_is_no_ring_is_refused_and_closed(link, engine):
    link.poll(SECOND)
    strange = os.memfd_create("strange")
    os.ftruncate(strange, 4096)
    before = open_files()
    assert engine.meet().send(Ring(1, 1), strange)
    link.poll(SECOND + 1)
    assert open_files() == before + 1  # only the engine's end of the connection
    assert link.news.engine_here
    os.close(strange)


def test_unasked_descriptors_do_not_pile_up(link, line):
    link.poll(SECOND)
    channel: Channel = line.meet()
    reader, writer = os.pipe()
    before = open_files()
    for _ in range(20):
        channel.send(status(), reader)
    link.poll(SECOND + 1)
    assert open_files() == before
    os.close(reader)
    os.close(writer)


def test_a_question_is_answered_with_its_file_and_an_old_answer_is_nobody_s(link, recorder):
    heard = []
    link.poll(1)
    link.ask(AskEvents(), lambda reply, file: heard.append((reply, file)))
    assert recorder.meet()
    picture = os.memfd_create("picture")
    os.write(picture, b"PNG")
    recorder.meet().send(Refusal(99, "not yours"))
    recorder.meet().send(Refusal(1, "no such part"), picture)
    os.close(picture)
    link.poll(2)
    assert heard == [(Refusal(1, "no such part"), b"PNG")]


def test_a_question_to_nobody_and_one_that_is_not_answered_are_refused(link, recorder):
    heard = []
    link.ask(AskEvents(), lambda reply, _: heard.append(reply))
    assert heard == [Refusal(1, "the recorder is not there")]
    link.poll(1)
    link.ask(AskEvents(), lambda reply, _: heard.append(reply))
    link.poll(QUESTION_NS + 2)
    assert heard[1:] == [Refusal(2, "the recorder does not answer")]
    assert recorder


def test_after_a_log_in_commands_carry_the_badge_until_the_log_out(link, line, recorder):
    link.poll(1)
    results = []
    link.send("log-in", "ann", "1234", then=results.append)
    assert recorder.meet().receive() == Command("log-in", "hana", "operator", "ann", "1234")
    recorder.say(CommandResult("log-in", True, "ann", "BADGE", "supervisor"))
    link.poll(2)
    assert [result.done for result in results] == [True]
    assert (link.news.user, link.news.role) == ("ann", "supervisor")
    link.send("start")
    assert line.meet().receive() == Command("start", "ann", "supervisor", badge="BADGE")
    link.log_out()
    link.send("stop")
    assert line.meet().receive() == Command("stop", "hana", "operator")
    assert (link.news.user, link.news.role) == ("", "operator")


def test_who_waits_for_a_result_that_does_not_come_is_told(link, recorder):
    results = []
    link.send("log-in", then=results.append)
    link.poll(1)
    link.send("log-in", then=results.append)
    link.poll(ANSWER_NS + 2)
    assert results == [CommandResult("log-in", False, "")] * 2
    assert recorder


def test_what_may_take_long_is_waited_for(link, recorder):
    link.poll(1)
    recorder.meet()
    came = []
    link.send("support", then=came.append)
    link.send("set-secret", "ann", "4711", then=came.append)
    link.poll(ANSWER_NS + 2)
    assert [one.action for one in came] == ["set-secret"]
    link.poll(QUESTION_NS + 2)
    assert [one.action for one in came] == ["set-secret", "support"]
