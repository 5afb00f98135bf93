"""Control limits and intervals against values worked out by hand or taken from the literature."""

from __future__ import annotations

import math

import pytest

from station.gui.statistics.maths import Limits, ewma, p_chart, wilson


def test_p_chart_by_hand():
    # p = 60 / 1000; n = 100: 0.06 +- 3 sqrt(0.06 * 0.94 / 100) = 0.06 +- 0.07125
    limits = p_chart([6] * 10, [100] * 10)
    assert limits[0].centre == pytest.approx(0.06)
    assert limits[0].high == pytest.approx(0.13125, abs=1e-5)
    assert limits[0].low == 0.0
    assert limits[0].holds(0.1)
    assert not limits[0].holds(0.14)


def test_p_chart_of_montgomery_table_7_1():
    """30 samples of 50 cans, 347 nonconforming: p = 0.2313, limits 0.0524 and 0.4102."""
    counts = [
        12,
        15,
        8,
        10,
        4,
        7,
        16,
        9,
        14,
        10,
        5,
        6,
        17,
        12,
        22,
        8,
        10,
        5,
        13,
        11,
        20,
        18,
        24,
        15,
        9,
        12,
        7,
        13,
        9,
        6,
    ]
    limits = p_chart(counts, [50] * 30)[0]
    assert limits.centre == pytest.approx(0.2313, abs=1e-4)
    assert limits.low == pytest.approx(0.0524, abs=2e-4)
    assert limits.high == pytest.approx(0.4102, abs=2e-4)


def test_larger_samples_have_narrower_limits_and_empty_ones_none():
    small, large, none = p_chart([5, 50, 0], [100, 1000, 0])
    assert small.high > large.high
    assert none == Limits(0.0, pytest.approx(0.05), 1.0)
    assert p_chart([], []) == []
    assert p_chart([0], [0])[0].centre == 0.0


def test_ewma_by_hand():
    smooth, limits = ewma([10.0, 12.0, 10.0, 12.0], [1, 1, 1, 1])
    # centre 11; z1 = 0.2 * 10 + 0.8 * 11 = 10.8; z2 = 0.2 * 12 + 0.8 * 10.8 = 11.04
    assert smooth[:2] == [pytest.approx(10.8), pytest.approx(11.04)]
    sigma = 2 / 1.128
    assert limits[0].high == pytest.approx(11 + 3 * sigma * 0.2)  # sqrt(0.2 / 1.8 * (1 - 0.64)) = 0.2
    assert limits[-1].high == pytest.approx(11 + 3 * sigma * math.sqrt(0.2 / 1.8 * (1 - 0.8**8)))


def test_ewma_notices_a_step_that_single_values_hide():
    values = [1.0, 1.1, 0.9, 1.0, 1.1, 0.9] * 5 + [1.25, 1.35, 1.15] * 5
    smooth, limits = ewma(values, [100] * len(values))
    assert not all(limit.holds(value) for value, limit in zip(smooth[-8:], limits[-8:], strict=True))


def test_ewma_of_nothing_and_of_one():
    assert ewma([], []) == ([], [])
    assert ewma([2.0], [5]) == ([2.0], [Limits(2.0, 2.0, 2.0)])


def test_wilson_of_the_literature():
    """Newcombe (1998), Statistics in Medicine 17, table I: 81 of 263 and 0 of 20."""
    assert wilson(81, 263) == (pytest.approx(0.2553, abs=1e-4), pytest.approx(0.3662, abs=1e-4))
    assert wilson(0, 20) == (pytest.approx(0.0, abs=1e-9), pytest.approx(0.1611, abs=1e-4))
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("value", "counts"), [(0.713, [412]), (0.7, [3] * 4), (0.9, [7] * 6)])
def test_equal_values_lie_within_their_limits(value, counts):
    smooth, limits = ewma([value] * len(counts), counts)
    assert all(limit.holds(one) for one, limit in zip(smooth, limits, strict=True))
