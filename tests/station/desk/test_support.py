"""`saiken support` without a running station, and what it says."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from station.cli import main
from station.core.errors import StorageError
from station.desk.support import write


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "station.toml"
    file.write_text(
        f'[station]\nrun_dir = "{tmp_path}"\n[recorder]\njournal = "{tmp_path}/none.sqlite"\npictures = "{tmp_path}"\n'
    )
    return file


def test_a_bundle_where_it_is_wanted_even_without_a_journal(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["support", "--config", str(config), "--out", str(tmp_path / "usb")]) == 0
    (path,) = (tmp_path / "usb").iterdir()
    assert capsys.readouterr().out.startswith(f"{path} (")
    with tarfile.open(path) as archive:
        member = next(one for one in archive if one.name.endswith("journal.json"))
        content = archive.extractfile(member)
        assert content is not None
        assert "there is no journal" in json.load(content)["fault"]


def test_the_stations_own_folder_is_beside_the_journal(config: Path, tmp_path: Path) -> None:
    assert write(config, None) == 0
    assert len(list((tmp_path / "support").glob("support-*.tar.gz"))) == 1


def test_a_folder_that_cannot_be_is_said(config: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="support bundle cannot be written"):
        write(config, tmp_path / "file")
