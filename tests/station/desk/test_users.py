"""`saiken user` against a real recorder's front desk."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.core.config import RecorderSection, StationConfig, StationSection
from station.desk.users import RecorderSilentError, change, list_people
from station.recorder.clerk import Clerk
from station.recorder.reading import open_journal
from station.recorder.upgrading import prepare_journal


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "station.toml"
    file.write_text(f'[station]\nrun_dir = "{tmp_path}"\n')
    return file


@pytest.fixture
def station(tmp_path: Path) -> Iterator[StationConfig]:
    """A running front desk."""
    settings = RecorderSection(journal=str(tmp_path / "journal.sqlite"), pictures=str(tmp_path))
    station = StationConfig(station=StationSection(run_dir=str(tmp_path)), recorder=settings)
    prepare_journal(Path(settings.journal))
    clerk = Clerk(station)
    clerk.start()
    yield station
    clerk.close()


@pytest.fixture(autouse=True)
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("longlong\n" * 9))


def test_the_first_integrator_is_made_on_the_machine(
    station: StationConfig, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    list_people(config)
    assert "nobody yet" in capsys.readouterr().out
    assert change(config, "add", "chief", "integrator") == 0
    assert change(config, "add", "hana", "operator") == 0
    assert change(config, "forbid", "hana", "operator") == 0
    list_people(config)
    assert capsys.readouterr().out.splitlines()[-2:] == [
        f"{'chief':<34}integrator",
        f"{'hana':<34}operator    may not log in",
    ]
    with open_journal(station) as journal:
        assert "integrator 'chief' added" in [one.text for one in journal.audit()]


def test_what_is_refused_is_said(
    station: StationConfig, config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert station
    assert change(config, "secret", "eve", "operator") == 1
    assert "nobody named 'eve'" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert change(config, "add", "eve", "engineer") == 1
    assert "at least 8 characters" in capsys.readouterr().err


def test_no_recorder(config: Path) -> None:
    with pytest.raises(RecorderSilentError, match="no recorder at"):
        list_people(config)
