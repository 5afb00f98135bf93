"""From an opened bundle to the inspection task, and the evidence that it gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from safetensors.numpy import save

from station.core.config import EngineSection
from station.core.domain import Verdict
from station.core.errors import BundleError
from station.core.recipe import CameraSpec, DecisionSpec, DriftSpec
from station.core.recipe_line import SupervisionSpec
from station.engine import task as module
from station.engine.task import evidence, open_task


def test_the_task_carries_the_bundles_names_and_known_pictures(monkeypatch, picture, bad):
    asked = []
    frame, decision = SimpleNamespace(height=12, width=16), DecisionSpec(limit=20.0)
    rules, camera = SupervisionSpec(bin_full="error"), CameraSpec(exposure_us=500.0)
    recipe = SimpleNamespace(
        name="ring",
        version="3",
        frame=frame,
        decision=decision,
        drift=DriftSpec(),
        supervision=rules,
        camera=camera,
        promise=SimpleNamespace(bound_95=0.041),
    )
    calibration = save({"decision.scores": np.arange(21, dtype=np.float32)})
    bundle = SimpleNamespace(recipe=recipe, number=77, sha256="ab" * 32, files={"calibration.safetensors": calibration})
    detector = SimpleNamespace(runtime="runtime 1", why=lambda answer, finding: (answer, finding))
    golden = (SimpleNamespace(frame=picture(), passes=True), SimpleNamespace(frame=picture(bad), passes=False))

    def open_bundle(*arguments: object) -> tuple[object, ...]:
        asked.append(arguments)
        return detector, bundle, golden

    monkeypatch.setattr(module, "open_bundle", open_bundle)
    task = open_task(EngineSection(bundle="/b", trust="/t", threads=2))
    assert asked == [(Path("/b"), Path("/t"), 2)]
    assert (task.recipe, task.recipe_id, task.bundle_sha256, task.runtime) == ("ring 3", 77, "ab" * 32, "runtime 1")
    assert (task.frame, task.supervision, task.camera) == ((12, 16), rules, camera)
    assert task.reject_bound == 0.041
    assert [known.verdict for known in task.known] == [Verdict.PASS, Verdict.REJECT]
    assert task.explain("answer", "finding") == ("answer", "finding")
    assert task.watch is not None
    assert task.watch.p_value(19.5) == pytest.approx(0.5 / 21)  # among the 20 scores below the limit


def test_a_bundle_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BundleError, match="nowhere"):
        open_task(EngineSection(bundle=str(tmp_path / "nowhere"), trust=str(tmp_path)))


def test_evidence_is_for_the_three_highest_findings(task, answer, make_finding):
    findings = tuple(make_finding(score) for score in (1.0, 5.0, 2.0, 4.0))
    assert [why.finding.score for why in evidence(task, answer(findings=findings))] == [5.0, 4.0, 2.0]
    assert evidence(task, None) == ()


def test_evidence_that_fails_costs_nothing_but_itself(task, answer, make_finding):
    def explain(*_: object) -> None:
        raise ValueError("no golden patch")

    assert evidence(replace(task, explain=explain), answer(findings=(make_finding(2.0),))) == ()
