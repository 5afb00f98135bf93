"""`saiken-train evaluate`: judge a test set with the exported bundle, through the station's own code.

All methods of `station.engine.vision.ablation` stand side by side: the first against the last but one is the claim
that this product stands on. A part that cannot be inspected is rejected, so it counts as the worst score.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.core.domain import Verdict
from station.core.errors import ConfigError, NotInspectedError
from station.engine.runtime.opening import open_bundle
from station.engine.vision.ablation import ROWS, Ablation
from training.dataset import DataSet, Example, read_frame, read_mask
from training.metrics import (
    aupro,
    auroc,
    auroc_interval,
    clopper_pearson,
    false_rejects_at_recall,
    tpr_at_fpr,
)
from training.progress import Progress

_WORST = math.inf


@dataclass(frozen=True)
class Judged:
    """One test picture."""

    kind: str
    verdict: Verdict
    scores: dict[str, float]  # by row
    flagged: int  # candidates
    cleared: int  # of them, over-detections
    maps: dict[str, NDArray[np.float32]] = field(default_factory=dict)  # by row; for AUPRO only
    mask: NDArray[np.bool_] | None = None

    @property
    def bad(self) -> bool:
        """True for a defective part."""
        return self.kind != "good"


@dataclass(frozen=True)
class Result:
    """All numbers of one evaluation."""

    bundle_sha256: str
    runtime: str
    limit: float
    bound_95: float
    judged: tuple[Judged, ...]

    def facts(self) -> dict[str, Any]:
        """What stands in the JSON file."""
        return {
            "bundle_sha256": self.bundle_sha256,
            "runtime": self.runtime,
            "n_good": sum(not one.bad for one in self.judged),
            "n_bad": sum(one.bad for one in self.judged),
            **{row: self._row(row) for row in ROWS},
        }

    def table(self) -> str:
        """The same for people: one line per method, then what the cascade decided."""
        facts = self.facts()
        lines = [f"{'method':<24}{'AUROC':>8}{'95 % interval':>18}{'TPR at FPR 1 %':>16}{'5 %':>8}{'AUPRO':>8}"]
        for row in ROWS:
            f = facts[row]
            interval = "[{:.3f}, {:.3f}]".format(*f["auroc_ci95"])
            pro = f"{f['aupro']:.3f}" if "aupro" in f else "-"
            lines.append(
                f"{row:<24}{f['auroc']:>8.4f}{interval:>18}{f['tpr_at_fpr_1']:>16.3f}{f['tpr_at_fpr_5']:>8.3f}{pro:>8}"
            )
        c = facts["cascade"]
        lines.append(
            f"at the limit {self.limit:.3f}: false rejects {c['false_rejects']} of {c['n_good']} "
            f"(promised below {self.bound_95:.1%}), misses {c['misses']} of {c['n_bad']}"
        )
        alone, both = facts["vae_raw"]["good_rejected_at_same_recall"], c["good_rejected_at_same_recall"]
        lines.append(
            f"to catch the same {self._caught()} bad parts, the raw VAE would reject {alone} of {c['n_good']} good "
            f"parts, the cascade {both}: {max(0, alone - both)} over-detections cleared"
        )
        for name, group in c["candidates"].items():
            lines.append(f"candidates on {name} parts: {group['flagged']} flagged, {group['cleared']} cleared")
        return "\n".join(lines)

    def _row(self, row: str) -> dict[str, Any]:
        scores = [one.scores[row] for one in self.judged]
        bad = [one.bad for one in self.judged]
        facts: dict[str, Any] = {
            "auroc": auroc(scores, bad),
            "auroc_ci95": auroc_interval(scores, bad),
            "tpr_at_fpr_1": tpr_at_fpr(scores, bad, 0.01),
            "tpr_at_fpr_5": tpr_at_fpr(scores, bad, 0.05),
            "good_rejected_at_same_recall": false_rejects_at_recall(scores, bad, self._caught()),
        }
        masked = [one for one in self.judged if one.mask is not None and row in one.maps]
        if any(one.bad for one in masked):
            facts["aupro"] = aupro(
                [one.maps[row] for one in masked], [one.mask for one in masked if one.mask is not None]
            )
        return facts | (self._decisions() if row == "cascade" else {})

    def _caught(self) -> int:
        """Bad parts that the cascade rejects at its limit: the recall at which the rows are compared."""
        return sum(one.bad and one.verdict.rejects for one in self.judged)

    def _decisions(self) -> dict[str, Any]:
        good = [one for one in self.judged if not one.bad]
        bad = [one for one in self.judged if one.bad]
        false_rejects, misses = sum(one.verdict.rejects for one in good), sum(not one.verdict.rejects for one in bad)
        return {
            "limit": self.limit,
            "bound_95": self.bound_95,
            "n_good": len(good),
            "n_bad": len(bad),
            "false_rejects": false_rejects,
            "false_reject_ci95": clopper_pearson(false_rejects, len(good)),
            "misses": misses,
            "miss_ci95": clopper_pearson(misses, len(bad)),
            "not_inspected": sum(one.verdict is Verdict.NOT_INSPECTED for one in self.judged),
            "per_kind": {kind: self._kind(kind) for kind in sorted({one.kind for one in bad})},
            "candidates": {"good": _candidates(good), "bad": _candidates(bad)},
        }

    def _kind(self, kind: str) -> dict[str, Any]:
        of_kind = [one for one in self.judged if one.kind == kind]
        some = [one for one in self.judged if one.kind in {"good", kind}]
        return {
            "n": len(of_kind),
            "misses": sum(not one.verdict.rejects for one in of_kind),
            "auroc": auroc([one.scores["cascade"] for one in some], [one.bad for one in some]),
        }


def _candidates(parts: Sequence[Judged]) -> dict[str, int]:
    flagged, cleared = sum(one.flagged for one in parts), sum(one.cleared for one in parts)
    return {"flagged": flagged, "cleared": cleared, "confirmed": flagged - cleared}


def evaluate(bundle: Path, trust: Path, data: DataSet, threads: int, progress: Progress) -> Result:
    """Judge all pictures of DATA/test.

    Raises:
        BundleError: the bundle is not to be trusted.
        ConfigError: the data set has no test pictures, or they have another size than the recipe's.
    """
    if not data.test:
        raise ConfigError(f"{data.root}: no test pictures; put good ones into test/good and bad ones into test/<kind>")
    opened = open_bundle(bundle, trust, threads)
    recipe = opened.bundle.recipe
    ablation = Ablation(opened.detector)
    progress.stage("evaluation", len(data.test))
    judged = []
    for number, example in enumerate(data.test, 1):
        judged.append(_judge(ablation, example, (recipe.frame.height, recipe.frame.width)))
        progress.step(number)
    opened.detector.close()
    decision, promise = recipe.decision, recipe.promise
    return Result(opened.bundle.sha256, opened.detector.runtime, decision.limit, promise.bound_95, tuple(judged))


def _judge(ablation: Ablation, example: Example, size: tuple[int, int]) -> Judged:
    frame = read_frame(example.path)
    if frame.shape != size:
        raise ConfigError(
            f"{example.path}: is {frame.shape[1]} x {frame.shape[0]} pixels, but the bundle was made for "
            f"{size[1]} x {size[0]}; evaluate it with the bundle of its own product"
        )
    mask = _mask(example, frame.shape)
    try:
        compared = ablation.compare(frame, want_maps=mask is not None)
    except NotInspectedError:  # the line rejects it
        return Judged(example.kind, Verdict.NOT_INSPECTED, dict.fromkeys(ROWS, _WORST), 0, 0)
    seen = compared.inspection
    scores = {row: compared.scores[row] for row in ROWS}
    return Judged(example.kind, seen.verdict, scores, len(seen.findings), seen.cleared, compared.maps, mask)


def _mask(example: Example, shape: tuple[int, ...]) -> NDArray[np.bool_] | None:
    """Ground truth; nothing is bad in a good part; None when it was not drawn."""
    if not example.bad:
        return np.zeros(shape, bool)
    if example.mask is None:
        return None
    mask = read_mask(example.mask)
    if mask.shape != shape:
        raise ConfigError(f"{example.mask}: has another size than its picture {example.path}")
    return mask
