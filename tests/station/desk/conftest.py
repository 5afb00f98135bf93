"""A journal with a few parts in it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from station.core.domain import Finding, Ledger, Reason, Verdict
from station.core.messages import FrameKey, InspectionRecord, PartRecord
from station.recorder.journal import JournalWriter
from station.recorder.upgrading import prepare_journal

SESSION = 77
MS = 1_000_000
FINDING = Finding((8, 16, 32, 32), ((1.0, 2.0), (3.0, 4.0)), 5.5, 0.1 + 0.2, 1.7, True, 3)


def part(number: int, verdict: Verdict, reason: Reason, score: float = 0.5) -> PartRecord:
    """Part `number` of PLC start 0xa1; the frame has the same number."""
    at = number * 100 * MS
    ledger = Ledger(
        trigger_ns=at,
        exposed_ns=at + MS,
        frame_ns=at + 2 * MS,
        screened_ns=at + 12 * MS,
        verified_ns=at + 22 * MS,
        decided_ns=at + 23 * MS,
        received_ns=at + 24 * MS,
        written_ns=at + 30 * MS,
        acknowledged_ns=at + 41 * MS,
        deadline_ns=at + 250 * MS,
    )
    frame = FrameKey(SESSION, number)
    return PartRecord(f"00a1-{number}", number, 0xA1, frame, verdict, reason, True, score, 1.0, ledger, 1e9 + number)


def inspection(record: PartRecord, findings: tuple[Finding, ...], cleared: int) -> InspectionRecord:
    """What the engine saw of that part."""
    assert record.frame is not None
    return InspectionRecord(
        frame=record.frame,
        verdict=record.verdict,
        reason=record.reason,
        score=record.score,
        limit=record.limit,
        findings=findings,
        cleared=cleared,
        ledger=record.ledger,
        recipe="ring",
        bundle_sha256="ab" * 32,
        picture=None,
        kept_as="",
        time=record.time,
    )


@pytest.fixture
def journal_file(tmp_path: Path) -> Path:
    """Parts 1 OK, 2 NG with one finding, 3 not inspected."""
    file = tmp_path / "journal.sqlite"
    prepare_journal(file)
    good = part(1, Verdict.PASS, Reason.CLEAN)
    bad = part(2, Verdict.REJECT, Reason.FINDING, 1.7)
    late = part(3, Verdict.NOT_INSPECTED, Reason.LATE)
    writer = JournalWriter(file)
    inspections = [inspection(good, (), 4), inspection(bad, (FINDING,), 3), inspection(late, (), 0)]
    writer.commit([good, bad, late, *inspections], [picture_row(tmp_path, bad), picture_row(tmp_path, good, ".jpg")])
    writer.close()
    return file


def picture_row(folder: Path, record: PartRecord, suffix: str = ".png") -> dict[str, str | int | float]:
    """Stores a grey picture [6, 8] of the part below folder/pictures; the row that names it."""
    assert record.frame is not None
    path = folder / "pictures" / f"{record.part}{suffix}"
    path.parent.mkdir(exist_ok=True)
    cv2.imwrite(str(path), np.full((6, 8), record.part, np.uint8))
    return {
        "session": record.frame.session,
        "trigger": record.frame.trigger,
        "kept_as": "ng" if suffix == ".png" else "ok",
        "path": path.name,
        "sha256": "00" * 32,
        "bytes": path.stat().st_size,
        "height": 6,
        "width": 8,
        "time": record.time,
    }


@pytest.fixture
def finding() -> Finding:
    """The one finding of part 2."""
    return FINDING
