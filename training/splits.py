"""Who is used for what: split by physical part, so that two pictures of one part never stand on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from station.core.errors import ConfigError

FEWEST_PARTS = 8
_SPLIT_FROM = 80  # parts; below it every part is needed for training, so the limit comes from K folds
FOLDS = 4


@dataclass(frozen=True)
class Split:
    """Indices of pictures: `train` for networks and bank, `tune` for choices and early stopping, `calibrate` for
    the limit and nothing else."""

    train: tuple[int, ...]
    tune: tuple[int, ...]
    calibrate: tuple[int, ...]

    def only(self, usable: Sequence[bool]) -> Split:
        """The same split without the pictures that are not usable."""
        return Split(*(tuple(i for i in part if usable[i]) for part in (self.train, self.tune, self.calibrate)))


@dataclass(frozen=True)
class Plan:
    """How the limit is found: "split" has one entry, "cross" FOLDS entries whose `calibrate` parts are disjoint.

    `final` says which parts the shipped networks and bank learn from.
    """

    kind: str
    rounds: tuple[Split, ...]
    final: Split

    def describe(self) -> str:
        """One sentence for the report."""
        if self.kind == "split":
            split = self.final
            return (
                f"split by part: {len(split.train)} pictures train, {len(split.tune)} tune, "
                f"{len(split.calibrate)} calibrate and are used for nothing else"
            )
        return f"cross-conformal: {len(self.rounds)} folds, each judged by a detector that never saw it"


def plan_splits(parts: Sequence[str], seed: int) -> Plan:
    """Plan for pictures whose physical parts are named `parts`; the same seed gives the same plan.

    Raises:
        ConfigError: fewer than 8 different parts.
    """
    names = sorted(set(parts))
    if len(names) < FEWEST_PARTS:
        raise ConfigError(
            f"{len(names)} good parts are too few: at least {FEWEST_PARTS} different parts are needed to learn and to "
            f"set a limit; add {FEWEST_PARTS - len(names)} more (20 give a first usable recipe)"
        )
    order = np.random.default_rng(seed).permutation(len(names))
    shuffled = [names[i] for i in order]
    if len(names) >= _SPLIT_FROM:
        calibrate = shuffled[: min(len(names) // 4, 400)]
        split = _split(parts, shuffled, calibrate)
        return Plan("split", (split,), split)
    folds = [shuffled[k::FOLDS] for k in range(FOLDS)]
    return Plan("cross", tuple(_split(parts, shuffled, fold) for fold in folds), _split(parts, shuffled, []))


def _split(parts: Sequence[str], shuffled: Sequence[str], calibrate: Sequence[str]) -> Split:
    """All parts but `calibrate` are for learning; every sixth of them tunes."""
    held = set(calibrate)
    learning = [name for name in shuffled if name not in held]
    tune = set(learning[::6])
    return Split(
        train=tuple(i for i, part in enumerate(parts) if part not in held and part not in tune),
        tune=tuple(i for i, part in enumerate(parts) if part in tune),
        calibrate=tuple(i for i, part in enumerate(parts) if part in held),
    )
