"""The recipe's settings reach the camera in an order that works; a camera that does something else is refused."""

from __future__ import annotations

from typing import Any

import pytest

from station.core.errors import CameraError
from station.core.recipe import CameraSpec
from station.engine.camera.settings import Value, apply_settings, frame_period_s

MODERN: dict[str, Value] = {
    "ExposureAuto": "Continuous",
    "GainAuto": "Continuous",
    "ExposureTime": 10_000.0,
    "Gain": 6.0,
    "TriggerSelector": "AcquisitionStart",
    "TriggerMode": "Off",
    "TriggerSource": "Line1",
    "TriggerActivation": "FallingEdge",
    "OffsetX": 64,
    "OffsetY": 64,
    "Width": 512,
    "Height": 512,
    "AcquisitionFrameRate": 25.0,
}
SPEC = CameraSpec(exposure_us=500.0, gain_db=3.0, trigger="external", roi=(1600, 8, 400, 300))


class Tree:
    """A camera of 2048 pixels: a picture must fit beside its offset when it is written."""

    def __init__(self, values: dict[str, Value], **stuck: Value) -> None:
        self.values = dict(values)
        self.stuck = stuck
        self.written: list[tuple[str, Value]] = []

    def has(self, name: str) -> bool:
        return name in self.values

    def get(self, name: str) -> Value:
        return self.stuck.get(name, self.values[name])

    def set(self, name: str, value: Value) -> None:
        after: dict[str, Any] = self.values | {name: value}
        if after["OffsetX"] + after["Width"] > 2048:
            raise ValueError("outside the sensor")
        self.values[name] = value
        self.written.append((name, value))


def test_everything_is_written_and_automatics_are_off() -> None:
    tree = Tree(MODERN)
    apply_settings(tree, SPEC, "camera 1")
    assert (tree.values["ExposureAuto"], tree.values["GainAuto"]) == ("Off", "Off")
    assert (tree.values["ExposureTime"], tree.values["Gain"]) == (500.0, 3.0)
    trigger = ["TriggerSelector", "TriggerMode", "TriggerSource", "TriggerActivation"]
    assert [tree.values[name] for name in trigger] == ["FrameStart", "On", "Line0", "RisingEdge"]
    assert [tree.values[name] for name in ("OffsetX", "OffsetY", "Width", "Height")] == [1600, 8, 400, 300]


def test_automatics_are_off_even_if_the_recipe_does_not_care() -> None:
    tree = Tree(MODERN)
    apply_settings(tree, CameraSpec(), "camera 1")
    assert tree.written == [("ExposureAuto", "Off"), ("GainAuto", "Off")]


@pytest.mark.parametrize(("trigger", "mode", "source"), [("software", "On", "Software"), ("free", "Off", "Line1")])
def test_other_triggers(trigger: Any, mode: str, source: str) -> None:
    tree = Tree(MODERN)
    apply_settings(tree, CameraSpec(trigger=trigger), "camera 1")
    assert (tree.values["TriggerMode"], tree.values["TriggerSource"]) == (mode, source)


def test_older_names_are_known() -> None:
    tree = Tree({"ExposureTimeAbs": 1.0, "GainRaw": 1, "OffsetX": 0, "Width": 1})
    apply_settings(tree, CameraSpec(exposure_us=500.0, gain_db=3.0), "camera 1")
    assert tree.values == {"ExposureTimeAbs": 500.0, "GainRaw": 3, "OffsetX": 0, "Width": 1}


@pytest.mark.parametrize(
    ("name", "read", "sentence"),
    [
        ("ExposureTime", 530.0, "camera 1: ExposureTime = 500.0 was written, 530.0 is read back"),
        ("GainAuto", "Continuous", "camera 1: GainAuto = Off was written, Continuous is read back"),
        ("Width", 384, "camera 1: Width = 400 was written, 384 is read back"),
        ("TriggerSource", "Line1", "TriggerSource = Line0 was written, Line1 is read back"),
    ],
)
def test_a_camera_that_does_something_else_is_refused(name: str, read: Value, sentence: str) -> None:
    with pytest.raises(CameraError, match=sentence):
        apply_settings(Tree(MODERN, **{name: read}), SPEC, "camera 1")


def test_a_step_of_the_exposure_is_no_difference() -> None:
    apply_settings(Tree(MODERN, ExposureTime=503.0), SPEC, "camera 1")


def test_a_refusal_names_the_value() -> None:
    with pytest.raises(CameraError, match=r"camera 1: refuses OffsetX = 1800: outside the sensor"):
        apply_settings(Tree(MODERN), CameraSpec(roi=(1800, 0, 400, 300)), "camera 1")


def test_a_camera_without_the_feature_says_so() -> None:
    with pytest.raises(CameraError, match=r"has none of Gain, GainRaw"):
        apply_settings(Tree({}), CameraSpec(gain_db=1.0), "camera 1")


def test_silence_is_normal_for_a_camera_that_waits_for_triggers() -> None:
    assert frame_period_s(Tree(MODERN)) == 0.04
    assert frame_period_s(Tree(MODERN | {"TriggerMode": "On"})) is None
    assert frame_period_s(Tree({})) is None
