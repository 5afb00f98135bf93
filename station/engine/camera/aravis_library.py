"""libaravis-0.8 by ctypes: the few functions that a camera needs, typed, with GError turned into CameraError.

ctypes lets go of Python's lock while a call waits. The names and their arguments are those of Aravis' C reference
(https://aravisproject.github.io/aravis/aravis-stable/); Debian's package is libaravis-0.8-0.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from ctypes import POINTER, byref, c_char_p, c_double, c_int, c_size_t, c_uint, c_uint32, c_uint64, c_void_p
from typing import Any

from station.core.errors import CameraError, ConfigError

LIBRARY = "libaravis-0.8.so.0"

# What a buffer came back with (ArvBufferStatus); only the first is a picture.
SUCCESS = 0
STATUS = {
    -1: "unknown",
    0: "success",
    1: "cleared",
    2: "its packets stopped coming",
    3: "packets are missing",
    4: "a packet had a wrong number",
    5: "it has not the announced size",
    6: "it is still being filled",
    7: "aborted",
    8: "its payload is of an unknown kind",
}


class _GError(ctypes.Structure):
    _fields_ = (("domain", c_uint32), ("code", c_int), ("message", c_char_p))


_Error = POINTER(_GError)

# name -> (result, arguments without the GError **); those in the second table take one at the end.
_PLAIN: dict[str, tuple[Any, Sequence[Any]]] = {
    "arv_update_device_list": (None, ()),
    "arv_get_n_devices": (c_uint, ()),
    "arv_get_device_id": (c_char_p, (c_uint,)),
    "arv_camera_get_device": (c_void_p, (c_void_p,)),
    "arv_camera_is_gv_device": (c_int, (c_void_p,)),
    "arv_gv_device_is_controller": (c_int, (c_void_p,)),
    "arv_buffer_new_full": (c_void_p, (c_size_t, c_void_p, c_void_p, c_void_p)),
    "arv_buffer_get_user_data": (c_void_p, (c_void_p,)),
    "arv_buffer_get_status": (c_int, (c_void_p,)),
    "arv_buffer_get_frame_id": (c_uint64, (c_void_p,)),
    "arv_buffer_get_timestamp": (c_uint64, (c_void_p,)),
    "arv_buffer_get_system_timestamp": (c_uint64, (c_void_p,)),
    "arv_buffer_get_image_width": (c_int, (c_void_p,)),
    "arv_buffer_get_image_height": (c_int, (c_void_p,)),
    "arv_stream_push_buffer": (None, (c_void_p, c_void_p)),
    "arv_stream_timeout_pop_buffer": (c_void_p, (c_void_p, c_uint64)),
}
_FALLIBLE: dict[str, tuple[Any, Sequence[Any]]] = {
    "arv_camera_new": (c_void_p, (c_char_p,)),
    "arv_camera_create_stream": (c_void_p, (c_void_p, c_void_p, c_void_p)),
    "arv_camera_get_payload": (c_uint, (c_void_p,)),
    "arv_camera_start_acquisition": (None, (c_void_p,)),
    "arv_camera_stop_acquisition": (None, (c_void_p,)),
    "arv_camera_software_trigger": (None, (c_void_p,)),
    "arv_device_is_feature_available": (c_int, (c_void_p, c_char_p)),
    "arv_device_read_register": (c_int, (c_void_p, c_uint64, POINTER(c_uint32))),
    "arv_device_get_integer_feature_value": (c_uint64, (c_void_p, c_char_p)),
    "arv_device_set_integer_feature_value": (None, (c_void_p, c_char_p, c_uint64)),
    "arv_device_get_float_feature_value": (c_double, (c_void_p, c_char_p)),
    "arv_device_set_float_feature_value": (None, (c_void_p, c_char_p, c_double)),
    "arv_device_get_string_feature_value": (c_char_p, (c_void_p, c_char_p)),
    "arv_device_set_string_feature_value": (None, (c_void_p, c_char_p, c_char_p)),
}


class Aravis:
    """The library; `call` and `ask` are all there is. Used by one thread at a time.

    Raises:
        ConfigError: it is not installed.
    """

    def __init__(self) -> None:
        try:
            library, self._gobject, self._glib = (
                ctypes.CDLL(name) for name in (LIBRARY, "libgobject-2.0.so.0", "libglib-2.0.so.0")
            )
        except OSError as error:
            text = 'camera.backend = "aravis": needs the system package libaravis-0.8-0 (Debian, Ubuntu)'
            raise ConfigError(f"{text}: {error}") from error
        self._gobject.g_object_unref.argtypes = (c_void_p,)
        self._glib.g_error_free.argtypes = (_Error,)
        self._functions: dict[str, Callable[..., Any]] = {}
        for name, (result, arguments) in _PLAIN.items():
            self._declare(library, name, result, arguments)
        for name, (result, arguments) in _FALLIBLE.items():
            self._declare(library, name, result, (*arguments, POINTER(_Error)))

    def call(self, name: str, *arguments: Any) -> Any:
        """A function that cannot fail."""
        return self._functions[name](*arguments)

    def ask(self, name: str, *arguments: Any) -> Any:
        """A function that reports errors.

        Raises:
            CameraError: what the library says.
        """
        error = _Error()
        result = self._functions[name](*arguments, byref(error))
        if error:
            message = (error.contents.message or b"").decode(errors="replace")
            self._glib.g_error_free(error)
            raise CameraError(message)
        return result

    def release(self, thing: int | None) -> None:
        """Give one reference to a GObject back."""
        if thing:
            self._gobject.g_object_unref(thing)

    def configure(self, thing: int, **properties: int) -> None:
        """Set unsigned GObject properties."""
        for name, value in properties.items():
            key = name.replace("_", "-").encode()
            self._gobject.g_object_set(c_void_p(thing), key, c_uint(value), None)

    def _declare(self, library: ctypes.CDLL, name: str, result: Any, arguments: Sequence[Any]) -> None:
        function = getattr(library, name)
        function.restype, function.argtypes = result, tuple(arguments)
        self._functions[name] = function
