"""`saiken draw`: simulated parts as a data set in the MVTec layout, for `saiken-train`.

OUT/train/good/000_good.png          good parts; some of them only look bad (dust, glare)
OUT/test/good/000_dust.png
OUT/test/scratch/000.png             bad parts, over all kinds
OUT/ground_truth/scratch/000_mask.png
"""

from __future__ import annotations

import random
import shutil
import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from station.core.errors import ConfigError, StorageError
from station.sim.conveyor import BAD_KINDS, GOOD_KINDS
from station.sim.parts import draw_part_with_mask

LOOK_ALIKE_SHARE = 0.15  # of the good parts, as on the conveyor


def draw(out: Path, train: int, good: int, bad: int, seed: int) -> int:
    """Draw the data set; the same arguments give the same pictures. The whole folder appears, or none.

    Raises:
        ConfigError: `out` is there already.
        StorageError: the disk refuses.
    """
    if out.exists():
        raise ConfigError(f"{out}: is there already; name a new folder")
    choose = random.Random(seed)
    temporary = out.with_name(f".{out.name}.part")
    try:
        shutil.rmtree(temporary, ignore_errors=True)
        _draw_good(temporary / "train" / "good", train, choose)
        _draw_good(temporary / "test" / "good", good, choose)
        for kind, count in _spread(bad).items():
            _draw_bad(temporary, kind, count, choose)
        temporary.rename(out)
    except OSError as error:
        raise StorageError(f"{out}: cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    print(f"{out}: {train} good parts to train on, {good} good and {bad} bad ones to test", file=sys.stderr)
    return 0


def _draw_good(folder: Path, count: int, choose: random.Random) -> None:
    folder.mkdir(parents=True)
    for index in range(count):
        kind = choose.choice(GOOD_KINDS[1:]) if choose.random() < LOOK_ALIKE_SHARE else "good"
        picture, _ = draw_part_with_mask(choose.getrandbits(31), kind)
        _write(folder / f"{index:03d}_{kind}.png", picture)


def _draw_bad(root: Path, kind: str, count: int, choose: random.Random) -> None:
    pictures, masks = root / "test" / kind, root / "ground_truth" / kind
    for folder in (pictures, masks):
        folder.mkdir(parents=True)
    for index in range(count):
        picture, mask = draw_part_with_mask(choose.getrandbits(31), kind)
        _write(pictures / f"{index:03d}.png", picture)
        _write(masks / f"{index:03d}_mask.png", mask)


def _spread(count: int) -> dict[str, int]:
    """As evenly as possible over the kinds of bad parts; kinds that get none are left out."""
    shares = {kind: (count + at) // len(BAD_KINDS) for at, kind in enumerate(reversed(BAD_KINDS))}
    return {kind: shares[kind] for kind in BAD_KINDS if shares[kind]}


def _write(path: Path, picture: NDArray[np.uint8]) -> None:
    _, data = cv2.imencode(".png", picture)
    path.write_bytes(data.tobytes())
