"""station.toml: every mistake gets a sentence that names file, key, value and the way out."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from station.core.config import LineSection, Section, StationConfig, load_config, parse_table
from station.core.errors import ConfigError

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """station.toml with this text."""

    def do(text: str) -> Path:
        path = tmp_path / "station.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return do


def test_empty_file_is_the_defaults(write: Write) -> None:
    assert load_config(write("")) == StationConfig()


def test_values_of_all_tables_are_taken(write: Write) -> None:
    config = load_config(
        write(
            '[station]\nname = "press-2"\nrun_dir = "/tmp/x"\n[line]\nport = "/dev/ttyS1"\nparity = "E"\n'
            '[camera]\nbackend = "folder"\nfolder_rate_hz = 2\n[engine]\nthreads = 2\n'
            '[recorder]\nkeep_ok_every = 0\n[gui]\nlanguage = "ja"\n'
        )
    )
    assert (config.station.name, config.line.parity, config.camera.backend) == ("press-2", "E", "folder")
    assert (config.engine.threads, config.recorder.keep_ok_every, config.gui.language) == (2, 0, "ja")
    assert config.camera.folder_rate_hz == 2.0
    assert config.socket("line") == Path("/tmp/x/line.sock")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[line]\nbuad = 9600", "unknown key 'line.buad' (value 9600); did you mean 'line.baud'?"),
        ("[lines]\nbaud = 9600", "unknown key 'lines' (value {'baud': 9600}); did you mean 'line'?"),
        ("zzz = 1", "unknown key 'zzz' (value 1); known here: camera, engine, gui, line, recorder, station"),
        ("[recorder]\nqqq = true", "unknown key 'recorder.qqq' (value True); known here: journal, keep_ok_every,"),
        ('[line]\nbaud = "fast"', "line.baud = 'fast': expected `int`, got `str`"),
        ("[line]\nbaud = 9600.5", "line.baud = 9600.5: expected `int`"),
        ("[line]\nunit = 0", "line.unit = 0: modbus-rtu knows 1..247; set the PLC's own"),
        ('[line]\ndialect = "host-link"\nunit = 32', "line.unit = 32: host-link knows 0..31; set the PLC's own"),
        ("[line]\ndata_bits = 7", "line.data_bits = 7: modbus-rtu needs 8; set 8, here and in the PLC"),
        ("[line]\nstop_bits = 3", "line.stop_bits = 3: invalid enum value 3"),
        ('[line]\ndialect = "fins"', "line.dialect = 'fins': invalid enum value 'fins'"),
        ("[line]\nunit = 248", "line.unit = 248: expected `int` <= 247"),
        ('[line]\ntracking = "belt"', "line.tracking = 'belt': invalid enum value 'belt'"),
        ("[line]\npitch_mm = 0", "line.pitch_mm = 0: expected `float` >= 1.0"),
        ('[line]\nparity = "X"', "line.parity = 'X': invalid enum value 'X'"),
        ('[gui]\nlanguage = "fr"', "gui.language = 'fr': invalid enum value 'fr'"),
        ("[camera]\nfolder_rate_hz = 0", "camera.folder_rate_hz = 0: expected `float` > 0.0"),
        ('[station]\nname = ""', "station.name = '': expected `str` of length >= 1"),
        ("line = 3", "line = 3: expected `object`, got `int`"),
        ("[line\nbaud = 1", "is no valid TOML"),
    ],
)
def test_mistakes_are_named(write: Write, text: str, sentence: str) -> None:
    path = write(text)
    with pytest.raises(ConfigError, match=re.escape(sentence)) as caught:
        load_config(path)
    assert str(caught.value).startswith(f"{path}: ")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[line]\nheartbeat_limit_ms = 110", "line.heartbeat_limit_ms = 110: must exceed response_ms + quiet_ms + "),
        ("[line]\nquiet_ms = 220", "2 poll_ms = 300, or one lost byte is a heartbeat fault; shorten the PLC's"),
        ("[engine]\ndeadline_ms = 250", "engine.deadline_ms = 250: must be below line.deadline_ms = 250"),
    ],
)
def test_times_that_do_not_fit_together(write: Write, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(sentence)):
        load_config(write(text))


def test_times_that_just_fit(write: Write) -> None:
    config = load_config(write("[line]\nheartbeat_limit_ms = 111\nquiet_ms = 30\n[engine]\ndeadline_ms = 249\n"))
    assert config.line.heartbeat_limit_ms == 111


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: there is no such file; write one after systemd/station\.toml"):
        load_config(tmp_path / "none.toml")


def test_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path)


def test_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "station.toml").write_bytes(b"\xff\xfe\x00name")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path / "station.toml")


class _Row(Section, frozen=True):
    size: int


class _Rows(Section, frozen=True):
    rows: tuple[_Row, ...] = ()


def test_value_inside_a_list_is_named() -> None:
    with pytest.raises(ConfigError, match=re.escape("f.json: rows[1].size = 'x': expected `int`, got `str`")):
        parse_table(_Rows, {"rows": [{"size": 1}, {"size": "x"}]}, "f.json")


def test_missing_value_is_named() -> None:
    with pytest.raises(ConfigError, match=r"f\.json: .*missing required field `size`"):
        parse_table(_Row, {}, "f.json")


def test_sections_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        LineSection().baud = 1  # type: ignore[misc]
    assert msgspec.structs.asdict(LineSection())["baud"] == 115200


@pytest.mark.parametrize(
    ("line", "characters", "bits"),
    [
        (LineSection(), "8N1", 10),
        (LineSection(dialect="host-link"), "7E2", 11),
        (LineSection(dialect="mc-3c"), "8E1", 11),
        (LineSection(dialect="host-link", parity="N", data_bits=8, stop_bits=1), "8N1", 10),
        (LineSection(parity="O"), "8O1", 11),
    ],
)
def test_characters_are_as_the_maker_delivers_unless_something_else_is_said(
    line: LineSection, characters: str, bits: int
) -> None:
    assert (line.characters, line.bits) == (characters, bits)


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ('dialect = "host-link"', "line.tracking = 'encoder': needs dialect = \"modbus-rtu\""),
        ("io_watchdog_ms = 20", "line.io_watchdog_ms = 20: must exceed 2 poll_ms = 20, or the gate falls shut"),
        ("pitch_mm = 120", "line.pitch_mm = 120: must exceed the window 2 gate_zone_mm + what the belt runs"),
        ("belt_mm_s = 1000", "a gate whose request to shut is lost) = 210 mm"),
        ("gate_distance_mm = 200", "line.gate_distance_mm = 200: must exceed gate_zone_mm + what the belt runs"),
    ],
)
def test_tracking_that_cannot_work_is_refused_only_where_the_line_tracks(
    write: Write, keys: str, sentence: str
) -> None:
    load_config(write(f"[line]\n{keys}"))
    with pytest.raises(ConfigError) as caught:
        load_config(write(f'[line]\ntracking = "encoder"\n{keys}'))
    assert sentence in str(caught.value)


@pytest.mark.parametrize("tracking", ["encoder", "time"])
def test_tracking_with_the_default_distances_is_consistent(write: Write, tracking: str) -> None:
    assert load_config(write(f'[line]\ntracking = "{tracking}"')).line.tracking == tracking
