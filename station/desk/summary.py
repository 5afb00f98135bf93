"""What a run came to: the PLC's book is the judge, the journal tells times and candidates.

`parts = passed + rejected + not_inspected`: what the gate did. A part counts as rejected when the station had said
REJECT, and as not inspected when the gate stayed shut for any other reason (no verdict in time, stale heartbeat, PLC
down and so on).
"""

from __future__ import annotations

import os
import platform
from pathlib import Path

import msgspec

from station.core.errors import StorageError
from station.desk.recovery import FaultStory
from station.desk.tracking import Tracking
from station.recorder.reading import JournalReader
from station.sim.book import BookPages, GateReason

STAGES_SHOWN = {
    "exposed_to_frame": "exposed → frame complete",
    "frame_to_screened": "frame → VAE screened",
    "screened_to_verified": "→ Siamese verified",
    "verified_to_decided": "→ verdict decided",
    "decided_to_received": "→ taken by the line",
    "received_to_written": "→ written to the PLC",
    "written_to_acknowledged": "→ acknowledged",
    "capture_to_ack": "capture to acknowledge",
}


class CandidateCounts(msgspec.Struct, frozen=True):
    """What the VAE flagged and what became of it."""

    flagged: int = 0
    cleared: int = 0  # over-detections
    confirmed: int = 0


class Latency(msgspec.Struct, frozen=True):
    """Milliseconds of one stage."""

    p50: float
    p95: float
    p99: float
    max: float


class Summary(msgspec.Struct, frozen=True):
    """The JSON that `saiken demo --json` writes."""

    parts: int
    passed: int
    rejected: int
    not_inspected: int
    bad_total: int
    bad_passed: int
    good_rejected: int
    records: int  # rows of table part in the journal
    candidates: CandidateCounts
    latency_ms: dict[str, Latency]
    runtime: str
    bundle_sha256: str
    restarts: int
    restarts_of: dict[str, int]  # by process
    faults: tuple[str, ...] = ()
    hardware: str = ""
    mis_tracked: int | None = None  # records of another part than their frame shows; None: this run cannot know
    lost: int | None = None  # physical parts without a record
    false_triggers: int = 0  # so many frames may have a record though no part caused them
    stories: tuple[FaultStory, ...] = ()  # what became of each fault

    @property
    def complaint(self) -> str:
        """Why this run is not as it must be; empty when it is."""
        if self.bad_passed:
            return f"{self.bad_passed} bad parts passed the gate"
        if not self.parts <= self.records <= self.parts + self.false_triggers:
            return f"the journal has {self.records} records for {self.parts} parts"
        if self.lost:
            return f"{self.lost} parts have no record"
        if self.mis_tracked:
            return f"{self.mis_tracked} records speak of another part than their frame shows"
        return next((story.complaint for story in self.stories if story.complaint), "")


def sum_up(
    book: BookPages,
    journal: JournalReader,
    *,
    runtime: str,
    bundle_sha256: str,
    restarts: dict[str, int],
    faults: tuple[str, ...] = (),
    tracking: Tracking | None = None,
    lost: int | None = None,
    stories: tuple[FaultStory, ...] = (),
) -> Summary:
    """The summary of a finished run; `lost` where nothing is known about the tracking."""
    candidates = journal.candidates()
    latencies = {
        stage: Latency(*(round(value, 3) for value in (times.p50, times.p95, times.p99, times.max)))
        for stage, times in journal.latencies().items()
    }
    return Summary(
        **count_fates(book),
        records=journal.counts().parts,
        candidates=CandidateCounts(candidates.flagged, candidates.cleared, candidates.confirmed),
        latency_ms=latencies,
        runtime=runtime,
        bundle_sha256=bundle_sha256,
        restarts=sum(restarts.values()),
        restarts_of=restarts,
        faults=faults,
        hardware=hardware(),
        mis_tracked=tracking.mis_tracked if tracking else None,
        lost=tracking.lost if tracking else lost,
        false_triggers=sum(story.fault.startswith("count-mismatch") for story in stories),
        stories=stories,
    )


def hardware() -> str:
    """This machine's processor as it names itself, and the cores that we may use."""
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    name = next((line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")), "")
    board = Path("/proc/device-tree/model")  # an ARM board says there who it is
    if board.exists():
        name = board.read_text(encoding="utf-8", errors="replace").rstrip("\0")
    return f"{name or platform.machine()}, {len(os.sched_getaffinity(0))} cores"


def count_fates(book: BookPages) -> dict[str, int]:
    """The seven counts that only the book may give; a border case that the gate turned out counts as rejected."""
    totals = book.totals
    rejected = sum(fate.why in {GateReason.REJECT_WORD, GateReason.BORDER_WORD} for fate in book.parts)
    return {
        "parts": totals.parts,
        "passed": totals.passed,
        "rejected": rejected,
        "not_inspected": totals.parts - totals.passed - rejected,
        "bad_total": totals.bad_total,
        "bad_passed": totals.bad_passed,
        "good_rejected": totals.good_rejected,
    }


def table(summary: Summary) -> str:
    """The summary for a person."""
    found = summary.candidates
    rows = [
        ("parts through the gate", f"{summary.parts}"),
        ("  OK / NG / not inspected", f"{summary.passed} / {summary.rejected} / {summary.not_inspected}"),
        ("bad parts that passed (PLC's book)", f"{summary.bad_passed} of {summary.bad_total}"),
        ("good parts rejected (PLC's book)", f"{summary.good_rejected} of {summary.parts - summary.bad_total}"),
        ("records in the journal", f"{summary.records}"),
        *(
            ()
            if summary.mis_tracked is None
            else [("  lost / of another part", f"{summary.lost} / {summary.mis_tracked}")]
        ),
        ("candidates flagged → cleared → confirmed", f"{found.flagged} → {found.cleared} → {found.confirmed}"),
        ("restarts of processes", _restarts(summary)),
        ("runtime, bundle", f"{summary.runtime or '-'}, {summary.bundle_sha256[:12] or '-'}"),
        ("hardware", summary.hardware or "-"),
    ]
    lines = [f"{title:<42}{value}" for title, value in rows]
    lines += ["", f"{'time in ms':<42}{'p50':>9}{'p95':>9}{'p99':>9}{'max':>9}"]
    for stage, title in STAGES_SHOWN.items():
        if times := summary.latency_ms.get(stage):
            lines.append(f"{title:<42}{times.p50:>9.1f}{times.p95:>9.1f}{times.p99:>9.1f}{times.max:>9.1f}")
    return "\n".join(lines)


def save(summary: Summary, path: Path) -> None:
    """Write the JSON: the whole file or none.

    Raises:
        StorageError: the disk refuses.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        with temporary.open("wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StorageError(f"{path}: cannot be written: {error.strerror or error}") from error


def _restarts(summary: Summary) -> str:
    named = ", ".join(f"{name} {count}" for name, count in summary.restarts_of.items() if count)
    return f"{summary.restarts} ({named})" if named else "0"
