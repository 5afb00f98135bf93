"""A window that was killed comes back on the same screen, in the same language."""

from __future__ import annotations

from pathlib import Path

from station.gui.made_up import StillLink, good
from station.gui.memory import Looks, WindowMemory, memory_file
from station.gui.window import StationWindow


def test_where_it_is_kept(tmp_path: Path) -> None:
    assert memory_file({"RUNTIME_DIRECTORY": "/run/saiken-gui"}, "a/b") == Path(
        "/run/saiken-gui/saiken/window-a_b.json"
    )
    assert memory_file({"XDG_STATE_HOME": str(tmp_path)}, "s1") == tmp_path / "saiken" / "window-s1.json"
    assert memory_file({}, "s1").parts[-4:] == (".local", "state", "saiken", "window-s1.json")


def test_it_is_there_again_and_broken_files_are_as_none(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "window.json"
    WindowMemory(file).keep(Looks("alarms", "ja"))
    assert WindowMemory(file).looks == Looks("alarms", "ja")
    assert [path.name for path in file.parent.iterdir()] == ["window.json"]
    file.write_bytes(b"{")
    assert WindowMemory(file).looks == Looks()
    WindowMemory(Path("/proc/none/x.json")).keep(Looks("run"))  # no disk, no harm
    WindowMemory(None).keep(Looks("run"))


def test_a_killed_window_comes_back_as_it_was(qtbot, english, tmp_path: Path) -> None:
    file = tmp_path / "window.json"
    first = StationWindow(StillLink(good()), english, "station-1", memory=WindowMemory(file))
    qtbot.addWidget(first)
    first.show_screen("alarms")
    first.switch_language()
    # kill -9: nothing is closed in order
    english.switch("en")
    second = StationWindow(StillLink(good()), english, "station-1", memory=WindowMemory(file))
    qtbot.addWidget(second)
    second.show()
    assert second.screens["alarms"].isVisible()
    assert second.rail.buttons[list(second.screens).index("alarms")].isChecked()
    assert english.code == "ja"


def test_a_screen_of_another_version_is_run(qtbot, english, tmp_path: Path) -> None:
    memory = WindowMemory(tmp_path / "window.json")
    memory.keep(Looks("weather", "fr"))
    window = StationWindow(StillLink(good()), english, "station-1", memory=memory)
    qtbot.addWidget(window)
    window.show()
    assert window.run.isVisible()
    assert english.code == "en"
