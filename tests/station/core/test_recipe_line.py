"""The supervision section of a recipe."""

from __future__ import annotations

import msgspec
import pytest

from station.core.recipe_line import Limit, SupervisionSpec


def test_every_limit_has_a_name_and_can_be_reached():
    limits = SupervisionSpec().limits
    assert set(limits) == {"rejects", "wrong_parts", "no_image", "late", "mismatches", "unconfirmed"}
    assert all(0 < limit.parts <= limit.among for limit in limits.values())


def test_it_survives_its_bytes_and_has_defaults():
    assert msgspec.convert({}, SupervisionSpec) == SupervisionSpec()
    spec = SupervisionSpec(late=Limit(3, 3, "error"), bin_full="note")
    assert msgspec.json.decode(msgspec.json.encode(spec), type=SupervisionSpec) == spec


@pytest.mark.parametrize(
    "wrong",
    [{"bin_full": "shout"}, {"late": {"parts": -1, "among": 3}}, {"late": {"parts": 1, "among": 0}}, {"lat": 1}],
)
def test_wrong_values_are_refused(wrong):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, SupervisionSpec)
