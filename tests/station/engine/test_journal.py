"""Inspections, pictures by policy and events on their way to the recorder; what it does not have survives."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from station.core.channel import Channel, Listener
from station.core.config import RecorderSection, StationConfig, StationSection
from station.core.domain import Ledger, Reason, Verdict
from station.core.message import Event
from station.core.messages import FrameKey, InspectionRecord
from station.engine.journal import Journal

SECOND_NS = 1_000_000_000


def record(trigger: int, verdict: Verdict = Verdict.PASS, score: float = 0.2) -> InspectionRecord:
    reason = Reason.CLEAN if verdict is Verdict.PASS else Reason.FINDING
    return InspectionRecord(
        FrameKey(5, trigger), verdict, reason, score, 1.0, (), 0, Ledger(), "ring", "ab" * 32, None, "", 7.0
    )


class Recorder:
    """Listens; keeps bodies and pictures in order of arrival."""

    def __init__(self, path: Path) -> None:
        self._listener = Listener(path)
        self._channel: Channel | None = None
        self.bodies: list[Any] = []
        self.pictures: list[bytes] = []

    def listen(self) -> None:
        self._channel = self._channel or self._listener.accept()
        while self._channel:
            delivery, descriptor = self._channel.receive_with_descriptor()
            if delivery is None:
                return
            self.bodies.append(delivery.body)
            if descriptor is not None:
                self.pictures.append(os.pread(descriptor, 999, 0))
                os.close(descriptor)

    def close(self) -> None:
        if self._channel:
            self._channel.close()
        self._listener.close()


@pytest.fixture
def recorder(run_dir: Path) -> Iterator[Recorder]:
    made = Recorder(run_dir / "recorder.sock")
    yield made
    made.close()


@pytest.fixture
def config(run_dir: Path) -> StationConfig:
    return StationConfig(station=StationSection(run_dir=str(run_dir)), recorder=RecorderSection(keep_ok_every=2))


@pytest.fixture
def journal(config: StationConfig) -> Iterator[Journal]:
    made = Journal(config, wall_s=lambda: 12.5)
    yield made
    made.close()


def test_pictures_go_along_when_the_policy_keeps_them(journal, recorder, picture, bad):
    journal.record(record(1), picture())
    journal.record(record(2, Verdict.REJECT, 4.0), picture(bad))
    journal.record(record(3), picture())
    journal.pump(0)
    recorder.listen()
    assert [(body.frame.trigger, body.kept_as, body.picture) for body in recorder.bodies] == [
        (1, "", None),
        (2, "ng", (12, 16)),
        (3, "ok", (12, 16)),
    ]
    assert recorder.pictures == [picture(bad).tobytes(), picture().tobytes()]


def test_a_part_without_frame_is_recorded_without_picture(journal, recorder):
    journal.record(record(1, Verdict.NOT_INSPECTED, 0.0), None)
    journal.pump(0)
    recorder.listen()
    assert [(body.verdict, body.kept_as) for body in recorder.bodies] == [(Verdict.NOT_INSPECTED, "")]
    assert recorder.pictures == []


def test_events_are_logged_and_written_down(journal, recorder, caplog):
    caplog.set_level(logging.INFO)
    journal.tell("fault", "Camera lost")
    journal.tell("recovery", "Camera armed")
    journal.pump(0)
    recorder.listen()
    assert recorder.bodies == [
        Event("engine", "fault", "Camera lost", 12.5),
        Event("engine", "recovery", "Camera armed", 12.5),
    ]
    assert [(one.levelname, one.getMessage()) for one in caplog.records] == [
        ("WARNING", "Camera lost"),
        ("INFO", "Camera armed"),
    ]


def test_without_recorder_everything_waits_for_the_next_start(journal, config, run_dir):
    journal.record(record(1), None)
    journal.tell("note", "hello")
    journal.pump(0)
    assert journal.fileno() == -1
    journal.close()
    assert (run_dir / "engine.spill").exists()

    late = Recorder(run_dir / "recorder.sock")
    after = Journal(config)
    after.pump(SECOND_NS)
    late.listen()
    assert after.fileno() >= 0
    assert late.bodies == [record(1), Event("engine", "note", "hello", 12.5)]
    after.close()
    late.close()


def test_a_disk_that_refuses_is_told_once(journal, run_dir, monkeypatch, caplog):
    monkeypatch.setattr(journal._outbox, "fault", "the disk is full")
    for turn in range(3):
        journal.pump(turn)
    monkeypatch.setattr(journal._outbox, "fault", "")
    journal.pump(4)
    assert [one.getMessage() for one in caplog.records] == [
        "results for the recorder: the disk is full",
        "results for the recorder: the disk takes them again",
    ]
