"""Judge the baselines on a data set in MVTec's layout: python -m tests.benchmarks.peers DATA --weights FILE --json OUT.

Frozen MobileNetV2, grey pictures of 256x256, raw scores. PatchCore reads blocks 6 and 13, PaDiM blocks 3, 6 and 13:
the strides 8 and 16, and 4, 8 and 16, at which both papers read their ResNets.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tests.benchmarks.peers import padim, patchcore
from training.dataset import DataSet, Example, open_dataset, read_frame, read_mask
from training.imagenet import load_imagenet
from training.metrics import aupro, auroc, auroc_interval, tpr_at_fpr

_SIDE = 256
_PATCHCORE, _PADIM = ("block6", "block13"), ("block3", "block6", "block13")


def pictures(paths: Sequence[Path]) -> Tensor:
    """Grey pictures [n, 1, 256, 256] in 0..1."""
    small = [cv2.resize(read_frame(path), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA) for path in paths]
    return torch.from_numpy(np.stack(small)[:, None]).float() / 255


def judge(peer: nn.Module, examples: Sequence[Example]) -> dict[str, Any]:
    """Image AUROC with 95 % interval, TPR at FPR 5 %, AUPRO where there are masks, AUROC of each kind of defect."""
    scores: list[float] = []
    maps: list[NDArray[np.float32]] = []
    for example in examples:
        with torch.inference_mode():
            score, heat = peer(pictures([example.path]))
        scores.append(float(score[0]))
        maps.append(heat[0].numpy())
    bad = np.array([example.bad for example in examples])
    values = np.array(scores)
    kinds = sorted({example.kind for example in examples if example.bad})
    kind = np.array([example.kind for example in examples])
    return {
        "auroc": auroc(values, bad),
        "auroc_ci95": auroc_interval(values, bad),
        "tpr_at_fpr_5": tpr_at_fpr(values, bad, 0.05),
        "aupro": _aupro(maps, examples),
        "kinds": {name: auroc(values[~bad | (kind == name)], bad[~bad | (kind == name)]) for name in kinds},
        "n_good": int((~bad).sum()),
        "n_bad": int(bad.sum()),
    }


def _aupro(maps: Sequence[NDArray[np.float32]], examples: Sequence[Example]) -> float | None:
    """Bad pictures without a mask, or with an empty one, are left out."""
    used, masks = [], []
    for heat, example in zip(maps, examples, strict=True):
        mask = np.zeros((_SIDE, _SIDE), np.uint8)
        if example.mask is not None:
            drawn = read_mask(example.mask).astype(np.uint8)
            mask = np.asarray(cv2.resize(drawn, (_SIDE, _SIDE), interpolation=cv2.INTER_NEAREST), np.uint8)
        if mask.any() or not example.bad:
            used.append(heat)
            masks.append(mask.astype(bool))
    return aupro(used, masks) if any(mask.any() for mask in masks) else None


def compare(data: DataSet, weights: str, share: float, seed: int) -> dict[str, Any]:
    """Fit both on the good training pictures and judge them on the test pictures."""
    good = pictures(data.train)
    found: dict[str, Any] = {"n_train": len(good), "coreset": share, "seed": seed}
    peer = patchcore.fit(load_imagenet(weights, _PATCHCORE).native, good, share, seed)
    found["patchcore"] = judge(peer, data.test)
    found["padim"] = judge(padim.fit(load_imagenet(weights, _PADIM).native, good, seed=seed), data.test)
    return found


def main() -> None:
    """Print the figures of one data set, and put them into the JSON file beside those of others."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.peers", description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--weights", required=True, help="file or name, as training.imagenet.load_imagenet takes it")
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("--coreset", type=float, default=0.01, help="share of patches that PatchCore keeps")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    wishes = parser.parse_args()
    torch.set_num_threads(wishes.threads)
    found = compare(open_dataset(wishes.data), wishes.weights, wishes.coreset, wishes.seed)
    found["command"] = f"python -m tests.benchmarks.peers {shlex.join(sys.argv[1:])}"
    table = json.loads(wishes.json.read_text()) if wishes.json.exists() else {}
    table[wishes.data.resolve().name] = found
    wishes.json.write_text(json.dumps(table, indent=2) + "\n")
    for name in ("patchcore", "padim"):
        print(f"{wishes.data.name} {name}: {found[name]}")


if __name__ == "__main__":
    main()
