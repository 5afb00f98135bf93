"""The card: what it says follows from recipe and report, and nothing else (no date, no machine)."""

from __future__ import annotations

from pathlib import Path

import msgspec

from export.card import card
from training.learning import load_networks
from training.run import Run


def test_the_card_repeats_and_names_what_matters(disc_run: Path) -> None:
    run = Run(disc_run)
    recipe, _, _ = load_networks(run)
    text = card(recipe, run.read("report.json"), {"vae.onnx": 1e-7, "tower.onnx": 2e-7})
    assert text == card(recipe, run.read("report.json"), {"vae.onnx": 1e-7, "tower.onnx": 2e-7})
    assert text.startswith("# disc, version 1")
    assert "Fixture: none: as asked" in text
    assert f"reject above {recipe.decision.limit:.4f}" in text
    assert "tower.onnx 2e-07, vae.onnx 1e-07" in text
    assert f"| training_sha256 | {recipe.provenance['training_sha256']} |" in text
    assert "| tower | generic |" in text
    assert f"golden patches of the same place (+- {recipe.verify.neighbourhood} cells)" in text
    assert "border cases" not in text
    assert "turned part): off" in text


def test_a_global_bank_a_third_score_and_a_grey_band_are_named(plate_run: Path) -> None:
    run = Run(plate_run)
    recipe, _, _ = load_networks(run)
    decision = msgspec.structs.replace(recipe.decision, grey_from=recipe.decision.limit - 1)
    text = card(msgspec.structs.replace(recipe, decision=decision), run.read("report.json"), {})
    assert "golden patches of any place." in text
    assert f"Passes above {decision.grey_from:.4f} are border cases." in text
    assert "turned part): on" in text
