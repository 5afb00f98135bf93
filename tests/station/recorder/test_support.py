"""The support bundle: all that helps, nothing that opens a door."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import tarfile
from pathlib import Path

import msgspec
import pytest

from station.core.authority import NOBODY
from station.core.badge import Badge, badge_key, issue
from station.core.config import CameraSection, StationConfig
from station.core.errors import StorageError
from station.core.message import Command, Event
from station.recorder import support as module
from station.recorder.journal import JournalWriter
from station.recorder.people import HASHER
from station.recorder.reading import JournalReader
from station.recorder.room import Room
from station.recorder.support import EVENTS, KEPT, make_support, support_folder, without_secrets, write_support

NOW = 1_700_000_000.0


def contents(path: Path) -> dict[str, str]:
    with tarfile.open(path) as archive:
        found = {}
        for member in archive:
            file = archive.extractfile(member)
            assert file is not None
            found[Path(member.name).name] = file.read().decode()
        return found


@pytest.fixture
def room(writer: JournalWriter, reader: JournalReader, config: StationConfig) -> Room:
    return Room(config, reader, writer, Path(), badge_key(config.run_dir), wall=lambda: NOW)


def test_what_is_in_it(room: Room, config: StationConfig, part, inspection, writer: JournalWriter) -> None:
    writer.commit(
        [part(1, time=NOW - 5), inspection(1), *(Event("line", "note", f"n {k}", k) for k in range(EVENTS + 9))]
    )
    found = contents(write_support(config, support_folder(config), NOW))
    assert set(found) == {"about.json", "station.json", "events.jsonl", "journal.json", "systemd.txt"}
    about, journal = json.loads(found["about.json"]), json.loads(found["journal.json"])
    assert about["station"] == config.station.name
    assert about["versions"]["msgspec"] == msgspec.__version__
    assert json.loads(found["station.json"])["recorder"]["journal"] == config.recorder.journal
    events = [json.loads(line) for line in found["events.jsonl"].splitlines()]
    assert (len(events), events[0]["text"]) == (EVENTS, f"n {EVENTS + 8}")
    assert journal["last_hour"]["parts"] == 1
    assert journal["recipe"] == [{"recipe": "ring", "bundle_sha256": "ab" * 32}]
    assert journal["newest_row"]["event"] == EVENTS + 9
    assert room


def test_no_secret_no_hash_no_key_no_badge_no_picture(room: Room, config: StationConfig, writer: JournalWriter) -> None:
    config = msgspec.structs.replace(config, camera=CameraSection("opencv", "rtsp://admin:hunter2@10.0.0.9/1"))
    stored, badge = HASHER.hash("correct horse"), issue(room.key, Badge("sue", "supervisor", 1 << 62))
    writer.write(
        "INSERT INTO person (name, role, secret, failures, locked_until, active, time) "
        "VALUES ('sue', 'supervisor', :secret, 0, 0, 1, 0)",
        {"secret": stored},
    )
    writer.commit([Event("engine", "fault", "camera: user-pw=hunter2 refused", NOW)])
    Path(config.recorder.pictures).mkdir()
    (Path(config.recorder.pictures) / "p.png").write_bytes(b"PNG-bytes")
    found = contents(write_support(config, support_folder(config), NOW))
    everything = "".join(found.values())
    for forbidden in (stored, "argon2id", "correct horse", badge, room.key.hex(), "hunter2", "PNG-bytes"):
        assert forbidden not in everything
    assert room.key not in everything.encode()
    assert json.loads(found["journal.json"])["people"] == {"supervisor": 1}
    assert "rtsp://[removed]@10.0.0.9/1" in found["station.json"]


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (
            "rtspsrc location=rtsp://a:b@h user-pw=x1 ! decode",
            "rtspsrc location=rtsp://[removed]@h user-pw=[removed] ! decode",
        ),
        ('{"password": "x1", "n": 2}', '{"password": "[removed]", "n": 2}'),
        ("PASSWORD=x1;next", "PASSWORD=[removed];next"),
        ("'sue' has a new secret", "'sue' has a new secret"),
        ("name or secret is wrong; the next try in 1 min", "name or secret is wrong; the next try in 1 min"),
    ],
)
def test_what_looks_like_a_password_is_blotted_out(text: str, cleaned: str) -> None:
    assert without_secrets(text) == cleaned


def test_the_command_says_where_it_is_and_is_audited(room: Room, config: StationConfig) -> None:
    result = make_support(room, Command("support", "hana", "operator"))
    (path,) = support_folder(config).iterdir()
    assert result.done
    assert result.text.startswith(f"{path} (")
    assert result.text.endswith(" KiB)")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    newest = room.reader.audit()[-1]
    assert (newest.user, newest.text) == ("hana", f"support bundle {path.name} written")


def test_nobody_gets_none(room: Room, config: StationConfig) -> None:
    assert make_support(room, Command("support", NOBODY, "operator")).text == "log in first"
    assert not support_folder(config).exists()


def test_the_newest_stay(room: Room, config: StationConfig) -> None:
    for second in range(KEPT + 3):
        later = Room(config, room.reader, room.writer, Path(), b"", wall=lambda at=second: NOW + at)
        assert make_support(later, Command("support", "hana", "operator")).done
    names = sorted(path.name for path in support_folder(config).iterdir())
    assert len(names) == KEPT
    assert names[-1] == "support-20231114T221327Z.tar.gz"


def test_a_section_that_cannot_be_had_says_why(config: StationConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("systemctl", 1.0)

    monkeypatch.setattr(module.subprocess, "run", hang)
    found = contents(write_support(config, support_folder(config), NOW))
    assert "timed out" in json.loads(found["systemd.txt"])["fault"]
    assert "there is no journal" in json.loads(found["events.jsonl"])["fault"]


def test_a_full_disk_is_said_and_leaves_nothing_behind(config: StationConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(module.tarfile.TarFile, "addfile", full)
    with pytest.raises(StorageError, match="No space left"):
        write_support(config, support_folder(config), NOW)
    assert list(support_folder(config).iterdir()) == []
