"""The recipe's camera settings on a GenICam camera: written in an order that works, and read back.

Names are those of the Standard Features Naming Convention (EMVA SFNC); where cameras older than it use another name,
both are known. What changes by itself (exposure, gain, white balance) is switched off: a measurement must not drift.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from station.core.errors import CameraError
from station.core.recipe import CameraSpec

Value = int | float | str | bool

_AUTOMATIC = ("ExposureAuto", "GainAuto", "BalanceWhiteAuto", "TargetBrightnessAuto")
_EXPOSURE = ("ExposureTime", "ExposureTimeAbs")  # microseconds
_GAIN = ("Gain", "GainRaw")  # dB; GainRaw: the camera's own steps, the recipe's number is written as it is
_TOLERANCE = 0.02  # of a float: cameras count exposure in lines, gain in steps


class Features(Protocol):
    """A camera's feature tree. `set` may raise what its library raises when the camera refuses."""

    def has(self, name: str) -> bool:
        """Whether the camera has this feature now."""

    def get(self, name: str) -> Value:
        """The value as the camera gives it."""

    def set(self, name: str, value: Value) -> None:
        """Write it."""


def apply_settings(features: Features, spec: CameraSpec, camera: str) -> None:
    """Write all that `spec` asks for, then read everything back; `camera` is named in errors.

    Raises:
        CameraError: the camera lacks a feature, refused a value, or reads back another one.
    """
    wanted = _wanted(features, spec, camera)
    for name, value in wanted:
        _write(features, name, value, camera)
    settled = dict(wanted)  # of a name that was written twice (OffsetX) the last value counts
    for name, value in settled.items():
        found = features.get(name)
        if not _equal(found, value):
            raise CameraError(f"{camera}: {name} = {value} was written, {found} is read back; correct recipe.camera")


def _write(features: Features, name: str, value: Value, camera: str) -> None:
    try:
        features.set(name, value)
    except Exception as error:  # whatever a vendor's library throws
        raise CameraError(f"{camera}: refuses {name} = {value}: {error}; correct recipe.camera") from error


def frame_period_s(features: Features) -> float | None:
    """Seconds between two frames of a free-running camera; None when it waits for triggers or does not say."""
    if features.has("TriggerMode") and str(features.get("TriggerMode")) == "On":
        return None
    for name in ("ResultingFrameRate", "AcquisitionFrameRate", "AcquisitionFrameRateAbs"):
        if features.has(name) and (rate := float(features.get(name))) > 0:
            return 1 / rate
    return None


def _wanted(features: Features, spec: CameraSpec, camera: str) -> list[tuple[str, Value]]:
    wanted: list[tuple[str, Value]] = [(name, "Off") for name in _AUTOMATIC if features.has(name)]
    if spec.roi is not None:
        x, y, width, height = spec.roi
        offsets: list[tuple[str, Value]] = [("OffsetX", x), ("OffsetY", y)]
        offsets = [(name, value) for name, value in offsets if value or features.has(name)]  # some sensors have none
        wanted += [(name, 0) for name, _ in offsets]  # the largest size fits only there
        wanted += [("Width", width), ("Height", height), *offsets]
    if spec.trigger is not None:
        wanted += _trigger(features, spec)
    if spec.exposure_us is not None:
        wanted.append((_first(features, _EXPOSURE, camera), spec.exposure_us))
    if spec.gain_db is not None:
        name = _first(features, _GAIN, camera)
        wanted.append((name, round(spec.gain_db) if name == "GainRaw" else spec.gain_db))
    return wanted


def _trigger(features: Features, spec: CameraSpec) -> list[tuple[str, Value]]:
    """Frame start by the wired input, by software (set-up only), or free running."""
    wanted: list[tuple[str, Value]] = []
    if features.has("TriggerSelector"):
        wanted.append(("TriggerSelector", "FrameStart"))
    if spec.trigger == "free":
        return [*wanted, ("TriggerMode", "Off")] if features.has("TriggerMode") else []
    source = spec.trigger_source if spec.trigger == "external" else "Software"
    wanted += [("TriggerMode", "On"), ("TriggerSource", source)]
    if spec.trigger == "external" and features.has("TriggerActivation"):
        wanted.append(("TriggerActivation", "RisingEdge"))
    return wanted


def _first(features: Features, names: Sequence[str], camera: str) -> str:
    for name in names:
        if features.has(name):
            return name
    raise CameraError(f"{camera}: has none of {', '.join(names)}; take that setting out of recipe.camera")


def _equal(found: Value, value: Value) -> bool:
    if isinstance(value, str) or isinstance(found, str):
        return str(found) == str(value)
    if isinstance(value, float):
        return abs(float(found) - value) <= _TOLERANCE * max(abs(value), 1.0)
    return int(found) == int(value)
