"""Shared pieces for the recorder's tests: records, a fresh journal, a configuration, a sender."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from station.core.config import RecorderSection, StationConfig, StationSection
from station.core.domain import Finding, Ledger, Reason, Verdict
from station.core.messages import FrameKey, InspectionRecord, PartRecord
from station.recorder.journal import JournalWriter
from station.recorder.reading import JournalReader
from station.recorder.upgrading import prepare_journal

NOON = 1_700_000_000.0  # 2023-11-14 22:13:20 UTC
_MS = 1_000_000


@pytest.fixture
def part() -> Callable[..., PartRecord]:
    """The record of part `number`; any field can be given."""

    def make(number: int, **fields: object) -> PartRecord:
        at = number * 100 * _MS
        record = PartRecord(
            key=f"0001-{number}",
            part=number,
            boot=1,
            frame=FrameKey(7, number),
            verdict=Verdict.PASS,
            reason=Reason.CLEAN,
            acknowledged=True,
            score=0.5,
            limit=1.0,
            ledger=Ledger(*(at + stage * _MS for stage in range(1, 11))),
            time=NOON + number,
        )
        return msgspec.structs.replace(record, **fields)

    return make


@pytest.fixture
def finding() -> Callable[..., Finding]:
    """A candidate, cleared unless `confirmed`."""

    def make(confirmed: bool = False) -> Finding:
        outline = ((1.5, 2.0), (33.5, 2.0), (33.5, 34.0))
        return Finding((1, 2, 32, 32), outline, z=5.5, distance=0.25, score=3.0, confirmed=confirmed, golden=4)

    return make


@pytest.fixture
def inspection(finding: Callable[..., Finding]) -> Callable[..., InspectionRecord]:
    """What the engine saw in frame `trigger`; any field can be given."""

    def make(trigger: int, **fields: object) -> InspectionRecord:
        record = InspectionRecord(
            frame=FrameKey(7, trigger),
            verdict=Verdict.REJECT,
            reason=Reason.FINDING,
            score=3.0,
            limit=1.0,
            findings=(finding(confirmed=True), finding()),
            cleared=1,
            ledger=Ledger(exposed_ns=1, frame_ns=2),
            recipe="ring",
            bundle_sha256="ab" * 32,
            picture=None,
            kept_as="",
            time=NOON + trigger,
        )
        return msgspec.structs.replace(record, **fields)

    return make


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A prepared, empty journal."""
    journal = tmp_path / "journal.sqlite"
    prepare_journal(journal)
    return journal


@pytest.fixture
def writer(path: Path) -> Iterator[JournalWriter]:
    """The journal, open for writing."""
    journal = JournalWriter(path)
    yield journal
    journal.close()


@pytest.fixture
def reader(path: Path, tmp_path: Path) -> Iterator[JournalReader]:
    """The same journal, open for reading."""
    with JournalReader(path, tmp_path / "pictures") as journal:
        yield journal


@pytest.fixture
def config(tmp_path: Path) -> StationConfig:
    """A station whose files are all below tmp_path."""
    return StationConfig(
        station=StationSection(run_dir=str(tmp_path / "run")),
        recorder=RecorderSection(
            journal=str(tmp_path / "journal.sqlite"), pictures=str(tmp_path / "pictures"), queue_mib=16, min_free_mib=1
        ),
    )


@pytest.fixture
def memfd() -> Callable[[bytes], int]:
    """A new anonymous file with these bytes."""

    def make(data: bytes) -> int:
        descriptor = os.memfd_create("test")
        os.write(descriptor, data)
        return descriptor

    return make
