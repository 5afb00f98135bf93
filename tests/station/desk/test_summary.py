"""The summary: counts from the PLC's book, times and candidates from the journal, one judgement."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest

from station.core.errors import StorageError
from station.desk.summary import CandidateCounts, Latency, Summary, count_fates, hardware, save, table
from station.sim.book import Book, BookPages, GateReason, PartFate

ISSUE_KEYS = (
    "parts, passed, rejected, not_inspected, bad_total, bad_passed, good_rejected, records, candidates, latency_ms, "
    "runtime, bundle_sha256, restarts"
)


def book(*fates: tuple[str, GateReason]) -> BookPages:
    pages = Book()
    for index, (kind, why) in enumerate(fates, 1):
        bad = kind == "scratch"
        pages.enter(PartFate(index, kind, bad, index, 1, why is GateReason.PASSED, why, 0, 0))
    return pages.pages()


def summary(**changes: object) -> Summary:
    plain = Summary(
        parts=5,
        passed=2,
        rejected=2,
        not_inspected=1,
        bad_total=2,
        bad_passed=0,
        good_rejected=1,
        records=5,
        candidates=CandidateCounts(30, 27, 3),
        latency_ms={"capture_to_ack": Latency(50.0, 60.0, 70.0, 80.0)},
        runtime="onnxruntime",
        bundle_sha256="ab" * 32,
        restarts=1,
        restarts_of={"engine": 1, "line": 0},
    )
    return msgspec.structs.replace(plain, **changes)


def test_every_part_is_counted_once_by_what_the_gate_did() -> None:
    counts = count_fates(
        book(
            ("good", GateReason.PASSED),
            ("good", GateReason.PASSED),
            ("scratch", GateReason.REJECT_WORD),
            ("good", GateReason.BORDER_WORD),
            ("good", GateReason.HEARTBEAT_STALE),
            ("scratch", GateReason.NO_VERDICT),
            ("good", GateReason.NOT_INSPECTED_WORD),
        )
    )
    assert counts == {
        "parts": 7,
        "passed": 2,
        "rejected": 2,
        "not_inspected": 3,
        "bad_total": 2,
        "bad_passed": 0,
        "good_rejected": 3,
    }


def test_bad_part_that_passed_is_seen() -> None:
    assert count_fates(book(("scratch", GateReason.PASSED)))["bad_passed"] == 1


def test_complains_about_an_escape_first_then_about_a_lost_record() -> None:
    assert summary().complaint == ""
    assert summary(bad_passed=1, records=4).complaint == "1 bad parts passed the gate"
    assert summary(records=4).complaint == "the journal has 4 records for 5 parts"
    assert summary(records=6).complaint == "the journal has 6 records for 5 parts"
    assert summary(lost=0, mis_tracked=0).complaint == ""
    assert summary(lost=1, mis_tracked=2).complaint == "1 parts have no record"
    assert summary(lost=0, mis_tracked=2).complaint == "2 records speak of another part than their frame shows"


def test_json_has_the_keys_of_the_plan(tmp_path: Path) -> None:
    save(summary(), tmp_path / "summary.json")
    written = json.loads((tmp_path / "summary.json").read_text())
    assert set(ISSUE_KEYS.split(", ")) <= set(written)
    assert written["candidates"] == {"flagged": 30, "cleared": 27, "confirmed": 3}
    assert written["latency_ms"]["capture_to_ack"] == {"p50": 50.0, "p95": 60.0, "p99": 70.0, "max": 80.0}
    assert written["restarts"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["summary.json"]


def test_table_says_it_for_a_person() -> None:
    text = table(summary())
    for words in ("2 / 2 / 1", "0 of 2", "1 of 3", "30 → 27 → 3", "1 (engine 1)", "abababababab"):
        assert words in text
    assert text.splitlines()[-1].split() == ["capture", "to", "acknowledge", "50.0", "60.0", "70.0", "80.0"]
    assert "of another part" not in text  # a run in real time cannot know it
    assert "  lost / of another part                  0 / 2" in table(summary(lost=0, mis_tracked=2))
    assert "restarts of processes                     0" in table(summary(restarts=0, restarts_of={}))


def test_hardware_is_named() -> None:
    assert re.fullmatch(r"\S.*, \d+ cores", hardware())


def test_summary_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(StorageError, match="taken: cannot be written: Is a directory"):
        save(summary(), tmp_path / "taken")
    with pytest.raises(StorageError, match="No such file or directory"):
        save(summary(), tmp_path / "missing" / "summary.json")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
