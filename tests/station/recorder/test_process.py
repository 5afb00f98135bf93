"""The loop: batches, acknowledgements after the commit only, many senders, a disk that refuses."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from station.core.channel import Channel, connect
from station.core.config import StationConfig
from station.core.domain import Health
from station.core.errors import ChannelError, ConfigError, StorageError
from station.core.message import Event, Message
from station.core.messages import Delivery, FrameKey, InspectionRecord, PartRecord, RecorderStatus, Stored
from station.core.outbox import Record
from station.recorder import process
from station.recorder.process import GATHER_NS, Recorder
from station.recorder.reading import JournalReader, open_journal

Part = Callable[..., PartRecord]
Inspection = Callable[..., InspectionRecord]

SECOND_NS = 1_000_000_000


class Clock:
    """Monotonic and wall clock, set by the test."""

    def __init__(self) -> None:
        self.ns = 5 * SECOND_NS
        self.wrong_s = 0.0

    def monotonic(self) -> int:
        return self.ns

    def wall(self) -> float:
        return 1_700_000_000.0 + self.ns / 1e9 + self.wrong_s


class Sender:
    """A process that delivers records and notes what is acknowledged."""

    def __init__(self, config: StationConfig) -> None:
        self.channel: Channel = connect(config.socket("recorder"))
        self.number = 0

    def send(self, *records: Record, picture: int | None = None) -> None:
        for record in records:
            self.number += 1
            assert self.channel.send(Delivery(self.number, record), picture)

    def stored(self) -> list[int]:
        """Acknowledged numbers that have arrived since the last call; the recorder may be gone by now."""
        return [message.number for message in self.heard() if isinstance(message, Stored)]

    def heard(self) -> list[Message]:
        """All that has arrived since the last call."""
        messages: list[Message] = []
        with contextlib.suppress(ChannelError):
            while (message := self.channel.receive()) is not None:
                messages.append(message)
        return messages


class Bench(NamedTuple):
    """A recorder, one sender, a reader, and the clock in the test's hand."""

    recorder: Recorder
    sender: Sender
    journal: JournalReader
    clock: Clock

    def turn(self, turns: int = 3) -> None:
        """Some turns of the loop, each as long as a batch may gather."""
        turn(self.recorder, self.clock, turns)

    def texts(self, kind: str) -> list[str]:
        """Events of this kind, oldest first."""
        return texts(self.journal, kind)

    def write_pictures(self) -> None:
        """Until the files and their rows are there."""
        self.turn()
        assert self.recorder._pictures.flush(30)
        self.turn()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def recorder(config: StationConfig, clock: Clock) -> Iterator[Recorder]:
    made = Recorder(config, clock.monotonic, clock.wall)
    yield made
    made.close()


@pytest.fixture
def sender(recorder: Recorder, config: StationConfig) -> Iterator[Sender]:
    made = Sender(config)
    yield made
    made.channel.close()


@pytest.fixture
def journal(recorder: Recorder, config: StationConfig) -> Iterator[JournalReader]:
    with open_journal(config) as reader:
        yield reader


@pytest.fixture
def bench(recorder: Recorder, sender: Sender, journal: JournalReader, clock: Clock) -> Bench:
    made = Bench(recorder, sender, journal, clock)
    made.turn()
    return made


def turn(recorder: Recorder, clock: Clock, turns: int = 3) -> None:
    """Some turns of the loop, each as long as a batch may gather."""
    for _ in range(turns):
        recorder.step(0.0)
        clock.ns += GATHER_NS


def texts(journal: JournalReader, kind: str) -> list[str]:
    """Events of this kind, oldest first."""
    return [event.text for event in journal.events(kind=kind)][::-1]


def test_acknowledges_after_the_commit_only(bench: Bench, part: Part) -> None:
    bench.sender.send(part(1), part(2))
    bench.recorder.step(0.0)
    assert (bench.journal.counts().parts, bench.sender.stored()) == (0, [])  # read, and gathering
    bench.clock.ns += GATHER_NS
    bench.recorder.step(0.0)
    assert (bench.journal.counts().parts, bench.sender.stored()) == (2, [2])


def test_full_batch_does_not_wait(bench: Bench, part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "BATCH", 4)
    bench.sender.send(*(part(n) for n in range(1, 7)))
    bench.recorder.step(0.0)
    assert bench.sender.stored() == [4]
    bench.turn()
    assert bench.sender.stored() == [6]


def test_each_sender_gets_its_own_numbers(
    bench: Bench, config: StationConfig, part: Part, inspection: Inspection
) -> None:
    line, engine = Sender(config), Sender(config)
    line.send(part(1), part(2), part(3))
    engine.send(inspection(1))
    bench.turn()
    assert (line.stored(), engine.stored()) == ([3], [1])
    assert (bench.journal.counts().parts, bench.journal.candidates().flagged) == (3, 2)
    for one in (line, engine):
        one.channel.close()


def test_sender_that_dies_keeps_what_it_sent_and_disturbs_nobody(
    bench: Bench, config: StationConfig, part: Part
) -> None:
    dying = Sender(config)
    dying.send(part(1))
    dying.channel.close()
    bench.sender.send(part(2))
    bench.turn()
    assert (bench.journal.counts().parts, bench.sender.stored()) == (2, [1])


def test_sender_that_talks_nonsense_is_dismissed(bench: Bench, config: StationConfig, part: Part) -> None:
    stranger = connect(config.socket("recorder"))
    stranger.send(Stored(1))
    bench.sender.send(part(1))
    bench.turn()
    assert bench.sender.stored() == [1]
    with pytest.raises(ConnectionError):
        stranger.receive()
    stranger.close()


def test_resent_records_are_acknowledged_and_stored_once(bench: Bench, config: StationConfig, part: Part) -> None:
    for _ in range(3):
        again = Sender(config)
        again.send(part(1), part(2))
        bench.turn()
        assert again.stored() == [2]
        again.channel.close()
    assert bench.journal.counts().parts == 2


def test_picture_is_written_and_found_by_its_part(
    bench: Bench, inspection: Inspection, memfd: Callable[[bytes], int]
) -> None:
    descriptor = memfd(bytes(range(12)))
    bench.sender.send(inspection(1, kept_as="ng", picture=(3, 4)), picture=descriptor)
    os.close(descriptor)
    bench.write_pictures()
    picture = bench.journal.picture(FrameKey(7, 1))
    assert picture is not None
    assert (picture.height, picture.width, picture.path.is_file()) == (3, 4, True)


def test_descriptors_do_not_pile_up(
    bench: Bench, inspection: Inspection, part: Part, memfd: Callable[[bytes], int]
) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for trigger in range(1, 20):
        descriptor = memfd(bytes(12))
        bench.sender.send(inspection(trigger, picture=(3, 4)), part(trigger), picture=descriptor)
        os.close(descriptor)
        bench.turn()
    assert bench.recorder._pictures.flush(30)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def refusing(monkeypatch: pytest.MonkeyPatch, recorder: Recorder) -> pytest.MonkeyPatch:
    """The journal's disk is full until `undo`."""

    def full(*_: object) -> list[str]:
        raise StorageError("journal.sqlite: the disk is full")

    monkeypatch.setattr(recorder._journal, "commit", full)
    monkeypatch.setattr("station.recorder.process.time.sleep", lambda _: None)
    return monkeypatch


def test_full_disk_acknowledges_nothing_and_comes_back_by_itself(
    bench: Bench, part: Part, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch:
        refusing(patch, bench.recorder)
        bench.sender.send(part(1), part(2))
        bench.turn(turns=20)
        bench.sender.send(part(3))  # waits in the socket
        bench.turn(turns=5)
        assert (bench.sender.stored(), bench.journal.counts().parts) == ([], 0)
    bench.turn()
    assert bench.journal.counts().parts == 3
    assert bench.sender.stored()[-1] == 3
    assert bench.texts("fault") == ["journal.sqlite: the disk is full"]
    assert bench.texts("recovery") == [
        "The journal can be written again after 2.4 s; nothing acknowledged was lost",
    ]
    assert [one.message for one in caplog.records if one.levelname == "ERROR"] == [
        "journal.sqlite: the disk is full. Free disk space or mount the disk writable."
    ]


def test_short_lock_is_no_event(bench: Bench, part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        refusing(patch, bench.recorder)
        bench.sender.send(part(1))
        bench.turn(turns=4)
    bench.turn()
    assert (bench.sender.stored(), bench.texts("fault")) == ([1], [])


def test_record_that_cannot_be_stored_is_reported_and_acknowledged(bench: Bench, part: Part) -> None:
    bench.sender.send(part(1, boot=1 << 63), part(2))
    bench.turn(turns=5)
    assert bench.sender.stored() == [2]
    assert [text.partition(":")[0] for text in bench.texts("fault")] == ["PartRecord left out, it cannot be stored"]


def test_shed_pictures_are_reported(bench: Bench, inspection: Inspection, memfd: Callable[[bytes], int]) -> None:
    descriptor = memfd(b"too short")
    for trigger in (1, 2):
        bench.sender.send(inspection(trigger, kept_as="ok", picture=(30, 40)), picture=descriptor)
    os.close(descriptor)
    bench.turn()
    assert bench.texts("fault") == []  # not one event a picture
    bench.clock.ns += 10 * SECOND_NS
    bench.turn()
    assert bench.texts("fault") == [
        "Pictures given up: 2 kept as 'ok'; results are kept. the disk cannot follow",
    ]


def test_expired_pictures_are_deleted_and_logged(
    bench: Bench, inspection: Inspection, memfd: Callable[[bytes], int]
) -> None:
    descriptor = memfd(bytes(12))
    bench.sender.send(inspection(1, kept_as="ok", picture=(3, 4)), picture=descriptor)
    os.close(descriptor)
    bench.write_pictures()
    bench.clock.ns += 8 * 86_400 * SECOND_NS
    bench.turn()
    picture = bench.journal.picture(FrameKey(7, 1))
    assert picture is not None
    assert (picture.deleted is not None, picture.path.exists()) == (True, False)
    assert "1 pictures kept as 'ok' were older than 7 days and are deleted" in bench.texts("note")


def test_clock_that_was_set_is_marked_and_no_picture_is_judged_by_its_date(
    bench: Bench, inspection: Inspection, memfd: Callable[[bytes], int]
) -> None:
    descriptor = memfd(bytes(12))
    bench.sender.send(inspection(1, picture=(3, 4), kept_as="ok"), picture=descriptor)
    os.close(descriptor)
    bench.write_pictures()
    bench.clock.wrong_s = 400 * 86_400
    bench.clock.ns += 3_700 * SECOND_NS  # long enough for the next look at old pictures
    bench.turn()
    assert "The wall clock was set forward by 34560000 s; no interval is taken by it" in bench.texts("note")
    picture = bench.journal.picture(FrameKey(7, 1))
    assert picture is not None
    assert picture.deleted is None
    bench.clock.ns += 25 * 3_600 * SECOND_NS
    bench.turn()
    picture = bench.journal.picture(FrameKey(7, 1))
    assert picture is not None
    assert picture.deleted is not None  # a day later somebody has seen it, or the clock was right


def test_clean_stop_writes_everything_and_says_so(config: StationConfig, clock: Clock, part: Part) -> None:
    recorder = Recorder(config, clock.monotonic, clock.wall)
    sender = Sender(config)
    recorder.step(0.0)
    sender.send(part(1))
    recorder.run(stop=lambda: True)
    assert sender.stored() == [1]
    sender.channel.close()
    with open_journal(config) as journal:
        assert journal.counts().parts == 1
        assert set(texts(journal, "note")) == {"Recorder started", "Recorder stopped"}
    assert not config.socket("recorder").exists()


def test_start_after_a_kill_is_an_event(config: StationConfig, clock: Clock) -> None:
    for _ in range(2):
        killed = Recorder(config, clock.monotonic, clock.wall)
        turn(killed, clock)
        killed.close()  # without `finish`
    with open_journal(config) as journal:
        assert texts(journal, "recovery") == ["Recorder started again; it was killed or lost its power before"]


def test_second_recorder_is_refused(recorder: Recorder, config: StationConfig) -> None:
    with pytest.raises(ConfigError, match="another recorder writes this journal"):
        Recorder(config)
    assert config.socket("recorder").exists()


def test_tells_systemd_that_it_lives(config: StationConfig, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(process, "notify", said.append)
    recorder = Recorder(config, clock.monotonic, clock.wall)
    monkeypatch.setattr(recorder, "_take", lambda _: None)  # waits for nobody
    turns = iter([False] * 21 + [True])

    def stop() -> bool:
        clock.ns += GATHER_NS
        return next(turns)

    recorder.run(stop)
    assert (said[0], said[-1]) == ("READY=1", "STOPPING=1")
    assert said.count("WATCHDOG=1") == 3  # about once a second in 2.1 s


def test_event_of_a_person_is_audited(bench: Bench) -> None:
    said = Event("line", "command", "start: done", 1.0, "ann")
    bench.sender.send(said, Event("line", "state", "Ready", 2.0))
    bench.turn()
    assert bench.journal.audit() == [said]


def test_senders_are_told_once_a_second_how_the_recorder_fares(bench: Bench) -> None:
    bench.turn()
    bench.sender.heard()
    for _ in range(30):
        bench.turn(1)
    told = [one for one in bench.sender.heard() if isinstance(one, RecorderStatus)]
    assert 2 <= len(told) <= 4
    assert {one.clock for one in told} == {Health.GOOD}
    bench.clock.wrong_s = 3600.0
    bench.clock.ns += SECOND_NS
    bench.turn()
    told = [one for one in bench.sender.heard() if isinstance(one, RecorderStatus)]
    assert told[-1].clock is Health.CHECK
