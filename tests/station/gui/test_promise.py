"""How many rejects are allowed, against tables of the binomial distribution."""

from __future__ import annotations

import pytest

from station.gui.promise import most_rejects


@pytest.mark.parametrize(
    ("parts", "bound", "most"),
    [
        (20, 0.1, 4),  # P(X <= 3) = 0.867, P(X <= 4) = 0.957
        (10, 0.5, 8),  # P(X <= 7) = 0.945, P(X <= 8) = 0.989
        (100, 0.05, 9),  # P(X <= 8) = 0.937, P(X <= 9) = 0.972
        (0, 0.05, 0),
        (50, 0.0, 0),
        (50, 1.0, 50),
    ],
)
def test_of_the_tables(parts, bound, most):
    assert most_rejects(parts, bound) == most


def test_many_parts_are_near_the_normal_distribution():
    # 20,000 at 3.7 %: 740 + 1.645 * 26.7 = 783.9
    assert abs(most_rejects(20_000, 0.037) - 784) <= 1
