"""GigE Vision and USB3 Vision cameras of any maker, by Aravis.

`camera.source` is the camera's id as Aravis lists it ("Maker-123456"), its IP address, or "" for the only one.

Frames land in buffers of ours (no copy): a buffer is with Aravis, waits for the engine, is with the engine, or waits to
be given back, and none is ever overwritten while it is looked at. Trigger numbers come from the camera's own
frame numbers, so that a frame that never came is an item too; one that was the last before a silence is found with
the next frame, or by the line's deadline.

Aravis itself needs 5.3 s to see that a camera is gone, and a triggered camera is silent by nature. So a register of the
camera is read ten times a second: while it does not answer there is no sign of life, and the watchdog of the engine's
side, which never waits, ends the arming.
"""

from __future__ import annotations

import time
from ctypes import byref, c_uint32, c_void_p

import numpy as np
from numpy.typing import NDArray

from station.core.errors import CameraError
from station.core.recipe import CameraSpec
from station.engine.camera.aravis_library import STATUS, SUCCESS, Aravis
from station.engine.camera.device_clock import DeviceClock
from station.engine.camera.grabbing import GRAB_S
from station.engine.camera.intake import BUFFERS, Intake
from station.engine.camera.pixels import as_picture, choose_grey
from station.engine.camera.settings import Value, apply_settings, frame_period_s

_PRIVILEGE = 0x0A00  # GigE Vision's control channel privilege: every camera has it, reading it keeps the control
_GENCP_VERSION = 0x0000  # USB3 Vision: the first register of all
_RETENTION_US = 50_000  # a frame whose packets stopped coming is given up after so long
_PACKET_US = 10_000


class AravisSource:
    """`station.engine.camera.grabbing.Source` over libaravis; `spec` is the recipe's."""

    def __init__(self, source: str, spec: CameraSpec) -> None:
        self.name = f"camera {source or '(the only one)'}"
        self._source = source
        self._spec = spec
        self._library = Aravis()
        self._camera: int | None = None
        self._device = 0
        self._stream: int | None = None
        self._memory: list[NDArray[np.uint8]] = []
        self._grey: int | None = None
        self._pixel_bytes = 1
        self._gige = False  # else USB3 Vision
        self._answers = True  # the camera did when it was asked last
        self._clock = DeviceClock()

    def open(self) -> float | None:
        """Connect, take control, set up, run."""
        library = self._library
        self._answers = True
        self._camera = library.ask("arv_camera_new", self._find())
        if not self._camera:
            raise CameraError(f"{self.name}: nobody answers; check cable, power and IP address")
        self._device = library.call("arv_camera_get_device", self._camera)
        self._gige = bool(library.call("arv_camera_is_gv_device", self._camera))
        if self._gige and not library.call("arv_gv_device_is_controller", self._device):
            raise CameraError(f"{self.name}: another program controls it; close that (a viewer, a second station)")
        features = AravisFeatures(library, self._device)
        apply_settings(features, self._spec, self.name)
        self._pixel_bytes, self._grey = choose_grey(features)
        self._stream = library.ask("arv_camera_create_stream", self._camera, None, None)
        if not self._stream:
            raise CameraError(f"{self.name}: gives no stream")
        if self._gige:
            library.configure(self._stream, frame_retention=_RETENTION_US, packet_timeout=_PACKET_US)
        size = library.ask("arv_camera_get_payload", self._camera)
        self._memory = [np.zeros(size, np.uint8) for _ in range(BUFFERS)]
        for index in range(BUFFERS):
            self._push(index)
        self._clock = DeviceClock()
        library.ask("arv_camera_start_acquisition", self._camera)
        return frame_period_s(features)

    def grab(self, intake: Intake) -> None:
        """The next buffer, if one comes in time."""
        for index in intake.given_back():
            self._push(index)
        buffer = self._library.call("arv_stream_timeout_pop_buffer", self._stream, round(GRAB_S * 1e6))
        if buffer:
            self._hand_over(buffer, intake)

    def ask(self) -> None:
        """Read a register that every camera has."""
        self._answers = False
        register = _PRIVILEGE if self._gige else _GENCP_VERSION
        self._library.ask("arv_device_read_register", self._device, register, byref(c_uint32()))
        self._answers = True

    def trigger(self) -> None:
        """One software trigger: for set-up."""
        self._library.ask("arv_camera_software_trigger", self._camera)

    def close(self) -> None:
        """Stop and give the camera back; one that does not answer is let go of all the same."""
        camera, stream = self._camera, self._stream
        self._camera = self._stream = None
        try:
            if camera and stream and self._answers:
                self._library.ask("arv_camera_stop_acquisition", camera)
        finally:
            self._library.release(stream)
            self._library.release(camera)

    def _find(self) -> bytes | None:
        """What Aravis shall open; the only camera must be the only one."""
        if self._source:
            return self._source.encode()
        self._library.call("arv_update_device_list")
        count = self._library.call("arv_get_n_devices")
        if count != 1:
            ids = [self._library.call("arv_get_device_id", index) or b"" for index in range(count)]
            names = ", ".join(name.decode(errors="replace") for name in ids) or "none"
            raise CameraError(
                f'camera.source = "": {count} cameras answer ({names}); name one, and check cable and power'
            )
        return None

    def _push(self, index: int) -> None:
        """Give a buffer to Aravis: our memory, with its index (from 1: 0 would be NULL) written on it."""
        memory = self._memory[index]
        pointer = memory.ctypes.data_as(c_void_p)
        buffer = self._library.call("arv_buffer_new_full", memory.nbytes, pointer, c_void_p(index + 1), None)
        self._library.call("arv_stream_push_buffer", self._stream, buffer)

    def _hand_over(self, buffer: int, intake: Intake) -> None:
        call = self._library.call
        try:
            index = call("arv_buffer_get_user_data", buffer) - 1
            number = call("arv_buffer_get_frame_id", buffer)
            if self._gige:
                number = number or None  # GigE Vision never counts 0: no packet told. USB3 Vision starts with it
            status = call("arv_buffer_get_status", buffer)
            arrived_ns = _monotonic(call("arv_buffer_get_system_timestamp", buffer))
            if status != SUCCESS:
                self._push(index)
                intake.lose(f"the frame came incomplete: {STATUS.get(status, status)}", number)
                return
            width, height = call("arv_buffer_get_image_width", buffer), call("arv_buffer_get_image_height", buffer)
            exposed_ns = self._clock.map(call("arv_buffer_get_timestamp", buffer), arrived_ns)
        finally:
            self._library.release(buffer)
        picture = as_picture(self._memory[index], height, width, self._pixel_bytes)
        if self._grey is None:
            intake.lend(index, picture, number, exposed_ns)
        else:
            intake.frame(picture, number, self._grey, exposed_ns)
            self._push(index)


class AravisFeatures:
    """`station.engine.camera.settings.Features` over an ArvDevice."""

    def __init__(self, library: Aravis, device: int) -> None:
        self._library = library
        self._device = device

    def has(self, name: str) -> bool:
        """Whether the camera has this feature now."""
        return bool(self._library.ask("arv_device_is_feature_available", self._device, name.encode()))

    def get(self, name: str) -> Value:
        """A word if the feature is an enumeration, else a number."""
        for kind in ("string", "float", "integer"):
            try:
                value: Value | bytes = self._library.ask(
                    f"arv_device_get_{kind}_feature_value", self._device, name.encode()
                )
            except CameraError:
                continue  # a feature of another kind
            return value.decode() if isinstance(value, bytes) else value
        raise CameraError(f"{name} cannot be read")

    def set(self, name: str, value: Value) -> None:
        """Write."""
        kind = "string" if isinstance(value, str) else "float" if isinstance(value, float) else "integer"
        written = value.encode() if isinstance(value, str) else value
        self._library.ask(f"arv_device_set_{kind}_feature_value", self._device, name.encode(), written)


def _monotonic(realtime_ns: int) -> int:
    """CLOCK_MONOTONIC of a moment of the wall clock, which Aravis stamps with."""
    return realtime_ns + time.monotonic_ns() - time.time_ns()
