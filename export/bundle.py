"""From a RUN directory to a signed bundle: networks, parity, golden answers, card."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from safetensors.numpy import save

from export.card import card
from export.line_settings import LineSettings
from export.onnx import onnx_bytes
from export.parity import check_parity
from station.core.bundle import CALIBRATION, CARD, GALLERY, GOLDEN, TOWER, VAE, Bundle, write_bundle
from station.core.domain import Verdict
from station.core.errors import BundleError
from station.core.recipe import GoldenSpec, Recipe
from station.engine.runtime.onnx import OnnxSession
from station.engine.runtime.opening import Golden, golden_tensors
from station.engine.vision.detector import Detector
from training.learning import load_networks
from training.run import Arrays, Run


def export_run(
    run: Run, out: Path, key: Ed25519PrivateKey, replace: bool = False, line: LineSettings | None = None
) -> Bundle:
    """Write the bundle of a finished run; the whole bundle, or nothing. `line`: what it says to camera and line.

    Raises:
        ConfigError: the run is not finished or damaged.
        BundleError: the exported networks disagree with the trained ones, or `out` exists and must not be replaced.
        StorageError: the disk refuses.
    """
    recipe, vae, embedder = load_networks(run)
    tensors = run.need("calibration")
    models = {VAE: onnx_bytes(vae, recipe.vae), TOWER: onnx_bytes(embedder, recipe.tower)}
    parity = {
        VAE: check_parity(models[VAE], vae, recipe.vae, VAE),
        TOWER: check_parity(models[TOWER], embedder, recipe.tower, TOWER),
    }
    golden = golden_answers(recipe, tensors, models, run.need("golden")["frames"])
    line = line or LineSettings()
    golden_spec = GoldenSpec(count=len(golden))
    recipe = msgspec.structs.replace(recipe, golden=golden_spec, camera=line.camera, supervision=line.supervision)
    files = {
        **models,
        CALIBRATION: _tensor_bytes(tensors),
        GOLDEN: _tensor_bytes(golden_tensors(golden)),
        GALLERY: _tensor_bytes(run.need("gallery")),
        CARD: card(recipe, run.read("report.json"), parity).encode(),
    }
    return write_bundle(out, recipe, files, key, replace)


def golden_answers(recipe: Recipe, tensors: Arrays, models: dict[str, bytes], frames: np.ndarray) -> list[Golden]:
    """What the exported networks answer to the golden frames [n, H, W].

    Raises:
        BundleError: no golden frame passes.
    """
    vae, tower = OnnxSession(models[VAE], recipe.vae, file=VAE), OnnxSession(models[TOWER], recipe.tower, file=TOWER)
    detector = Detector(recipe, tensors, vae, tower)
    golden = []
    for frame in frames:
        seen = detector.inspect(frame)
        golden.append(Golden(frame, seen.verdict is Verdict.PASS, seen.score))
    detector.close()
    if not any(item.passes for item in golden):
        raise BundleError(f"{GOLDEN}: no golden frame passes with the exported networks; run the fit again")
    return golden


def _tensor_bytes(tensors: Arrays) -> bytes:
    return save({name: np.ascontiguousarray(value) for name, value in tensors.items()})
