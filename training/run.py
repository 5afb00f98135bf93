"""The RUN directory: what was asked for, every finished stage, and the result. Each file is written whole or not.

config.json           settings and the hash of the training pictures: only the same command may resume
stage-<name>.safetensors   a finished stage
recipe.json           the manifest without files; calibrated
vae.safetensors, tower.safetensors, calibration.safetensors, golden.safetensors, gallery.safetensors
report.json           what was chosen and why, and what the limit promises
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from station.core.errors import ConfigError, StorageError
from training.settings import FitSettings

Arrays = dict[str, NDArray[Any]]
_CONFIG = "config.json"


class Run:
    """An open RUN directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @classmethod
    def begin(cls, directory: Path, settings: FitSettings, data_sha256: str) -> Run:
        """Make the directory, or resume the same run in it.

        Raises:
            ConfigError: another run stands there.
            StorageError: the disk refuses.
        """
        run = cls(directory)
        config = msgspec.json.format(msgspec.json.encode({"data_sha256": data_sha256, "settings": settings}))
        path = directory / _CONFIG
        if path.exists():
            if path.read_bytes() != config:
                raise ConfigError(f"{path}: another command or other pictures began this run; choose another --out")
            return run
        if directory.exists() and any(directory.iterdir()):
            raise ConfigError(f"{directory}: is not empty and holds no run; choose another --out")
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{directory}: cannot be made: {error.strerror}") from error
        run.write(_CONFIG, config)
        return run

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole: beside it, synced, then renamed.

        Raises:
            StorageError: the disk refuses.
        """
        write_whole(self.directory / name, content)

    def save(self, name: str, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any] | None = None) -> None:
        """Write arrays as NAME.safetensors, with a few facts beside them."""
        solid = {key: np.ascontiguousarray(value) for key, value in arrays.items()}
        meta = {"facts": msgspec.json.encode(facts or {}).decode()}
        self.write(f"{name}.safetensors", save(solid, meta))

    def load(self, name: str) -> tuple[Arrays, dict[str, Any]] | None:
        """Arrays and facts of NAME.safetensors; None when that stage is not finished.

        Raises:
            ConfigError: the file is damaged, or holds a number that is not finite.
        """
        path = self.directory / f"{name}.safetensors"
        if not path.exists():
            return None
        try:
            with safe_open(path, "np") as file:
                arrays = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - no mapping
                facts = msgspec.json.decode((file.metadata() or {}).get("facts", "{}"))
        except (SafetensorError, OSError, msgspec.DecodeError) as error:
            raise ConfigError(f"{path}: is damaged: {error}; remove it and run the same command again") from error
        for key, value in arrays.items():
            if value.dtype.kind == "f" and not np.isfinite(value).all():
                raise ConfigError(f"{path}: {key} is not finite; remove the file and run the same command again")
        return arrays, facts

    def need(self, name: str) -> Arrays:
        """Arrays of a finished run; see `need_with_facts`."""
        return self.need_with_facts(name)[0]

    def need_with_facts(self, name: str) -> tuple[Arrays, dict[str, Any]]:
        """Arrays of a finished run and the facts beside them.

        Raises:
            ConfigError: the run is not finished, or the file is damaged.
        """
        found = self.load(name)
        if found is None:
            raise ConfigError(
                f"{self.directory}: {name}.safetensors is missing: no finished run; saiken-train fit first"
            )
        return found

    def read(self, name: str) -> bytes:
        """A file of a finished run.

        Raises:
            ConfigError: it is missing.
        """
        try:
            return (self.directory / name).read_bytes()
        except OSError as error:
            raise ConfigError(
                f"{self.directory}: {name} is missing: no finished run; saiken-train fit first"
            ) from error


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is either all there or not at all.

    Raises:
        StorageError: the disk refuses.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        fresh.unlink(missing_ok=True)
