"""A small disk of the run's own, which can really be full: a tmpfs over the run's directory.

It lies in a mount namespace of this process and its children: nobody else sees it, and it cannot be left behind. What
is on it goes into the directory below when the run ends. Needs root, or a kernel that lets everybody make namespaces.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from pathlib import Path

from station.core.errors import StorageError

SIZE_MIB = 128
_SMALLEST = 4096  # bytes: less is no room for anything
_NEWNS, _NEWUSER = 0x0002_0000, 0x1000_0000  # <linux/sched.h>
_REC, _PRIVATE, _DETACH = 1 << 14, 1 << 18, 2  # <linux/mount.h>
_libc = ctypes.CDLL(None, use_errno=True)


class SmallDisk:
    """Mounted as long as the object is in use; `close` brings its files into the real directory."""

    def __init__(self, directory: Path) -> None:
        """Mount it over `directory`, which is empty.

        Raises:
            StorageError: we may not mount anything here.
        """
        self._directory = directory
        self._filler = directory / ".filler"
        self._below = os.open(directory, os.O_PATH | os.O_DIRECTORY)
        try:
            _mount(directory)
        except OSError as error:
            os.close(self._below)
            raise StorageError(
                f"{directory}: no small disk can be mounted there ({error.strerror}); run as root, or leave the "
                f"fault 'disk-full' out"
            ) from error

    def fill(self) -> None:
        """Take every block that is free: from now on a write that needs one fails (ENOSPC)."""
        size, end = 1 << 20, 0
        with self._filler.open("wb") as file:
            while size >= _SMALLEST:
                if _take(file.fileno(), end, size):
                    end += size
                else:
                    size //= 2

    def make_room(self) -> None:
        """Give the blocks back."""
        self._filler.unlink(missing_ok=True)

    def close(self) -> None:
        """Keep the files, remove the disk."""
        self.make_room()
        shutil.copytree(self._directory, f"/proc/self/fd/{self._below}", dirs_exist_ok=True)
        os.close(self._below)
        _call("umount2", os.fsencode(self._directory), _DETACH)


def can_mount() -> bool:
    """True where a SmallDisk is possible; tried out in a child, so that our own namespace stays what it is."""
    child = os.fork()
    if child == 0:
        try:
            _mount(Path("/tmp"))
            os._exit(0)
        except OSError:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def _take(file: int, at: int, size: int) -> bool:
    """Lengthen the file by so many bytes; False when the disk has them not."""
    try:
        os.posix_fallocate(file, at, size)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return False
    return True


def _mount(directory: Path) -> None:
    _own_namespace()
    _call("mount", b"none", b"/", None, _REC | _PRIVATE, None)
    _call("mount", b"tmpfs", os.fsencode(directory), b"tmpfs", 0, f"size={SIZE_MIB}m,mode=755".encode())


def _own_namespace() -> None:
    """A mount namespace of our own; who is not root needs a user namespace with it, in which it stays who it is."""
    user, group = os.getuid(), os.getgid()
    try:
        _call("unshare", _NEWNS)
    except PermissionError:
        _call("unshare", _NEWNS | _NEWUSER)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def _call(name: str, *arguments: object) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
