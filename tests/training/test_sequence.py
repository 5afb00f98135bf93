"""Sequences: learn early frames, replay the rest in time order, and count from the annotated onset."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from station.core.errors import ConfigError
from training.progress import Progress
from training.sequence import read_sequence, replay_sequences
from training.settings import FitSettings

Draw = Callable[..., NDArray[np.uint8]]


@pytest.fixture
def sequence(tmp_path: Path, draw: Draw) -> Path:
    """Twelve good frames, two good ones later, then three bad ones and one of another size."""
    rows = ["file,frame,label"]
    (tmp_path / "frames" / "p1").mkdir(parents=True)
    for number in range(18):
        bad = number >= 14
        frame = draw(number, bad) if number < 17 else np.zeros((32, 32), np.uint8)
        cv2.imwrite(str(tmp_path / "frames" / "p1" / f"{number:02d}.png"), frame)
        rows.append(f"p1/{number:02d}.png,{number},{'pitting' if bad else 'normal'}")
    (tmp_path / "sequence.csv").write_text("\n".join(rows) + "\n")
    return tmp_path


def test_the_alarm_is_counted_from_the_onset(sequence: Path, tiny: FitSettings) -> None:
    facts = replay_sequences(sequence, sequence / "work", tiny, Progress(io.StringIO()), learn=12)
    p1 = facts["positions"]["p1"]
    assert (p1["onset"], p1["alarm"], p1["delay_frames"]) == (14, 14, 0)
    assert (p1["frames_before"], p1["frames_after"]) == (2, 3)
    assert set(p1["scores"]) == {12, 13, 14, 15, 16}


def test_the_table_is_read_in_time_order_and_refused_by_name(sequence: Path) -> None:
    table = sequence / "sequence.csv"
    head, *rows = table.read_text().splitlines()
    table.write_text("\n".join([head, *reversed(rows)]))
    assert [moment.number for moment in read_sequence(sequence)["p1"]] == list(range(18))
    with pytest.raises(ConfigError, match=r"--positions p9: .* has p1"):
        replay_sequences(sequence, sequence, FitSettings(), Progress(io.StringIO()), learn=12, only=["p9"])
    table.write_text("file,label\np1/00.png,normal\n")
    with pytest.raises(ConfigError, match=r"needs the columns file, frame .* wrong is 'frame'"):
        read_sequence(sequence)
