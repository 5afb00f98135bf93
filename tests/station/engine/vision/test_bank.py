"""The bank finds what the slow reference finds: distance, golden part and place."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping

import numpy as np
import pytest

from station.core.errors import BundleError
from station.core.recipe import Recipe, VerifySpec
from station.engine.vision import bank as bank_module
from station.engine.vision import reference
from station.engine.vision.bank import GlobalBank, PlaceBank, open_bank

Tensors = Mapping[str, np.ndarray]
ROWS, COLUMNS, MEMBERS, DIMS = 6, 8, 5, 7


@pytest.fixture
def golden() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    descriptors = rng.normal(size=(ROWS, COLUMNS, MEMBERS, DIMS)).astype(np.float32)
    return descriptors, rng.integers(0, 99, (ROWS, COLUMNS, MEMBERS)).astype(np.int32)


def _numbers_and_places(count: int) -> tuple[np.ndarray, np.ndarray]:
    numbers = np.arange(count, dtype=np.int32)
    return numbers, np.stack([numbers // MEMBERS // COLUMNS, numbers // MEMBERS % COLUMNS], axis=1)


def _global(descriptors: np.ndarray) -> GlobalBank:
    """All golden descriptors of a place bank, numbered one by one."""
    flat = descriptors.reshape(-1, DIMS)
    return GlobalBank(flat, *_numbers_and_places(len(flat)))


@pytest.mark.parametrize("neighbourhood", [0, 1, 2, 4])
@pytest.mark.parametrize("side", [1, 2, 4])
def test_the_place_bank_is_the_reference(golden: tuple[np.ndarray, np.ndarray], neighbourhood: int, side: int) -> None:
    bank = PlaceBank(*golden, neighbourhood)
    corners = np.array([(0, 0), (ROWS - side, COLUMNS - side), (1, 2), (0, COLUMNS - side)])
    blocks = np.random.default_rng(1).normal(size=(len(corners), side, side, DIMS)).astype(np.float32)
    found = bank.nearest(blocks, corners)
    for block, down, across in np.ndindex(len(corners), side, side):
        place = (int(corners[block, 0]) + down, int(corners[block, 1]) + across)
        slow = reference.nearest_at_place(blocks[block, down, across], place, *golden, neighbourhood)
        at = (block, down, across)
        assert abs(found.distance[at] - slow.distance) < 1e-5
        assert found.golden[at] == slow.golden
        assert (found.row[at], found.column[at]) == slow.place


def test_the_whole_grid_at_once_gives_the_same(golden: tuple[np.ndarray, np.ndarray]) -> None:
    bank = PlaceBank(*golden, 1)
    grid = np.random.default_rng(2).normal(size=(ROWS, COLUMNS, DIMS)).astype(np.float32)
    everywhere = bank.nearest(grid[None], np.zeros((1, 2), np.intp))
    block = bank.nearest(grid[None, 2:4, 3:5], np.array([(2, 3)]))
    assert np.array_equal(block.distance[0], everywhere.distance[0, 2:4, 3:5])
    assert np.array_equal(block.golden[0], everywhere.golden[0, 2:4, 3:5])


@pytest.mark.parametrize("at_once", [1, 7])
def test_an_answer_in_parts_is_the_same_answer(
    golden: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    place, anywhere = PlaceBank(*golden, 1), _global(golden[0])
    blocks = np.random.default_rng(6).normal(size=(5, 2, 2, DIMS)).astype(np.float32)
    corners = np.array([(0, 0), (0, 1), (0, 1), (3, 4), (4, 6)])  # they overlap, one stands there twice
    at_a_time = place.nearest(blocks, corners), anywhere.nearest(blocks, corners)
    monkeypatch.setattr(bank_module, "_AT_ONCE", at_once)
    in_parts = place.nearest(blocks, corners), anywhere.nearest(blocks, corners)
    for one, two in zip(at_a_time, in_parts, strict=True):
        assert all(np.array_equal(left, right) for left, right in zip(one, two, strict=True))


def test_of_equally_near_ones_the_first_wins() -> None:
    same = np.ones((3, 3, 4, DIMS), np.float32)
    numbers = np.arange(36, dtype=np.int32).reshape(3, 3, 4)
    found = PlaceBank(same, numbers, 1).nearest(np.zeros((1, 1, 1, DIMS), np.float32), np.array([(1, 1)]))
    assert found.golden.item() == 0 and (found.row.item(), found.column.item()) == (0, 0)


def test_descriptors_stored_in_half_precision_are_used_as_they_are(golden: tuple[np.ndarray, np.ndarray]) -> None:
    halves = golden[0].astype(np.float16)
    blocks, corners = (
        np.random.default_rng(7).normal(size=(2, 3, 3, DIMS)).astype(np.float32),
        np.array([(0, 0), (2, 4)]),
    )
    half, single = PlaceBank(halves, golden[1], 1), PlaceBank(halves.astype(np.float32), golden[1], 1)
    for one, two in zip(half.nearest(blocks, corners), single.nearest(blocks, corners), strict=True):
        assert one.dtype == two.dtype and np.array_equal(one, two)


def test_a_golden_descriptor_has_no_distance_to_itself(golden: tuple[np.ndarray, np.ndarray]) -> None:
    far = golden[0] * 1000 + 5000  # large numbers: the exact distance is still exact
    bank = PlaceBank(far, golden[1], 0)
    found = bank.nearest(far[None, :, :, 3], np.zeros((1, 2), np.intp))
    assert found.distance.max() == 0
    assert np.array_equal(found.golden[0], golden[1][:, :, 3])


def test_a_wider_neighbourhood_never_finds_less(golden: tuple[np.ndarray, np.ndarray]) -> None:
    grid = np.random.default_rng(3).normal(size=(1, ROWS, COLUMNS, DIMS)).astype(np.float32)
    origin = np.zeros((1, 2), np.intp)
    distances = [PlaceBank(*golden, reach).nearest(grid, origin).distance for reach in range(4)]
    assert all((wider <= narrower).all() for narrower, wider in itertools.pairwise(distances))


def test_the_global_bank_is_the_reference(golden: tuple[np.ndarray, np.ndarray]) -> None:
    descriptors = golden[0].reshape(-1, DIMS)
    numbers, place = _numbers_and_places(len(descriptors))
    bank = _global(golden[0])
    blocks = np.random.default_rng(4).normal(size=(3, 2, 2, DIMS)).astype(np.float32)
    found = bank.nearest(blocks, np.array([(0, 0), (1, 1), (4, 6)]))
    for at in np.ndindex(3, 2, 2):
        slow = reference.nearest_anywhere(blocks[at], descriptors, numbers)
        assert abs(found.distance[at] - slow.distance) < 1e-5
        assert found.golden[at] == slow.golden
        assert (found.row[at], found.column[at]) == tuple(place[slow.golden])


def test_the_same_question_gives_bit_equal_answers(golden: tuple[np.ndarray, np.ndarray]) -> None:
    bank = PlaceBank(*golden, 1)
    blocks = np.random.default_rng(5).normal(size=(4, 2, 2, DIMS)).astype(np.float32)
    corners = np.array([(0, 0), (1, 1), (2, 2), (3, 3)])
    first, second = bank.nearest(blocks, corners), bank.nearest(blocks, corners)
    assert all(np.array_equal(one, two) for one, two in zip(first, second, strict=True))


@pytest.mark.parametrize("kind", ["place", "global"])
def test_a_recipe_opens_its_bank(
    recipe_with: Callable[..., Recipe], tensors_for: Callable[..., dict[str, np.ndarray]], kind: str
) -> None:
    recipe = recipe_with(verify=VerifySpec(receptive_px=19, patch_cells=2, dims=6, bank=kind))  # type: ignore[arg-type]
    bank = open_bank(recipe, tensors_for(recipe))
    found = bank.nearest(np.zeros((1, 2, 2, 6), np.float32), np.array([(1, 1)]))
    assert found.distance.shape == (1, 2, 2) and found.distance.dtype == np.float32


@pytest.mark.parametrize(
    ("tensor", "value", "sentence"),
    [
        ("place bank.descriptors", np.zeros((6, 8, 7, 5), np.float16), r"needs \[6, 8, M, 6\]"),
        ("place bank.descriptors", np.zeros((5, 8, 7, 6), np.float16), r"needs \[6, 8, M, 6\]"),
        ("place bank.golden", np.zeros((6, 8, 6), np.int32), "does not fit bank.descriptors"),
        ("place bank.descriptors", np.full((6, 8, 7, 6), np.nan, np.float16), "is not finite"),
        ("global bank.descriptors", np.zeros((40, 5), np.float16), r"needs \[M, 6\] and \[M, 2\]"),
        ("global bank.place", np.zeros((39, 2), np.int32), r"needs \[M, 6\] and \[M, 2\]"),
        ("global bank.golden", np.zeros(41, np.int32), "does not fit bank.descriptors"),
        ("global bank.place", None, "bank.place is missing"),
        ("place bank.golden", None, "bank.golden is missing"),
    ],
)
def test_a_bank_that_does_not_fit_is_a_broken_bundle(
    recipe_with: Callable[..., Recipe],
    tensors_for: Callable[..., dict[str, np.ndarray]],
    tensor: str,
    value: np.ndarray | None,
    sentence: str,
) -> None:
    kind, name = tensor.split()
    recipe = recipe_with(verify=VerifySpec(receptive_px=19, patch_cells=2, dims=6, bank=kind))  # type: ignore[arg-type]
    tensors = tensors_for(recipe)
    if value is None:
        del tensors[name]
    else:
        tensors[name] = value
    with pytest.raises(BundleError, match=rf"calibration\.safetensors: .*{sentence}"):
        open_bank(recipe, tensors)
