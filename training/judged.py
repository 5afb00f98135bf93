"""What an evaluation found: every test picture with its verdict and scores, and the figures that follow from them.

A part that cannot be inspected is rejected, so it counts as the worst score; in JSON that score is null.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from station.core.domain import Verdict
from station.engine.vision.ablation import ROWS
from training.bootstrap import interval
from training.metrics import aupro, auroc, clopper_pearson, false_rejects_at_recall, tpr_at_fpr


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
    file: str = ""  # below the data set

    @property
    def bad(self) -> bool:
        """True for a defective part."""
        return self.kind != "good"

    def facts(self) -> dict[str, Any]:
        """What stands in the JSON file: enough for plots, and to compare two machines."""
        return {
            "file": self.file,
            "kind": self.kind,
            "verdict": self.verdict.name,
            "score": self.scores["cascade"],
            "scores": self.scores,
        }


@dataclass(frozen=True)
class Result:
    """All numbers of one evaluation."""

    bundle_sha256: str
    runtime: str
    limit: float
    bound_95: float
    judged: tuple[Judged, ...]
    bundle_bytes: int = 0
    cpu_ms: dict[str, float] = field(default_factory=dict)  # of one part, median; by row
    apart: tuple[str, ...] = ()  # kinds without which the figures are given too

    def facts(self) -> dict[str, Any]:
        """What stands in the JSON file."""
        return {
            "bundle_sha256": self.bundle_sha256,
            "bundle_bytes": self.bundle_bytes,
            "runtime": self.runtime,
            "cpu_ms": self.cpu_ms,
            "n_good": sum(not one.bad for one in self.judged),
            "n_bad": sum(one.bad for one in self.judged),
            **self._rows(),
            **({"without": {"kinds": list(self.apart), **self._without_apart()._rows()}} if self.apart else {}),
            "pictures": [one.facts() for one in self.judged],
        }

    def table(self) -> str:
        """The same for people: one line per method, then what the cascade decided."""
        facts = self.facts()
        lines = [f"{'method':<24}{'AUROC':>8}{'95 % interval':>18}{'TPR at FPR 1 %':>16}{'5 %':>8}{'AUPRO':>8}"]
        lines += [_line(row, facts[row]) for row in ROWS]
        if self.apart:
            lines.append(f"without {', '.join(self.apart)}:")
            lines += [_line(row, facts["without"][row]) for row in ROWS]
        c = facts["cascade"]
        lines.append(
            f"at the limit {self.limit:.3f}: false rejects {c['false_rejects']} of {c['n_good']} "
            f"(promised below {self.bound_95:.1%}), misses {c['misses']} of {c['n_bad']}"
        )
        over = c["over_detections"]
        share = "" if over["cleared_share"] is None else f" ({over['cleared_share']:.0%})"
        lines.append(
            f"to catch the same {self._caught()} bad parts, the raw VAE would reject {over['vae_raw']} of "
            f"{c['n_good']} good parts, the cascade {over['cascade']}: "
            f"{max(0, over['vae_raw'] - over['cascade'])} over-detections cleared{share}"
        )
        for name, group in c["candidates"].items():
            lines.append(f"candidates on {name} parts: {group['flagged']} flagged, {group['cleared']} cleared")
        if self.cpu_ms:
            times = ", ".join(f"{row} {ms:.1f}" for row, ms in self.cpu_ms.items())
            lines.append(f"CPU ms of one part, median: {times}; bundle {self.bundle_bytes / 1e6:.2f} MB")
        return "\n".join(lines)

    def _rows(self) -> dict[str, Any]:
        return {row: self._row(row) for row in ROWS}

    def _without_apart(self) -> Result:
        return replace(self, judged=tuple(one for one in self.judged if one.kind not in self.apart), apart=())

    def _row(self, row: str) -> dict[str, Any]:
        scores = [one.scores[row] for one in self.judged]
        bad = [one.bad for one in self.judged]
        facts: dict[str, Any] = {
            "auroc": auroc(scores, bad),
            "auroc_ci95": interval(auroc, [scores], bad),
            "tpr_at_fpr_1": tpr_1(scores, bad),
            "tpr_at_fpr_1_ci95": interval(tpr_1, [scores], bad),
            "tpr_at_fpr_5": tpr_5(scores, bad),
            "tpr_at_fpr_5_ci95": interval(tpr_5, [scores], bad),
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
            "over_detections": self._over_detections(),
            "not_inspected": sum(one.verdict is Verdict.NOT_INSPECTED for one in self.judged),
            "per_kind": {kind: self._kind(kind) for kind in sorted({one.kind for one in bad})},
            "candidates": {"good": _candidates(good), "bad": _candidates(bad)},
        }

    def _over_detections(self) -> dict[str, Any]:
        bad = [one.bad for one in self.judged]
        scores = {row: [one.scores[row] for one in self.judged] for row in ("vae_raw", "cascade")}
        return over_detections(scores["vae_raw"], scores["cascade"], bad, self._caught())

    def _kind(self, kind: str) -> dict[str, Any]:
        of_kind = [one for one in self.judged if one.kind == kind]
        some = [one for one in self.judged if one.kind in {"good", kind}]
        return {
            "n": len(of_kind),
            "misses": sum(not one.verdict.rejects for one in of_kind),
            "auroc": auroc([one.scores["cascade"] for one in some], [one.bad for one in some]),
        }


def tpr_1(scores: ArrayLike, bad: ArrayLike) -> float:
    """`tpr_at_fpr` at 1 % good parts rejected."""
    return tpr_at_fpr(scores, bad, 0.01)


def tpr_5(scores: ArrayLike, bad: ArrayLike) -> float:
    """`tpr_at_fpr` at 5 % good parts rejected."""
    return tpr_at_fpr(scores, bad, 0.05)


def over_detections(raw: ArrayLike, cascade: ArrayLike, bad: ArrayLike, caught: int) -> dict[str, Any]:
    """Good parts that the raw VAE and the cascade would reject to catch `caught` bad parts, and the share cleared.

    The share is None when the raw VAE rejects none: then there is nothing to clear. It is negative when the second
    look makes it worse.
    """
    alone, both = (false_rejects_at_recall(scores, bad, caught) for scores in (raw, cascade))
    return {"vae_raw": alone, "cascade": both, "cleared_share": (alone - both) / alone if alone else None}


def _candidates(parts: Sequence[Judged]) -> dict[str, int]:
    flagged, cleared = sum(one.flagged for one in parts), sum(one.cleared for one in parts)
    return {"flagged": flagged, "cleared": cleared, "confirmed": flagged - cleared}


def _line(row: str, f: dict[str, Any]) -> str:
    ends = "[{:.3f}, {:.3f}]".format(*f["auroc_ci95"])
    pro = f"{f['aupro']:.3f}" if "aupro" in f else "-"
    return f"{row:<24}{f['auroc']:>8.4f}{ends:>18}{f['tpr_at_fpr_1']:>16.3f}{f['tpr_at_fpr_5']:>8.3f}{pro:>8}"
