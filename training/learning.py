"""Learn one detector from good inspection pictures: screener, tower, way of comparing, bank, and the way of deciding.

The detector is the station's own (`station.engine.vision.detector`), with torch behind the network sessions. It has no
limit yet: `training.fit` sets it on parts that were not used here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray

from station.core.errors import ConfigError
from station.core.recipe import Recipe, VerifySpec, decode_recipe, tower_spec, vae_spec
from station.engine.vision.bank import open_bank
from station.engine.vision.detector import Detector
from station.engine.vision.preparation import screen_picture
from station.engine.vision.resampling import Floats
from station.engine.vision.screen import fit_per_intensity, fit_per_place, residual
from training.choosing import HeldOut, Looked, choose_cascade, overflow, separation_everywhere, suspects
from training.comparing import (
    COUNTED,
    Comparison,
    Described,
    Evidence,
    Maps,
    choose_comparison,
    level_maps,
)
from training.folding import folded, restored, weights
from training.golden import Flip, GoldenPart, GoldenPatches, padded
from training.logical import describe, fit_logical, learn_logical, lights_of, logical_faults
from training.metric import MetricSettings, train_metric
from training.progress import Progress
from training.reduction import reduced_tower
from training.run import Run
from training.sessions import TorchSession
from training.settings import FitSettings, candidate_counts, neighbourhood, tower_steps, vae_steps
from training.splits import Split
from training.tower import Embedder, Tower
from training.towers import AnyTower, empty_tower, facts_of, level_choices, metric_choices, with_levels
from training.vae import Vae
from training.vae_training import VaeSettings, train_vae

Tensors = dict[str, NDArray[np.generic]]
Whitenings = dict[str, Tensors]  # by their kind
_VAE_BATCH = 8
_FOR_DIRECTIONS = 48  # parts from which metric and principal components are learnt
_FOR_SEARCH = 96  # parts in the bank while ways of comparing are tried
_FEW_FAULTS = 12  # tune parts from which the third score can be judged


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
    golden: tuple[GoldenPart, ...]
    comparison: Comparison
    flips: tuple[Flip, ...]
    report: Evidence

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
        spoilt: Sequence[Floats],
        job: Job,
        *,
        texture: bool = False,
    ) -> None:
        """Prepare.

        Args:
            recipe: all sizes are set; verifier, candidates, decision and promise are still open.
            fixed: tensors that are known before learning: fixture reference and part mask.
            pictures: all good inspection pictures [n, h, w]; `learn` is told which ones it may use.
            spoilt: pictures of the tune parts with synthetic defects, [h, w] each.
            job: what was asked for, and where the trained networks are kept.
            texture: no two parts look alike at the same place.
        """
        self._texture = texture
        self._recipe, self._fixed, self._pictures, self._spoilt = recipe, fixed, pictures, spoilt
        self._settings, self._progress, self._run = job.settings, job.progress, job.run

    def learn(self, split: Split, start: AnyTower, name: str, chosen: Learned | None = None) -> Learned:
        """Learn from `split.train` and `split.tune`.

        Args:
            split: who is used for what.
            start: the tower to begin with.
            name: of this round, for the stages that are kept.
            chosen: a finished round whose choices and standardisation are taken over, so that the scores of both
                compare; None = they are chosen here, on `split.tune` and the spoilt pictures.
        """
        vae, held_out = self._screener(split, name)
        vae = folded(vae)
        learnt = [*split.train, *split.tune]
        whitenings = self._whitenings(vae, learnt)
        tower = folded(self._tower(start, split, vae, whitenings, name))
        if chosen is not None:
            return self._again(split, vae, tower, whitenings, chosen)
        report: Evidence = {"vae_held_out_error": held_out}
        comparison, evidence = self._comparison(tower, split)
        report |= evidence
        recipe, embedder = self._with_comparison(tower, comparison, split)
        golden_patches = GoldenPatches(recipe, embedder, self._pictures, self._settings)
        looked, flips, evidence = self._looked(recipe, golden_patches, split)
        report |= evidence
        counts = candidate_counts(self._settings, self._part_cells, recipe.verify.look)
        session = TorchSession(vae, recipe.vae)
        recipe, whitening, evidence = choose_cascade(recipe, whitenings, session, looked, counts)
        report |= evidence
        statistics = {**self._fixed, **whitening}
        level, cells = overflow(recipe, statistics, session, list(self._some(split.tune)))
        candidates = msgspec.structs.replace(recipe.candidates, overflow_level=level, overflow_cells=cells)
        recipe = msgspec.structs.replace(recipe, candidates=candidates)
        golden, bank = golden_patches.bank(learnt, flips)
        report |= {"look": recipe.verify.look, "candidates": recipe.candidates.count}
        tensors = {**statistics, **bank}
        learned = Learned(recipe, vae, embedder, tensors, golden, comparison, flips, report)
        return self._with_logical(learned, split)

    def _again(self, split: Split, vae: Vae, tower: AnyTower, whitenings: Whitenings, chosen: Learned) -> Learned:
        """All that is learnt, under the choices of another round."""
        learnt = [*split.train, *split.tune]
        recipe = chosen.recipe
        _, embedder = self._with_comparison(tower, chosen.comparison, split)
        golden, bank = GoldenPatches(recipe, embedder, self._pictures, self._settings).bank(learnt, chosen.flips)
        tensors = {**self._fixed, **whitenings[recipe.screen.whitening], **bank}
        if recipe.logical is not None:
            lights = lights_of(recipe.normalisation)
            views = describe(TorchSession(vae, recipe.vae), self._some(learnt), lights)
            tensors |= fit_logical(recipe.vae, views)
        return replace(chosen, vae=vae, embedder=embedder, tensors=tensors, golden=golden)

    @property
    def _part_cells(self) -> int:
        """Cells of the picture that show the part."""
        mask = self._fixed.get("mask")
        return int(mask.sum()) if mask is not None else self._recipe.picture.grid[0] * self._recipe.picture.grid[1]

    def _some(self, which: Sequence[int]) -> NDArray[np.float32]:
        return self._pictures[list(which)]

    def _small(self, which: Sequence[int]) -> NDArray[np.float32]:
        """What the screener sees, [n, h / scale, w / scale]."""
        return np.stack([screen_picture(picture, self._recipe.screen.scale) for picture in self._some(which)])

    def _screener(self, split: Split, name: str) -> tuple[Vae, float]:
        kept = self._run.load(f"stage-{name}-vae")
        if kept is not None:
            return restored(Vae(), kept[0]), float(kept[1]["error"])
        pixels = self._recipe.screen_size[0] * self._recipe.screen_size[1]
        steps = vae_steps(self._settings, pixels, len(split.train), _VAE_BATCH)
        settings = VaeSettings(steps=steps, batch=_VAE_BATCH, seed=self._settings.seed)
        self._progress.stage("screener (VAE)", steps)
        result = train_vae(self._small(split.train), self._small(split.tune), settings, self._progress.step)
        self._run.save(f"stage-{name}-vae", weights(result.vae), {"error": result.held_out_error})
        return result.vae, result.held_out_error

    def _whitenings(self, vae: Vae, which: Sequence[int]) -> Whitenings:
        """Mean and spread of normal residuals, at each place and for each grey value, as shipped."""
        session, box = TorchSession(vae, self._recipe.vae), self._recipe.screen.box
        names = self._recipe.vae.input.name, self._recipe.vae.output.name
        residuals, reconstructions = [], []
        for picture in self._small(which):
            reconstruction = session.run({names[0]: picture[None, None]})[names[1]][0, 0]
            residuals.append(residual(picture, reconstruction, box).copy())
            reconstructions.append(reconstruction)
        ways = {
            "per_place": fit_per_place(np.stack(residuals)),
            "per_intensity": fit_per_intensity(np.stack(residuals), np.stack(reconstructions)),
        }
        return {
            way: {"screen.mean": mean.astype(np.float16), "screen.std": std.astype(np.float16)}
            for way, (mean, std) in ways.items()
        }

    def _tower(self, start: AnyTower, split: Split, vae: Vae, whitenings: Whitenings, name: str) -> AnyTower:
        """Metric learning on the user's parts where it was asked for; half of the defects stand where the screener
        is suspicious."""
        if self._settings.tower not in {"scratch", "tuned"} or not isinstance(start, Tower):
            return start
        kept = self._run.load(f"stage-{name}-tower")
        if kept is not None:
            return restored(start, kept[0])
        statistics = {**self._fixed, **whitenings["per_place"]}
        places = suspects(self._recipe, statistics, TorchSession(vae, self._recipe.vae), list(self._some(split.train)))
        steps = tower_steps(self._settings, MetricSettings().batch)
        settings = MetricSettings(steps=steps, seed=self._settings.seed)
        self._progress.stage("tower (Siamese)", steps)
        tower = train_metric(start, self._some(split.train), places, settings, self._progress.step)
        self._run.save(f"stage-{name}-tower", weights(tower))
        return tower

    def _comparison(self, tower: AnyTower, split: Split) -> tuple[Comparison, Evidence]:
        """Levels, metric, bank and counted cells: as asked, or found."""
        settings = self._settings
        levels = self._fitting(tower, [settings.levels] if settings.levels else self._level_choices)
        metrics = list(metric_choices(settings.tower, texture=self._texture))
        metrics = [settings.metric] if settings.metric != "auto" else metrics
        banks = [settings.bank] if settings.bank != "auto" else ["place"]
        if settings.bank == "auto" and self._texture:
            banks.append("global")
        if settings.quick:
            levels, metrics, banks = levels[:1], metrics[:1], banks[:1]
        ways = [
            msgspec.convert({"levels": level, "metric": metric, "bank": bank}, Comparison)
            for bank in banks
            for metric in metrics
            for level in levels
        ]
        if len(ways) == 1 and (settings.cells or settings.quick):
            way = msgspec.structs.replace(ways[0], m=settings.cells or COUNTED[0])
            return way, {"comparison": f"{way}: not searched"}
        self._progress.stage("ways of comparing", 1)
        described = self._for_comparison(tower, split)
        near = neighbourhood(len(split.train))
        counted = (settings.cells,) if settings.cells else COUNTED
        best, value, evidence = choose_comparison(described, ways, settings.dims, near, counted)
        self._progress.advance()
        return best, {"comparison": str(best), "separation of comparison": value, **evidence}

    @property
    def _level_choices(self) -> tuple[tuple[str, ...], ...]:
        return level_choices(self._settings.tower, self._settings.backbone, texture=self._texture)

    def _fitting(self, tower: AnyTower, levels: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
        """Those of which a cell does not look further beyond the picture than the picture can be mirrored."""
        side = min(self._recipe.picture.height, self._recipe.picture.width)
        fitting = [one for one in levels if with_levels(tower, one).receptive_field < 2 * side]
        if not fitting:
            raise ConfigError(f"pictures with a side of {side} px are too small for this tower; give larger ones")
        return fitting

    def _for_comparison(self, tower: AnyTower, split: Split) -> Described:
        mask = self._fixed.get("mask")
        groups: list[Sequence[Floats]] = [
            list(self._some(split.train[:: -(-len(split.train) // _FOR_SEARCH)])),
            list(self._some(split.tune)),
            self._spoilt,
        ]
        bank, good, spoilt = (
            level_maps(tower, [padded(tower.receptive_field, one) for one in group]) for group in groups
        )
        return Described(tower.used, bank, good, spoilt, None if mask is None else mask == 0)

    def _with_comparison(self, tower: AnyTower, way: Comparison, split: Split) -> tuple[Recipe, Embedder]:
        """The recipe with its verifier, and the tower with only the levels it needs, reduced."""
        settings, picture = self._settings, self._recipe.picture
        used = with_levels(tower, way.levels)
        which = np.random.default_rng(settings.seed).permutation(np.asarray(split.train))[:_FOR_DIRECTIONS]
        maps = level_maps(
            used, [padded(used.receptive_field, self._pictures[i]) for i in sorted(int(i) for i in which)]
        )
        embedder = reduced_tower(used, self._on_part(maps), settings.dims, way.metric)
        verify = VerifySpec(
            receptive_px=used.receptive_field,
            patch_cells=min(settings.patch_cells, *picture.grid),
            dims=len(embedder.reduce.weight),
            bank=way.bank,
            neighbourhood=neighbourhood(len(split.train)),
            statistic="max" if way.m == 1 else "mean",
            m=way.m,
        )
        counts = candidate_counts(settings, self._part_cells, "patches")
        pixels = (picture.height + sum(verify.margin_px)) * (picture.width + sum(verify.margin_px))
        if used.receptive_field == 8 or pixels <= counts[0] * verify.patch_px**2:
            verify = msgspec.structs.replace(verify, look="picture")  # one pass over everything is cheaper
        return msgspec.structs.replace(self._recipe, verify=verify, tower=tower_spec(verify, picture)), embedder

    def _on_part(self, maps: Maps) -> Maps:
        """[n, p, 1, C] of the cells that show the part."""
        mask = self._fixed.get("mask")
        if mask is None:
            return maps
        inside = torch.from_numpy(mask.astype(bool))
        return [level[:, inside][:, :, None] for level in maps]

    @property
    def _may_flip(self) -> bool:
        """A loose part lies one way round by its fixture."""
        return "mask" not in self._fixed and not self._settings.quick

    def _looked(
        self, recipe: Recipe, patches: GoldenPatches, split: Split
    ) -> tuple[HeldOut, tuple[Flip, ...], Evidence]:
        """Held-out pictures against a bank of `split.train`; flips are added to it where the parts are symmetrical
        enough and defects are told apart no worse."""
        plain = self._held_out(recipe, patches, split, ())
        if not self._may_flip:
            return plain, (), {}
        flips, evidence = patches.symmetry(split.train, split.tune)
        if not flips:
            return plain, (), evidence
        turned = self._held_out(recipe, patches, split, flips)
        without, with_flips = (separation_everywhere(recipe, one) for one in (plain, turned))
        evidence |= {"separation without flips": without, "separation with flips": with_flips}
        return (turned, flips, evidence) if with_flips >= without else (plain, (), evidence)

    def _held_out(self, recipe: Recipe, patches: GoldenPatches, split: Split, flips: Sequence[Flip]) -> HeldOut:
        """Held-out good and spoilt pictures with the distances of all their cells."""
        bank, mask = open_bank(recipe, patches.bank(split.train, flips)[1]), self._fixed.get("mask")

        def look(picture: Floats) -> Looked:
            distance = patches.distances(bank, picture)
            if mask is not None:
                distance[mask == 0] = 0
            return Looked(picture, distance)

        self._progress.stage("held-out parts", 1)
        groups = [[look(picture) for picture in group] for group in (self._some(split.tune), self._spoilt)]
        self._progress.advance()
        return HeldOut(groups[0], groups[1], mask)

    def _with_logical(self, learned: Learned, split: Split) -> Learned:
        """The third score, if it helps."""
        if len(split.tune) < _FEW_FAULTS or self._settings.quick:
            return learned
        two = vae_spec(learned.recipe.picture, learned.recipe.screen, latent=True)
        tune = self._some(split.tune)
        faults = logical_faults(tune, np.random.default_rng(self._settings.seed))
        detector = learned.detector()
        local = [detector.inspect_picture(picture).score for picture in tune]
        found = [(fault, detector.inspect_picture(fault.picture).score) for fault in faults]
        result = learn_logical(
            TorchSession(learned.vae, two),
            self._some([*split.train, *split.tune]),
            local,
            found,
            learned.recipe.normalisation,
        )
        report = learned.report | result.evidence
        if result.spec is None:
            return replace(learned, report=report)
        recipe = msgspec.structs.replace(learned.recipe, vae=two, logical=result.spec)
        return replace(learned, recipe=recipe, tensors={**learned.tensors, **result.tensors}, report=report)


def load_networks(run: Run) -> tuple[Recipe, Vae, Embedder]:
    """Recipe and networks of a finished run.

    Raises:
        ConfigError: the run is not finished, or a file is damaged.
    """
    recipe = decode_recipe(run.read("recipe.json"), str(run.directory / "recipe.json"))
    state, facts = run.need_with_facts("tower")
    shape = state["reduce.weight"].shape
    embedder = Embedder(folded(empty_tower(facts)), torch.zeros(shape[:2]), torch.zeros(shape[0]))
    return recipe, restored(folded(Vae()), run.need("vae")), restored(embedder, state)


def tower_facts(embedder: Embedder) -> dict[str, Any]:
    """What must be stored beside the embedder's weights."""
    tower: Any = embedder.tower
    return facts_of(tower)


def load_detector(run: Run) -> Detector:
    """The station's detector on the torch networks of a finished run."""
    recipe, vae, embedder = load_networks(run)
    return open_learned(recipe, run.need("calibration"), vae, embedder)
