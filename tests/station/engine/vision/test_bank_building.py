"""Building a bank: greedy k-centre covers, names its sources, and is the same every time."""

from __future__ import annotations

import numpy as np
import pytest

from station.engine.vision.bank_building import build_global_bank, build_place_bank, k_centre


def cover(points: np.ndarray, chosen: np.ndarray) -> float:
    """Largest distance of any point to its nearest chosen one."""
    gaps = np.linalg.norm(points[:, None] - points[chosen][None], axis=2)
    return float(gaps.min(axis=1).max())


def slow_k_centre(points: np.ndarray, count: int) -> list[int]:
    """The textbook's loop."""
    chosen = [int(np.linalg.norm(points - points.mean(axis=0), axis=1).argmin())]
    while len(chosen) < count:
        gaps = np.linalg.norm(points[:, None] - points[chosen][None], axis=2).min(axis=1)
        chosen.append(int(gaps.argmax()))
    return sorted(chosen)


@pytest.fixture
def points() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(4, 60, 3)).astype(np.float32)


def test_the_choice_is_the_textbook_s_in_every_group(points: np.ndarray) -> None:
    chosen = k_centre(points, 9)
    assert chosen.tolist() == [slow_k_centre(group, 9) for group in points]


def test_a_rare_normal_look_is_kept() -> None:
    rng = np.random.default_rng(1)
    common, rare = rng.normal(0, 0.1, (500, 4)), rng.normal(5, 0.1, (2, 4))
    points = np.concatenate([common, rare]).astype(np.float32)
    assert (k_centre(points[None], 4)[0] >= 500).any()
    drawn = rng.choice(500, 4, replace=False)
    assert cover(points, k_centre(points[None], 4)[0]) < 0.2 * cover(points, drawn)


def test_all_are_taken_when_there_is_room(points: np.ndarray) -> None:
    assert k_centre(points, 60).tolist() == [list(range(60))] * 4
    assert k_centre(points, 99).shape == (4, 60)


def test_equal_points_are_never_taken_twice() -> None:
    chosen = k_centre(np.zeros((1, 6, 2), np.float32), 4)[0]
    assert len(set(chosen.tolist())) == 4


def test_a_place_bank_holds_each_place_s_own_descriptors() -> None:
    maps = np.random.default_rng(2).normal(size=(10, 5, 15, 4)).astype(np.float32)
    bank = build_place_bank(maps, max_per_place=3)
    assert bank["bank.descriptors"].shape == (5, 15, 3, 4) and bank["bank.descriptors"].dtype == np.float16
    assert bank["bank.golden"].dtype == np.int32
    for row, column, member in np.ndindex(5, 15, 3):
        source = maps[bank["bank.golden"][row, column, member], row, column]
        assert np.array_equal(bank["bank.descriptors"][row, column, member], source.astype(np.float16))
    assert bank["bank.golden"][3, 7].tolist() == slow_k_centre(maps[:, 3, 7], 3)


def test_a_global_bank_names_part_and_place() -> None:
    maps = np.random.default_rng(3).normal(size=(4, 5, 6, 3)).astype(np.float32)
    bank = build_global_bank(maps, max_total=20)
    assert bank["bank.descriptors"].shape == (20, 3)
    for descriptor, part, (row, column) in zip(
        bank["bank.descriptors"], bank["bank.golden"], bank["bank.place"], strict=True
    ):
        assert np.array_equal(descriptor, maps[part, row, column].astype(np.float16))


def test_a_global_bank_from_a_drawn_pool_is_the_same_every_time() -> None:
    maps = np.random.default_rng(4).normal(size=(4, 5, 6, 3)).astype(np.float32)
    first, second = (build_global_bank(maps, max_total=10, pool=30, seed=7) for _ in range(2))
    assert all(np.array_equal(first[name], second[name]) for name in first)
    other = build_global_bank(maps, max_total=10, pool=30, seed=8)
    assert not np.array_equal(first["bank.descriptors"], other["bank.descriptors"])


def test_ten_times_the_training_parts_make_no_larger_bank() -> None:
    """So neither the time of one part nor the bundle's size depends on how many parts were shown."""
    rng = np.random.default_rng(5)
    few, many = (rng.normal(size=(count, 2, 3, 8)).astype(np.float32) for count in (300, 3000))
    for one, other in (
        (build_place_bank(few), build_place_bank(many)),
        (build_global_bank(few, max_total=500, pool=1000), build_global_bank(many, max_total=500, pool=1000)),
    ):
        assert {name: (t.shape, t.dtype, t.nbytes) for name, t in one.items()} == {
            name: (t.shape, t.dtype, t.nbytes) for name, t in other.items()
        }
