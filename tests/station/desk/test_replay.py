"""Replay compares every number bit for bit, and says why when it cannot."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from station.core.config import EngineSection
from station.core.domain import Finding, Reason, Verdict
from station.core.errors import ConfigError, NotInspectedError, StorageError
from station.desk import replay
from station.recorder.reading import JournalReader


@dataclass(frozen=True)
class Answer:
    """What the detector says now."""

    findings: tuple[Finding, ...]
    verdict: Verdict = Verdict.REJECT
    reason: Reason = Reason.FINDING
    score: float = 1.7
    limit: float = 1.0
    cleared: int = 3
    border: bool = False
    screened_ns: int = 0
    verified_ns: int = 0


class Bench:
    """An opened bundle whose detector gives `answer`, or refuses the frame where there is none."""

    bundle_sha256 = "ab" * 32

    def __init__(self, answer: Answer) -> None:
        self.answer: Answer | None = answer
        self.seen: list[NDArray[np.uint8]] = []

    @property
    def detector(self) -> Bench:
        return self

    def inspect(self, frame: NDArray[np.uint8]) -> Answer:
        self.seen.append(frame)
        if self.answer is None:
            raise NotInspectedError(Reason.NOT_REGISTERED, "no part")
        return self.answer


@pytest.fixture
def bench(finding: Finding, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench(Answer((finding,)))
    monkeypatch.setattr(replay, "open_task", lambda _: made)
    return made


@pytest.fixture
def journal(journal_file: Path) -> Iterator[JournalReader]:
    with JournalReader(journal_file, journal_file.parent / "pictures") as reader:
        yield reader


def test_same_numbers_are_bit_equal(bench: Bench, journal: JournalReader) -> None:
    result = replay.replay_part(journal, "2", EngineSection())
    assert result.bit_equal
    assert (result.key, result.findings, result.lossless) == ("00a1-2", 1, True)
    (frame,) = bench.seen
    assert (frame.dtype, frame.shape, int(frame.max())) == (np.uint8, (6, 8), 2)


def test_a_border_case_then_is_one_now(bench: Bench, journal: JournalReader, monkeypatch: pytest.MonkeyPatch) -> None:
    then = journal.inspection(journal.part(2)[0].frame)
    border = msgspec.structs.replace(then, verdict=Verdict.PASS, reason=Reason.BORDER)
    monkeypatch.setattr(journal, "inspection", lambda _: border)
    passed = replace(bench.answer, verdict=Verdict.PASS, reason=Reason.CLEAN)
    bench.answer = replace(passed, border=True)
    assert replay.replay_part(journal, "2", EngineSection()).bit_equal
    bench.answer = passed
    assert replay.replay_part(journal, "2", EngineSection()).differences == ("reason",)


def test_one_bit_in_one_score_is_seen(bench: Bench, journal: JournalReader, finding: Finding) -> None:
    nearly = msgspec.structs.replace(finding, distance=math.nextafter(finding.distance, 1))
    bench.answer = Answer((nearly,))
    assert replay.replay_part(journal, "00a1-2", EngineSection()).differences == ("finding 1: distance",)


def test_every_difference_is_named(bench: Bench, journal: JournalReader, finding: Finding) -> None:
    def compare(answer: Answer | None) -> tuple[str, ...]:
        bench.answer = answer
        return replay.replay_part(journal, "2", EngineSection()).differences

    same = Answer((finding,))
    assert compare(replace(same, verdict=Verdict.PASS, reason=Reason.CLEAN)) == ("verdict", "reason")
    assert compare(replace(same, score=1.8, limit=1.1, cleared=2)) == ("cleared", "score", "limit")
    assert compare(Answer(())) == ("number of findings (1 then, 0 now)",)
    moved = msgspec.structs.replace(finding, box=(0, 0, 1, 1), confirmed=False, golden=4, z=1.0, score=1.0)
    assert compare(Answer((moved,))) == tuple(
        f"finding 1: {name}" for name in ("box", "confirmed", "golden", "z", "score")
    )
    assert compare(None)[:2] == ("verdict", "reason")


def test_picture_with_loss_is_said(bench: Bench, journal: JournalReader) -> None:
    bench.answer = Answer((), Verdict.PASS, Reason.CLEAN, 0.51)
    result = replay.replay_part(journal, "1", EngineSection())
    assert not result.lossless
    assert "score" in result.differences


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ("9", "the journal has no part '9'"),
        ("cam-1-1", "the journal has no part 'cam-1-1'"),
        ("3", "nothing was scored then"),
    ],
)
def test_says_why_it_cannot(bench: Bench, journal: JournalReader, part: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        replay.replay_part(journal, part, EngineSection())


def test_missing_picture_is_named(bench: Bench, journal: JournalReader, journal_file: Path) -> None:
    (journal_file.parent / "pictures" / "2.png").unlink()
    with pytest.raises(StorageError, match=r"2\.png: the stored picture is missing or damaged"):
        replay.replay_part(journal, "2", EngineSection())
    (journal_file.parent / "pictures" / "2.png").write_bytes(b"\x89PNG\r\n\x1a\n torn")
    with pytest.raises(StorageError, match="missing or damaged"):
        replay.replay_part(journal, "2", EngineSection())


def test_report_for_people_and_scripts(
    bench: Bench, journal_file: Path, tmp_path: Path, finding: Finding, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "station.toml"
    config.write_text(f'[recorder]\njournal = "{journal_file}"\npictures = "{journal_file.parent}/pictures"\n')
    assert replay.report("2", config, None, as_json=False) == 0
    assert "every score of 1 candidates is bit-equal" in capsys.readouterr().out
    bench.answer = Answer((finding,), score=2.0)
    assert replay.report("2", config, tmp_path, as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["bit_equal"], told["differences"]) == (False, ["score"])
    assert replay.report("1", config, None, as_json=False) == 1
    assert "stored as JPEG" in capsys.readouterr().out
