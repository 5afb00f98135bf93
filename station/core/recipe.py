"""The recipe: everything about one product, as it stands in a bundle's manifest.json.

Geometry. The fixture finds the part in the camera frame and cuts out the *inspection picture* [h, w]. It is divided
into cells of 8 x 8 pixels: the grid [h/8, w/8]. The screener sees the picture at 1/scale; the verifier sees patches of
patch_cells x patch_cells cells at full resolution and gives one descriptor of `dims` numbers per cell.

The manifest is canonical JSON (sorted keys, no white space, no time stamps): equal recipes have equal bytes, so the
SHA-256 of the manifest names the bundle.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal

import msgspec

from station.core.config import Section, parse_table
from station.core.errors import BundleError, ConfigError
from station.core.recipe_line import SupervisionSpec

SCHEMA = 1
CELL = 8  # pixels of the inspection picture
LATENT_CHANNELS = 16  # of the screener
LATENT_STRIDE = 16  # screen pixels per latent cell
_Positive = Annotated[int, msgspec.Meta(ge=1)]
_Natural = Annotated[int, msgspec.Meta(ge=0)]
_Spread = Annotated[float, msgspec.Meta(gt=0)]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class FrameSpec(Section, frozen=True):
    """The camera frame: 8-bit grey."""

    height: _Positive
    width: _Positive


class PictureSpec(Section, frozen=True):
    """The inspection picture; both sides are multiples of 16."""

    height: Annotated[int, msgspec.Meta(ge=16, multiple_of=16)]
    width: Annotated[int, msgspec.Meta(ge=16, multiple_of=16)]

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of cells."""
        return self.height // CELL, self.width // CELL


class CameraSpec(Section, frozen=True):
    """What the camera is set to for this product, and what it must read back. None: the recipe does not care.

    Automatic exposure, gain and balance are always switched off: what changes by itself is no measurement.
    """

    exposure_us: Annotated[float, msgspec.Meta(gt=0, le=1e7)] | None = None
    gain_db: Annotated[float, msgspec.Meta(ge=-20, le=100)] | None = None
    trigger: Literal["external", "software", "free"] | None = None  # external: the photo-eye at the camera's input
    trigger_source: str = "Line0"  # external: GenICam's name of that input
    roi: tuple[_Natural, _Natural, _Positive, _Positive] | None = None  # x, y, width, height on the sensor, pixels


class FixtureSpec(Section, frozen=True):
    """How the part is found in the frame.

    none        the picture is a fixed region of the frame
    shift       the part lies nearly where the reference lies: phase correlation, then a rigid fit
    silhouette  a loose part at any place and angle, on a background that is brighter (or darker) all over

    `region` is (x, y, width, height) of what the picture shows, in frame pixels; for a silhouette x and y are counted
    from the part's centroid along its principal axis. The reference is tensor "fixture.reference".
    """

    kind: Literal["none", "shift", "silhouette"]
    region: tuple[float, float, float, float]
    coarse: Annotated[int, msgspec.Meta(ge=1, le=16)] = 4  # the part is searched for at 1/coarse of the frame
    min_quality: Annotated[float, msgspec.Meta(ge=-1, le=1)] = 0.5  # correlation with the reference
    max_shift_px: Annotated[float, msgspec.Meta(ge=0)] = 24.0  # shift: further away = not registered
    max_angle_deg: Annotated[float, msgspec.Meta(ge=0, le=180)] = 5.0  # shift: turned further = not registered
    dark: bool = True  # silhouette: the part is darker than the background
    area: tuple[float, float] = (0.0, 1.0)  # silhouette: share of the frame that a whole part covers


class NormalisationSpec(Section, frozen=True):
    """What takes the light's variation out of the picture.

    none            grey values as they are, 0..1
    median_range    (x - median) / (90 % - 10 % quantile)
    local_contrast  log x minus its Gaussian blur, divided by its robust spread: textures
    """

    kind: Literal["none", "median_range", "local_contrast"] = "none"
    sigma_px: Annotated[float, msgspec.Meta(gt=0)] = 24.0  # local_contrast: blur in pixels of the picture


class ScreenSpec(Section, frozen=True):
    """The screener: VAE, residual, whitening. Tensors "screen.mean", "screen.std"."""

    scale: Literal[1, 2, 4] = 2
    box: Annotated[int, msgspec.Meta(ge=1, le=31)] = 7  # box filter of the residual, screen pixels
    eps: Annotated[float, msgspec.Meta(gt=0)] = 0.005
    whitening: Literal["per_place", "per_intensity"] = "per_place"


class CandidateSpec(Section, frozen=True):
    """Which places the verifier looks at."""

    count: Annotated[int, msgspec.Meta(ge=1, le=64)] = 12  # the K best places, always
    suppression_px: Annotated[int, msgspec.Meta(ge=0)] = 16  # two peaks lie further apart than this
    rank: Literal["z", "raw", "both"] = "z"  # both: half of the places by each
    overflow_level: float = 1e9  # z above this ...
    overflow_cells: _Natural = 1_000_000  # ... in more cells than this: everything is wrong, REJECT


class VerifySpec(Section, frozen=True):
    """The verifier: Siamese tower and golden-patch bank. Tensors "bank.*" (`station.engine.vision.bank`).

    look = patches   the tower describes the candidates' patches only: cost follows the candidates, not the camera
    look = picture   the tower describes the whole picture in one pass, of which the candidates' cells are compared:
                     cheaper for small pictures, and for towers whose receptive field is larger than a patch
    """

    receptive_px: Annotated[int, msgspec.Meta(ge=CELL, le=256)]
    patch_cells: Annotated[int, msgspec.Meta(ge=1, le=16)]
    dims: Annotated[int, msgspec.Meta(ge=1, le=1024)]
    bank: Literal["place", "global"] = "place"
    neighbourhood: Annotated[int, msgspec.Meta(ge=0, le=4)] = 1  # cells around the place that are compared too
    look: Literal["patches", "picture"] = "patches"
    statistic: Literal["max", "mean"] = "max"  # of the distances of all candidates' cells
    m: _Positive = 1  # mean: of the m highest
    cell_px: Literal[8] = 8

    @property
    def patch_px(self) -> int:
        """Side of a patch in pixels: what the tower needs for patch_cells x patch_cells descriptors."""
        return self.receptive_px + CELL * (self.patch_cells - 1)

    @property
    def margin_px(self) -> tuple[int, int]:
        """Reflected pixels (before, after) that centre the receptive field on each cell."""
        before = (self.receptive_px - CELL) // 2
        return before, self.receptive_px - CELL - before


class DecisionSpec(Section, frozen=True):
    """From z and d of the candidates to the verdict: PASS if and only if the score is finite and <= limit.

    sum, max    of the standardised z and d
    distance    standardised d alone; screen: standardised z alone
    """

    limit: float
    fusion: Literal["max", "sum", "distance", "screen"] = "sum"
    z_mean: float = 0.0
    z_std: _Spread = 1.0
    d_mean: float = 0.0
    d_std: _Spread = 1.0
    grey_from: float | None = None  # scores above this and <= limit are border cases: a person should look


class LogicalSpec(Section, frozen=True):
    """The third score: is this the right part, whole and the right way round? Tensors "logical.*".

    It looks at the screener's latent and at the low-frequency residual of the whole part, so it sees what no single
    patch shows: a missing, a wrong or a turned part (`station.engine.vision.logical`). The part's score becomes
    max(T, (logical - mean) / std - offset): the offset is large enough that good parts do not feel it.
    """

    mean: float  # of good parts
    std: _Spread
    offset: float = 0.0  # standardised value that counts like a local score T of 0: of an average good part


class DriftSpec(Section, frozen=True):
    """When do accepted parts no longer look like those that the limit was set with? Then the promise is void.

    Each accepted part's p-value is its rank among the calibration scores below the limit; all n of them are tensor
    "decision.scores", float32 [n], ascending. A bundle without it has no watch. The defaults, both tests together, give
    a false alarm in less than 1 % of runs of 10,000 parts for any n; from n = 100 on they find a shift by one standard
    deviation of the scores within about 200 parts (`station.engine.vision.drift`, with the tests that show it).
    """

    window: Annotated[int, msgspec.Meta(ge=20)] = 200  # accepted parts in one Kolmogorov-Smirnov window
    ks_alpha: Annotated[float, msgspec.Meta(gt=0, lt=1)] = 1e-6  # false alarm of one window; a new one every part
    cusum_slack: Annotated[float, msgspec.Meta(ge=0)] = 0.2  # in standard deviations of a uniform p-value; the watch
    # adds what the calibration scores' own error may be
    cusum_level: Annotated[float, msgspec.Meta(gt=0)] = 30.0


class PromiseSpec(Section, frozen=True):
    """What the limit guarantees: it is the `rank`-th largest score of n normal parts never trained on."""

    n: _Natural
    rank: _Positive
    mean: Annotated[float, msgspec.Meta(ge=0, le=1)]  # expected false-reject rate
    bound_95: Annotated[float, msgspec.Meta(ge=0, le=1)]  # its 95 % upper bound
    kind: Literal["split", "cross"] = "split"


class TensorSpec(Section, frozen=True):
    """A float32 tensor of a network, without its batch dimension."""

    name: _Name
    shape: tuple[_Positive, ...]


class ModelSpec(Section, frozen=True):
    """One network: one input, one output (a screener may have two), batch 1..max_batch."""

    input: TensorSpec
    output: TensorSpec
    latent: TensorSpec | None = None  # second output of a screener: what the logical score looks at
    max_batch: Annotated[int, msgspec.Meta(ge=1, le=256)] = 64
    precision: Literal["fp32"] = "fp32"  # the limit holds for this precision only

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """All outputs, in the order in which the network gives them."""
        return (self.output,) if self.latent is None else (self.output, self.latent)


class GoldenSpec(Section, frozen=True):
    """The self-test: golden frames must give their known verdicts and scores at every load."""

    count: _Natural = 0
    score_tolerance: Annotated[float, msgspec.Meta(gt=0)] = 1e-3


class FileSpec(Section, frozen=True):
    """One file of the bundle."""

    bytes: _Natural
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Recipe(Section, frozen=True):
    """The whole manifest."""

    name: _Name
    version: _Name
    product: _Name
    frame: FrameSpec
    fixture: FixtureSpec
    picture: PictureSpec
    verify: VerifySpec
    decision: DecisionSpec
    promise: PromiseSpec
    vae: ModelSpec
    tower: ModelSpec
    camera: CameraSpec = CameraSpec()
    normalisation: NormalisationSpec = NormalisationSpec()
    screen: ScreenSpec = ScreenSpec()
    candidates: CandidateSpec = CandidateSpec()
    logical: LogicalSpec | None = None
    drift: DriftSpec = DriftSpec()
    supervision: SupervisionSpec = SupervisionSpec()
    golden: GoldenSpec = GoldenSpec()
    files: dict[str, FileSpec] = msgspec.field(default_factory=dict)
    provenance: dict[str, str | int | float] = msgspec.field(default_factory=dict)
    schema: int = SCHEMA

    @property
    def screen_size(self) -> tuple[int, int]:
        """Height and width of the picture that the screener sees."""
        return self.picture.height // self.screen.scale, self.picture.width // self.screen.scale


def vae_spec(picture: PictureSpec, screen: ScreenSpec, latent: bool = False) -> ModelSpec:
    """The only interface a VAE may have: "picture" [1, hs, ws] -> "reconstruction" [1, hs, ws], at 1/scale.

    With `latent` also -> "latent" [16, ceil(hs / 16), ceil(ws / 16)], the mean, from the same pass.
    """
    height, width = picture.height // screen.scale, picture.width // screen.scale
    shape, cells = (1, height, width), (LATENT_CHANNELS, -(-height // LATENT_STRIDE), -(-width // LATENT_STRIDE))
    return ModelSpec(
        input=TensorSpec("picture", shape),
        output=TensorSpec("reconstruction", shape),
        latent=TensorSpec("latent", cells) if latent else None,
        max_batch=8,
    )


def tower_spec(verify: VerifySpec, picture: PictureSpec) -> ModelSpec:
    """The only interface a tower may have: "patches" [1, p, p] -> "descriptors" [dims, c, c].

    Or, for look = picture, "picture" [1, h + R - 8, w + R - 8] -> "descriptors" [dims, h/8, w/8].
    """
    if verify.look == "picture":
        margin = sum(verify.margin_px)
        return ModelSpec(
            input=TensorSpec("picture", (1, picture.height + margin, picture.width + margin)),
            output=TensorSpec("descriptors", (verify.dims, *picture.grid)),
            max_batch=8,
        )
    return ModelSpec(
        input=TensorSpec("patches", (1, verify.patch_px, verify.patch_px)),
        output=TensorSpec("descriptors", (verify.dims, verify.patch_cells, verify.patch_cells)),
        max_batch=64,
    )


def encode_recipe(recipe: Recipe) -> bytes:
    """The canonical bytes of manifest.json: equal recipes give equal bytes (1 and 1.0 are written alike)."""
    settled = msgspec.convert(msgspec.to_builtins(recipe), Recipe)
    return msgspec.json.encode(settled, order="sorted")


def decode_recipe(manifest: bytes, file: str = "manifest.json") -> Recipe:
    """Read and check a manifest; `file` is named in errors.

    Raises:
        BundleError: no JSON, unknown schema or key, value out of range, or sizes that do not fit each other.
    """
    try:
        table: Any = msgspec.json.decode(manifest)
    except msgspec.DecodeError as error:
        raise BundleError(f"{file}: is no valid JSON: {error}") from error
    if not isinstance(table, dict):
        raise BundleError(f"{file}: must be a JSON object")
    if table.get("schema") != SCHEMA:
        raise BundleError(f"{file}: schema = {table.get('schema')!r}: this station reads schema {SCHEMA} only")
    try:
        recipe: Recipe = parse_table(Recipe, table, file)
    except ConfigError as error:
        raise BundleError(str(error)) from error
    check_recipe(recipe, file)
    return recipe


def check_recipe(recipe: Recipe, file: str = "manifest.json") -> None:
    """Refuse values that are fine alone but do not fit each other.

    Raises:
        BundleError: names key, value and what it must be.
    """
    rows, columns = recipe.picture.grid
    cells = recipe.verify.patch_cells
    if cells > min(rows, columns):
        raise BundleError(f"{file}: verify.patch_cells = {cells}: the picture has only {rows} x {columns} cells")
    if max(recipe.verify.margin_px) >= min(recipe.picture.height, recipe.picture.width):
        raise BundleError(f"{file}: verify.receptive_px = {recipe.verify.receptive_px}: larger than the picture")
    if recipe.fixture.region[2] <= 0 or recipe.fixture.region[3] <= 0:
        raise BundleError(f"{file}: fixture.region = {recipe.fixture.region}: width and height must be positive")
    if recipe.screen.box % 2 == 0:
        raise BundleError(f"{file}: screen.box = {recipe.screen.box}: must be odd")
    for name, limit in recipe.supervision.limits.items():
        if limit.parts > limit.among:
            raise BundleError(
                f"{file}: supervision.{name}.parts = {limit.parts}: more than the {limit.among} of supervision.{name}."
                f"among; make it smaller, or 0 for no limit"
            )
    if recipe.logical is not None and recipe.vae.latent is None:
        raise BundleError(f"{file}: vae.latent = None: recipe.logical looks at the latent; export the VAE with it")
    vae = vae_spec(recipe.picture, recipe.screen, latent=recipe.vae.latent is not None)
    _check_model(recipe.vae, vae, "vae", file)
    _check_model(recipe.tower, tower_spec(recipe.verify, recipe.picture), "tower", file)


def _check_model(found: ModelSpec, needed: ModelSpec, key: str, file: str) -> None:
    for side in ("input", "output", "latent"):
        tensor, right = getattr(found, side), getattr(needed, side)
        if tensor != right:
            needs = "none" if right is None else f"{right.name} {right.shape}"
            raise BundleError(
                f"{file}: {key}.{side} = {tensor.name} {tensor.shape}: the recipe's picture needs {needs}; the network "
                f"belongs to another image size"
            )


def recipe_sha256(manifest: bytes) -> str:
    """The bundle's name: SHA-256 of the exact bytes of manifest.json, in hex."""
    return hashlib.sha256(manifest).hexdigest()


def recipe_number(sha256: str) -> int:
    """First 32 bits of the bundle's hash; never 0, which means "no recipe" on the PLC link."""
    return int(sha256[:8], 16) or 1
