"""From a bundle's directory to a tested detector: verify, open, warm up, and let the golden frames prove it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load

from station.core.bundle import CALIBRATION, GALLERY, GOLDEN, TOWER, VAE, Bundle, read_bundle
from station.core.domain import Verdict
from station.core.errors import BundleError, NotInspectedError, RuntimeFaultError
from station.engine.runtime.onnx import OnnxSession
from station.engine.vision.detector import Detector

Tensors = dict[str, NDArray[Any]]


class Golden(NamedTuple):
    """A frame with a known answer."""

    frame: NDArray[np.uint8]  # [H, W]
    passes: bool
    score: float


class Opened(NamedTuple):
    """A detector that proved itself on its golden frames."""

    detector: Detector
    bundle: Bundle
    golden: tuple[Golden, ...]  # for the idle self-test


def open_detector(directory: Path, trust: Path, threads: int = 1) -> Detector:
    """The detector of a bundle; see `open_bundle`."""
    return open_bundle(directory, trust, threads).detector


def open_bundle(directory: Path, trust: Path, threads: int = 1) -> Opened:
    """Verify a bundle and open it; slow (about a second), so before production.

    Args:
        directory: the bundle.
        trust: directory of trusted public keys.
        threads: cores for one network.

    Raises:
        BundleError: names the file and what is wrong, or the golden frame that fails.
    """
    bundle = read_bundle(directory, trust)
    opened = Opened(build_detector(bundle, threads), bundle, _golden(bundle))
    try:
        check_golden(opened)
    except BundleError:
        opened.detector.close()
        raise
    return opened


def build_detector(bundle: Bundle, threads: int = 1) -> Detector:
    """Networks, tensors and stages from verified bytes, warmed up; not yet proved.

    Raises:
        BundleError: a file does not fit the recipe, or a network does not answer with finite numbers.
    """
    cv2.setNumThreads(threads)
    recipe, files = bundle.recipe, bundle.files
    vae = OnnxSession(files[VAE], recipe.vae, threads, VAE)
    tower = OnnxSession(files[TOWER], recipe.tower, threads, TOWER)
    _warm_up(vae, VAE)
    _warm_up(tower, TOWER)
    return Detector(recipe, load_tensors(bundle, CALIBRATION), vae, tower, load_tensors(bundle, GALLERY))


def check_golden(opened: Opened) -> None:
    """Inspect all golden frames; verdict and score must be the known ones.

    Raises:
        BundleError: names the first frame that fails, and the numbers.
    """
    tolerance = opened.bundle.recipe.golden.score_tolerance
    for number, golden in enumerate(opened.golden):
        try:
            seen = opened.detector.inspect(golden.frame)
        except (NotInspectedError, RuntimeFaultError) as error:
            raise BundleError(f"{GOLDEN}: frame {number} cannot be inspected here: {error}") from error
        passes = seen.verdict is Verdict.PASS
        if passes is not golden.passes or not abs(seen.score - golden.score) <= tolerance * max(1.0, abs(golden.score)):
            raise BundleError(
                f"{GOLDEN}: frame {number} gives {'PASS' if passes else 'REJECT'} {seen.score:.6f}; exported was "
                f"{'PASS' if golden.passes else 'REJECT'} {golden.score:.6f}: this runtime computes something else"
            )


def load_tensors(bundle: Bundle, name: str) -> Tensors:
    """The tensors of one verified safetensors file.

    Raises:
        BundleError: it cannot be decoded.
    """
    try:
        return dict(load(bundle.files[name]))
    except (SafetensorError, ValueError, KeyError) as error:
        raise BundleError(f"{name}: is no valid safetensors file: {error}") from error


def golden_tensors(golden: list[Golden]) -> Tensors:
    """Content of golden.safetensors."""
    return {
        "frames": np.stack([item.frame for item in golden]),
        "passes": np.array([item.passes for item in golden], dtype=np.uint8),
        "scores": np.array([item.score for item in golden], dtype=np.float64),
    }


def _warm_up(session: OnnxSession, name: str) -> None:
    try:
        session.warmup()
    except RuntimeFaultError as error:
        raise BundleError(f"{name}: does not run: {error}") from error


def _golden(bundle: Bundle) -> tuple[Golden, ...]:
    count, frame = bundle.recipe.golden.count, bundle.recipe.frame
    if count == 0:
        return ()
    tensors = load_tensors(bundle, GOLDEN)
    shapes = {"frames": (count, frame.height, frame.width), "passes": (count,), "scores": (count,)}
    for name, shape in shapes.items():
        if name not in tensors or tensors[name].shape != shape:
            found = tensors[name].shape if name in tensors else "missing"
            raise BundleError(f"{GOLDEN}: {name} is {found}; the recipe says {shape}")
    if tensors["frames"].dtype != np.uint8:
        raise BundleError(f"{GOLDEN}: frames are {tensors['frames'].dtype}, not 8 bit")
    return tuple(
        Golden(tensors["frames"][number], bool(tensors["passes"][number]), float(tensors["scores"][number]))
        for number in range(count)
    )
