"""The status that the work at hand gives: ready only with an armed camera and nothing fatal."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from station.core.config import StationConfig
from station.core.domain import Health, Verdict
from station.core.messages import Rehearse
from station.core.recipe_line import SupervisionSpec
from station.engine.camera.protocol import Frame
from station.engine.optics import PARTS
from station.engine.work import Work, status_without_work


@pytest.fixture
def camera() -> SimpleNamespace:
    """What `Work` reads of an armed camera."""
    return SimpleNamespace(session=9, detail="")


@pytest.fixture
def work(task, camera, clock) -> Work:
    return Work(task, StationConfig(), camera, clock)


def test_ready_with_an_armed_camera(work):
    status = work.status("")
    assert (status.ready, status.camera, status.session, status.detail) == (True, Health.GOOD, 9, "fake runtime")
    assert (status.recipe, status.recipe_id, status.bundle_sha256) == ("ring", 77, "ab" * 32)


def test_the_recipes_supervision_is_told_to_the_line(task, camera, clock):
    spec = SupervisionSpec(bin_full="error")
    assert Work(replace(task, supervision=spec), StationConfig(), camera, clock).status("").supervision == spec


def test_light_and_lens_are_told(work, picture):
    assert work.status("").light is Health.CHECK
    for _ in range(PARTS):
        work.optics.watch(picture())
    assert (work.status("").light, work.status("").light_detail) == (Health.GOOD, "")
    for _ in range(PARTS):
        work.optics.watch(picture() // 2)
    status = work.status("")
    assert (status.light, status.light_detail) == (Health.OUT_OF_SPECIFICATION, "50% darker than the golden parts")
    assert status.ready


def test_not_ready_without_camera_and_it_says_why(work, camera):
    camera.session, camera.detail = 0, "nobody answers"
    status = work.status("")
    assert (status.ready, status.camera, status.detail, status.fatal) == (False, Health.FAILURE, "nobody answers", "")


def test_a_fatal_fault_is_not_ready_and_comes_before_all_else(work, camera):
    camera.detail = "nobody answers"
    status = work.status("golden picture 0 is REJECT")
    assert not status.ready
    assert status.detail == status.fatal == "golden picture 0 is REJECT"


def test_inspected_parts_are_counted(work, picture, clock):
    work.inspector.begin(9)
    for trigger in (1, 2):
        work.inspector.inspect(Frame(picture(), trigger, clock(), clock()))
    assert work.status("").inspected == 2


def test_a_rehearsal_spoils_parts_but_never_the_canary(work, picture, clock):
    assert work.detector.rehearse(Rehearse("nan", 5.0))
    work.inspector.begin(9)
    outcome = work.inspector.inspect(Frame(picture(), 1, clock(), clock()))
    assert outcome.verdict.verdict is Verdict.NOT_INSPECTED
    assert [work.canary.check() for _ in work.task.known] == ["", ""]


@pytest.mark.parametrize(("refused", "detail"), [("", "the recipe bundle is being opened"), ("altered", "altered")])
def test_without_work_only_a_refusal_is_fatal(refused, detail):
    status = status_without_work(refused)
    assert (status.ready, status.session, status.recipe_id) == (False, 0, 0)
    assert (status.fatal, status.detail) == (refused, detail)
