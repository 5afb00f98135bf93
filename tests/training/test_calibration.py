"""The limit: order statistics, the bound against known values and against simulation, and honest refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from station.core.errors import ConfigError
from training.calibration import beta_bound, chosen_rank, grey_from, order_limit, parts_needed


@pytest.mark.parametrize(("n", "bound"), [(20, 0.139), (60, 0.0487), (300, 0.00994), (3000, 0.000998)])
def test_the_bound_of_a_maximum_is_the_known_one(n: int, bound: float) -> None:
    assert beta_bound(n, 1) == pytest.approx(bound, rel=0.01)
    assert beta_bound(n, 1) == pytest.approx(1 - 0.05 ** (1 / n))


@pytest.mark.parametrize(("bound", "parts"), [(0.05, 45), (0.01, 230), (0.001, 2302)])
def test_parts_needed_at_ninety_percent(bound: float, parts: int) -> None:
    assert parts_needed(bound, 0.9) == parts


@pytest.mark.parametrize("rank", [1, 3])
def test_the_promise_is_kept_in_simulation(rank: int) -> None:
    """False-reject rate of a uniform score above the rank-th largest of 50: 95 % of the time below the bound."""
    rng = np.random.default_rng(0)
    rates = 1 - np.sort(rng.random((4000, 50)), axis=1)[:, -rank]
    bound = beta_bound(50, rank)
    assert float((rates <= bound).mean()) == pytest.approx(0.95, abs=0.015)
    assert float(rates.mean()) == pytest.approx(rank / 51, abs=0.002)


def test_the_limit_is_the_ranked_score() -> None:
    limit = order_limit([3.0, 1.0, 2.0, 5.0], "split", rank=2)
    assert (limit.limit, limit.rank, limit.n, limit.kind) == (3.0, 2, 4, "split")
    assert limit.mean == pytest.approx(0.4)


def test_a_bound_that_n_cannot_give_is_refused_with_the_missing_number() -> None:
    with pytest.raises(ConfigError, match=r"1\.00% cannot be promised from 20 .* 279 more held-out good parts"):
        order_limit(list(range(20)), "split", bound=0.01)
    with pytest.raises(ConfigError, match="take a lower --rank"):
        order_limit(list(range(100)), "split", rank=9, bound=0.03)
    assert order_limit(list(range(299)), "split", bound=0.01).bound_95 <= 0.01


def test_what_is_no_number_or_no_rank_is_refused() -> None:
    with pytest.raises(ConfigError, match="no finite score"):
        order_limit([1.0, math.nan], "split")
    with pytest.raises(ConfigError, match=r"rank = 3: must be 1\.\.2"):
        order_limit([1.0, 2.0], "split", rank=3)


def test_good_parts_that_cannot_be_inspected_count_as_rejected() -> None:
    scores = [*(float(score) for score in range(38)), math.inf, math.inf]
    assert order_limit(scores, "split", rank=3).limit == 37.0
    assert order_limit(scores, "split", rank=3).n == 40
    with pytest.raises(ConfigError, match=r"2 of 40 held-out good parts cannot be inspected.*take --rank 3"):
        order_limit(scores, "split", rank=2)


def test_the_grey_band_begins_at_the_score_that_leaves_the_asked_share_in_it() -> None:
    scores = [float(score) for score in range(99)]
    band = grey_from(scores, order_limit(scores, "split", rank=2), share=0.05)
    assert (band.grey_from, band.rank, band.n) == (92.0, 7, 99)  # 93 .. 97 are above it and not above the limit, 97
    assert band.mean == pytest.approx(0.05)
    assert band.bound_95 == beta_bound(99, 5)


@pytest.mark.parametrize(("rank", "share"), [(1, 0.05), (4, 0.1), (1, 0.3)])
def test_the_share_in_the_grey_band_is_as_said_in_simulation(rank: int, share: float) -> None:
    """Uniform scores, so that the share of further parts in the band is its width."""
    rng = np.random.default_rng(1)
    calibrations = [rng.random(60).tolist() for _ in range(3000)]
    limits = [order_limit(scores, "split", rank) for scores in calibrations]
    bands = [grey_from(scores, limit, share) for scores, limit in zip(calibrations, limits, strict=True)]
    widths = np.array([limit.limit - band.grey_from for limit, band in zip(limits, bands, strict=True)])
    assert bands[0].mean == pytest.approx(share, abs=0.5 / 61)
    assert widths.mean() == pytest.approx(bands[0].mean, abs=0.002)
    assert (widths <= bands[0].bound_95).mean() == pytest.approx(0.95, abs=0.015)


def test_few_parts_give_the_smallest_band_that_there_is_and_say_its_share() -> None:
    scores = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    band = grey_from(scores, order_limit(scores, "cross"), share=0.05)
    assert (band.grey_from, band.mean) == (7.0, pytest.approx(1 / 9))


@pytest.mark.parametrize("share", [0.0, -0.1, 1.0, 0.95, math.nan])
def test_a_share_that_is_none_or_takes_all_parts_is_refused(share: float) -> None:
    scores = [float(score) for score in range(20)]
    with pytest.raises(ConfigError, match=r"grey share = .*: must be above 0 and at most 0\.90 with 20 held-out parts"):
        grey_from(scores, order_limit(scores, "split"), share)


@pytest.mark.parametrize(("n", "rank"), [(8, 1), (20, 1), (77, 1), (78, 2), (80, 2), (107, 3), (500, 22)])
def test_the_rank_is_the_largest_whose_bound_is_usual(n: int, rank: int) -> None:
    """80 parts: at rank 2 the bound is 5.8 %, at rank 3 it would be 7.7 %; usual are 6 %."""
    assert chosen_rank(n) == rank
    assert rank == 1 or beta_bound(n, rank) <= 0.06
    assert beta_bound(n, rank + 1) > 0.06


def test_an_asked_bound_decides_the_rank_and_the_maximum_is_always_there() -> None:
    assert chosen_rank(299, 0.01) == 1
    assert chosen_rank(20, 0.01) == 1  # `order_limit` then refuses
    assert chosen_rank(100, 0.1) == max(rank for rank in range(1, 101) if beta_bound(100, rank) <= 0.1)
    assert chosen_rank(3, 1.0) == 3
