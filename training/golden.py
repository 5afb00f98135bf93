"""The golden parts: whose descriptors stand in the bank, and how whole pictures are described for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from station.core.recipe import Recipe, VerifySpec
from station.engine.vision.bank import Bank, open_bank
from station.engine.vision.bank_building import build_global_bank, build_place_bank, k_centre
from station.engine.vision.preparation import pad_picture
from station.engine.vision.resampling import Floats
from training.comparing import Evidence, highest_mean
from training.metrics import auroc
from training.settings import FitSettings
from training.tower import Embedder

Tensors = dict[str, NDArray[np.generic]]
Flip = tuple[int, ...]  # axes along which a picture is turned over
_FLIPS: tuple[Flip, ...] = ((0,), (1,), (0, 1))
_SAME = 0.8  # AUROC of turned against unturned good parts up to which the turned ones may be golden


class GoldenPart(NamedTuple):
    """A picture whose descriptors are in the bank: which one, and how it was turned over."""

    picture: int
    flip: Flip = ()


class GoldenPatches:
    """Makes banks from good pictures [n, h, w] with one embedder."""

    def __init__(
        self, recipe: Recipe, embedder: Embedder, pictures: NDArray[np.float32], settings: FitSettings
    ) -> None:
        """`recipe` has its verifier; `pictures` are all good ones, `bank` is told which to take."""
        self._recipe, self._embedder, self._pictures, self._settings = recipe, embedder, pictures, settings

    def bank(self, which: Sequence[int], flips: Sequence[Flip] = ()) -> tuple[tuple[GoldenPart, ...], Tensors]:
        """The golden parts and tensors "bank.*" from these pictures, each also turned over along `flips`.

        Of more pictures than `max_golden` those are kept that cover the others.
        """
        parts = [GoldenPart(i, flip) for flip in ((), *flips) for i in which]
        maps = self._maps(parts)
        if len(parts) > self._settings.max_golden:
            means = np.ascontiguousarray(maps.mean(axis=(1, 2)))
            kept = [int(i) for i in k_centre(means[None], self._settings.max_golden)[0]]
            parts, maps = [parts[i] for i in kept], maps[kept]
        if self._recipe.verify.bank == "global":
            tensors = build_global_bank(maps, self._settings.global_size, seed=self._settings.seed)
        else:
            tensors = build_place_bank(maps, self._settings.bank_size)
        return tuple(parts), {**tensors, "bank.golden": tensors["bank.golden"].astype(np.uint16)}  # half the bytes

    def symmetry(self, learnt: Sequence[int], held_out: Sequence[int]) -> tuple[tuple[Flip, ...], Evidence]:
        """Flips under which held-out good parts stay good, judged by a bank of the others as they are.

        A symmetrical part may lend its bank four times as many looks.
        """
        bank = open_bank(self._recipe, self.bank(learnt)[1])
        usual, kept, evidence = self._scores(bank, held_out, ()), [], Evidence()
        labels = np.repeat([False, True], len(usual))
        for flip in _FLIPS:
            value = auroc(np.concatenate([usual, self._scores(bank, held_out, flip)]), labels)
            evidence[f"flipped along {flip} against unflipped, AUROC"] = round(value, 3)
            if value <= _SAME:
                kept.append(flip)
        return tuple(kept), {"flips": str(kept), **evidence}

    def distances(self, bank: Bank, picture: Floats) -> Floats:
        """Distance of every cell of a picture, [gh, gw]."""
        maps = dense(self._embedder, picture)
        distance: Floats = bank.nearest(maps[None], np.zeros((1, 2), np.intp)).distance[0]
        return distance

    def _scores(self, bank: Bank, which: Sequence[int], flip: Flip) -> Floats:
        seen = [self.distances(bank, flipped(self._pictures[i], flip)) for i in which]
        return highest_mean(np.stack(seen), self._recipe.verify.m)

    def _maps(self, parts: Sequence[GoldenPart]) -> Floats:
        """Descriptors of all cells, [n, gh, gw, dims]."""
        return np.stack([dense(self._embedder, flipped(self._pictures[index], flip)) for index, flip in parts])


def flipped(picture: Floats, flip: Flip) -> Floats:
    """The picture turned over along these axes."""
    return np.ascontiguousarray(np.flip(picture, flip)) if flip else picture


def padded(receptive_px: int, picture: Floats) -> Floats:
    """The picture with the margins that a tower of this receptive field needs, as the station pads it."""
    return pad_picture(picture, VerifySpec(receptive_px=receptive_px, patch_cells=1, dims=1))


def dense(embedder: Embedder, picture: Floats) -> Floats:
    """Descriptors of a whole picture [h, w], float32 [gh, gw, dims]: equal to patch by patch."""
    with torch.inference_mode():
        answer = embedder(torch.from_numpy(padded(embedder.receptive_field, picture))[None, None])[0]
    return np.ascontiguousarray(answer.permute(1, 2, 0).numpy(), np.float32)
