"""A badge: who a person is and which role they have, proved by the recorder at log-in, believed by all processes.

The badge is text: a signed statement (HMAC-SHA256) that ends at a time of CLOCK_MONOTONIC. The key lies in the run
directory, is made at the first start after boot and readable by the station's own user only: the window, another user
of the same group, carries badges and cannot make any.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import os
from pathlib import Path

import msgspec

from station.core.errors import StorageError

KEY_BYTES = 32
VOID_FILE = "badge.void"
_ALL_VOID = 1 << 62


class Badge(msgspec.Struct, frozen=True):
    """One person until `until_ns` (CLOCK_MONOTONIC of this boot)."""

    user: str
    role: str
    until_ns: int


def badge_key(run_dir: Path) -> bytes:
    """The key of this boot; the process that needs it first makes it.

    Raises:
        StorageError: the run directory cannot be written, or the file is not ours.
    """
    path = run_dir / "badge.key"
    try:
        run_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            new = path.with_suffix(f".{os.getpid()}.new")
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                os.write(descriptor, os.urandom(KEY_BYTES))
            finally:
                os.close(descriptor)
            with contextlib.suppress(FileExistsError):  # another process was quicker: its key counts
                os.link(new, path)
            new.unlink()
        key = path.read_bytes()
    except OSError as error:
        raise StorageError(f"{path}: cannot be used: {error.strerror or error}") from error
    if len(key) != KEY_BYTES:
        raise StorageError(f"{path}: is no key of {KEY_BYTES} bytes; remove it and start the station again")
    return key


def issue(key: bytes, badge: Badge) -> str:
    """The badge as text."""
    statement = msgspec.msgpack.encode(badge)
    return base64.urlsafe_b64encode(_seal(key, statement) + statement).decode()


def read_badge(key: bytes, text: str, now_ns: int) -> Badge | None:
    """The badge, or None when it is forged, damaged or over."""
    try:
        data = base64.urlsafe_b64decode(text)
        seal, statement = data[:KEY_BYTES], data[KEY_BYTES:]
        if not hmac.compare_digest(seal, _seal(key, statement)):
            return None
        badge = msgspec.msgpack.decode(statement, type=Badge)
    except (ValueError, binascii.Error, msgspec.DecodeError):
        return None
    return badge if now_ns < badge.until_ns else None


def void_badges(run_dir: Path, user: str, until_ns: int) -> None:
    """All badges of this person that end by `until_ns` count no more, for any process of the station.

    Raises:
        StorageError: the run directory cannot be written.
    """
    path = run_dir / VOID_FILE
    new = path.with_suffix(".void-new")
    try:
        known: dict[str, int] = msgspec.json.decode(path.read_bytes(), type=dict[str, int]) if path.exists() else {}
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(known | {user: until_ns}))
        new.replace(path)
    except (OSError, msgspec.DecodeError) as error:
        raise StorageError(f"{path}: cannot be written: {error}") from error


def void_until(run_dir: Path, user: str) -> int:
    """Badges of this person that end by then are void; 0 = none. A file that cannot be read voids all badges."""
    try:
        return msgspec.json.decode((run_dir / VOID_FILE).read_bytes(), type=dict[str, int]).get(user, 0)
    except FileNotFoundError:
        return 0
    except (OSError, msgspec.DecodeError):
        return _ALL_VOID


def _seal(key: bytes, statement: bytes) -> bytes:
    return hmac.new(key, statement, hashlib.sha256).digest()
