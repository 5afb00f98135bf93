"""One part from frame to verdict: prepare, screen, choose candidates, verify them, decide.

The networks come in by protocol (`session.Session`), so the same detector runs on every runtime, in training and in
the tests.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from station.core.domain import Finding, Reason, Verdict
from station.core.messages import Why
from station.core.recipe import CELL, Recipe
from station.engine.vision.bank import Nearest
from station.engine.vision.candidates import Candidates, CandidateSelector
from station.engine.vision.decision import Decided, block_distance, decide, fuse, fuse_part, part_distance
from station.engine.vision.evidence import Gallery, Pictures, crop_why
from station.engine.vision.logical import LogicalScore, fuse_logical
from station.engine.vision.preparation import Preparation, Prepared
from station.engine.vision.resampling import Floats, Matrix
from station.engine.vision.session import Session
from station.engine.vision.stages import Screened, Screener, Tensors, Verifier, part_mask


@dataclass(frozen=True, slots=True)
class Inspection:
    """Everything about one inspected part. The arrays are its own: they stay valid."""

    verdict: Verdict
    reason: Reason
    score: float  # T, compared with the limit
    logical: float | None  # distance of the part as a whole; None without a third score
    limit: float
    border: bool  # a pass in the grey band
    findings: tuple[Finding, ...]  # every candidate, highest score first
    cleared: int  # candidates cleared as over-detections
    picture: Floats  # inspection picture, float32 [h, w], 0..1
    reconstruction: Floats  # [hs, ws], at 1/scale
    raw: Floats  # residual [hs, ws]
    z: Floats  # whitened residual [hs, ws]
    matrix: Matrix  # [2, 3]: picture pixels -> frame pixels
    quality: float  # of the registration
    distances: Floats  # [k, c, c]: cells of the candidates, in the order of `findings`
    golden_shift: tuple[tuple[int, int], ...]  # (x, y) pixels from each finding to its nearest golden patch
    screened_ns: int  # CLOCK_MONOTONIC
    verified_ns: int


class Detector:
    """Inspects frames of one product. One thread owns it."""

    def __init__(
        self, recipe: Recipe, tensors: Tensors, vae: Session, tower: Session, gallery: Tensors | None = None
    ) -> None:
        """Put the stages together.

        Args:
            recipe: checked (`station.core.recipe.decode_recipe`).
            tensors: calibration.safetensors.
            vae: the screener's network.
            tower: the verifier's network.
            gallery: gallery.safetensors; without it `why` shows no golden patch.

        Raises:
            BundleError: a tensor is missing or does not fit.
        """
        self.recipe = recipe
        self.preparation = Preparation.of(recipe, _reference(tensors))
        self.screener = Screener(recipe, tensors, vae)
        self.selector = CandidateSelector(recipe, part_mask(recipe, tensors))
        self.verifier = Verifier(recipe, tensors, tower)
        self.logical = None if recipe.logical is None else LogicalScore(recipe.vae, tensors)
        self._gallery = Gallery(gallery or {})
        self._networks = vae, tower

    @property
    def runtime(self) -> str:
        """What the networks run on."""
        return self._networks[0].info

    def inspect(self, frame: NDArray[np.generic]) -> Inspection:
        """Judge one frame, uint8 [H, W].

        Raises:
            NotInspectedError: wrong frame, part not found, or a number that is not finite.
            RuntimeFaultError: a network failed.
        """
        return self._inspect(self.preparation.prepare(frame))

    def inspect_picture(self, picture: Floats) -> Inspection:
        """Judge a prepared inspection picture, float32 [h, w]: for calibration, where no frame shows it.

        Raises:
            NotInspectedError: a number that is not finite.
            RuntimeFaultError: a network failed.
        """
        return self._inspect(Prepared(picture, np.eye(2, 3), 1.0))

    def _inspect(self, prepared: Prepared) -> Inspection:
        screened = self.screener.screen(prepared.picture)
        candidates = self.selector.select(screened.z, screened.raw)
        screened_ns = time.monotonic_ns()
        descriptors = self.verifier.describe(prepared.picture, candidates.corners)
        nearest = self.verifier.compare(descriptors, candidates.corners)
        return self._conclude(prepared, screened, candidates, nearest, screened_ns)

    def why(self, inspection: Inspection, finding: Finding) -> Why:
        """The evidence for one finding of an inspection, as 8-bit pictures for the window."""
        shift = inspection.golden_shift[inspection.findings.index(finding)]
        golden = self._gallery.picture(finding.golden)
        pictures = Pictures(inspection.picture, inspection.reconstruction, golden)
        return crop_why(finding, shift, pictures, self.recipe.verify.patch_px)

    def close(self) -> None:
        """Give back the networks."""
        for network in self._networks:
            network.close()

    def _conclude(
        self, prepared: Prepared, screened: Screened, candidates: Candidates, nearest: Nearest, screened_ns: int
    ) -> Inspection:
        recipe, corners = self.recipe, candidates.corners
        distance = block_distance(nearest.distance, recipe.verify)
        scores = fuse(candidates.z, distance, recipe.decision)
        local = fuse_part(
            float(candidates.z.max()),
            part_distance(nearest.distance, corners, recipe.picture.grid, recipe.verify),
            recipe.decision,
        )
        score, logical = self._with_logical(local, screened)
        decided = decide(score, candidates.overflow, recipe.decision, local)
        verified_ns = time.monotonic_ns()
        order = np.argsort(-scores, kind="stable")
        found = [
            self._finding(candidates, nearest, number, (distance[number], scores[number]), prepared.matrix)
            for number in order
        ]
        findings = _confirmed([finding for finding, _ in found], decided, recipe.decision.limit)
        return Inspection(
            verdict=decided.verdict,
            reason=decided.reason,
            score=decided.score,
            logical=logical,
            limit=recipe.decision.limit,
            border=decided.border,
            findings=findings,
            cleared=sum(not finding.confirmed for finding in findings),
            picture=prepared.picture,
            reconstruction=screened.reconstruction,
            raw=screened.raw,
            z=screened.z,
            matrix=prepared.matrix,
            quality=prepared.quality,
            distances=nearest.distance[order],
            golden_shift=tuple(shift for _, shift in found),
            screened_ns=screened_ns,
            verified_ns=verified_ns,
        )

    def _with_logical(self, local: float, screened: Screened) -> tuple[float, float | None]:
        """T, and the logical distance if the recipe has a third score."""
        spec = self.recipe.logical
        if self.logical is None or spec is None or screened.latent is None:
            return local, None
        logical = self.logical.score(screened.latent, screened.picture, screened.reconstruction)
        return fuse_logical(local, logical, spec), logical

    def _finding(
        self, candidates: Candidates, nearest: Nearest, number: int, numbers: tuple[float, float], matrix: Matrix
    ) -> tuple[Finding, tuple[int, int]]:
        """One candidate as a finding, and the way from it to the golden patch of its worst cell."""
        row, column = (int(cell) for cell in candidates.corners[number])
        side = self.recipe.verify.patch_cells
        down, across = divmod(int(nearest.distance[number].argmax()), side)
        shift_x = (int(nearest.column[number, down, across]) - column - across) * CELL
        shift_y = (int(nearest.row[number, down, across]) - row - down) * CELL
        box = (column * CELL, row * CELL, side * CELL, side * CELL)
        distance, score = (float(value) for value in numbers)
        finding = Finding(
            box=box,
            outline=outline(box, matrix),
            z=float(candidates.z[number]),
            distance=distance,
            score=score,
            confirmed=False,
            golden=int(nearest.golden[number, down, across]),
        )
        return finding, (shift_x, shift_y)


def _confirmed(findings: list[Finding], decided: Decided, limit: float) -> tuple[Finding, ...]:
    """Mark what the verdict rests on: on a rejected part every candidate above the limit, or else the highest one.

    On a part that passes all candidates are cleared, even if one alone is above the limit of a mean over several; so
    they are on a part that is wrong as a whole.
    """
    if decided.verdict is not Verdict.REJECT or decided.reason is Reason.LOGICAL:
        return tuple(findings)
    return tuple(
        msgspec.structs.replace(finding, confirmed=number == 0 or finding.score > limit)
        for number, finding in enumerate(findings)
    )


def outline(box: tuple[int, int, int, int], matrix: Matrix) -> tuple[tuple[float, float], ...]:
    """Corners of a box of the inspection picture in frame pixels, clockwise from its top left."""
    x, y, width, height = (float(number) for number in box)
    left, top, right, bottom = x - 0.5, y - 0.5, x + width - 0.5, y + height - 0.5
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    there = corners @ matrix[:, :2].T + matrix[:, 2]
    return tuple((round(float(px), 2), round(float(py), 2)) for px, py in there)


def _reference(tensors: Tensors) -> Floats | None:
    reference: NDArray[Any] | None = tensors.get("fixture.reference")
    return None if reference is None else reference.astype(np.float32)
