"""The demo's stage: a valid configuration, the right processes, and clear refusals."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from station.core.errors import BundleError, ConfigError, StationError
from station.desk.faults import Fault
from station.desk.small_disk import can_mount
from station.desk.stage import Stage, Wishes


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Only what the stage looks at; the engine will look closer."""
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "manifest.json").write_text("{}")
    return folder


def test_writes_a_configuration_that_loads(tmp_path: Path, bundle: Path) -> None:
    stage = Stage(Wishes(bundle=bundle, trust=tmp_path / "keys", keep=tmp_path / "kept", language="ja"))
    assert stage.config.station.autostart
    assert stage.config.station.rehearsal
    assert stage.config.line.port == str(stage.run_dir / "plc")
    assert stage.config.engine.bundle == str(tmp_path / "kept" / "recipe")
    assert (tmp_path / "kept" / "recipe" / "manifest.json").read_text() == "{}"
    assert stage.config.engine.trust == str(tmp_path / "keys")
    assert Path(stage.config.recorder.journal).parent == tmp_path / "kept"
    assert stage.config.gui.language == "ja"
    stage.close()
    assert not stage.run_dir.exists()
    assert stage.config_file.exists()


def test_station_and_plant_speak_the_same_dialect(bundle: Path) -> None:
    stage = Stage(Wishes(bundle=bundle, dialect="host-link"))
    assert (stage.config.line.dialect, stage.config.line.characters) == ("host-link", "8N1")  # a pseudo-terminal
    plant = stage.programs()[0].command
    assert plant[plant.index("--dialect") + 1] == "host-link"
    stage.close()


def test_socket_paths_are_short_wherever_the_run_is_kept(tmp_path: Path, bundle: Path) -> None:
    stage = Stage(Wishes(bundle=bundle, keep=tmp_path / ("long" * 40)))
    assert len(str(stage.config.socket("recorder"))) < 100
    stage.close()


def test_starts_the_processes_of_the_line_in_order(bundle: Path) -> None:
    stage = Stage(Wishes(bundle=bundle, parts=7, rate=2.5))
    programs = stage.programs()
    assert [program.name for program in programs] == ["plant", "recorder", "camera", "line", "engine"]
    plant = list(programs[0].command)
    assert plant[plant.index("--parts") + 1] == "7"
    assert plant[plant.index("--rate") + 1] == "2.5"
    assert programs[0].once
    stage.close()


def test_line_that_tracks_the_parts_has_a_mere_remote_io(bundle: Path) -> None:
    stage = Stage(Wishes(bundle=bundle, rate=3.0, tracking="encoder"))
    assert (stage.config.line.tracking, stage.config.line.gate_distance_mm) == ("encoder", 600)
    assert "--remote-io" in stage.programs()[0].command
    stage.close()
    with pytest.raises(ConfigError, match=r"line\.pitch_mm = 94: must exceed"):
        Stage(Wishes(bundle=bundle, rate=5.0, tracking="encoder"))


@pytest.mark.skipif(not can_mount(), reason="this machine lets us mount nothing")
def test_disk_that_will_be_full_is_the_runs_own(tmp_path: Path, bundle: Path) -> None:
    """In a child: the namespace that the disk lies in stays with the process that made it."""
    source = (
        "import sys; from pathlib import Path; from station.desk.faults import Fault\n"
        "from station.desk.stage import Stage, Wishes\n"
        "full = Fault('disk-full', 1, 1.0)\n"
        "stage = Stage(Wishes(bundle=Path(sys.argv[1]), keep=Path(sys.argv[2]), faults=(full,)))\n"
        "assert stage.disk and stage.config.recorder.min_free_mib == 1 and stage.directory.is_mount()\n"
        "stage.close()\n"
        "assert not stage.directory.is_mount()\n"
    )
    command = [sys.executable, "-c", source, str(bundle), str(tmp_path / "kept")]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "kept" / "station.toml").is_file()
    assert (tmp_path / "kept" / "recipe" / "manifest.json").is_file()


def test_window_where_there_is_a_display_or_a_fault_of_it(bundle: Path) -> None:
    seen = Stage(Wishes(bundle=bundle, window=True))
    assert seen.programs()[-1].name == "gui"
    assert "env" not in seen.programs()[-1].command
    unseen = Stage(Wishes(bundle=bundle, faults=(Fault("gui-killed", None, 0.0),)))
    assert list(unseen.programs()[-1].command)[:2] == ["env", "QT_QPA_PLATFORM=offscreen"]
    assert not unseen.programs()[-1].needed
    for stage in (seen, unseen):
        stage.close()


@pytest.mark.parametrize(
    ("wishes", "error", "text"),
    [
        ({"faults": (Fault("nan", 61, 1.0),)}, ConfigError, "--fault nan@61:1: the run has only 60 parts"),
        ({"bundle": Path("/nowhere")}, BundleError, "/nowhere: there is no recipe bundle; name another --bundle"),
        ({"keep": Path(__file__).parent}, ConfigError, "must be a new or an empty directory"),
        ({"keep": Path(__file__)}, ConfigError, "must be a new or an empty directory"),
        ({"keep": Path("/proc/saiken")}, StationError, "cannot be made"),
    ],
)
def test_wrong_wishes_are_refused(bundle: Path, wishes: dict[str, object], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        Stage(Wishes(**{"bundle": bundle, **wishes}))  # type: ignore[arg-type]


def test_gige_camera_stands_where_the_drawn_one_stood_and_is_slow() -> None:
    stage = Stage(Wishes(camera="gige", rate=4.0))
    try:
        assert (stage.config.camera.backend, stage.config.camera.source) == ("aravis", "127.0.0.1")
        (camera,) = [program for program in stage.programs() if program.name == "camera"]
        assert "station.sim.gige_camera" in camera.command
    finally:
        stage.close()
    with pytest.raises(ConfigError, match="follows 4 parts a second; add --rate 4"):
        Stage(Wishes(camera="gige", rate=5.0))
