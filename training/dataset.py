"""Data sets on disk: the MVTec layout, or a plain folder of good pictures. Wrong input is refused in one sentence.

DATA/train/good/*.png     DATA/test/good/*.png     DATA/test/<kind>/NAME.png     DATA/ground_truth/<kind>/NAME_mask.png
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from station.core.errors import ConfigError

Frame = NDArray[np.uint8]
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".pgm")
_ENDINGS = {".png": b"IEND\xaeB`\x82", ".jpg": b"\xff\xd9", ".jpeg": b"\xff\xd9"}  # of a file that was written whole


@dataclass(frozen=True)
class Example:
    """One picture of the test set; `kind` is "good" or the name of a defect; `mask` marks it, if drawn."""

    path: Path
    kind: str
    mask: Path | None = None

    @property
    def bad(self) -> bool:
        """True for every kind but "good"."""
        return self.kind != "good"


@dataclass(frozen=True)
class DataSet:
    """Pictures to learn from and pictures to be judged by; sorted by path, so the order is always the same."""

    root: Path
    train: tuple[Path, ...]
    test: tuple[Example, ...]


def open_dataset(root: Path) -> DataSet:
    """List the pictures of `root` without reading them.

    Raises:
        ConfigError: there is no such folder, or no good picture in it.
    """
    if not root.is_dir():
        raise ConfigError(f"{root}: there is no such folder; give the folder that holds train/good")
    for good in (root / "train" / "good", root / "train", root / "good", root):
        train = tuple(_pictures(good))
        if train:
            return DataSet(root, train, tuple(_test_examples(root)))
    raise ConfigError(
        f"{root}: no good parts: put pictures ({', '.join(SUFFIXES)}) of good parts into {root}/train/good"
    )


def _test_examples(root: Path) -> Iterator[Example]:
    folder = root / "test"
    if not folder.is_dir():
        return
    for kind in sorted(path for path in folder.iterdir() if path.is_dir()):
        for path in _pictures(kind):
            mask = root / "ground_truth" / kind.name / f"{path.stem}_mask.png"
            yield Example(path, kind.name, mask if mask.is_file() else None)


def _pictures(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())


def read_frame(path: Path) -> Frame:
    """The picture as grey uint8 [H, W]; colour is turned to grey.

    Raises:
        ConfigError: missing, torn, no picture, or not 8 bits; names the file and what to do.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    ending = _ENDINGS.get(path.suffix.lower())
    if ending is not None and ending not in data[-64:]:
        raise ConfigError(f"{path}: the file is cut off; copy it again or remove it")
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if data else None
    except cv2.error as error:
        raise ConfigError(f"{path}: is damaged: {error.err}; copy it again or remove it") from error
    if image is None:
        raise ConfigError(f"{path}: is no picture that can be read; save it as 8-bit PNG or remove it")
    if image.dtype != np.uint8:
        raise ConfigError(f"{path}: has {8 * image.dtype.itemsize} bits a pixel; save it as 8-bit grey")
    if image.ndim == 3:
        image = cv2.cvtColor(image, cv2.COLOR_BGRA2GRAY if image.shape[2] == 4 else cv2.COLOR_BGR2GRAY)
    return np.ascontiguousarray(image, np.uint8)


def read_frames(paths: Sequence[Path]) -> list[Frame]:
    """All frames, of one size.

    Raises:
        ConfigError: a picture is wrong, or two have different sizes.
    """
    frames: list[Frame] = []
    for path in paths:
        frame = read_frame(path)
        if frames and frame.shape != frames[0].shape:
            (height, width), (other_height, other_width) = frame.shape, frames[0].shape
            raise ConfigError(
                f"{path}: is {width} x {height} pixels, but {paths[0]} is {other_width} x {other_height}; all pictures "
                f"must come from one camera setting: remove or crop it"
            )
        frames.append(frame)
    return frames


def read_mask(path: Path) -> NDArray[np.bool_]:
    """Ground truth [H, W]: True where the part is bad."""
    return read_frame(path) > 127


def part_names(paths: Iterable[Path], pattern: str | None) -> list[str]:
    """The physical part of each picture: the first group of `pattern` in its name, or the name itself.

    Raises:
        ConfigError: the pattern is no regular expression with a group, or a name does not match it.
    """
    if pattern is None:
        return [path.stem for path in paths]
    try:
        search = re.compile(pattern)
    except re.error as error:
        raise ConfigError(f"--parts {pattern!r}: is no regular expression: {error}") from error
    if search.groups < 1:
        raise ConfigError(f"--parts {pattern!r}: needs a group, for example '(.*)_[0-9]+' for PART_SHOT.png")
    return [_part_name(path, search) for path in paths]


def _part_name(path: Path, search: re.Pattern[str]) -> str:
    found = search.search(path.stem)
    if found is None:
        raise ConfigError(f"{path}: its name does not match --parts {search.pattern!r}")
    return found.group(1)


def frames_sha256(frames: Sequence[Frame]) -> str:
    """One hash over all pixels, in order: names the training data in the bundle's provenance."""
    digest = hashlib.sha256()
    for frame in frames:
        digest.update(repr(frame.shape).encode())
        digest.update(frame.tobytes())
    return digest.hexdigest()
