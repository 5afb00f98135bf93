"""A real GigE Vision camera over UDP: Aravis' fake camera on the loopback interface, with pictures of ours."""

from __future__ import annotations

import ctypes.util
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from station.core.errors import CameraError
from station.core.recipe import CameraSpec
from station.engine.camera.aravis import AravisFeatures, AravisSource
from station.engine.camera.aravis_library import LIBRARY, Aravis
from station.engine.camera.grabbing import GrabbedCamera
from station.engine.camera.intake import Intake
from station.engine.camera.protocol import Frame, Item, LostFrame
from station.sim import control
from station.sim.gige_camera import FakeGigeCamera

SIZE = (48, 64)
SPEC = CameraSpec(exposure_us=2000.0, gain_db=3.0, trigger="software", roi=(0, 0, 64, 48))
HERE = "127.0.0.1"
PATIENCE_S = 20
WATCHDOG_MS = 300

pytestmark = [
    pytest.mark.usefixtures("gige_port"),
    pytest.mark.skipif(
        ctypes.util.find_library("aravis-0.8") is None and not Path(f"/usr/lib/x86_64-linux-gnu/{LIBRARY}").exists(),
        reason="libaravis-0.8-0 is not installed",
    ),
]


def wait_for(what: Callable[[], object]) -> object:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.005)
    raise AssertionError("it did not happen")


def no_thread() -> bool:
    return not [thread for thread in threading.enumerate() if thread.name == "grab"]


@pytest.fixture
def fake() -> Iterator[Callable[..., FakeGigeCamera]]:
    made: list[FakeGigeCamera] = []

    def start(lose: float = 0.0) -> FakeGigeCamera:
        made.append(FakeGigeCamera(SIZE, lose=lose))
        return made[-1]

    yield start
    for one in made:
        one.close()


@pytest.fixture
def camera() -> Iterator[Callable[..., GrabbedCamera]]:
    made: list[GrabbedCamera] = []

    def start(spec: CameraSpec = SPEC, size: tuple[int, int] = SIZE) -> GrabbedCamera:
        made.append(GrabbedCamera(AravisSource(HERE, spec), size, WATCHDOG_MS))
        made[-1].open()
        wait_for(made[-1].arm)
        return made[-1]

    yield start
    for one in made:
        one.close()
    wait_for(no_thread)


def take(camera: GrabbedCamera) -> Item:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if (item := camera.take(0.1)) is not None:
            return item
    raise AssertionError("no item came")


def shot(fake: FakeGigeCamera, number: int) -> None:
    """One trigger; the camera shows `number` in every pixel, and has sent it when this returns."""
    sent = fake.sent
    wait_for(lambda: fake.expose(np.full(SIZE, number % 256, np.uint8)))
    wait_for(lambda: fake.sent > sent)


def test_each_trigger_gives_its_own_part_over_200_parts_and_the_wrap_of_the_numbers(fake, camera) -> None:
    """Aravis' fake camera counts with 16 bits from about 65400 on: 65535 is followed by 1 on the way."""
    plant, station = fake(), camera()
    for part in range(1, 201):
        shot(plant, part)
        item = take(station)
        assert isinstance(item, Frame), item
        assert (item.trigger, item.image.shape, set(item.image.ravel())) == (part, SIZE, {part % 256})
        assert item.exposed_ns <= item.frame_ns <= time.monotonic_ns()
    assert (station.stats.frames, station.stats.lost) == (200, 0)


class UsbLibrary:
    """What a USB3 Vision camera makes the library answer: frame numbers from 0, registers that can be read."""

    def __init__(self, numbers: list[int]) -> None:
        self.numbers = numbers
        self.read: list[int] = []

    def call(self, name: str, *_: object) -> int:
        answers = {"user_data": 1, "status": 0, "image_width": 64, "image_height": 48}
        if name == "arv_stream_timeout_pop_buffer":
            return len(self.numbers)
        if name == "arv_buffer_get_frame_id":
            return self.numbers.pop(0)
        return answers.get(name.removeprefix("arv_buffer_get_"), 0)

    def ask(self, _name: str, _device: object, register: int, _value: object) -> None:
        self.read.append(register)

    def release(self, _thing: object) -> None:
        pass


def test_a_usb_camera_counts_from_nought_and_is_asked_for_its_sign_of_life_too() -> None:
    source = AravisSource("usb", SPEC)
    source._library = library = UsbLibrary([0, 2])  # frame 1 never came
    source._memory = [np.zeros(SIZE[0] * SIZE[1], np.uint8)]
    intake = Intake("usb", SIZE, WATCHDOG_MS)
    source.grab(intake)
    source.grab(intake)
    items = [intake.take() for _ in range(3)]
    assert [(item.trigger, type(item)) for item in items if item] == [(1, Frame), (2, LostFrame), (3, Frame)]
    source.ask()
    assert library.read == [0x0000]
    intake.close()


def test_a_frame_that_lost_packets_is_an_item_in_its_place(fake, camera) -> None:
    plant, station = fake(lose=0.1), camera()
    items = []
    for part in range(1, 61):
        shot(plant, part)
        while (item := station.take(0.15)) is not None:
            items.append(item)
    shown = {item.trigger: item.image[0, 0] for item in items if isinstance(item, Frame)}
    lost = [item for item in items if isinstance(item, LostFrame)]
    assert [item.trigger for item in items] == list(range(1, len(items) + 1))
    assert len(shown) > 10
    assert len(lost) > 2
    assert all(item.detail for item in lost)


def test_what_is_shown_never_changes_under_the_engine(fake, camera) -> None:
    """Frames stand in the camera's own buffers: the one that is looked at is not given back."""
    plant, station = fake(), camera()
    shot(plant, 7)
    held = take(station)
    assert isinstance(held, Frame)
    for part in range(8, 18):
        shot(plant, part)
    wait_for(lambda: station._intake is not None and len(station._intake._items) == 10)
    assert set(held.image.ravel()) == {7}
    assert [take(station).image[0, 0] for _ in range(10)] == list(range(8, 18))


def test_settings_are_on_the_camera(fake, camera) -> None:
    fake()
    station = camera()
    features = AravisFeatures(station.source._library, station.source._device)
    assert features.get("ExposureTimeAbs") == 2000.0
    assert (features.get("GainRaw"), features.get("GainAuto")) == (3, "Off")
    assert (features.get("TriggerMode"), features.get("Width"), features.get("Height")) == ("On", 64, 48)


def test_a_picture_of_another_size_is_a_lost_frame(fake, camera) -> None:
    plant, station = fake(), camera(size=(48, 32))
    shot(plant, 1)
    item = take(station)
    assert isinstance(item, LostFrame)
    assert "gave 64 x 48, the recipe wants 32 x 48" in item.detail


def refusal(spec: CameraSpec = SPEC) -> str:
    station = GrabbedCamera(AravisSource(HERE, spec), SIZE, WATCHDOG_MS)
    station.open()
    try:
        with pytest.raises(CameraError) as caught:
            wait_for(station.arm)
    finally:
        station.close()
    return str(caught.value)


def test_a_setting_that_the_camera_cannot_take_is_named(fake, camera) -> None:
    fake()
    assert "refuses TriggerSource = Line77" in refusal(CameraSpec(trigger="external", trigger_source="Line77"))
    wait_for(no_thread)


def test_a_camera_that_another_program_controls_is_refused(fake, camera) -> None:
    fake()
    camera()
    assert "another program controls it" in refusal()


def test_nobody_there_is_a_clear_sentence() -> None:
    text = refusal()
    assert HERE in text
    wait_for(no_thread)


def test_the_library_says_what_is_wrong() -> None:
    with pytest.raises(CameraError, match=r"\w"):
        Aravis().ask("arv_camera_new", b"no-such-camera")


@pytest.fixture
def simulator(run_dir: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """The shipped simulator as a process of its own, that can be frozen and killed."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        words = ["-m", "station.sim.gige_camera", "--run-dir", str(run_dir), "--height", "64", "--width", "64"]
        started.append(subprocess.Popen([sys.executable, *words]))
        wait_for((run_dir / control.EYE_SOCKET).exists)
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def edge(run_dir: Path, part: int) -> None:
    control.send_signal(run_dir, control.edge_of(part, "good", part))


def armed_again(station: GrabbedCamera) -> bool:
    """As the engine does: close, open, and again after a failure; a frozen camera keeps its old master for a while."""
    station.close()
    wait_for(no_thread)
    station.open()
    try:
        return bool(wait_for(station.arm))
    except CameraError:
        return False


def until_lost(station: GrabbedCamera) -> tuple[str, float]:
    """What ended the arming, and the longest that one `take` held the engine's loop up, in seconds."""
    longest, end = 0.0, time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        before = time.thread_time()
        try:
            station.take(0)
        except CameraError as error:
            return str(error), longest
        longest = max(longest, time.thread_time() - before)
        time.sleep(0.005)
    raise AssertionError("nobody noticed")


def test_a_frozen_camera_is_noticed_by_our_own_watchdog_and_comes_back(simulator, camera, run_dir) -> None:
    process = simulator()
    spec = CameraSpec(trigger="software", roi=(0, 0, 64, 64))
    station = camera(spec, (64, 64))
    edge(run_dir, 1)
    assert isinstance(take(station), Frame)
    os.kill(process.pid, signal.SIGSTOP)
    text, longest = until_lost(station)
    assert f"no sign of life for {WATCHDOG_MS} ms" in text
    assert longest < 1.0  # of processor time: it never sits in the library
    os.kill(process.pid, signal.SIGCONT)
    wait_for(lambda: armed_again(station))
    edge(run_dir, 2)
    assert take(station).trigger == 1


def test_a_killed_camera_is_noticed_and_the_next_one_is_set_up_alike(simulator, camera, run_dir) -> None:
    process = simulator()
    spec = CameraSpec(exposure_us=1500.0, trigger="software", roi=(0, 0, 64, 64))
    station = camera(spec, (64, 64))
    edge(run_dir, 1)
    assert isinstance(take(station), Frame)
    process.kill()
    process.wait()
    (run_dir / control.EYE_SOCKET).unlink()
    until_lost(station)
    station.close()
    wait_for(no_thread)
    simulator()
    station.open()
    wait_for(station.arm)
    features = AravisFeatures(station.source._library, station.source._device)
    assert features.get("ExposureTimeAbs") == 1500.0
    edge(run_dir, 2)
    assert isinstance(take(station), Frame)
