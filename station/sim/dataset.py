"""A data set of drawn parts in the MVTec layout, for the demo recipe and for trying the training commands.

OUT/train/good/NNN.png           the good parts carry dust and glare as they do on the line
OUT/test/good/NNN.png            half of the test parts
OUT/test/<kind>/NNN.png          the other half, evenly over the kinds of defect
OUT/ground_truth/<kind>/NNN_mask.png

python -m station.sim.dataset --out DIR --train 200 --test 60 --seed 1
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from station.core.errors import ConfigError, StationError, StorageError
from station.sim.conveyor import BAD_KINDS, GOOD_KINDS
from station.sim.parts import draw_part_with_mask

_GOOD_SHARES = (0.7, 0.15, 0.15)  # good, dust, glare


def write_dataset(
    out: Path, train: int = 200, test: int = 60, seed: int = 1, size: tuple[int, int] = (256, 256)
) -> dict[str, int]:
    """Draw the data set; returns the number of pictures by folder ("train/good", "test/scratch" ...).

    The same arguments give the same bytes. `out` appears only when it is complete.

    Raises:
        ConfigError: `out` exists already, or a number is out of range.
        StorageError: it cannot be written.
    """
    if out.exists():
        raise ConfigError(f"{out}: exists already; name a new folder")
    if train < 1 or test < 0 or seed < 0 or not all(32 <= side <= 4096 for side in size):
        raise ConfigError(
            f"train = {train}, test = {test}, seed = {seed}, size = {size}: needs 1.., 0.., 0.., 32..4096"
        )
    building = out.with_name(out.name + ".part")
    counts: dict[str, int] = {}
    try:
        shutil.rmtree(building, ignore_errors=True)
        for folder, kind, part_seed in _plan(train, test, seed):
            picture, mask = draw_part_with_mask(part_seed, kind, size)
            number = counts.get(folder, 0)
            counts[folder] = number + 1
            _write(building / folder / f"{number:03d}.png", picture)
            if kind in BAD_KINDS:
                _write(building / "ground_truth" / kind / f"{number:03d}_mask.png", mask)
        building.rename(out)
    except OSError as error:
        shutil.rmtree(building, ignore_errors=True)
        raise StorageError(f"{out}: cannot be written: {error.strerror or error}") from error
    return counts


def _plan(train: int, test: int, seed: int) -> Iterator[tuple[str, str, int]]:
    """(folder, kind, seed of the part) of every picture."""
    rng = np.random.default_rng(seed)
    bad = test // 2
    for count, folder in ((train, "train/good"), (test - bad, "test/good")):
        for kind in rng.choice(GOOD_KINDS, size=count, p=_GOOD_SHARES):
            yield folder, str(kind), int(rng.integers(1 << 31))
    for number in range(bad):
        kind = BAD_KINDS[number % len(BAD_KINDS)]
        yield f"test/{kind}", kind, int(rng.integers(1 << 31))


def _write(path: Path, picture: NDArray[np.uint8]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    _, data = cv2.imencode(".png", picture)
    path.write_bytes(data.tobytes())


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; exit code 2 with one sentence when something is wrong."""
    parser = argparse.ArgumentParser(prog="station.sim.dataset", description="Draw a data set of parts (MVTec layout).")
    parser.add_argument("--out", type=Path, required=True, help="folder to make")
    parser.add_argument("--train", type=int, default=200, help="good parts to train on (default 200)")
    parser.add_argument("--test", type=int, default=60, help="test parts, half of them bad (default 60)")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same pictures (default 1)")
    parser.add_argument("--size", type=int, default=256, help="height and width in pixels (default 256)")
    given = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    try:
        counts = write_dataset(given.out, given.train, given.test, given.seed, (given.size, given.size))
    except StationError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{given.out}: {sum(counts.values())} pictures\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
