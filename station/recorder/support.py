"""A support bundle: what an engineer far away must know of this station, in one small file.

    about.json     versions, computer, disks
    station.json   the configuration
    events.jsonl   the newest events, newest first; they name the people who did something
    journal.json   how large the journal is, the last hour's parts, the recipe in use
    systemd.txt    what systemd says of the station's units

No pictures, no hashes of secrets, no badges, no keys; what looks like a password in a text is blotted out. A section
that cannot be had says why instead: a bundle is wanted most when something is broken.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import platform
import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import msgspec

from station.core.authority import NOBODY
from station.core.config import StationConfig
from station.core.errors import StationError, StorageError
from station.core.message import Command, CommandResult
from station.recorder.reading import JournalReader, open_journal
from station.recorder.room import Room, told
from station.recorder.whole_file import keep_last, whole_file

EVENTS = 2_000
KEPT = 5  # bundles on the station: whoever touches the button often must not fill the disk
_HOUR_S = 3_600.0
_SYSTEMD_S = 1.0  # the window waits for us
_PACKAGES = ("saiken", "numpy", "opencv-python", "onnxruntime", "msgspec", "sqlalchemy", "cryptography", "PyQt6")
_TABLES = ("part", "inspection", "finding", "picture", "event", "audit", "label", "person", "challenge")
_UNITS = ("saiken-line", "saiken-engine", "saiken-recorder", "saiken-gui")
_PROPERTIES = "Id,LoadState,ActiveState,SubState,Result,NRestarts,ExecMainStatus,ActiveEnterTimestamp"
_NEWEST_RECIPE = "SELECT recipe, bundle_sha256 FROM inspection ORDER BY id DESC LIMIT 1"
_PEOPLE = "SELECT role, count(*) AS n FROM person WHERE active GROUP BY role"
_IN_ADDRESS = re.compile(r"(://)[^/\s\"']+@")  # rtsp://name:password@camera
_NAMED = re.compile(
    r"((?:pass(?:word|wd|phrase)?|user-pw|pwd|secret|token|api[_-]?key)\\?[\"']?\s*[=:]\s*\\?[\"']?)[^\s\"'\\,;!]+",
    re.I,
)


def make_support(room: Room, command: Command) -> CommandResult:
    """Write a bundle into the station's own folder, for anybody who is logged in; the oldest give way.

    Raises:
        StorageError: the disk refuses.
    """
    if command.user == NOBODY:
        return CommandResult(command.action, False, "log in first")
    folder = support_folder(room.config)
    path = write_support(room.config, folder, room.wall())
    keep_last(folder, "support-*.tar.gz", KEPT)
    told(room, "command", f"support bundle {path.name} written", command.user)
    return CommandResult(command.action, True, f"{path} ({-(-path.stat().st_size // 1024)} KiB)")


def support_folder(config: StationConfig) -> Path:
    """Where the station keeps its bundles."""
    return Path(config.recorder.support or Path(config.recorder.journal).parent / "support")


def write_support(config: StationConfig, folder: Path, now: float) -> Path:
    """Write `support-<time>.tar.gz` into `folder`, which is made if need be; readable by us and our group.

    Args:
        config: of the station.
        folder: where to.
        now: seconds since 1970.

    Raises:
        StorageError: the folder cannot be written.
    """
    moment = datetime.fromtimestamp(now, timezone.utc)
    sections = {
        "about.json": _guarded(lambda: _json(_about(config, moment))),
        "station.json": _guarded(lambda: _json(msgspec.to_builtins(config))),
        "events.jsonl": _guarded(lambda: _events(config)),
        "journal.json": _guarded(lambda: _json(_journal(config, now))),
        "systemd.txt": _guarded(_systemd),
    }
    path = folder / f"support-{moment:%Y%m%dT%H%M%SZ}.tar.gz"
    try:
        with whole_file(path) as unfinished, tarfile.open(unfinished, "w:gz") as archive:
            for name, text in sections.items():
                data = without_secrets(text).encode()
                member = tarfile.TarInfo(f"{path.name.removesuffix('.tar.gz')}/{name}")
                member.size, member.mtime, member.mode = len(data), int(now), 0o640
                archive.addfile(member, io.BytesIO(data))
    except OSError as error:
        raise StorageError(f"{folder}: the support bundle cannot be written: {error.strerror or error}") from error
    return path


def without_secrets(text: str) -> str:
    """The text without what looks like a password: in an address, or after `password=` and the like."""
    return _NAMED.sub(r"\1[removed]", _IN_ADDRESS.sub(r"\1[removed]@", text))


def _guarded(section: Callable[[], str]) -> str:
    try:
        return section()
    except (StationError, OSError, ValueError, subprocess.SubprocessError) as error:
        return _json({"fault": f"this section cannot be had: {error}"})


def _json(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False, default=str)


def _about(config: StationConfig, moment: datetime) -> dict[str, Any]:
    folders = {Path(config.recorder.journal).parent, Path(config.recorder.pictures), config.run_dir}
    return {
        "station": config.station.name,
        "written": moment.isoformat(),
        "versions": {name: _version(name) for name in _PACKAGES},
        "python": platform.python_version(),
        "system": platform.platform(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "load": os.getloadavg(),
        "disks": {str(folder): _disk(folder) for folder in sorted(folders)},
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _disk(folder: Path) -> dict[str, int] | str:
    try:
        usage = shutil.disk_usage(folder)
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return {"total_mib": usage.total >> 20, "free_mib": usage.free >> 20}


def _events(config: StationConfig) -> str:
    with contextlib.closing(open_journal(config)) as journal:
        return "".join(f"{msgspec.json.encode(event).decode()}\n" for event in journal.events(limit=EVENTS))


def _journal(config: StationConfig, now: float) -> dict[str, Any]:
    path = Path(config.recorder.journal)
    with contextlib.closing(open_journal(config)) as journal:
        return {
            "files": {file.name: file.stat().st_size for file in sorted(path.parent.glob(f"{path.name}*"))},
            "pages": journal.select("PRAGMA page_count")[0][0],
            "free_pages": journal.select("PRAGMA freelist_count")[0][0],
            "schema": journal.select("SELECT version_num FROM alembic_version")[0][0],
            "newest_row": {name: _newest_row(journal, name) for name in _TABLES},
            "last_hour": journal.counts(since=now - _HOUR_S)._asdict(),
            "last_hour_reasons": {key.value: number for key, number in journal.reasons(since=now - _HOUR_S).items()},
            "recipe": [dict(row) for row in journal.select(_NEWEST_RECIPE)],
            "people": {row["role"]: row["n"] for row in journal.select(_PEOPLE)},
        }


def _newest_row(journal: JournalReader, table: str) -> int:
    """Its row number: counting millions of rows would keep the person waiting."""
    return int(journal.select(f"SELECT coalesce(max(rowid), 0) FROM {table}")[0][0])


def _systemd() -> str:
    command = ["systemctl", "show", f"--property={_PROPERTIES}", *_UNITS]
    told = subprocess.run(command, capture_output=True, text=True, timeout=_SYSTEMD_S, check=False)
    return told.stdout or f"systemctl: {told.stderr.strip() or 'says nothing'}\n"
