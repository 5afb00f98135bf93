"""Any camera with a GenTL producer (.cti), by `harvesters` and `genicam` (extra `genicam`).

`camera.source` is the producer's file, and behind a "#" which camera: its serial number, id or user-defined name;
without it the only one: "/opt/vendor/lib/producer.cti#40123456".

harvesters keeps Python's lock while it waits for a frame, which would stop the inspection (a wait of 90 ms stalled
every other thread for 96 ms). So it is only asked whether a frame is there, once a millisecond.
"""

from __future__ import annotations

import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from station.core.errors import CameraError, ConfigError
from station.core.recipe import CameraSpec
from station.engine.camera.grabbing import GRAB_S
from station.engine.camera.intake import Intake
from station.engine.camera.pixels import as_picture, choose_grey
from station.engine.camera.settings import Value, apply_settings, frame_period_s

_ASK_S = 2e-5  # long enough to look once
_BETWEEN_S = 0.001
_BUFFERS = 8


def load_harvesters() -> Any:
    """The module `harvesters.core`.

    Raises:
        ConfigError: the extra is not installed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of generated bindings, at import
            from harvesters import core
    except ImportError as error:
        raise ConfigError(f'camera.backend = "genicam": needs `pip install saiken[genicam]` ({error})') from error
    return core


class GenicamSource:
    """`station.engine.camera.grabbing.Source` over a GenTL producer; `spec` is the recipe's."""

    def __init__(self, source: str, spec: CameraSpec) -> None:
        producer, _, self._wanted = source.partition("#")
        self.name = f"camera {self._wanted or Path(producer).name}"
        self._core = load_harvesters()
        self._producer = Path(producer)
        self._spec = spec
        self._harvester: Any = None
        self._camera: Any = None
        self._incomplete = 0  # seen by harvesters, not yet handed over
        self._pixel_bytes: int = 1
        self._grey: int | None = None

    def open(self) -> float | None:
        """Load the producer, open the camera, set it up, run."""
        if not self._producer.is_file():
            raise ConfigError(f'camera.source = "{self._producer}": there is no such GenTL producer (a .cti file)')
        self._harvester = self._core.Harvester()
        self._harvester.add_file(str(self._producer))
        self._harvester.update()
        camera = self._camera = self._harvester.create(self._choose())
        features = NodeMapFeatures(camera.remote_device.node_map)
        apply_settings(features, self._spec, self.name)
        self._pixel_bytes, self._grey = choose_grey(features)
        self._incomplete = 0
        camera.add_callback(camera.Events.INCOMPLETE_BUFFER, _Call(self._count_incomplete))
        camera.num_buffers = max(_BUFFERS, camera.min_num_buffers)
        camera.timeout_period_on_update_event_data_call = 0
        camera.start()
        return frame_period_s(features)

    def grab(self, intake: Intake) -> None:
        """The next buffer."""
        until_s = time.monotonic() + GRAB_S
        while not intake.closed and time.monotonic() < until_s:
            buffer = self._camera.try_fetch(timeout=_ASK_S)
            for _ in range(self._incomplete):
                intake.lose("the frame came incomplete")
            self._incomplete = 0
            if buffer is not None:
                try:
                    self._hand_over(buffer, intake)
                finally:
                    buffer.queue()
                return
            time.sleep(_BETWEEN_S)

    def ask(self) -> None:
        """Read the camera's width anew. To forget that one value alone would not do: its register stays cached.

        A producer that hangs here while harvesters keeps Python's lock stops the engine, which the line notices.
        """
        nodes = self._camera.remote_device.node_map
        nodes._invalidate_nodes()
        _ = nodes.get_node("Width").value

    def trigger(self) -> None:
        """One software trigger: for set-up."""
        self._camera.remote_device.node_map.TriggerSoftware.execute()

    def close(self) -> None:
        """Stop, give the camera back, unload the producer."""
        camera, harvester = self._camera, self._harvester
        self._camera = self._harvester = None
        if camera is not None:
            camera.destroy()
        if harvester is not None:
            harvester.reset()

    def _hand_over(self, buffer: Any, intake: Intake) -> None:
        number = buffer.module.frame_id
        parts = buffer.payload.components
        if len(parts) != 1 or parts[0].data is None:
            intake.lose(f"the buffer holds {len(parts)} pictures, not one", number)
            return
        data = np.asarray(parts[0].data).view(np.uint8)
        intake.frame(as_picture(data, parts[0].height, parts[0].width, self._pixel_bytes), number, self._grey)

    def _count_incomplete(self) -> None:
        self._incomplete += 1

    def _choose(self) -> Any:
        """The camera's entry in harvesters' list."""
        found = self._harvester.device_info_list
        if not found:
            raise CameraError(f"{self._producer}: finds no camera; check cable and power")
        names = [[one.property_dict[key] for key in ("serial_number", "id_", "user_defined_name")] for one in found]
        wanted = [one for one, known in zip(found, names, strict=True) if self._wanted in known]
        if not self._wanted and len(found) == 1:
            wanted = found
        if len(wanted) != 1:
            listed = ", ".join(known[0] or known[1] for known in names)
            raise CameraError(f'camera.source: "#{self._wanted}" must name one of the cameras found: {listed}')
        return wanted[0]


class _Call:
    """harvesters' callback protocol: anything with `emit`."""

    def __init__(self, call: Any) -> None:
        self._call = call

    def emit(self, context: object = None) -> None:
        self._call()


class NodeMapFeatures:
    """`station.engine.camera.settings.Features` over harvesters' node map."""

    def __init__(self, nodes: Any) -> None:
        self._nodes = nodes

    def has(self, name: str) -> bool:
        """Whether the camera has this feature now."""
        return bool(self._nodes.has_node(name))

    def get(self, name: str) -> Value:
        """The value as the camera gives it."""
        value: Value = self._nodes.get_node(name).value
        return value

    def set(self, name: str, value: Value) -> None:
        """Write; the library raises when the camera refuses."""
        self._nodes.get_node(name).value = value
