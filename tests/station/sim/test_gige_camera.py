"""The GigE camera simulator: pictures wait for their trigger, one camera a machine, wrong input in one sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from station.sim.gige_camera import FakeGigeCamera, GigeCameraError, main


@pytest.fixture
def camera(gige_port):
    try:
        made = FakeGigeCamera((48, 64))
    except GigeCameraError as error:
        if "needs the system package" in str(error):
            pytest.skip(str(error))
        raise
    yield made
    made.close()


def test_without_a_station_that_asks_for_triggers_nothing_is_exposed(camera) -> None:
    assert not camera.waits_for_triggers
    assert camera.expose(np.zeros((48, 64), np.uint8)) is False
    assert camera.sent == 0


def test_the_station_may_ask_for_triggers(camera) -> None:
    camera._write(0x300, 1)
    assert camera.waits_for_triggers
    assert camera.expose(np.zeros((48, 64), np.uint8)) is True


def test_an_interface_that_is_not_there(camera) -> None:
    with pytest.raises(GigeCameraError, match="interface nowhere0: not there"):
        FakeGigeCamera((48, 64), interface="nowhere0")


def test_wrong_input_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        main(["--run-dir", str(tmp_path), "--height", "10"])
    assert leaving.value.code == 2
    assert "height and width must be 64..2048" in capsys.readouterr().err
