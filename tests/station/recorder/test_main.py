"""The real process: exit codes, SIGTERM, `kill -9` while two senders deliver, a disk that fills up and empties."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from station.core.config import StationConfig
from station.core.message import Event
from station.core.messages import FrameKey, InspectionRecord, PartRecord
from station.core.outbox import Outbox
from station.recorder.reading import open_journal
from station.recorder.upgrading import prepare_journal

LIMIT_S = 30  # gives up; nothing here is measured


@pytest.fixture
def file(config: StationConfig, tmp_path: Path) -> Path:
    """station.toml of `config`."""
    toml = tmp_path / "station.toml"
    toml.write_text(
        f'[station]\nrun_dir = "{config.station.run_dir}"\n'
        f'[recorder]\njournal = "{config.recorder.journal}"\n'
        f'pictures = "{config.recorder.pictures}"\nmin_free_mib = 1\n'
    )
    return toml


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(file: Path) -> Iterator[Start]:
    """Start a recorder; it is ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def do(**environment: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "station.recorder", "--config", str(file)]
        started.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment}))
        return started[-1]

    yield do
    for process in started:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def until(condition: Callable[[], bool], *boxes: Outbox) -> None:
    """Pump the outboxes until `condition`, or fail after LIMIT_S."""
    end = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end, "this never became true"
        for box in boxes:
            box.pump(time.monotonic_ns())
        time.sleep(0.002)


def sentence_of(process: subprocess.Popen[str]) -> str:
    """What a process that exits with 2 says."""
    _, said = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 2
    assert said.count("\n") == 1
    return said


def test_ten_kills_lose_nothing_that_two_senders_offered(
    start: Start,
    config: StationConfig,
    tmp_path: Path,
    part: Callable[..., PartRecord],
    inspection: Callable[..., InspectionRecord],
) -> None:
    line = Outbox(config.socket("recorder"), tmp_path / "line.spill")
    engine = Outbox(config.socket("recorder"), tmp_path / "engine.spill")
    acknowledged: list[int] = []
    number = 0
    for kill in range(10):
        process = start()
        before = line.stored_up_to
        while line.stored_up_to == before:
            number += 1
            line.offer(part(number))
            engine.offer(inspection(number))
            for box in (line, engine):
                box.pump(time.monotonic_ns())
            time.sleep(0.002)
        if kill % 2:
            line.offer(part(number := number + 1))
            engine.offer(inspection(number))
        process.kill()
        process.wait()
        line.pump(time.monotonic_ns())
        acknowledged.append(line.stored_up_to)
        with open_journal(config) as journal:
            stored = {one.part for one in journal.parts(limit=100_000)}
        assert set(range(1, line.stored_up_to + 1)) <= stored
    assert acknowledged == sorted(set(acknowledged))
    start()
    until(lambda: not len(line) and not len(engine), line, engine)
    with open_journal(config) as journal:
        assert journal.counts().parts == number
        assert sorted(one.part for one in journal.parts(limit=100_000)) == list(range(1, number + 1))
        assert journal.candidates().cleared == number
        assert len(journal.events(kind="recovery")) == 10
    for box in (line, engine):
        box.close()


def test_disk_that_fills_up_keeps_results_with_the_sender_and_comes_back(
    start: Start, config: StationConfig, tmp_path: Path, part: Callable[..., PartRecord]
) -> None:
    process = start()
    box = Outbox(config.socket("recorder"), tmp_path / "line.spill")
    box.offer(part(1))
    until(lambda: not len(box), box)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    box.offer(part(2))
    assert process.stderr is not None
    said = ""
    while "ERROR" not in said:
        box.pump(time.monotonic_ns())
        said = process.stderr.readline() if len(box) else "ERROR"
    assert "Free disk space or mount the disk writable" in said
    assert len(box) == 1
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    until(lambda: not len(box), box)
    with open_journal(config) as journal:
        assert [one.part for one in journal.parts()] == [2, 1]
    box.close()


def test_sigterm_writes_what_waits_and_exits_with_0(
    start: Start,
    config: StationConfig,
    tmp_path: Path,
    inspection: Callable[..., InspectionRecord],
    memfd: Callable[[bytes], int],
) -> None:
    box = Outbox(config.socket("recorder"), tmp_path / "engine.spill")
    process = start()
    box.offer(Event("engine", "note", "first", 1.0))
    until(lambda: not len(box), box)
    for trigger in range(1, 6):
        box.offer(inspection(trigger, kept_as="ng", picture=(100, 100)), memfd(os.urandom(10_000)))
    box.pump(time.monotonic_ns())
    process.send_signal(signal.SIGTERM)
    assert process.wait(LIMIT_S) == 0
    with open_journal(config) as journal:
        pictures = [journal.picture(FrameKey(7, trigger)) for trigger in range(1, 6)]
        assert all(one is not None and one.path.is_file() for one in pictures)
        assert [event.text for event in journal.events(kind="note", limit=1)] == ["Recorder stopped"]
    assert not config.socket("recorder").exists()
    box.close()


def test_says_ready_when_it_listens(start: Start, config: StationConfig, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(LIMIT_S)
        start(NOTIFY_SOCKET=str(tmp_path / "notify"))
        assert systemd.recv(100) == b"READY=1"
        assert config.socket("recorder").exists()


def test_file_that_is_no_journal(start: Start, config: StationConfig) -> None:
    Path(config.recorder.journal).write_text("notes of the night shift\n" * 99)
    said = sentence_of(start())
    assert f"recorder.journal = '{config.recorder.journal}': is no journal of a Saiken station" in said
    assert Path(config.recorder.journal).read_text().startswith("notes of the night shift")


def test_journal_of_a_newer_program(start: Start, config: StationConfig) -> None:
    path = Path(config.recorder.journal)
    prepare_journal(path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "has schema version '9999', this program knows up to" in sentence_of(start())


def test_directory_that_cannot_be_written(start: Start, tmp_path: Path, file: Path) -> None:
    (tmp_path / "blocked").write_text("a file where a directory should be")
    file.write_text(f'[recorder]\njournal = "{tmp_path}/blocked/journal.sqlite"\n')
    said = sentence_of(start())
    assert "its directory cannot be written" in said
    assert "name a directory that the recorder may write to" in said


def test_wrong_configuration(start: Start, file: Path) -> None:
    file.write_text("[recorder]\njurnal = 'x'\n")
    assert "unknown key 'recorder.jurnal' (value 'x'); did you mean 'recorder.journal'?" in sentence_of(start())


def test_second_recorder(start: Start, config: StationConfig) -> None:
    start()
    until(config.socket("recorder").exists)
    assert "another recorder writes this journal; stop it" in sentence_of(start())
