"""Learn one detector from good inspection pictures: screener, tower, bank, whitening and the way of fusing them.

The detector is the station's own (`station.engine.vision.detector`), with torch behind the network sessions. It has no
limit yet: `training.fit` sets it on parts that were not used here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import msgspec
import numpy as np
import torch
from numpy.typing import NDArray

from station.core.recipe import CELL, DecisionSpec, Recipe, decode_recipe
from station.engine.vision.bank_building import build_place_bank, k_centre
from station.engine.vision.detector import Detector
from station.engine.vision.preparation import pad_picture, screen_picture
from station.engine.vision.resampling import Floats
from station.engine.vision.screen import fit_per_place, residual
from training.choosing import Evidence, choose_decision, choose_screen, spoilt_copies, suspects
from training.defects import Spoilt
from training.folding import folded, restored, weights
from training.metric import MetricSettings, train_metric
from training.progress import Progress
from training.reduction import reduced_tower
from training.run import Run
from training.sessions import TorchSession
from training.settings import FitSettings, tower_steps, vae_steps
from training.splits import Split
from training.tower import Embedder, Tower
from training.vae import Vae
from training.vae_training import VaeSettings, train_vae

Tensors = dict[str, NDArray[np.generic]]
_VAE_BATCH = 8
_CELLS_FOR_REDUCTION = 20_000


@dataclass(frozen=True)
class Job:
    """What was asked for, where finished stages are kept so that a cancelled run resumes, and who is told."""

    settings: FitSettings
    run: Run
    progress: Progress


@dataclass(frozen=True)
class Learned:
    """What one round of learning gives; `report` is for report.json."""

    recipe: Recipe
    vae: Vae
    embedder: Embedder
    tensors: Tensors
    golden: tuple[int, ...]  # picture that each golden part of the bank is
    report: dict[str, str | int | float]

    def detector(self) -> Detector:
        """The station's detector on torch."""
        return open_learned(self.recipe, self.tensors, self.vae, self.embedder)


def open_learned(recipe: Recipe, tensors: Tensors, vae: Vae, embedder: Embedder) -> Detector:
    """The station's detector with torch networks."""
    return Detector(recipe, tensors, TorchSession(vae, recipe.vae), TorchSession(embedder, recipe.tower))


class Learning:
    """One round of learning, step by step. All randomness comes from the settings' seed."""

    def __init__(
        self,
        recipe: Recipe,
        fixed: Tensors,
        pictures: NDArray[np.float32],
        job: Job,
    ) -> None:
        """Prepare.

        Args:
            recipe: all sizes are set; decision and promise are still open.
            fixed: tensors that are known before learning: fixture reference and part mask.
            pictures: all good inspection pictures [n, h, w]; `learn` is told which ones it may use.
            job: what was asked for, and where the trained networks are kept.
        """
        self._recipe, self._fixed, self._pictures = recipe, fixed, pictures
        self._settings, self._progress, self._run = job.settings, job.progress, job.run

    def learn(self, split: Split, start: Tower, name: str, chosen: Recipe | None = None) -> Learned:
        """Learn from `split.train` and `split.tune`.

        Args:
            split: who is used for what.
            start: the tower to begin with.
            name: of this round, for the stages that are kept.
            chosen: settings and standardisation of another round, taken over so that the scores of both compare;
                None = they are chosen here, on `split.tune` with synthetic defects.
        """
        vae, held_out = self._screener(split, name)
        vae = folded(vae)
        learnt = [*split.train, *split.tune]
        statistics = {**self._fixed, **self._whitening(vae, learnt)}
        report: Evidence = {"vae_held_out_error": held_out}
        spoilt = [] if chosen else spoilt_copies(self._some(split.tune), self._fixed.get("mask"), self._settings.seed)
        recipe = chosen or self._choose_screen(statistics, vae, spoilt, report)
        tower = start
        if self._settings.tower != "generic":
            places = suspects(recipe, statistics, vae, self._some(split.train))
            tower = self._tower(start, split, places, name)
        embedder = self._reduced(folded(tower), split.train)
        maps = self._describe(embedder, learnt)
        if chosen is None:
            train_maps = maps[: len(split.train)]
            train_bank = self._bank(train_maps[self._covering(train_maps)])
            detector = open_learned(recipe, {**statistics, **train_bank}, vae, embedder)
            choice, evidence = choose_decision(detector, self._some(split.tune), spoilt, self._progress)
            recipe = msgspec.structs.replace(recipe, decision=choice.decision, verify=choice.verify)
            report |= evidence
        golden = self._covering(maps)
        tensors = {**statistics, **self._bank(maps[golden])}
        return Learned(recipe, vae, embedder, tensors, tuple(learnt[i] for i in golden), report)

    def _choose_screen(self, tensors: Tensors, vae: Vae, spoilt: list[Spoilt], report: Evidence) -> Recipe:
        recipe, evidence = choose_screen(self._recipe, tensors, vae, spoilt)
        report |= evidence
        return recipe

    def _some(self, which: Sequence[int]) -> NDArray[np.float32]:
        return self._pictures[list(which)]

    def _screen_pictures(self, which: Sequence[int]) -> NDArray[np.float32]:
        """[n, h / scale, w / scale]."""
        scale = self._recipe.screen.scale
        return np.stack([screen_picture(picture, scale) for picture in self._some(which)])

    def _screener(self, split: Split, name: str) -> tuple[Vae, float]:
        kept = self._run.load(f"stage-{name}-vae")
        if kept is not None:
            return restored(Vae(), kept[0]), float(kept[1]["error"])
        pixels = self._recipe.screen_size[0] * self._recipe.screen_size[1]
        steps = vae_steps(self._settings, pixels, len(split.train), _VAE_BATCH)
        settings = VaeSettings(steps=steps, batch=_VAE_BATCH, seed=self._settings.seed)
        self._progress.stage("screener (VAE)", steps)
        good, held_out = self._screen_pictures(split.train), self._screen_pictures(split.tune)
        result = train_vae(good, held_out, settings, self._progress.step)
        self._run.save(f"stage-{name}-vae", weights(result.vae), {"error": result.held_out_error})
        return result.vae, result.held_out_error

    def _whitening(self, vae: Vae, which: Sequence[int]) -> Tensors:
        """Mean and spread of normal residuals at each place."""
        session, box = TorchSession(vae, self._recipe.vae), self._recipe.screen.box
        names = self._recipe.vae.input.name, self._recipe.vae.output.name
        residuals = []
        for picture in self._screen_pictures(which):
            reconstruction = session.run({names[0]: picture[None, None]})[names[1]][0, 0]
            residuals.append(residual(picture, reconstruction, box).copy())
        mean, std = fit_per_place(np.stack(residuals))
        return {"screen.mean": mean.astype(np.float16), "screen.std": std.astype(np.float16)}  # as shipped

    def _tower(self, start: Tower, split: Split, places: Sequence[Sequence[tuple[int, int]]], name: str) -> Tower:
        """Metric learning on the user's parts; half of the defects stand where the screener is suspicious."""
        kept = self._run.load(f"stage-{name}-tower")
        if kept is not None:
            return restored(start, kept[0])
        steps = tower_steps(self._settings, MetricSettings().batch)
        settings = MetricSettings(steps=steps, seed=self._settings.seed)
        good = self._some(split.train)
        self._progress.stage("tower (Siamese)", steps)
        tower = train_metric(start, good, places, settings, self._progress.step)
        self._run.save(f"stage-{name}-tower", weights(tower))
        return tower

    def _reduced(self, tower: Tower, which: Sequence[int]) -> Embedder:
        """Principal components over cells of the part, drawn from up to 40 parts."""
        rng = np.random.default_rng(self._settings.seed)
        chosen = rng.permutation(np.asarray(which))[:40]
        mask = self._fixed.get("mask")
        cells = []
        for index in sorted(int(i) for i in chosen):
            dense = _dense(tower, pad_picture(self._pictures[index], self._recipe.verify))  # [gh, gw, 272]
            cells.append(dense[mask.astype(bool)] if mask is not None else dense.reshape(-1, dense.shape[-1]))
        everything = np.concatenate(cells)
        pick = rng.permutation(len(everything))[:_CELLS_FOR_REDUCTION]
        return reduced_tower(tower, torch.from_numpy(everything[np.sort(pick)]), self._recipe.verify.dims)

    def _describe(self, embedder: Embedder, which: Sequence[int]) -> Floats:
        """Descriptors of all cells, [n, gh, gw, dims]: whole pictures at once, equal to patch by patch."""
        self._progress.stage("golden patches", len(which))
        maps = []
        for number, index in enumerate(which, 1):
            maps.append(_dense(embedder, pad_picture(self._pictures[index], self._recipe.verify)))
            self._progress.step(number)
        return np.stack(maps)

    def _covering(self, maps: Floats) -> list[int]:
        """The parts of [n, gh, gw, dims] that may become golden: all, or as many as allowed that cover the rest."""
        if len(maps) <= self._settings.max_golden:
            return list(range(len(maps)))
        return [int(i) for i in k_centre(maps.reshape(1, len(maps), -1), self._settings.max_golden)[0]]

    def _bank(self, maps: Floats) -> Tensors:
        tensors = build_place_bank(maps, self._settings.bank_size)
        return {**tensors, "bank.golden": tensors["bank.golden"].astype(np.uint16)}  # half the bytes


def _dense(network: torch.nn.Module, padded: Floats) -> Floats:
    """Run a tower over a whole padded picture: [gh, gw, channels]."""
    with torch.inference_mode():
        answer = network(torch.from_numpy(padded)[None, None])[0]
    return np.ascontiguousarray(answer.permute(1, 2, 0).numpy(), np.float32)


def part_mask(pictures: NDArray[np.float32], dark: bool) -> NDArray[np.uint8]:
    """Cells [gh, gw] in which some good part shows: where the mean picture differs from its border, one cell wider."""
    mean = (np.clip(pictures.mean(0), 0, 1) * 255).astype(np.uint8)
    side = cv2.THRESH_BINARY_INV if dark else cv2.THRESH_BINARY
    level, _ = cv2.threshold(mean, 0, 1, side | cv2.THRESH_OTSU)
    border = (level + 0.5) / 255  # Otsu's level itself belongs to the dark side
    share = np.mean([(p < border) if dark else (p > border) for p in pictures], axis=0)
    rows, columns = mean.shape[0] // CELL, mean.shape[1] // CELL
    cells = (share > 0.02).reshape(rows, CELL, columns, CELL).any(axis=(1, 3)).astype(np.uint8)
    return np.asarray(cv2.dilate(cells, np.ones((3, 3), np.uint8)), np.uint8)


def open_decision() -> DecisionSpec:
    """A decision that nobody has calibrated yet."""
    return DecisionSpec(limit=0.0, fusion="sum")


def load_networks(run: Run) -> tuple[Recipe, Vae, Embedder]:
    """Recipe and networks of a finished run.

    Raises:
        ConfigError: the run is not finished, or a file is damaged.
    """
    recipe = decode_recipe(run.read("recipe.json"), str(run.directory / "recipe.json"))
    state = run.need("tower")
    shape = state["reduce.weight"].shape
    embedder = Embedder(folded(Tower()), torch.zeros(shape[:2]), torch.zeros(shape[0]))
    return recipe, restored(folded(Vae()), run.need("vae")), restored(embedder, state)


def load_detector(run: Run) -> Detector:
    """The station's detector on the torch networks of a finished run."""
    recipe, vae, embedder = load_networks(run)
    return open_learned(recipe, run.need("calibration"), vae, embedder)
