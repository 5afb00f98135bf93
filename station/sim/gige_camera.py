"""A GigE Vision camera that draws what lies before it: real GVCP and GVSP over UDP, by Aravis' fake camera.

    python -m station.sim.gige_camera --run-dir DIR [--height 256] [--width 256] [--lose 0]

It listens at run_dir/eye.sock as `station.sim.camera` does: each photo-eye edge raises the camera's trigger, if the
station set TriggerMode = On. Discovery, exposure and gain, region, control by one station, packet loss, frame numbers
of 16 bits that start near 65400: all that a driver must live with. One can run on a machine (GVCP has a fixed port).
"""

from __future__ import annotations

import argparse
import ctypes
import selectors
import sys
from collections import deque
from collections.abc import Sequence
from ctypes import POINTER, byref, c_char_p, c_double, c_int, c_uint32, c_void_p
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from station.sim import control
from station.sim.camera import bind_eye
from station.sim.parts import draw_part, warm_up
from station.sim.serving import serve

_LIBRARY = "libaravis-0.8.so.0"
_WIDTH, _HEIGHT, _TRIGGER_MODE, _TRIGGER_SOURCE, _TRIGGER = 0x100, 0x104, 0x300, 0x304, 0x30C  # its registers
_BELT = 30  # grey of the empty belt
_FILL = ctypes.CFUNCTYPE(None, c_void_p, c_void_p, c_uint32, c_uint32, c_uint32)


class GigeCameraError(OSError):
    """The camera cannot be started."""


class FakeGigeCamera:
    """Aravis' fake camera on one interface, with pictures of ours; `waits`: for triggers, before any station asks it.

    Raises:
        GigeCameraError: the library is not installed, or another camera runs on this machine.
    """

    def __init__(self, size: tuple[int, int], interface: str = "lo", lose: float = 0.0, waits: bool = False) -> None:
        self._functions = _load()
        self._camera = self._functions["arv_gv_fake_camera_new"](interface.encode(), b"SAIKEN")
        if not self._functions["arv_gv_fake_camera_is_running"](self._camera):
            raise GigeCameraError(f"interface {interface}: not there, or another GigE camera simulator runs on it")
        self._fake = self._functions["arv_gv_fake_camera_get_fake_camera"](self._camera)
        self._functions["arv_gv_fake_camera_set_lost"](self._camera, lose)
        self._fill = _FILL(self._draw)  # kept: the library calls it as long as it lives
        self._functions["arv_fake_camera_set_fill_pattern"](self._fake, self._fill, None)
        self._write(_WIDTH, size[1])
        self._write(_HEIGHT, size[0])
        self._write(_TRIGGER_MODE, int(waits))
        self._write(_TRIGGER_SOURCE, 1)  # its software trigger stands for the wired one
        self._pictures: deque[NDArray[np.uint8]] = deque()
        self.sent = 0

    @property
    def waits_for_triggers(self) -> bool:
        """The station set TriggerMode = On."""
        return self._read(_TRIGGER_MODE) == 1

    def expose(self, picture: NDArray[np.uint8]) -> bool:
        """Trigger, and send `picture` [H, W]; False when the camera does not wait for triggers."""
        if not self.waits_for_triggers:
            return False
        self._pictures.append(picture)
        self._write(_TRIGGER, 1)
        return True

    def close(self) -> None:
        """Switch it off."""
        self._functions["g_object_unref"](self._camera)

    def _draw(self, buffer: int, _user: int, _exposure: int, _gain: int, _format: int) -> None:
        """Called by the library's thread for each frame; the buffer's size is read from its image region (its data
        is announced as empty then)."""
        width, height = (c_int(), c_int())
        self._functions["arv_buffer_get_image_region"](buffer, None, None, byref(width), byref(height))
        address = self._functions["arv_buffer_get_data"](buffer, None)
        target = np.ctypeslib.as_array(ctypes.cast(address, POINTER(ctypes.c_uint8)), (height.value, width.value))
        target[:] = _BELT
        if self._pictures:
            picture = self._pictures.popleft()[: height.value, : width.value]
            target[: picture.shape[0], : picture.shape[1]] = picture
        self.sent += 1

    def _write(self, register: int, value: int) -> None:
        self._functions["arv_fake_camera_write_register"](self._fake, register, value)

    def _read(self, register: int) -> int:
        value = c_uint32()
        self._functions["arv_fake_camera_read_register"](self._fake, register, byref(value))
        return value.value


class GigeCameraSimulator:
    """The process: edges in, frames out."""

    def __init__(self, run_dir: Path, size: tuple[int, int], lose: float) -> None:
        self._size = size
        self._camera = FakeGigeCamera(size, lose=lose, waits=True)
        self._eye_path = run_dir / control.EYE_SOCKET
        self._eye = bind_eye(self._eye_path)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._eye, selectors.EVENT_READ)
        self.stopping = False

    def run(self) -> None:
        """Work until `stopping`."""
        try:
            while not self.stopping:
                if self._selector.select(0.05):
                    self._take_edges()
        finally:
            self._camera.close()
            self._selector.close()
            self._eye.close()
            self._eye_path.unlink(missing_ok=True)

    def _take_edges(self) -> None:
        while True:
            try:
                signal_ = control.decode_signal(self._eye.recv(1024))
            except BlockingIOError:
                return
            except msgspec.DecodeError:
                continue  # a stranger's datagram
            if isinstance(signal_, control.Edge) and signal_.kind:
                self._camera.expose(draw_part(signal_.seed, signal_.kind, self._size))


def _load() -> dict[str, Any]:
    signatures: dict[str, tuple[Any, Sequence[Any]]] = {
        "arv_gv_fake_camera_new": (c_void_p, (c_char_p, c_char_p)),
        "arv_gv_fake_camera_is_running": (c_int, (c_void_p,)),
        "arv_gv_fake_camera_get_fake_camera": (c_void_p, (c_void_p,)),
        "arv_fake_camera_set_fill_pattern": (None, (c_void_p, _FILL, c_void_p)),
        "arv_fake_camera_write_register": (c_int, (c_void_p, c_uint32, c_uint32)),
        "arv_fake_camera_read_register": (c_int, (c_void_p, c_uint32, POINTER(c_uint32))),
        "arv_buffer_get_image_region": (None, (c_void_p, *[POINTER(c_int)] * 4)),
        "arv_buffer_get_data": (c_void_p, (c_void_p, c_void_p)),
    }
    try:
        library, gobject = ctypes.CDLL(_LIBRARY), ctypes.CDLL("libgobject-2.0.so.0")
    except OSError as error:
        raise GigeCameraError(f"needs the system package libaravis-0.8-0: {error}") from error
    functions: dict[str, Any] = {}
    for name, (result, arguments) in signatures.items():
        functions[name] = getattr(library, name)
        functions[name].restype, functions[name].argtypes = result, tuple(arguments)
    functions["g_object_unref"] = gobject.g_object_unref
    functions["g_object_unref"].argtypes = (c_void_p,)

    def set_lost(camera: int, ratio: float) -> None:
        gobject.g_object_set(c_void_p(camera), b"gvsp-lost-ratio", c_double(ratio), None)

    functions["arv_gv_fake_camera_set_lost"] = set_lost
    return functions


def main(arguments: Sequence[str] | None = None) -> int:
    """The process; exit code 2 with one sentence when it cannot start."""
    parser = argparse.ArgumentParser(prog="station.sim.gige_camera", description="Simulated GigE Vision camera.")
    parser.add_argument("--run-dir", type=Path, required=True, help="where the photo-eye's socket goes")
    parser.add_argument("--height", type=int, default=256, help="pixels (default 256)")
    parser.add_argument("--width", type=int, default=256, help="pixels (default 256)")
    parser.add_argument("--lose", type=float, default=0.0, help="share of packets that get lost, 0..1")
    given = parser.parse_args(arguments)
    if not (64 <= given.height <= 2048 and 64 <= given.width <= 2048 and 0 <= given.lose <= 1):
        parser.error("height and width must be 64..2048, lose 0..1")
    cv2.setNumThreads(1)
    size = (given.height, given.width)
    warm_up(size)
    try:
        camera = GigeCameraSimulator(given.run_dir, size, given.lose)
    except OSError as error:
        sys.stderr.write(f"GigE camera simulator: {error}\n")
        return 2
    serve(camera, 55)
    return 0


if __name__ == "__main__":
    sys.exit(main())
