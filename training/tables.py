"""The table of a benchmark: figures of all seeds of one set, tower and method in one row. Rendered by `results_page`.

Everything is computed anew from the pictures' scores in result.json, so the table can be checked from the files alone.
Only AUPRO, CPU time and bundle size are taken over, because they need more than scores.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from station.core.errors import ConfigError
from station.engine.vision.ablation import ROWS
from training.bootstrap import Statistic, interval
from training.judged import over_detections, tpr_1, tpr_5
from training.metrics import auroc, clopper_pearson

STATISTICS: dict[str, Statistic] = {"auroc": auroc, "tpr_at_fpr_1": tpr_1, "tpr_at_fpr_5": tpr_5}
Facts = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """How one trial ended: with what stands in its result.json, or with the sentence that says why it failed."""

    set: str
    tower: str
    seed: int
    facts: Facts | None = None
    sentence: str = ""


@dataclass(frozen=True)
class Scored:
    """The pictures of one run, as arrays [n]."""

    files: tuple[str, ...]
    bad: NDArray[np.bool_]
    rejected: NDArray[np.bool_]
    scores: dict[str, NDArray[np.float64]]  # by method; infinite = not inspected


def scored(facts: Facts, without: Sequence[str] = ()) -> Scored:
    """The pictures of a result.json, except those of some kinds."""
    pictures = [one for one in facts["pictures"] if one["kind"] not in without]
    methods = pictures[0]["scores"] if pictures else ()
    return Scored(
        files=tuple(one["file"] for one in pictures),
        bad=np.array([one["kind"] != "good" for one in pictures], bool),
        rejected=np.array([one.get("verdict") != "PASS" for one in pictures], bool),
        scores={
            method: np.array([math.inf if (s := one["scores"][method]) is None else s for one in pictures])
            for method in methods
        },
    )


def build_table(suite: str, outcomes: Sequence[Outcome]) -> Facts:
    """All that stands in table.json; only what JSON can hold, None for what is not known.

    Args:
        suite: its name.
        outcomes: of all trials, in the order of the table.

    Raises:
        ConfigError: the seeds of one set were judged by different pictures.
    """
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for one in outcomes:
        if one.facts is not None and "pictures" in one.facts:
            groups.setdefault((one.set, one.tower), []).append(one)
    rows = [row for (name, _), group in groups.items() for row in _rows(group, _apart(name, outcomes))]
    found = {
        "suite": suite,
        "runtimes": sorted({one.facts["runtime"] for one in outcomes if one.facts and "runtime" in one.facts}),
        "rows": rows,
        "sequences": [_sequence(one, one.facts) for one in outcomes if one.facts and "positions" in one.facts],
        "failed": [
            {"set": one.set, "tower": one.tower, "seed": one.seed, "sentence": one.sentence}
            for one in outcomes
            if one.facts is None
        ],
    }
    return dict(msgspec.json.decode(msgspec.json.encode(found)))  # NaN becomes None, tuples become lists


def _apart(name: str, outcomes: Sequence[Outcome]) -> list[str]:
    """Kinds without which the figures of a set are given too."""
    for one in outcomes:
        if one.set == name and one.facts and "without" in one.facts:
            return list(one.facts["without"]["kinds"])
    return []


def _rows(group: Sequence[Outcome], apart: Sequence[str]) -> list[Facts]:
    rows = []
    for without in [[], apart] if apart else [[]]:
        runs = [(one, scored(one.facts or {}, without)) for one in group]
        for one, run in runs:
            if run.files != runs[0][1].files:
                raise ConfigError(
                    f"{one.set}/{one.tower}: seed {one.seed} was judged by other pictures than seed {runs[0][0].seed}; "
                    f"remove the older folder and run the same command again"
                )
        methods = [method for method in ROWS if method in runs[0][1].scores]
        methods += [method for method in runs[0][1].scores if method not in ROWS]
        rows += [_row(runs, method, without) for method in methods]
    return rows


def _row(runs: Sequence[tuple[Outcome, Scored]], method: str, without: Sequence[str]) -> Facts:
    first, bad = runs[0][0], runs[0][1].bad
    row: Facts = {
        "set": first.set,
        "tower": first.tower,
        "method": method,
        "without": list(without),
        "seeds": [one.seed for one, _ in runs],
        "n_good": int((~bad).sum()),
        "n_bad": int(bad.sum()),
    }
    for name, statistic in STATISTICS.items():
        values = [statistic(run.scores[method], bad) for _, run in runs]
        row[name] = {**_spread(values), "ci95": interval(statistic, [run.scores[method] for _, run in runs], bad)}
    row["aupro"] = _taken_over(runs, lambda facts: _figures(facts, method, without).get("aupro"))
    row["cpu_ms"] = _taken_over(runs, lambda facts: facts.get("cpu_ms", {}).get(method))
    row["bundle_bytes"] = _taken_over(runs, lambda facts: facts.get("bundle_bytes"))
    if method == "cascade":
        row["decisions"] = [_decisions(one, run) for one, run in runs]
    return row


def _figures(facts: Facts, method: str, without: Sequence[str]) -> Facts:
    rows = facts.get("without", {}) if without else facts
    return dict(rows.get(method, {}))


def _taken_over(runs: Sequence[tuple[Outcome, Scored]], read: Callable[[Facts], float | None]) -> Facts | None:
    """Spread over the seeds of a number in result.json; None when one of them lacks it."""
    values = [read(one.facts or {}) for one, _ in runs]
    known = [value for value in values if value is not None]
    return _spread(known) if len(known) == len(values) else None


def _spread(values: Sequence[float]) -> Facts:
    return {"mean": float(np.mean(values)), "min": float(np.min(values)), "max": float(np.max(values))}


def _decisions(one: Outcome, run: Scored) -> Facts:
    """What one seed's recipe decided at its limit, against what it promised."""
    promised = (one.facts or {})["cascade"]["bound_95"]
    n_good, n_bad = int((~run.bad).sum()), int(run.bad.sum())
    false_rejects, caught = int(run.rejected[~run.bad].sum()), int(run.rejected[run.bad].sum())
    return {
        "seed": one.seed,
        "n_good": n_good,
        "n_bad": n_bad,
        "false_rejects": false_rejects,
        "false_reject_ci95": clopper_pearson(false_rejects, n_good),
        "bound_95": promised,
        "inside": false_rejects <= promised * n_good,
        "misses": n_bad - caught,
        "miss_ci95": clopper_pearson(n_bad - caught, n_bad),
        "over_detections": over_detections(run.scores["vae_raw"], run.scores["cascade"], run.bad, caught),
    }


def _sequence(one: Outcome, facts: Facts) -> Facts:
    """One trial of a sequence: alarm against onset, position by position."""
    keys = ("onset", "alarm", "delay_frames", "false_alarms_before", "frames_before")
    positions = {name: {key: at[key] for key in keys} for name, at in facts["positions"].items()}
    return {
        "set": one.set,
        "tower": one.tower,
        "seed": one.seed,
        "learnt_frames": facts["learnt_frames"],
        "positions": positions,
    }
