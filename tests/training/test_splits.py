"""Splits: by part, repeatable, and calibration parts are used for nothing else."""

from __future__ import annotations

import pytest

from station.core.errors import ConfigError
from training.splits import Split, plan_splits


def test_many_parts_are_split_once_and_nothing_overlaps() -> None:
    plan = plan_splits([f"p{i}" for i in range(200)], seed=3)
    assert plan.kind == "split"
    (split,) = plan.rounds
    assert split == plan.final
    groups = [set(split.train), set(split.tune), set(split.calibrate)]
    assert sum(map(len, groups)) == len(set.union(*groups)) == 200
    assert len(split.calibrate) == 50
    assert "50 calibrate" in plan.describe()


def test_few_parts_are_folded_and_each_is_judged_once() -> None:
    plan = plan_splits([f"p{i}" for i in range(21)], seed=0)
    assert plan.kind == "cross"
    judged = [i for split in plan.rounds for i in split.calibrate]
    assert sorted(judged) == list(range(21))
    for split in plan.rounds:
        assert not set(split.calibrate) & {*split.train, *split.tune}
    assert sorted([*plan.final.train, *plan.final.tune]) == list(range(21))
    assert "cross-conformal: 4 folds" in plan.describe()


@pytest.mark.parametrize("shots", [3, 6])
def test_all_pictures_of_a_part_stand_on_one_side(shots: int) -> None:
    parts = [f"tile{i // shots}" for i in range(100 * shots)]
    split = plan_splits(parts, seed=1).final
    sides = [{parts[i] for i in group} for group in (split.train, split.tune, split.calibrate)]
    assert not sides[0] & sides[1]
    assert not sides[2] & (sides[0] | sides[1])


def test_the_seed_decides() -> None:
    parts = [f"p{i}" for i in range(90)]
    assert plan_splits(parts, 1) == plan_splits(parts, 1)
    assert plan_splits(parts, 1) != plan_splits(parts, 2)


def test_three_pictures_are_refused_with_the_number_that_is_missing() -> None:
    with pytest.raises(ConfigError, match=r"3 good parts are too few.*add 5 more"):
        plan_splits(["a", "b", "c"], 0)


def test_pictures_without_a_part_leave_the_split() -> None:
    assert Split((0, 1), (2,), (3, 4)).only([True, False, True, False, True]) == Split((0,), (2,), (4,))
