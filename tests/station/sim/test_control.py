from __future__ import annotations

import socket
from pathlib import Path

import msgspec
import pytest

from station.core.errors import ChannelError
from station.sim import control
from station.sim.control import PlantControl


@pytest.mark.parametrize(
    "order",
    [
        control.Cut(2.0),
        control.Noise(0.1, 0.2, 3.0),
        control.RestartPlc(1.0),
        control.UnplugAdapter(1.5),
        control.SilencePlc(1.5),
        control.HaltProgram(1.5),
        control.Feed(("scratch", "dent"), 2.0),
        control.SetConfirming(False),
        control.SetInputs(5),
        control.AskStatus(),
        control.WriteBook(),
        control.Stop(),
    ],
)
def test_every_order_survives_the_wire(order: control.PlantOrder) -> None:
    assert control.decode_order(control.encode(order)) == order


def test_a_signal_is_no_order() -> None:
    with pytest.raises(msgspec.ValidationError):
        control.decode_order(control.encode(control.LoseFrames(1)))


def test_without_a_plant_the_error_names_the_socket(run_dir: Path) -> None:
    with pytest.raises(ChannelError, match=r"sim\.sock"):
        PlantControl(run_dir).status()


def test_without_a_camera_losing_frames_is_an_error(run_dir: Path) -> None:
    with pytest.raises(ChannelError, match=r"eye\.sock"):
        PlantControl(run_dir).lose_frames(3)


def test_each_camera_fault_is_a_signal(run_dir: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as eye:
        eye.bind(str(run_dir / control.EYE_SOCKET))
        plant = PlantControl(run_dir)
        plant.miss_edges(2)
        plant.lose_share(0.3, 4.0)
        plant.false_trigger()
        told = [control.decode_signal(eye.recv(100)) for _ in range(3)]
    assert told[:2] == [control.MissEdges(2), control.LoseShare(0.3, 4.0)]
    assert isinstance(told[2], control.Edge)
    assert (told[2].index, told[2].kind) == (0, "")


def test_signals_arrive_and_a_full_queue_does_not_block(run_dir: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as eye:
        eye.bind(str(run_dir / control.EYE_SOCKET))
        PlantControl(run_dir).lose_frames(3)
        assert control.decode_signal(eye.recv(100)) == control.LoseFrames(3)
        sent = [control.send_signal(run_dir, control.edge_of(n, "good", n)) for n in range(5000)]
        assert sent[0]
        assert not sent[-1]
