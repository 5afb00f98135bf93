"""Metric learning on the user's own good parts: the tower learns what varies here and what does not.

The positive of a patch is the most similar normal patch at the same place of another part, found by a search of
+-2 px. Its negatives are other places, and the same patch with a synthetic defect, half of them on the places that
the screener finds most suspicious on good parts, because that is what the tower will be asked about.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.contrastive import Schedule, Triples, patch_px, train_tower
from training.defects import draw_place, interest, spoil
from training.drawn_defects import Patch
from training.tower import PARTS, Tower

PATCH = patch_px(PARTS)  # the deep level is for textures and stays as it is
Place = tuple[int, int]  # x, y in the inspection picture
_SEARCH = 2  # px
_APART = 16  # px: patches nearer than this show the same place and are no negatives


@dataclass(frozen=True)
class MetricSettings:
    """How a tower is trained on the user's parts."""

    steps: int = 500
    batch: int = 48
    others: int = 12  # parts searched for the nearest normal
    peak_rate: float = 2e-3
    seed: int = 0


class NormalTriples:
    """Draws triples from good inspection pictures [n, h, w]."""

    def __init__(
        self, pictures: NDArray[np.float32], suspects: Sequence[Sequence[Place]], settings: MetricSettings
    ) -> None:
        """Prepare.

        Args:
            pictures: good parts only, prepared as on the line.
            suspects: for each picture the centres of the screener's candidates; may be empty lists.
            settings: sizes and seed.
        """
        self._settings = settings
        self._margin = PATCH // 2 + _SEARCH + 1
        edges = ((0, 0), (self._margin, self._margin), (self._margin, self._margin))
        self._pictures = np.pad(pictures, edges, mode="reflect")
        self._size = pictures.shape[1:]
        self._weight = interest(pictures)
        self._suspects = suspects
        self._rng = np.random.default_rng(settings.seed)

    def __call__(self) -> Triples:
        """The next batch."""
        rng = self._rng
        rows = [self._triple(int(i)) for i in rng.integers(0, len(self._pictures), self._settings.batch)]
        anchors, positives, twins, places = zip(*rows, strict=True)
        at = np.array(places)
        gap = np.abs(at[:, None] - at[None]).max(2)
        alike = torch.from_numpy((gap < _APART) & ~np.eye(len(at), dtype=bool))
        return Triples(self._stack(anchors), self._stack(positives), self._stack(twins), alike)

    def _triple(self, index: int) -> tuple[Patch, Patch, Patch, Place]:
        rng, suspects = self._rng, self._suspects[index]
        place = suspects[int(rng.integers(len(suspects)))] if suspects and rng.random() < 0.5 else self._draw()
        anchor = self._cut(index, place)
        twin, donor = self._cut(index, place), self._cut(self._other(index), self._draw())
        off = PATCH // 5
        x, y = (int(c) for c in PATCH // 2 + rng.integers(-off, off + 1, 2))
        return anchor, self._nearest(index, anchor, place), spoil(twin, donor, (x, y), rng).picture, place

    def _draw(self) -> Place:
        return draw_place(self._weight, self._rng)

    def _other(self, index: int) -> int:
        return int(index + 1 + self._rng.integers(len(self._pictures) - 1)) % len(self._pictures)

    def _cut(self, index: int, place: Place, wider: int = 0) -> Patch:
        """The patch of `PATCH` + 2 `wider` pixels around a place."""
        half = PATCH // 2 + wider
        x, y = place[0] + self._margin, place[1] + self._margin
        return self._pictures[index, y - half : y + half + 1, x - half : x + half + 1]

    def _nearest(self, index: int, anchor: Patch, place: Place) -> Patch:
        """The most similar patch of some other parts, each moved to where it fits best."""
        best, found = np.inf, anchor
        for _ in range(self._settings.others):
            area = self._cut(self._other(index), place, _SEARCH)
            low, _, (x, y), _ = cv2.minMaxLoc(cv2.matchTemplate(area, anchor, cv2.TM_SQDIFF))
            if low < best:
                best, found = low, area[y : y + PATCH, x : x + PATCH]
        return found

    def _stack(self, patches: Sequence[Patch]) -> Tensor:
        """[B, 1, PATCH, PATCH] under changing light."""
        rng, many = self._rng, np.stack(patches)[:, None]
        gain = rng.uniform(0.9, 1.1, (len(many), 1, 1, 1)).astype(np.float32)
        offset = rng.uniform(-0.05, 0.05, (len(many), 1, 1, 1)).astype(np.float32)
        grain = rng.standard_normal(many.shape, np.float32) * np.float32(0.008)
        return torch.from_numpy(many * gain + offset + grain)


def train_metric(
    tower: Tower,
    pictures: NDArray[np.float32],
    suspects: Sequence[Sequence[Place]],
    settings: MetricSettings,
    report: Callable[[int, float], None],
) -> Tower:
    """Train `tower` (fresh, or the generic one) on good pictures [n, h, w]; returns it in evaluation mode."""
    torch.manual_seed(settings.seed)
    triples = NormalTriples(pictures, suspects, settings)
    return train_tower(tower, triples, Schedule(settings.steps, settings.peak_rate), report)
