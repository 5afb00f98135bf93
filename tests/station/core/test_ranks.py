"""Nearest rank, by hand."""

from __future__ import annotations

import pytest

from station.core.ranks import nearest_rank


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.2, 1), (0.5, 3), (0.6, 3), (0.61, 4), (0.99, 5), (1.0, 5)])
def test_of_five_values(share: float, value: int) -> None:
    assert nearest_rank([1, 2, 3, 4, 5], share) == value


def test_of_one_value_every_share_is_it() -> None:
    assert nearest_rank([2.5], 0.5) == nearest_rank([2.5], 0.999) == 2.5
