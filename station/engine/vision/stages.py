"""The two looks: the screener sees the whole part, the verifier the places that the screener found suspicious."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from station.core.errors import BundleError
from station.core.recipe import Recipe
from station.engine.vision.bank import Nearest, open_bank
from station.engine.vision.candidates import Cells
from station.engine.vision.patches import PatchCutter
from station.engine.vision.preparation import pad_picture, screen_picture
from station.engine.vision.resampling import Floats
from station.engine.vision.screen import Whitening, require_finite, residual
from station.engine.vision.session import Session

Tensors = Mapping[str, NDArray[Any]]


class Screened(NamedTuple):
    """The screener's maps, all float32 [hs, ws]."""

    picture: Floats  # what the VAE saw
    reconstruction: Floats  # what it believes a good part looks like
    raw: Floats  # residual
    z: Floats  # whitened residual
    latent: Floats | None = None  # [16, hs/16, ws/16], where the recipe has a logical score


class Screener:
    """VAE, residual, whitening."""

    def __init__(self, recipe: Recipe, tensors: Tensors, vae: Session) -> None:
        """Raises BundleError when tensors "screen.mean", "screen.std" are missing or do not fit."""
        self._recipe, self._vae = recipe, vae
        mean, std = (_tensor(tensors, name).astype(np.float32) for name in ("screen.mean", "screen.std"))
        if mean.ndim == 2 and mean.shape != recipe.screen_size:
            raise BundleError(f"calibration.safetensors: screen.mean is {mean.shape}, not {recipe.screen_size}")
        self._whitening = Whitening(recipe.screen, mean, std)

    def screen(self, picture: Floats) -> Screened:
        """Look at a whole inspection picture, float32 [h, w].

        Raises:
            NotInspectedError: NOT_FINITE.
            RuntimeFaultError: the network failed.
        """
        small = np.ascontiguousarray(screen_picture(picture, self._recipe.screen.scale))
        spec = self._recipe.vae
        answer = self._vae.run({spec.input.name: small[None, None]})
        reconstruction = answer[spec.output.name][0, 0]
        require_finite(reconstruction, "the screener's reconstruction")
        raw = residual(small, reconstruction, self._recipe.screen.box)
        z = self._whitening.whiten(raw, reconstruction)
        require_finite(z, "the screener's map")
        return Screened(small, reconstruction, raw, z, None if spec.latent is None else answer[spec.latent.name][0])


class Verifier:
    """Siamese tower and golden-patch bank. The reference side of the pair is in the bank, computed once."""

    def __init__(self, recipe: Recipe, tensors: Tensors, tower: Session) -> None:
        """Raises BundleError when a tensor "bank.*" is missing or does not fit."""
        self._recipe, self._tower = recipe, tower
        self._bank = open_bank(recipe, tensors)
        self._cutter = PatchCutter(recipe.verify, recipe.tower.max_batch)
        self._outside = None if (mask := part_mask(recipe, tensors)) is None else ~mask
        self._padded: Floats | None = None

    def describe(self, picture: Floats, corners: Cells) -> Floats:
        """Descriptors of blocks of cells.

        Args:
            picture: inspection picture, float32 [h, w].
            corners: [k, 2], first cell of each block.

        Returns:
            Float32 [k, c, c, D].

        Raises:
            NotInspectedError: NOT_FINITE.
            RuntimeFaultError: the network failed.
        """
        self._padded = pad_picture(picture, self._recipe.verify, out=self._padded)
        if self._recipe.verify.look == "picture":
            side = self._recipe.verify.patch_cells
            whole = self._whole(self._padded)
            return np.stack([whole[row : row + side, column : column + side] for row, column in corners])
        most, names = self._recipe.tower.max_batch, (self._recipe.tower.input.name, self._recipe.tower.output.name)
        answers = [
            self._tower.run({names[0]: self._cutter.cut(self._padded, corners[start : start + most])})[names[1]]
            for start in range(0, len(corners), most)
        ]
        descriptors = np.concatenate(answers) if len(answers) > 1 else answers[0]
        require_finite(descriptors, "the verifier's answer")
        return np.ascontiguousarray(descriptors.transpose(0, 2, 3, 1))

    def _whole(self, padded: Floats) -> Floats:
        """Descriptors of all cells from one pass, [gh, gw, D]."""
        names = self._recipe.tower.input.name, self._recipe.tower.output.name
        answer = self._tower.run({names[0]: padded[None, None]})[names[1]][0]
        require_finite(answer, "the verifier's answer")
        return np.ascontiguousarray(answer.transpose(1, 2, 0))

    def compare(self, descriptors: Floats, corners: Cells) -> Nearest:
        """Nearest golden descriptor of each cell [k, c, c]; cells outside the part have distance 0."""
        nearest = self._bank.nearest(descriptors, corners)
        if self._outside is not None:
            steps = np.arange(descriptors.shape[1])
            rows = corners[:, 0, None, None] + steps[None, :, None]
            columns = corners[:, 1, None, None] + steps[None, None, :]
            nearest.distance[self._outside[rows, columns]] = 0
        return nearest

    def describe_everywhere(self, picture: Floats) -> Floats:
        """Descriptors of all cells, float32 [gh, gw, D]: slow by patches; for evaluation and calibration."""
        if self._recipe.verify.look == "picture":
            self._padded = pad_picture(picture, self._recipe.verify, out=self._padded)
            return self._whole(self._padded)
        rows, columns = self._recipe.picture.grid
        side = self._recipe.verify.patch_cells
        corners = np.array([(row, column) for row in _tiles(rows, side) for column in _tiles(columns, side)])
        everywhere = np.empty((rows, columns, self._recipe.verify.dims), dtype=np.float32)
        for block, (row, column) in zip(self.describe(picture, corners), corners, strict=True):
            everywhere[row : row + side, column : column + side] = block
        return everywhere

    def compare_everywhere(self, descriptors: Floats) -> Floats:
        """Distances of all cells, float32 [gh, gw]."""
        distance: Floats = self._bank.nearest(descriptors[None], np.zeros((1, 2), dtype=np.intp)).distance[0]
        if self._outside is not None:
            distance[self._outside] = 0
        return distance


def part_mask(recipe: Recipe, tensors: Tensors) -> NDArray[np.bool_] | None:
    """Tensor "mask" [gh, gw]: the cells that belong to the part; None when the whole picture does.

    Raises:
        BundleError: wrong shape, or no cell in it.
    """
    if "mask" not in tensors:
        return None
    mask = tensors["mask"].astype(np.bool_)
    if mask.shape != recipe.picture.grid or not mask.any():
        raise BundleError(f"calibration.safetensors: mask is {mask.shape} with {mask.sum()} cells of the part")
    return mask


def _tiles(cells: int, side: int) -> list[int]:
    """First cells of blocks that cover a row of cells; the last block may overlap its neighbour."""
    return [min(start, cells - side) for start in range(0, cells, side)]


def _tensor(tensors: Tensors, name: str) -> NDArray[Any]:
    if name not in tensors:
        raise BundleError(f"calibration.safetensors: {name} is missing")
    return tensors[name]
