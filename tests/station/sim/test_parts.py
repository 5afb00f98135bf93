from __future__ import annotations

import numpy as np
import pytest

from station.sim.blank import bolt_centres
from station.sim.conveyor import BAD_KINDS, GOOD_KINDS
from station.sim.parts import KINDS, draw_part, draw_part_with_mask


@pytest.mark.parametrize("kind", KINDS)
def test_the_seed_decides_everything(kind: str) -> None:
    first = draw_part(7, kind)
    assert first.dtype == np.uint8
    assert first.shape == (256, 256)
    assert np.array_equal(first, draw_part(7, kind))
    assert not np.array_equal(first, draw_part(8, kind))


@pytest.mark.parametrize("size", [(64, 64), (200, 300), (512, 384)])
def test_other_sizes_show_the_same_part(size: tuple[int, int]) -> None:
    picture, mask = draw_part_with_mask(3, "scratch", size)
    assert picture.shape == mask.shape == size
    height, width = size
    assert picture[height // 2, width // 2] < 40  # the bore in the middle
    face = picture[height // 2, round(width / 2 + 64 * min(size) / 256)]
    assert face > 90


@pytest.mark.parametrize("kind", BAD_KINDS)
def test_a_bad_part_has_a_defect_of_believable_size(kind: str) -> None:
    for seed in range(25):
        _, mask = draw_part_with_mask(seed, kind)
        assert set(np.unique(mask)) == {0, 255}
        assert 12 <= np.count_nonzero(mask) <= 0.03 * mask.size


@pytest.mark.parametrize("kind", GOOD_KINDS)
def test_a_good_part_has_an_empty_mask(kind: str) -> None:
    assert not draw_part_with_mask(1, kind)[1].any()


def test_an_unknown_kind_is_refused_by_name() -> None:
    with pytest.raises(KeyError, match="rust"):
        draw_part(1, "rust")


def test_light_and_pose_vary_only_a_little() -> None:
    pictures = np.stack([draw_part(seed, "good") for seed in range(30)]).astype(np.float32)
    means = pictures.mean(axis=(1, 2))
    assert 60 < means.min() < means.max() < 140
    assert means.std() > 0.5
    rows = np.array([np.argwhere(picture > 100)[:, 0].mean() for picture in pictures])
    assert 0.3 < rows.std() < 3.0
    assert abs(rows.mean() - 127.5) < 4


def test_the_picture_uses_the_range_of_grey_without_clipping_the_metal() -> None:
    picture = draw_part(11, "good")
    assert np.percentile(picture, 1) < 40
    assert np.percentile(picture, 99) > 180
    assert np.mean(picture == 255) < 0.01


def test_a_missing_bore_shows_metal_where_the_hole_should_be() -> None:
    def dark_bores(kind: str, seed: int) -> int:
        picture = draw_part(seed, kind)
        places = [(round(127.5 + y), round(127.5 + x)) for x, y in bolt_centres()]
        return sum(bool(picture[row - 2 : row + 3, column - 2 : column + 3].mean() < 80) for row, column in places)

    for seed in range(6):
        assert dark_bores("good", seed) == 6
        assert dark_bores("missing_bore", seed) == 5
