"""Data sets on disk: the MVTec layout, or a plain folder of good pictures. Wrong input is refused in one sentence.

DATA/train/good/*.png     DATA/test/good/*.png     DATA/test/<kind>/NAME.png     DATA/ground_truth/<kind>/NAME_mask.png
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from station.core.errors import ConfigError

Frame = NDArray[np.uint8]
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".pgm")
PARTS_FILE = "parts.csv"  # the usual name of a group file, beside the pictures
PARTS_COLUMNS = ("file", "part")
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


def read_frame(path: Path, size: tuple[int, int] | None = None) -> Frame:
    """The picture as grey uint8 [H, W]; colour is turned to grey.

    Args:
        path: the picture.
        size: (height, width) in pixels to scale to, by area average; None = as it is.

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
    return _scaled(np.ascontiguousarray(image, np.uint8), size, cv2.INTER_AREA)


def _scaled(frame: Frame, size: tuple[int, int] | None, interpolation: int) -> Frame:
    if size is None or frame.shape == size:
        return frame
    height, width = size
    return np.asarray(cv2.resize(frame, (width, height), interpolation=interpolation), np.uint8)


def read_frames(paths: Sequence[Path], size: tuple[int, int] | None = None) -> list[Frame]:
    """All frames, of one size: scaled to `size` (height, width), or as they are.

    Raises:
        ConfigError: a picture is wrong, or `size` is None and two have different sizes.
    """
    frames: list[Frame] = []
    for path in paths:
        frame = read_frame(path, size)
        if frames and frame.shape != frames[0].shape:
            (height, width), (other_height, other_width) = frame.shape, frames[0].shape
            raise ConfigError(
                f"{path}: is {width} x {height} pixels, but {paths[0]} is {other_width} x {other_height}; all pictures "
                f"must come from one camera setting: remove or crop it"
            )
        frames.append(frame)
    return frames


def read_mask(path: Path, size: tuple[int, int] | None = None) -> NDArray[np.bool_]:
    """Ground truth [H, W]: True where the part is bad; scaled to `size` (height, width) by nearest pixel, if given.

    Raises:
        ConfigError: missing, torn, no picture, or not 8 bits.
    """
    return _scaled(read_frame(path), size, cv2.INTER_NEAREST) > 127


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


def read_parts_file(path: Path, pictures: Sequence[Path]) -> list[str]:
    """The physical part of each picture, from a group file: CSV with the columns file,part (others are ignored).

    `file` is a name or the end of a path ("a.png", "good/a.png"): the longest that fits a picture names its part.
    Entries for other pictures do no harm.

    Raises:
        ConfigError: the file cannot be read, lacks a column or a value, names a file twice, or leaves a picture out.
    """
    parts: dict[str, str] = {}
    for line, row in _rows(path):
        file, part = (str(row.get(key) or "").strip() for key in PARTS_COLUMNS)
        file = file.replace("\\", "/").removeprefix("./")
        if not file or not part:
            raise ConfigError(f"{path}: line {line}: {'file' if not file else 'part'} is empty; fill it in")
        if file in parts:
            raise ConfigError(f"{path}: line {line}: {file} is there twice; keep one line for each picture")
        parts[file] = part
    found = [_part_in_file(picture, parts) for picture in pictures]
    missing = [picture for picture, part in zip(pictures, found, strict=True) if part is None]
    if missing:
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        raise ConfigError(f"{path}: has no line for {missing[0]}{more}; add one with its file and part")
    return [part for part in found if part is not None]


def _rows(path: Path) -> list[tuple[int, dict[str, str | None]]]:
    """The lines of a group file with their numbers."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns = reader.fieldnames or ()
            rows = [(reader.line_num, row) for row in reader]
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"{path}: is no CSV file in UTF-8: {error}; save it as such") from error
    for column in PARTS_COLUMNS:
        if column not in columns:
            raise ConfigError(f"{path}: has no column {column!r}; the first line must be {','.join(PARTS_COLUMNS)}")
    return rows


def _part_in_file(picture: Path, parts: Mapping[str, str]) -> str | None:
    steps = picture.parts
    return next((parts[end] for i in range(len(steps)) if (end := "/".join(steps[i:])) in parts), None)


def frames_sha256(frames: Sequence[Frame]) -> str:
    """One hash over all pixels, in order: names the training data in the bundle's provenance."""
    digest = hashlib.sha256()
    for frame in frames:
        digest.update(repr(frame.shape).encode())
        digest.update(frame.tobytes())
    return digest.hexdigest()
