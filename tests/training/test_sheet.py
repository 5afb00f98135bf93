"""Which parts stand on the sheet of the worst errors. That it is drawn is tested with a whole benchmark."""

from __future__ import annotations

from pathlib import Path

from station.core.domain import Verdict
from training.dataset import DataSet, Example
from training.judged import Judged, Result
from training.sheet import worst


def test_bad_parts_that_look_best_and_good_parts_that_look_worst() -> None:
    scores = {"good": (1.0, 6.0, 2.0), "dent": (7.0, 3.0, 9.0)}
    pairs = [
        (
            Example(Path(f"{kind}{score}.png"), kind),
            Judged(kind, Verdict.REJECT if score > 5 else Verdict.PASS, {"cascade": score}, 0, 0),
        )
        for kind, some in scores.items()
        for score in some
    ]
    data = DataSet(Path(), (), tuple(example for example, _ in pairs))
    found = worst(data, Result("", "", 5.0, 0.1, tuple(judged for _, judged in pairs)), 2)
    assert [one.scores["cascade"] for _, one in found["bad"]] == [3.0, 7.0]
    assert [one.scores["cascade"] for _, one in found["good"]] == [6.0, 2.0]
    assert [example.path.name for example, _ in found["bad"]] == ["dent3.0.png", "dent7.0.png"]
