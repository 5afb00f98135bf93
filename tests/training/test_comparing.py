"""Comparing: distances against a slow nearest-neighbour loop; the usual way stays unless another is clearly better."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from training import comparing
from training.comparing import Comparison, Described, choose_comparison, compare, highest_mean, level_maps, separation
from training.reduction import principal_directions
from training.tower import PARTS, Tower

Floats = NDArray[np.float32]
GRID = (4, 5)


def _maps(rng: np.random.Generator, parts: int, channels: int, place: Floats | None = None) -> Tensor:
    """float16 [n, 4, 5, C]: what a place looks like, and noise."""
    noise = 0.3 * rng.standard_normal((parts, *GRID, channels))
    return torch.from_numpy((noise if place is None else place + noise).astype(np.float16))


def _described(outside: NDArray[np.bool_] | None = None) -> Described:
    rng = np.random.default_rng(0)
    looks = [rng.standard_normal((*GRID, channels)).astype(np.float32) for channels in (3, 4, 5)]
    bank, good, spoilt = ([_maps(rng, n, look.shape[2], look) for look in looks] for n in (6, 3, 2))
    return Described(("a", "b", "c"), bank, good, spoilt, outside)


def _slow_distances(bank: Floats, queries: Floats, near: int | None) -> Floats:
    """Of each cell [n, gh, gw] from the nearest of all golden cells, or of those at most `near` cells away."""
    golden = bank.astype(np.float16).astype(np.float64)  # as banks are stored
    answer = np.full(queries.shape[:3], np.inf, np.float32)
    cells = list(itertools.product(range(GRID[0]), range(GRID[1])))
    for part, (row, column) in itertools.product(range(len(queries)), cells):
        for other, (y, x) in itertools.product(range(len(golden)), cells):
            if near is None or max(abs(y - row), abs(x - column)) <= near:
                gap = float(np.linalg.norm(golden[other, y, x] - queries[part, row, column]))
                answer[part, row, column] = min(answer[part, row, column], gap)
    return answer


@pytest.mark.parametrize("used", [("b",), ("a", "c")], ids="+".join)
@pytest.mark.parametrize(("bank", "near"), [("place", 0), ("place", 1), ("global", 0)])
def test_distances_against_a_slow_loop(used: tuple[str, ...], bank: str, near: int) -> None:
    described = _described()
    way = Comparison(used, "within", bank)  # type: ignore[arg-type]
    ours = compare(described, way, 4, near)
    which = ["abc".index(name) for name in used]
    directions = principal_directions([described.bank[i] for i in which], 4, "within")
    golden, *queries = (
        directions.apply([maps[i] for i in which]).numpy()
        for maps in (described.bank, described.good, described.spoilt)
    )
    for answer, query in zip(ours, queries, strict=True):
        assert np.allclose(answer, _slow_distances(golden, query, None if bank == "global" else near), atol=1e-4)


def test_what_is_not_the_part_is_no_distance() -> None:
    outside = np.zeros(GRID, bool)
    outside[1, 2] = outside[3, 4] = True
    way = Comparison(("a", "b"))
    for masked, usual in zip(compare(_described(outside), way, 4, 1), compare(_described(), way, 4, 1), strict=True):
        assert (masked[:, outside] == 0).all()
        assert (usual[:, outside] > 0).all()
        assert np.array_equal(masked[:, ~outside], usual[:, ~outside])


def test_the_mean_of_the_highest_cells_by_hand() -> None:
    distances = np.array([[[1, 4], [3, 2]], [[0, 0], [0, 8]]], np.float32)
    assert highest_mean(distances, 1).tolist() == [4, 8]
    assert highest_mean(distances, 2).tolist() == [3.5, 4]
    assert highest_mean(distances, 99).tolist() == [2.5, 2]


@pytest.mark.parametrize(
    ("good", "bad", "value"),
    [
        ([1, 2], [3, 4], 1.0),
        ([3, 4], [1, 2], 0.0),
        ([1, 2, 3, 4], [2.5, 5, 6, 7], (14 / 16 + 3 / 4) / 2),  # the limit is the highest of four good ones: 4
        ([0] * 9 + [9], [1] * 10, (0.9 + 1 / 4) / 2),  # all are found at 10 % rejects, none at 0, 2.5 or 5 %
    ],
)
def test_separation_by_hand(good: Sequence[float], bad: Sequence[float], value: float) -> None:
    assert separation(np.array(good, np.float32), np.array(bad, np.float32)) == pytest.approx(value)


def _seeing_and_blind() -> Described:
    """On level "seeing" some cells of spoilt parts look like nothing in the bank; on level "blind" all look alike."""
    rng = np.random.default_rng(1)
    groups = [[_maps(rng, n, 3), _maps(rng, n, 3)] for n in (8, 10, 10)]
    groups[2][1][:, 1:3, 2:4] += 2
    bank, good, spoilt = groups
    return Described(("blind", "seeing"), bank, good, spoilt)


@pytest.mark.parametrize("order", [("blind", "seeing"), ("seeing", "blind")])
def test_the_way_that_sees_the_defects_is_chosen(order: tuple[str, str]) -> None:
    ways = [Comparison((name,)) for name in order]
    best, value, evidence = choose_comparison(_seeing_and_blind(), ways, 3, 0, counted=(1, 4))
    assert best.levels == ("seeing",)
    assert value > 0.95
    assert len(evidence) == 4
    assert evidence[f"separation, {best}"] == pytest.approx(value, abs=1e-4)


@pytest.mark.parametrize(
    "first", [Comparison(("seeing",), "total"), Comparison(("seeing",), "within", "global")], ids=str
)
def test_where_all_ways_are_equally_good_the_first_stays(first: Comparison) -> None:
    ways = [first, Comparison(("blind", "seeing")), Comparison(("seeing",), "total", "global")]
    best, _, evidence = choose_comparison(_seeing_and_blind(), ways, 3, 0, counted=(4,))
    assert all(float(value) > 0.95 for value in evidence.values())
    assert best == msgspec.structs.replace(first, m=4)


@pytest.mark.parametrize(("lead", "chosen"), [(0.5, "a"), (2.0, "b")])
def test_another_way_must_be_clearly_better(monkeypatch: pytest.MonkeyPatch, lead: float, chosen: str) -> None:
    values = iter([0.5, 0.5 + lead * comparing._CLEARLY])
    monkeypatch.setattr(comparing, "separation", lambda good, bad: next(values))
    ways = [Comparison(("a",)), Comparison(("b",))]
    best, value, _ = choose_comparison(_described(), ways, 3, 0, counted=(1,))
    assert best.levels == (chosen,)
    assert value == pytest.approx(0.5 if chosen == "a" else 0.5 + lead * comparing._CLEARLY)


def test_as_many_cells_count_as_tell_spoilt_from_good() -> None:
    """Every part has one odd cell; spoilt ones have four cells that are a little odd."""
    rng = np.random.default_rng(2)
    bank, good, spoilt = (_maps(rng, n, 3) for n in (8, 12, 12))
    for maps in (good, spoilt):
        maps[:, 0, 0] += 9
    spoilt[:, 2:4, 1:3] += 2
    best, _, _ = choose_comparison(
        Described(("a",), [bank], [good], [spoilt]), [Comparison(("a",))], 3, 0, counted=(1, 5)
    )
    assert best.m == 5


def test_level_maps_are_the_towers_levels_in_half_precision() -> None:
    torch.manual_seed(0)
    tower = Tower(PARTS).eval()
    pictures = np.random.default_rng(0).random((2, 51, 67), np.float32)
    maps = level_maps(tower, list(pictures))
    with torch.inference_mode():
        levels = tower.levels(torch.from_numpy(pictures)[:, None])
    assert [tuple(level.shape) for level in maps] == [(2, 2, 4, 48), (2, 2, 4, 96), (2, 2, 4, 128)]
    for ours, level in zip(maps, levels, strict=True):
        assert ours.dtype == torch.float16
        assert torch.allclose(ours.float(), level.permute(0, 2, 3, 1), atol=1e-3)


def test_a_way_names_itself() -> None:
    assert (
        str(Comparison(("middle", "coarse"), "total", "global", 4))
        == "middle+coarse, metric total, global bank, 4 cells"
    )
