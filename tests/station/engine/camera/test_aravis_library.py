"""The binding: errors become sentences, a missing library says which package to install."""

from __future__ import annotations

import ctypes

import pytest

from station.core.errors import CameraError, ConfigError
from station.engine.camera import aravis_library
from station.engine.camera.aravis_library import Aravis


def test_a_missing_library_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aravis_library, "LIBRARY", "libaravis-of-nowhere.so.0")
    with pytest.raises(ConfigError, match=r'camera\.backend = "aravis": needs the system package libaravis-0\.8-0'):
        Aravis()


def test_what_the_library_says_is_the_error() -> None:
    with pytest.raises(CameraError, match="no-such-camera"):
        library().ask("arv_camera_new", b"no-such-camera")


def test_plain_calls_come_back() -> None:
    one = library()
    memory = ctypes.create_string_buffer(64)
    buffer = one.call("arv_buffer_new_full", 64, ctypes.cast(memory, ctypes.c_void_p), ctypes.c_void_p(5), None)
    assert one.call("arv_buffer_get_user_data", buffer) == 5
    one.release(buffer)
    one.release(None)


def library() -> Aravis:
    try:
        return Aravis()
    except ConfigError as error:
        pytest.skip(str(error))
