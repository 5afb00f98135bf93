"""What the line speaks about: parts, verdicts and findings. Frozen data, no behaviour beyond their meaning."""

from __future__ import annotations

from enum import Enum

import msgspec


class Verdict(Enum):
    """The answer for one part. Everything that is not a proven PASS rejects."""

    PASS = "pass"
    REJECT = "reject"
    NOT_INSPECTED = "not_inspected"  # late, lost or failed: the gate rejects it

    @property
    def rejects(self) -> bool:
        """True for everything that is not proven good."""
        return self is not Verdict.PASS


class Reason(Enum):
    """Why a part got its verdict."""

    CLEAN = "clean"  # PASS: no candidate above the limit
    BORDER = "border"  # PASS within the grey band: a person should look
    FINDING = "finding"  # REJECT: at least one confirmed finding
    LOGICAL = "logical"  # REJECT: the part as a whole is wrong: missing, another one, turned, incomplete
    OVERFLOW = "overflow"  # REJECT: more is flagged than can be verified
    LATE = "late"  # past the part's deadline
    FRAME_LOST = "frame_lost"  # the camera says that this frame is lost or incomplete
    NO_IMAGE = "no_image"  # a photo-eye count without a frame
    NO_COUNT = "no_count"  # a frame without a photo-eye count
    COUNT_MISMATCH = "count_mismatch"  # PLC, camera and verdict counters disagree
    WRONG_FRAME = "wrong_frame"  # other size or depth than the recipe's
    NOT_REGISTERED = "not_registered"  # the part was not found in the picture
    NOT_FINITE = "not_finite"  # NaN or infinity from a network
    FAULT = "fault"  # the engine failed on this part
    ENGINE_GONE = "engine_gone"  # no live engine when the verdict was due
    LINK_LOST = "link_lost"  # counted while the PLC link was down
    NOT_PRODUCING = "not_producing"  # the station was not in ContinuousExecution
    WRONG_RECIPE = "wrong_recipe"  # the PLC asked for another recipe than the station's
    LINE_RESTARTED = "line_restarted"  # counted while the line process was down
    NOT_ACKNOWLEDGED = "not_acknowledged"  # the PLC did not confirm the verdict in time
    NOT_TRACKED = "not_tracked"  # where it was on the belt, or what was near it at the gate, is not certain


class Health(Enum):
    """NAMUR NE 107 classes, for each of camera, PLC, disk and so on."""

    GOOD = "good"
    MAINTENANCE = "maintenance"
    OUT_OF_SPECIFICATION = "out_of_specification"
    CHECK = "check"
    FAILURE = "failure"


class DriftState(Enum):
    """Do accepted parts still look like those that the limit was calibrated with? If not, its promise is void."""

    UNWATCHED = "unwatched"  # no recipe is open, or its bundle has too few calibration scores
    STEADY = "steady"  # nothing speaks against it
    DRIFTED = "drifted"  # the promise is void until recalibration; the line runs on


class Finding(msgspec.Struct, frozen=True):
    """One candidate after verification.

    `box` is (x, y, width, height) in pixels of the registered inspection picture; `outline` the same region as
    (x, y) corners in pixels of the camera frame. `z` is the screener's whitened residual at the place, `distance`
    the verifier's distance to the nearest golden patch, `score` the calibrated fusion that is compared with the
    part's limit. `golden` names the golden part whose patch is nearest.
    """

    box: tuple[int, int, int, int]
    outline: tuple[tuple[float, float], ...]
    z: float
    distance: float
    score: float
    confirmed: bool
    golden: int


class Ledger(msgspec.Struct, frozen=True):
    """Where the time of one part went: CLOCK_MONOTONIC nanoseconds, 0 = this stage was not reached."""

    trigger_ns: int = 0  # photo-eye count seen by the line process
    exposed_ns: int = 0  # exposure end
    frame_ns: int = 0  # frame complete in our memory
    screened_ns: int = 0  # VAE done
    verified_ns: int = 0  # Siamese network done
    decided_ns: int = 0  # verdict handed over to the line process
    received_ns: int = 0  # verdict taken by the line process
    written_ns: int = 0  # serial write of the verdict finished
    acknowledged_ns: int = 0  # the PLC confirmed this part number
    deadline_ns: int = 0  # the verdict had to be with the PLC by then
