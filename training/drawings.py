"""Pictures drawn by formula: what the generic tower learns from instead of photographs.

Every function takes its own random generator, so the same seed draws the same pictures. A layer is a float32
square [size, size] of any range; a drawing is a float32 square [size, size] in 0..1.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Layer = NDArray[np.float32]
Drawing = NDArray[np.float32]

_GLYPHS = "ABCDEFHKMRST0123456789#&%xyz"


def noise(rng: np.random.Generator, size: int, beta: float) -> Layer:
    """1/f**beta noise, half of the time stretched along a direction (brushed metal, grain); mean 0, deviation 1."""
    spectrum = np.fft.rfft2(rng.standard_normal((size, size)))
    fy, fx = np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None]
    angle, stretch = rng.uniform(0, np.pi), rng.uniform(0.15, 1)
    along = fx * np.cos(angle) + fy * np.sin(angle)
    across = -fx * np.sin(angle) + fy * np.cos(angle)
    if rng.random() < 0.5:
        across = across / stretch
    waves = np.fft.irfft2(spectrum / (np.hypot(along, across) + 1 / size) ** beta, (size, size))
    return np.asarray((waves - waves.mean()) / (waves.std() + 1e-6), np.float32)


def fractal(rng: np.random.Generator, size: int) -> Layer:
    """An iterated function system: 2 to 5 random contractions move a cloud of points, which leaves a trace."""
    count = int(rng.integers(2, 6))
    maps = rng.uniform(-1, 1, (count, 2, 2))
    norms = np.linalg.svd(maps, compute_uv=False)[:, 0]
    maps *= (rng.uniform(0.4, 0.9, count) / np.maximum(norms, 1e-3))[:, None, None]
    shifts, points = rng.uniform(-1, 1, (count, 2)), rng.uniform(-1, 1, (400, 2))
    trace = []
    for step in range(40):
        pick = rng.integers(count, size=len(points))
        points = np.einsum("nij,nj->ni", maps[pick], points) + shifts[pick]
        if step > 8:
            trace.append(points)
    cloud = np.concatenate(trace)
    at = ((cloud - cloud.min(0)) / (np.ptp(cloud, 0) + 1e-6) * (size - 1)).astype(int)
    density = np.bincount(at[:, 1] * size + at[:, 0], minlength=size * size).reshape(size, size)
    layer = cv2.GaussianBlur(np.minimum(density, 4).astype(np.float32), (0, 0), rng.uniform(0.5, 1.5))
    return np.asarray(layer / (layer.std() + 1e-6), np.float32)


def shapes(rng: np.random.Generator, size: int) -> Layer:
    """Discs, rings, lines, boxes, polygons and glyphs: edges, bores, engraving."""
    layer = np.zeros((size, size), np.float32)
    for _ in range(rng.integers(2, 14)):
        _draw_shape(rng, layer, float(rng.uniform(-2, 2)))
    return layer


def _draw_shape(rng: np.random.Generator, layer: Layer, level: float) -> None:
    size = len(layer)
    start, end = ((int(x), int(y)) for x, y in rng.integers(0, size, (2, 2)))
    kind = rng.integers(5)
    if kind == 0:
        width = int(rng.choice([-1, 1, 2, 4]))
        cv2.circle(layer, start, int(rng.integers(2, size // 3)), level, width, cv2.LINE_AA)
    elif kind == 1:
        cv2.line(layer, start, end, level, int(rng.integers(1, 7)), cv2.LINE_AA)
    elif kind == 2:
        cv2.rectangle(layer, start, end, level, int(rng.choice([-1, 1, 2, 3])))
    elif kind == 3:
        corners = rng.integers(0, size, (int(rng.integers(3, 7)), 2)).astype(np.int32)
        cv2.fillPoly(layer, [corners], level, cv2.LINE_AA)
    else:
        glyphs = np.zeros((size, size), np.uint8)
        word, height = "".join(rng.choice(list(_GLYPHS), 3)), float(rng.uniform(0.4, 1.6))
        cv2.putText(glyphs, word, start, int(rng.integers(0, 7)), height, 255, int(rng.integers(1, 3)), cv2.LINE_AA)
        weight = glyphs.astype(np.float32) / 255
        layer += weight * (level - layer)


def stripes(rng: np.random.Generator, size: int) -> Layer:
    """Warped sine stripes or a lattice: threads, weave, gratings."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    angle, period = rng.uniform(0, np.pi), rng.uniform(3, 24)
    along = (x * np.cos(angle) + y * np.sin(angle)) / period * 2 * np.pi
    wave = np.sin(along + rng.uniform(0, 2) * rng.random() * noise(rng, size, 2))
    if rng.random() < 0.6:
        return np.asarray(np.sign(wave) * np.abs(wave) ** rng.uniform(0.2, 1), np.float32)
    across = (-x * np.sin(angle) + y * np.cos(angle)) / rng.uniform(3, 24) * 2 * np.pi
    return np.asarray(wave * np.sin(across), np.float32)


def grains(rng: np.random.Generator, size: int) -> Layer:
    """Many small discs of one size range, each with its own grey: cast iron, granulate, pores, speckle."""
    layer = np.zeros((size, size), np.float32)
    largest = rng.uniform(1.0, 6.0)
    count = int(min(900, rng.uniform(0.1, 0.8) * size * size / (largest * largest)))
    places, radii = rng.uniform(0, size, (count, 2)), rng.uniform(0.4, 1.0, count) * largest
    one_sided = rng.random() < 0.5  # pores are all darker, or all brighter
    levels = rng.uniform(0.4, 1.5, count) * (1 if one_sided else rng.choice([-1.0, 1.0], count))
    for (x, y), radius, level in zip(places, radii, levels, strict=True):
        centre = round(x * 16), round(y * 16)  # 1/16 pixel
        cv2.circle(layer, centre, max(8, round(radius * 16)), float(level), -1, cv2.LINE_AA, 4)
    return layer * np.float32(rng.choice([-1.0, 1.0]))


def cells(rng: np.random.Generator, size: int) -> Layer:
    """Irregular facets around random points (Voronoi 1908), or only their borders: crystal grain, leather, tiles."""
    count = int(rng.uniform(30, 300))
    sites = rng.uniform(-8, size + 8, (count, 2)).astype(np.float32)
    y, x = np.mgrid[0:size:2, 0:size:2].astype(np.float32)
    far = (x[..., None] - sites[:, 0]) ** 2 + (y[..., None] - sites[:, 1]) ** 2
    if rng.random() < 0.5:
        layer = rng.uniform(-1, 1, count).astype(np.float32)[far.argmin(axis=2)]
    else:
        two = np.sqrt(np.partition(far, 1, axis=2)[..., :2])
        layer = np.exp(-(two[..., 1] - two[..., 0]) / np.float32(rng.uniform(1, 4)))
    return np.asarray(cv2.resize(layer, (size, size), interpolation=cv2.INTER_LINEAR), np.float32)


def draw_object(rng: np.random.Generator, size: int) -> Drawing:
    """One to three layers, added or joined along a soft border; no two places are alike."""
    layers: list[Callable[[], Layer]] = [
        lambda: noise(rng, size, rng.uniform(0.3, 2)),
        lambda: fractal(rng, size),
        lambda: shapes(rng, size),
        lambda: stripes(rng, size),
    ]
    image = np.zeros((size, size), np.float32)
    for _ in range(rng.integers(1, 4)):
        layer = layers[rng.choice(4, p=[0.35, 0.2, 0.3, 0.15])]()
        if rng.random() < 0.3:  # two materials with a soft border
            mask = cv2.GaussianBlur((noise(rng, size, 1.8) > 0).astype(np.float32), (0, 0), 1)
            image = image * (1 - mask) + layer * mask
        else:
            image = image + np.float32(rng.uniform(0.3, 1)) * layer
    return _exposed(rng, image, (0.08, 0.3), (0.25, 0.75))


def draw_texture(rng: np.random.Generator, size: int) -> Drawing:
    """A stationary picture: any two places look alike, so both may stand for "normal"."""
    kind = rng.random()
    if kind < 0.55:
        image = noise(rng, size, rng.uniform(0.3, 1.6))
    elif kind < 0.75:
        image = stripes(rng, size)
    else:
        image = grains(rng, size) if kind < 0.9 else cells(rng, size)
    image = image / (image.std() + np.float32(1e-3))
    if rng.random() < 0.5:
        image = image + np.float32(rng.uniform(0.2, 1)) * noise(rng, size, rng.uniform(0.3, 1.4))
    if rng.random() < 0.3:
        image = image * (1 + np.float32(0.5) * noise(rng, size, 2.5))  # slow shading
    return _exposed(rng, image, (0.06, 0.25), (0.3, 0.7))


def _exposed(
    rng: np.random.Generator, image: Layer, contrast: tuple[float, float], level: tuple[float, float]
) -> Drawing:
    """What a camera would make of the layer: some blur, contrast and grey level, clipped to 0..1."""
    image = (image - image.mean()) / (image.std() + 1e-3)
    image = np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 1.6)), np.float32)
    return np.asarray(np.clip(image * rng.uniform(*contrast) + rng.uniform(*level), 0, 1), np.float32)
