"""Which pictures show one physical part? Found by likeness, so that a split by part never leaks.

Several pictures of one part (other light, slightly moved) agree in the fine detail of its surface, and different parts
do not. How far different parts agree anyway depends on the product: two screws look much alike, two ground surfaces do
not. So nothing is compared with a fixed limit. Each picture ranks its nearest neighbours, and its part ends where that
ranking has its last large step; two pictures are linked if each is above the other's step.

What likeness cannot tell: whether nearly identical parts in one pose are one part or two, parts that were turned
between the shots, parts with more than 24 pictures, and a set that shows one single part. There the file names or a
group file must say it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from station.engine.vision.resampling import Floats, Grey

_MOST = 3000  # pictures; the time grows with the square (2000: about 12 s on one core)
_NEAREST = 24  # neighbours that are looked at closely
_COARSE, _FINE = 32, 160  # longer side, in pixels, of the pictures that find the neighbours and that compare them
_COARSE_SHIFT = 2  # pixels; the fine comparison allows an eighth of the longer side
# Smallest step, in Fisher's atanh(r). Measured on tiles, screws, solar cells and drawn parts: pictures that do not
# belong together rarely reach 0.5 and hardly ever 0.7; 0.3 leads astray only where repeats are the exception.
_CLEAR, _LIKELY, _FAINT = 0.7, 0.5, 0.3
_SURE = 1.4  # likeness (r = 0.89) that a lone repeat needs too: different screws in the same pose come to r = 0.85
_AS_LARGE = 0.5  # a step counts if it is this share of the largest; to split a part is worse than to join two
_USUAL = 0.5  # share of pictures with a likely sibling above which repeats are the habit of this set
_FEW_PARTS, _CLOSED = 0.3, 0.8  # fewer parts than this share of the pictures need groups in which all resemble all
_UNKNOWN = -0.9  # likeness of a pair that was not compared

Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Grouping:
    """One label per picture (pictures of one physical part share it), and one sentence that says how it was found."""

    parts: list[str]
    why: str


def group_parts(frames: Sequence[Grey], names: Sequence[str]) -> Grouping:
    """Find the pictures that show one physical part.

    Args:
        frames: uint8 [H, W], all at one magnification; sizes may differ.
        names: one name per frame; a part is labelled by the name of its first picture.
    """
    if len(frames) < 3:
        return _alone(names, "too few pictures to compare")
    if len(frames) > _MOST:
        return _alone(names, f"more than {_MOST} pictures are not compared, name the parts instead")
    near = _neighbours(_details(frames, _COARSE))
    likeness = _likeness(_details(frames, _FINE), near)
    repeats = float(_links(likeness, near, _LIKELY).any(axis=1).mean())
    # Where most pictures have a sibling, a picture without one is the surprise: weaker evidence is enough.
    step, least = (_FAINT, _UNKNOWN) if repeats > _USUAL else (_CLEAR, _SURE)
    links = _links(likeness, near, step) & (likeness >= least)
    groups = _connected(links)
    if len(set(groups)) < _FEW_PARTS * len(groups) and _closed(links, groups, likeness > _UNKNOWN) < _CLOSED:
        return _alone(names, "the pictures pass gradually into one another (one scene over time?)")
    parts = [names[first] for first in groups]
    return Grouping(parts, _why(parts))


def _alone(names: Sequence[str], reason: str) -> Grouping:
    return Grouping(list(names), f"{reason}: every picture counts as another part")


def _why(parts: Sequence[str]) -> str:
    sizes = Counter(parts).values()
    if len(sizes) == len(parts):
        return "no two pictures are more alike than different parts of this set: every picture counts as another part"
    size = Counter(sizes).most_common(1)[0][0]
    usual = f"most often {size} pictures of one part" if size > 1 else f"{sum(n > 1 for n in sizes)} shown repeatedly"
    return f"{len(parts)} pictures show {len(sizes)} parts ({usual}): found by likeness"


def _details(frames: Sequence[Grey], side: int) -> Floats:
    """Fine detail without the light, at one scale: [n, h, w], each in the middle of a frame of zeros, of norm 1."""
    scale = side / float(np.median([max(frame.shape) for frame in frames]))
    small = [_detail(_thumbnail(frame, min(scale, 2 * side / max(frame.shape)))) for frame in frames]
    height, width = (max(picture.shape[axis] for picture in small) for axis in (0, 1))
    details = np.zeros((len(small), height, width), np.float32)
    for detail, picture in zip(details, small, strict=True):
        top, left = (height - picture.shape[0]) // 2, (width - picture.shape[1]) // 2
        detail[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return details


def _thumbnail(frame: Grey, scale: float) -> Floats:
    height, width = (max(1, round(length * scale)) for length in frame.shape)
    return np.asarray(cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def _detail(picture: Floats) -> Floats:
    """Local contrast: the logarithm (gain becomes offset) minus its blur, over its spread; faded out to the rim."""
    light = cv2.GaussianBlur(np.log(picture + 8), (0, 0), 0.7)
    contrast = light - cv2.GaussianBlur(light, (0, 0), 2)
    contrast /= np.sqrt(cv2.GaussianBlur(contrast * contrast, (0, 0), 4) + 4e-4)  # a floor, lest noise be blown up
    fade = np.sqrt(np.outer(*(np.hanning(length + 2)[1:-1] for length in picture.shape)))
    faded = (contrast - (contrast * fade).sum() / fade.sum()) * fade
    return np.asarray(faded / (np.linalg.norm(faded) + 1e-9), np.float32)


def _neighbours(details: Floats) -> Indices:
    """The `_NEAREST` most alike of each picture, under small shifts: [n, k]; one matrix product per shift."""
    count, height, width = details.shape
    padded = np.pad(details, ((0, 0), (_COARSE_SHIFT, _COARSE_SHIFT), (_COARSE_SHIFT, _COARSE_SHIFT)))
    flat = details.reshape(count, -1).T
    best = np.full((count, count), -1, np.float32)
    for y in range(2 * _COARSE_SHIFT + 1):
        for x in range(2 * _COARSE_SHIFT + 1):
            moved = padded[:, y : y + height, x : x + width].reshape(count, -1)
            np.maximum(best, moved @ flat, out=best)
    np.fill_diagonal(best, -2)
    return np.argsort(-best, axis=1, kind="stable")[:, : min(_NEAREST, count - 1)]


def _likeness(details: Floats, near: Indices) -> Floats:
    """atanh of the correlation at the best shift, for each picture and its neighbours: [n, n], symmetric."""
    reach = max(1, _FINE // 8)
    height, width = (cv2.getOptimalDFTSize(length + reach) for length in details.shape[1:])
    spectra = [cv2.dft(np.pad(d, ((0, height - d.shape[0]), (0, width - d.shape[1])))) for d in details]
    likeness = np.full((len(details), len(details)), _UNKNOWN, np.float32)
    for first, second in sorted({(min(i, j), max(i, j)) for i, row in enumerate(near.tolist()) for j in row}):
        product = cv2.mulSpectrums(spectra[first], spectra[second], 0, conjB=True)
        surface = cv2.dft(product, flags=cv2.DFT_INVERSE | cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT)
        corners = (surface[y, x] for y in _both_ends(reach) for x in _both_ends(reach))  # negative shifts wrap around
        best = max(float(corner.max()) for corner in corners)
        likeness[first, second] = likeness[second, first] = np.arctanh(min(max(best, 0.0), 0.999))
    return likeness


def _both_ends(reach: int) -> tuple[slice, slice]:
    return slice(0, reach + 1), slice(-reach, None)


def _links(likeness: Floats, near: Indices, smallest_step: float) -> Flags:
    """[n, n]: each of the two stands above the step that ends the other's part, and both steps are large enough."""
    ranking = -np.sort(-np.take_along_axis(likeness, near, axis=1), axis=1)
    steps = ranking[:, :-1] - ranking[:, 1:]
    largest = steps.max(axis=1, keepdims=True)
    large = (steps >= smallest_step) & (steps >= _AS_LARGE * largest)
    lowest = np.where(large, ranking[:, :-1], np.inf).min(axis=1, keepdims=True)
    above = likeness >= lowest
    return np.asarray(above & above.T, np.bool_)


def _connected(links: Flags) -> list[int]:
    """The lowest index of each picture's connected component."""
    first = np.full(len(links), -1)
    for start in range(len(links)):
        waiting = [start] if first[start] < 0 else []
        while waiting:
            here = waiting.pop()
            first[here] = start
            waiting.extend(np.flatnonzero(links[here] & (first < 0)).tolist())
    return [int(index) for index in first]


def _closed(links: Flags, groups: Sequence[int], compared: Flags) -> float:
    """The share 0..1 of linked pairs among the compared pairs of one group: 1 where all resemble all."""
    together = np.equal.outer(groups, groups) & compared
    np.fill_diagonal(together, False)
    return float(links[together].mean()) if together.any() else 1.0
