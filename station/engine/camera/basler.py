"""Basler cameras by pylon (extra `basler`: 250 MB, proprietary runtime, so it is no part of the usual installation).

`camera.source` is the camera's serial number or user-defined name; empty: the only one. With PYLON_CAMEMU=1 in the
environment pylon offers an emulated camera.
"""

from __future__ import annotations

import warnings
from typing import Any

from station.core.errors import CameraError, ConfigError
from station.core.recipe import CameraSpec
from station.engine.camera.grabbing import GRAB_S
from station.engine.camera.intake import Intake
from station.engine.camera.pixels import choose_grey
from station.engine.camera.settings import Value, apply_settings, frame_period_s

_BUFFERS = 16
_NO_NUMBER = 2**64 - 1
_READY_MS = 1000  # a camera that does not wait for a trigger by then is broken


def load_pylon() -> Any:
    """The module `pypylon.pylon`.

    Raises:
        ConfigError: the extra is not installed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of generated bindings; as errors they crash the interpreter
            from pypylon import pylon
    except ImportError as error:
        raise ConfigError(f'camera.backend = "basler": needs `pip install saiken[basler]` ({error})') from error
    return pylon


class BaslerSource:
    """`station.engine.camera.grabbing.Source` over pylon; `spec` is the recipe's."""

    def __init__(self, source: str, spec: CameraSpec) -> None:
        self.name = f"camera {source or 'basler'}"
        self._pylon = load_pylon()
        self._wanted = source
        self._spec = spec
        self._camera: Any = None
        self._grey: int | None = None

    def open(self) -> float | None:
        """Open the camera, set it up, run; every frame in its turn."""
        pylon = self._pylon
        factory = pylon.TlFactory.GetInstance()
        camera = self._camera = pylon.InstantCamera(factory.CreateDevice(self._choose(factory.EnumerateDevices())))
        camera.Open()
        features = PylonFeatures(camera.GetNodeMap())
        apply_settings(features, self._spec, self.name)
        _, self._grey = choose_grey(features)
        camera.MaxNumBuffer.SetValue(_BUFFERS)
        camera.StartGrabbing(pylon.GrabStrategy_OneByOne)
        return frame_period_s(features)

    def grab(self, intake: Intake) -> None:
        """The next grab result; a failed one is a lost frame."""
        result = self._camera.RetrieveResult(round(GRAB_S * 1000), self._pylon.TimeoutHandling_Return)
        if not result.IsValid():
            if self._camera.IsCameraDeviceRemoved():
                raise CameraError(f"{self.name}: was removed")
            return
        with result:
            number = None if result.GetBlockID() == _NO_NUMBER else result.GetBlockID()
            if not result.GrabSucceeded():
                intake.lose(result.GetErrorDescription(), number)
                return
            with result.GetArrayZeroCopy() as picture:
                intake.frame(picture, number, self._grey)

    def ask(self) -> None:
        """Read the camera's width anew: pylon itself tells only of cameras whose removal it has seen."""
        nodes = self._camera.GetNodeMap()
        nodes.InvalidateNodes()
        nodes.GetNode("Width").GetValue()

    def trigger(self) -> None:
        """One software trigger, once the camera waits for it: for set-up."""
        if not self._camera.WaitForFrameTriggerReady(_READY_MS, self._pylon.TimeoutHandling_Return):
            raise CameraError(f"{self.name}: does not wait for a trigger; is the recipe's camera.trigger software?")
        self._camera.ExecuteSoftwareTrigger()

    def close(self) -> None:
        """Stop and give the camera back."""
        camera, self._camera = self._camera, None
        if camera is not None:
            camera.Close()

    def _choose(self, found: Any) -> Any:
        """The wanted camera's entry in pylon's list."""
        names = [(one.GetSerialNumber(), one.GetUserDefinedName()) for one in found]
        wanted = [one for one, known in zip(found, names, strict=True) if self._wanted in known]
        if not self._wanted and len(found) == 1:
            wanted = list(found)
        if len(wanted) != 1:
            listed = ", ".join(serial for serial, _ in names) or "none"
            raise CameraError(
                f'camera.source = "{self._wanted}": must name one of the Basler cameras; found now: {listed}'
            )
        return wanted[0]


class PylonFeatures:
    """`station.engine.camera.settings.Features` over pylon's node map."""

    def __init__(self, nodes: Any) -> None:
        self._nodes = nodes

    def has(self, name: str) -> bool:
        """Whether the camera has this feature now."""
        return bool(self._nodes.GetNode(name).IsReadable())

    def get(self, name: str) -> Value:
        """The value as the camera gives it."""
        value: Value = self._nodes.GetNode(name).GetValue()
        return value

    def set(self, name: str, value: Value) -> None:
        """Write; the library raises when the camera refuses."""
        self._nodes.GetNode(name).SetValue(value)
