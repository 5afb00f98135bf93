"""What `saiken bundle show` says about the shipped recipe."""

from __future__ import annotations

import json

import pytest

from station.core.bundle import CONTENT, read_bundle
from station.desk.bundle import describe, show
from station.desk.stage import DEMO_BUNDLE, DEMO_TRUST

LARGEST = 2_000_000  # bytes: it stands in the repository


def test_shipped_recipe_is_signed_small_and_says_where_it_comes_from() -> None:
    bundle = read_bundle(DEMO_BUNDLE, DEMO_TRUST)
    assert sum(spec.bytes for spec in bundle.recipe.files.values()) <= LARGEST
    told = describe(bundle)
    assert told["bundle_sha256"] == bundle.sha256
    assert told["signed_by"] == bundle.key_id
    assert set(bundle.recipe.provenance) >= {"training_pictures", "training_sha256", "seed"}


def test_shown_for_people_and_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    assert show(None, None, as_json=False) == 0
    text = capsys.readouterr().out
    assert "bundle_sha256" in text
    for name in CONTENT:
        assert name in text
    assert show(DEMO_BUNDLE, DEMO_TRUST, as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["promise"]["bound_95"] <= 1
