"""`saiken-train sequence`: learn the first frames of a camera position, then replay the rest in time order as a line.

DATA/sequence.csv has the columns file, frame, label ("normal", "pitting", ...); the folder of a file names its
position. What counts: how many frames after the first annotated damage the alarm comes, and false alarms before it.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from station.core.errors import ConfigError, NotInspectedError
from training.dataset import read_frame
from training.fit import fit
from training.learning import load_detector
from training.progress import Progress
from training.run import Run
from training.settings import FitSettings


@dataclass(frozen=True)
class Moment:
    """One frame of a sequence."""

    path: Path
    position: str
    number: int  # in time order
    label: str


def read_sequence(data: Path) -> dict[str, list[Moment]]:
    """Moments of each position, in time order.

    Raises:
        ConfigError: sequence.csv is missing or lacks a column.
    """
    table = data / "sequence.csv"
    try:
        with table.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        moments = [
            Moment(data / "frames" / row["file"], Path(row["file"]).parent.name, int(row["frame"]), row["label"])
            for row in rows
        ]
    except OSError as error:
        raise ConfigError(f"{table}: cannot be read: {error.strerror}; give a folder with sequence.csv") from error
    except (KeyError, ValueError) as error:
        raise ConfigError(f"{table}: needs the columns file, frame (a number) and label; wrong is {error}") from error
    positions: dict[str, list[Moment]] = {}
    for moment in sorted(moments, key=lambda m: (m.position, m.number)):
        positions.setdefault(moment.position, []).append(moment)
    return positions


def replay_sequences(
    data: Path, work: Path, settings: FitSettings, progress: Progress, *, learn: int, only: Sequence[str] = ()
) -> dict[str, Any]:
    """Fit on the first `learn` frames of each position and judge its other frames; one entry per position.

    Args:
        data: holds sequence.csv and frames/.
        work: the runs are kept there.
        settings: of each fit.
        progress: shows the stages.
        learn: frames to learn from.
        only: these positions; empty = all.
    """
    positions = read_sequence(data)
    unknown = sorted(set(only) - set(positions))
    if unknown:
        raise ConfigError(f"--positions {unknown[0]}: {data} has {', '.join(positions)}")
    facts = {}
    for name in only or positions:
        progress.say(f"position {name}")
        run = work / name
        fit([moment.path for moment in positions[name][:learn]], run, settings, progress)
        facts[name] = _replay(Run(run), positions[name][learn:])
        progress.say(f"position {name}: {facts[name]}")
    return {"learnt_frames": learn, "positions": facts}


def _replay(run: Run, moments: Sequence[Moment]) -> dict[str, Any]:
    """Judge frames in time order; one of another size ends the replay: the camera was set up anew."""
    detector = load_detector(run)
    size = (detector.recipe.frame.height, detector.recipe.frame.width)
    onset = next((moment.number for moment in moments if moment.label != "normal"), None)
    scores: dict[int, float] = {}
    rejected: list[int] = []
    for moment in moments:
        frame = read_frame(moment.path)
        if frame.shape != size:
            break
        try:
            seen = detector.inspect(frame)
        except NotInspectedError:
            rejected.append(moment.number)
            continue
        scores[moment.number] = round(seen.score, 3)
        if seen.verdict.rejects:
            rejected.append(moment.number)
    alarm = next((number for number in rejected if onset is not None and number >= onset), None)
    before = [number for number in rejected if onset is None or number < onset]
    return {
        "onset": onset,
        "alarm": alarm,
        "delay_frames": None if alarm is None or onset is None else alarm - onset,
        "false_alarms_before": len(before),
        "frames_before": sum(onset is None or number < onset for number in {*scores, *rejected}),
        "frames_after": sum(onset is not None and number >= onset for number in {*scores, *rejected}),
        "limit": round(detector.recipe.decision.limit, 3),
        "scores": scores,
    }
