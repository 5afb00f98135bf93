"""Any GStreamer pipeline: Jetson's CSI cameras (`nvarguscamerasrc`), `v4l2src`, `aravissrc`, files.

`camera.source` is the pipeline up to its pictures, without a sink: "nvarguscamerasrc ! nvvidconv". We end it with a
conversion to grey and an appsink. The sensor is set in the pipeline itself, except that exposure and gain of an
`nvarguscamerasrc` come from the recipe.

GStreamer is reached through GObject (`gi`), which belongs to the system's Python: where the environment has none,
just this one package is loaded from the system's folder, if it was built for the same Python.
"""

from __future__ import annotations

import importlib.util
import sys
import time
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.core.errors import CameraError, ConfigError
from station.core.recipe import CameraSpec
from station.engine.camera.grabbing import GRAB_S
from station.engine.camera.intake import Intake, StampNumbers

_SYSTEM_GI = Path("/usr/lib/python3/dist-packages/gi")
_NEEDS = (
    'camera.backend = "gstreamer": needs GObject and GStreamer for Python {version}: apt-get install python3-gi '
    "gir1.2-gst-plugins-base-1.0, and an environment made with the system's own python3"
)
_ENDING = " ! videoconvert ! video/x-raw,format=GRAY8 ! appsink name=saiken max-buffers=8 drop=false"
_SENSOR = "nvarguscamerasrc"
_NO_OFFSET = 2**64 - 1
_STARTING_NS = 5_000_000_000
_USUAL_S = 1 / 30  # frame period of a pipeline that does not say


def load_gstreamer() -> Any:
    """The `Gst` namespace, ready to use.

    Raises:
        ConfigError: GObject or GStreamer is not there; says what to install.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # gi's way of importing is of the old kind
        try:
            gi = _load_gi()
            gi.require_version("Gst", "1.0")
            gi.require_version("GstApp", "1.0")
            from gi.repository import Gst, GstApp  # noqa: F401 - GstApp gives appsink its methods
        except (ImportError, ValueError) as error:
            raise ConfigError(_NEEDS.format(version=sys.version.partition(" ")[0]) + f" ({error})") from error
        Gst.init(None)
    return Gst


def _load_gi() -> Any:
    try:
        import gi
    except ImportError:
        return _load_system_gi(_SYSTEM_GI)
    return gi


def _load_system_gi(folder: Path) -> ModuleType:
    """Only `gi`, not all else that lies beside it."""
    spec = importlib.util.spec_from_file_location(
        "gi", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None or not folder.is_dir():
        raise ImportError(f"no {folder}")
    module = importlib.util.module_from_spec(spec)
    sys.modules["gi"] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules["gi"]
        raise
    return module


class GStreamerSource:
    """`station.engine.camera.grabbing.Source` over a pipeline; `spec` is the recipe's."""

    def __init__(self, pipeline: str, spec: CameraSpec) -> None:
        self.name = f"pipeline {pipeline.partition('!')[0].strip()}"
        if not pipeline.strip():
            raise ConfigError('camera.source = "": backend "gstreamer" needs a pipeline there, without a sink')
        self._gst = load_gstreamer()
        self._text = pipeline
        self._spec = spec
        self._pipeline: Any = None
        self._sink: Any = None
        self._live = False
        self._numbers: StampNumbers | None = None

    def open(self) -> float | None:
        """Build the pipeline, set its source up, run. The frame period is that of the first picture's caps."""
        gst = self._gst
        try:
            pipeline = gst.parse_launch(self._text + _ENDING)
        except RuntimeError as error:  # GLib.Error
            raise ConfigError(f'camera.source = "{self._text}": {error}') from error
        self._pipeline, self._sink = pipeline, pipeline.get_by_name("saiken")
        self._set_up(pipeline)
        pipeline.set_state(gst.State.PAUSED)
        reached, *_ = pipeline.get_state(_STARTING_NS)
        if reached == gst.StateChangeReturn.FAILURE:
            raise CameraError(f"{self.name}: {self._trouble() or 'cannot be started'}")
        self._live = reached == gst.StateChangeReturn.NO_PREROLL
        self._sink.set_property("sync", not self._live)  # what is not live is played at its own rate
        pipeline.set_state(gst.State.PLAYING)
        self._numbers = None
        return _USUAL_S

    def grab(self, intake: Intake) -> None:
        """The next sample; after the end of what is not live there is silence."""
        sample = self._sink.try_pull_sample(round(GRAB_S * 1e9))
        if sample is not None:
            self._hand_over(sample, intake)
            return
        trouble = self._trouble()
        if trouble or (self._live and self._sink.is_eos()):
            raise CameraError(f"{self.name}: {trouble or 'the stream ended'}")
        if self._sink.is_eos():
            intake.period_s = None
            time.sleep(GRAB_S)

    def ask(self) -> None:
        """Nothing: a pipeline says by itself what goes wrong; there is nobody to ask."""

    def close(self) -> None:
        """Stop the pipeline."""
        if self._pipeline is not None:
            self._pipeline.set_state(self._gst.State.NULL)
        self._pipeline = self._sink = None

    def _hand_over(self, sample: Any, intake: Intake) -> None:
        buffer, caps = sample.get_buffer(), sample.get_caps().get_structure(0)
        width, height = caps.get_value("width"), caps.get_value("height")
        known, numerator, denominator = _fraction(caps.get_fraction("framerate"))
        if known and numerator > 0 and intake.period_s is not None:
            intake.period_s = denominator / numerator
        number = exposed_ns = None
        if self._live and buffer.pts != self._gst.CLOCK_TIME_NONE:
            exposed_ns = self._pipeline.get_base_time() + buffer.pts  # GStreamer's clock is CLOCK_MONOTONIC
            number = self._number(buffer, intake.period_s or _USUAL_S)
        mapped, memory = buffer.map(self._gst.MapFlags.READ)
        if not mapped:
            intake.lose("the picture cannot be read from its memory", number)
            return
        try:
            intake.frame(_rows(memory.data, height, width), number, None, exposed_ns)
        finally:
            buffer.unmap(memory)

    def _number(self, buffer: Any, period_s: float) -> int:
        """The live source's own count, or else one from its time stamps."""
        if buffer.offset != _NO_OFFSET:
            return int(buffer.offset)
        if self._numbers is None:
            self._numbers = StampNumbers(period_s)
        return self._numbers.at(buffer.pts / 1e9)

    def _trouble(self) -> str:
        """What the pipeline says is wrong, or nothing."""
        message = self._pipeline.get_bus().pop_filtered(self._gst.MessageType.ERROR)
        return str(message.parse_error()[0].message) if message else ""

    def _set_up(self, pipeline: Any) -> None:
        """Exposure and gain go to an nvarguscamerasrc; everything else stands in the pipeline and is refused here."""
        spec = self._spec
        if spec.trigger not in {None, "free"} or spec.roi is not None:
            key = "roi" if spec.trigger in {None, "free"} else "trigger"
            raise ConfigError(f"camera.{key} in the recipe: a pipeline has no such setting; leave it out")
        if spec.exposure_us is None and spec.gain_db is None:
            return
        sensor = next((one for one in pipeline.children if one.get_factory().get_name() == _SENSOR), None)
        if sensor is None:
            key = "exposure_us" if spec.exposure_us is not None else "gain_db"
            raise ConfigError(
                f"camera.{key} in the recipe: only {_SENSOR} takes it; set it in camera.source, and leave it out there"
            )
        if spec.exposure_us is not None:
            exposure_ns = round(spec.exposure_us * 1000)
            _set(sensor, "exposuretimerange", f"{exposure_ns} {exposure_ns}", self.name)
        if spec.gain_db is not None:
            gain = f"{10 ** (spec.gain_db / 20):.3f}"
            _set(sensor, "gainrange", f"{gain} {gain}", self.name)
        _set(sensor, "aelock", True, self.name)


def _set(element: Any, key: str, value: str | bool, name: str) -> None:
    """Set a property and read it back."""
    element.set_property(key, value)
    found = element.get_property(key)
    if found != value:
        raise CameraError(f"{name}: {key}: asked for {value}, the camera reads back {found}")


def _fraction(answer: Any) -> tuple[bool, int, int]:
    return bool(answer[0]), int(answer[1]), int(answer[2])


def _rows(data: Any, height: int, width: int) -> NDArray[np.uint8]:
    """GRAY8 memory as [H, W]; its rows may be padded."""
    row = len(data) // height if height else 0
    return np.frombuffer(data, np.uint8)[: row * height].reshape(height, row)[:, :width]
