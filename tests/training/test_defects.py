"""Synthetic defects: local, visible, on the part, and in any normalisation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from training import defects
from training.defects import draw_place, interest, spoil

Draw = Callable[..., NDArray[np.uint8]]


def _pictures(draw: Draw) -> NDArray[np.float32]:
    return np.stack([draw(seed) for seed in range(6)]).astype(np.float32) / 255


@pytest.mark.parametrize("kind", ["cut_paste", "scar", "blend", "spot", "warp", "smear"])
def test_every_kind_changes_a_neighbourhood_only(draw: Draw, kind: str) -> None:
    picture, donor = _pictures(draw)[:2]
    before = picture.copy()
    changed_somewhere = 0
    for seed in range(10):
        bad = getattr(defects, kind)(picture, donor, (40, 22), np.random.default_rng(seed))
        far = np.ones_like(picture, bool)
        far[: 22 + 30, 40 - 30 :] = False
        assert bad.dtype == np.float32
        assert np.abs(bad - picture)[far].max() < 0.02
        changed_somewhere += np.abs(bad - picture).max() > 0.05
    assert changed_somewhere >= 7
    assert np.array_equal(picture, before)


def test_spoil_says_where(draw: Draw) -> None:
    picture, donor = _pictures(draw)[:2]
    for seed in range(12):
        spoilt = spoil(picture, donor, (30, 30), np.random.default_rng(seed))
        assert spoilt.place == (30, 30)
        assert spoilt.mask.any()
        assert spoilt.mask.mean() < 0.4


def test_defects_fall_on_structure_and_inside_the_part(draw: Draw) -> None:
    pictures = _pictures(draw)
    weight = interest(pictures)
    assert weight.sum() == pytest.approx(1)
    ring = weight[8:56, 8:56].sum()
    assert ring > 0.6
    part = np.zeros((8, 8), np.uint8)
    part[2:4, 3:6] = 1
    inside = interest(pictures, part)
    rng = np.random.default_rng(0)
    for _ in range(20):
        x, y = draw_place(inside, rng)
        assert 24 <= x < 48
        assert 16 <= y < 32
