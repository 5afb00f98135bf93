"""The camera process: a hardware-triggered camera that draws what lies before it.

    python -m station.sim.camera --run-dir DIR [--height 256] [--width 256]

run_dir/camera.sock   the engine connects = the camera is armed: `CameraReady` with the frame ring's descriptor, the
                      trigger count starts from 0; then `Exposed` for every trigger, and `CameraReady` without a
                      descriptor every 100 ms as a sign of life. A new connection replaces the old one.
run_dir/eye.sock      photo-eye edges, and what the camera shall lose or miss (`station.sim.control`)

A camera that was frozen misses the triggers of that time: the part has moved on, nothing is exposed or counted.
"""

from __future__ import annotations

import argparse
import random
import selectors
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import msgspec
import numpy as np

from station.core.channel import Channel, Listener
from station.core.errors import ChannelError
from station.core.messages import CameraReady, Exposed
from station.core.ring import FrameRing
from station.sim import control
from station.sim.parts import draw_part, warm_up
from station.sim.serving import serve

CAMERA_SOCKET = "camera.sock"
_RING_SLOTS = 8
_BELT = 30  # grey of the empty belt
_EXPOSURE_NS = 2_000_000
_LATEST_NS = 80_000_000  # a trigger older than this is missed
_SIGN_OF_LIFE_NS = 100_000_000


class CameraSimulator:
    """Owns both sockets and, while armed, the frame ring."""

    def __init__(self, run_dir: Path, size: tuple[int, int]) -> None:
        self._size = size
        self._empty = np.full(size, _BELT, np.uint8)
        self._eye_path = run_dir / control.EYE_SOCKET
        self._eye = bind_eye(self._eye_path)
        self._listener = Listener(run_dir / CAMERA_SOCKET)
        self._engine: Channel | None = None
        self._ring: FrameRing | None = None
        self._trigger = 0
        self._to_lose = self._to_miss = 0
        self._loses = control.LoseShare(0.0, 0.0)
        self._loses_until_ns = 0
        self._random = random.Random(1)
        self._sign_ns = 0
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._eye, selectors.EVENT_READ)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self.stopping = False

    def run(self) -> None:
        """Work until `stopping`."""
        try:
            while not self.stopping:
                self.step()
        finally:
            self._disarm()
            self._selector.close()
            self._listener.close()
            self._eye.close()
            self._eye_path.unlink(missing_ok=True)

    def step(self) -> None:
        """Wait for the next signal (or sign of life) and handle it."""
        for key, _ in self._selector.select(0.05):
            if key.fileobj is self._listener:
                self._arm()
            elif key.fileobj is self._eye:
                self._take_signals()
            else:
                self._listen_to_engine()
        now_ns = time.monotonic_ns()
        if self._engine and now_ns - self._sign_ns >= _SIGN_OF_LIFE_NS:
            self._sign_ns = now_ns
            self._send(CameraReady(*self._size))

    def _arm(self) -> None:
        engine = self._listener.accept()
        if engine is None:
            return
        self._disarm()
        height, width = self._size
        self._ring = FrameRing.create(_RING_SLOTS, height * width)
        self._engine = engine
        self._trigger = 0
        self._selector.register(engine, selectors.EVENT_READ)
        self._sign_ns = time.monotonic_ns()
        self._send(CameraReady(height, width), self._ring.descriptor)

    def _disarm(self) -> None:
        if self._engine:
            self._selector.unregister(self._engine)
            self._engine.close()
            self._engine = None
        if self._ring:
            self._ring.close()
            self._ring = None

    def _listen_to_engine(self) -> None:
        """The engine says nothing; the read finds out when it is gone."""
        try:
            if self._engine:
                self._engine.receive()
        except ChannelError:
            self._disarm()

    def _take_signals(self) -> None:
        while True:
            try:
                data = self._eye.recv(1024)
            except BlockingIOError:
                return
            try:
                signal_ = control.decode_signal(data)
            except msgspec.DecodeError:
                continue  # a stranger's datagram
            match signal_:
                case control.LoseFrames(count):
                    self._to_lose += count
                case control.MissEdges(count):
                    self._to_miss += count
                case control.LoseShare():
                    self._loses = signal_
                    self._loses_until_ns = time.monotonic_ns() + round(signal_.seconds * 1e9)
                case control.Edge():
                    self._see(signal_)

    def _see(self, edge: control.Edge) -> None:
        """An edge at the trigger input, unless it is missed."""
        if self._to_miss:
            self._to_miss -= 1
        elif time.monotonic_ns() - edge.edge_ns <= _LATEST_NS:
            self._expose(edge)

    def _expose(self, edge: control.Edge) -> None:
        """One trigger: draw, wait for the end of the exposure, hand the frame over."""
        if self._ring is None:
            return
        self._trigger += 1
        exposed_ns = edge.edge_ns + _EXPOSURE_NS
        if edge.edge_ns < self._loses_until_ns and self._random.random() < self._loses.share:
            if self._trigger % 2:
                self._send(Exposed(self._trigger, 0, exposed_ns))
            return  # or not a word: the next one shows the gap
        if self._to_lose:
            self._to_lose -= 1
            self._send(Exposed(self._trigger, 0, exposed_ns))
            return
        picture = draw_part(edge.seed, edge.kind, self._size) if edge.kind else self._empty
        time.sleep(max(0, exposed_ns - time.monotonic_ns()) / 1e9)
        sequence = self._ring.write(picture.data, *self._size, self._trigger, exposed_ns)
        self._send(Exposed(self._trigger, sequence, exposed_ns))

    def _send(self, message: CameraReady | Exposed, descriptor: int | None = None) -> None:
        """Send now or not at all: an engine that does not listen misses frames, as with a real camera."""
        try:
            if self._engine:
                self._engine.send(message, descriptor)
        except ChannelError:
            self._disarm()


def bind_eye(path: Path) -> socket.socket:
    """The socket that photo-eye edges come to."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    sock.bind(str(path))
    path.chmod(0o660)
    return sock


def main(arguments: Sequence[str] | None = None) -> int:
    """The process; exit code 2 with one sentence when the run directory cannot be used."""
    parser = argparse.ArgumentParser(prog="station.sim.camera", description="Simulated camera that draws parts.")
    parser.add_argument("--run-dir", type=Path, required=True, help="where the sockets go")
    parser.add_argument("--height", type=int, default=256, help="pixels (default 256)")
    parser.add_argument("--width", type=int, default=256, help="pixels (default 256)")
    given = parser.parse_args(arguments)
    if not (64 <= given.height <= 4096 and 64 <= given.width <= 4096):
        parser.error("height and width must be 64..4096")
    cv2.setNumThreads(1)
    size = (given.height, given.width)
    warm_up(size)
    try:
        camera = CameraSimulator(given.run_dir, size)
    except OSError as error:
        sys.stderr.write(f"{given.run_dir}: {error}; use a short path that can be written\n")
        return 2
    serve(camera, 55)
    return 0


if __name__ == "__main__":
    sys.exit(main())
