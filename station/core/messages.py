"""Every message between two processes of the station: msgspec structs, one datagram each (`station.core.channel`).

engine -> line      EngineStatus, PartVerdict
line   -> engine    Numbering
line   -> anyone    LineStatus, Signals, Alarms, PartRecord  (window, desk, doctor connect to the line)
window -> line, recorder  Command              answered by CommandResult
window -> recorder  any Question                     answered by its Reply, or a Refusal
engine -> window    Ring, Showing                    (frames by shared memory, `station.core.ring`)
camera -> engine    CameraReady, Exposed             (camera simulator; frames by shared memory)
desk   -> engine    Rehearse                         (only where the configuration allows rehearsals)
engine -> recorder  InspectionRecord, Event          answered by Stored
line   -> recorder  PartRecord, Event                answered by Stored
recorder -> line, engine   RecorderStatus
"""

from __future__ import annotations

from typing import Literal

import msgspec

from station.core.alarms import Alarms
from station.core.asking import AskEvents, Events
from station.core.counting import AskStatistics, Statistics
from station.core.domain import DriftState, Finding, Health, Ledger, Reason, Verdict
from station.core.message import Command, CommandResult, Event, Message, Refusal
from station.core.people import AskPeople, People
from station.core.recipe_line import SupervisionSpec
from station.core.reviewing import AskDefectModes, AskPart, AskParts, DefectModes, Parts, StoredPart

Mode = Literal["production", "challenge"]
"""What parts are made for: to be sold, or to test the station with seeded parts, counted apart."""


class FrameKey(msgspec.Struct, frozen=True, order=True):
    """Identity of a frame: which arming of the camera, and the how-manieth trigger since (from 1)."""

    session: int
    trigger: int


class EngineStatus(Message, frozen=True):
    """Says that *inspection* lives: sent after each part and after each idle self-test, never by a timer alone."""

    ready: bool
    detail: str  # why not ready, or what it runs on
    camera: Health
    session: int  # the camera session now armed, 0 = none
    inspected: int  # parts since the engine started
    runtime: str
    recipe: str
    recipe_id: int  # 32 bits of the bundle's hash, echoed by the PLC
    bundle_sha256: str
    fatal: str = ""  # a fault that a person must confirm (tampered bundle, network not finite)
    drift: DriftState = DriftState.UNWATCHED  # DRIFTED: what the recipe promised is void
    drift_detail: str = ""  # since which part and by how much, or why nobody watches
    supervision: SupervisionSpec = SupervisionSpec()  # of the recipe: when the line must stop
    light: Health = Health.CHECK  # grey level and sharpness of the frames against the golden ones; CHECK = not known
    light_detail: str = ""
    reject_bound: float = 1.0  # the recipe's promise: share of good parts rejected, 95 % bound; 1 = no promise


class PartVerdict(Message, frozen=True):
    """The engine's answer for one frame; the line process finds the part that it belongs to."""

    frame: FrameKey
    verdict: Verdict
    reason: Reason
    score: float
    limit: float
    ledger: Ledger


class Numbering(Message, frozen=True):
    """part = frame.trigger + offset, for frames of this camera session; session 0 = no numbers known now."""

    session: int
    offset: int


class PartRecord(Message, frozen=True):
    """The one record of one part, closed by the line process. `key` is unique over all time."""

    key: str
    part: int  # photo-eye count, 0 = the PLC did not count it
    boot: int  # the PLC's boot id the count belongs to
    frame: FrameKey | None
    verdict: Verdict  # what was sent to the PLC; NOT_INSPECTED if nothing was
    reason: Reason
    acknowledged: bool
    score: float
    limit: float
    ledger: Ledger
    time: float  # wall clock, seconds since 1970: for people, never for intervals
    recipe: str = ""  # name@version
    lot: str = ""
    mode: Mode = "production"


class InspectionRecord(Message, frozen=True):
    """What the engine saw in one frame. A stored picture travels beside it as a file descriptor (8-bit, row-major)."""

    frame: FrameKey
    verdict: Verdict
    reason: Reason
    score: float
    limit: float
    findings: tuple[Finding, ...]
    cleared: int  # candidates cleared as over-detections
    ledger: Ledger
    recipe: str
    bundle_sha256: str
    picture: tuple[int, int] | None  # (height, width) of the picture that comes with it
    kept_as: str  # "ng" | "border" | "ok" | "": why the picture is kept
    time: float


class Delivery(Message, frozen=True):
    """A numbered record on its way to the recorder; repeated until `Stored` names its number."""

    number: int
    body: PartRecord | InspectionRecord | Event


class Stored(Message, frozen=True):
    """The recorder has committed all deliveries of this connection up to and including `number`."""

    number: int


class Counters(msgspec.Struct, frozen=True):
    """Since the line process started."""

    parts: int = 0
    passed: int = 0
    rejected: int = 0
    not_inspected: int = 0
    mismatches: int = 0
    exchanges: int = 0
    link_errors: int = 0


class LineStatus(Message, frozen=True):
    """Where the line stands; sent on every change of state and five times a second."""

    state: int  # station.core.states.State
    error: str
    advice: str
    plc: Health
    plc_detail: str
    engine: Health
    engine_detail: str
    camera: Health
    runtime: str
    recipe: str
    counters: Counters
    inputs: int  # PLC input bits, station.core.plc_map
    realtime: str  # "SCHED_FIFO 50, memory locked" or why not
    drift: DriftState = DriftState.UNWATCHED  # of the engine's newest status
    drift_detail: str = ""
    lot: str = ""  # of the parts that come now; a person says it
    light: Health = Health.CHECK  # of the engine's newest status
    light_detail: str = ""
    reject_bound: float = 1.0  # of the engine's newest status; 1 = no promise, or it is void
    recorder: Health = Health.CHECK  # journal and disk; CHECK = not known
    recorder_detail: str = ""
    clock: Health = Health.GOOD  # the wall clock, against the monotonic one
    mode: Mode = "production"


class Signals(Message, frozen=True):
    """Every signal between station and PLC, as the line process knows it; sent with each `LineStatus`."""

    answer_age_ms: float  # since the newest answered poll; -1 = none since the link came up
    boot: int
    count: int
    encoder: int
    plc_heartbeat: int
    ack_part: int
    ack_mask: int
    confirmed: int
    inputs: int
    wanted: int
    heartbeat: int
    state: int
    recipe_id: int
    request: int
    gate: int
    slots: tuple[tuple[int, int], ...]  # 16 of (part, word) that the PLC holds for sure; (0, 0) = empty
    forced: tuple[str, ...]  # outputs that an integrator holds now


class Patch(msgspec.Struct, frozen=True):
    """A grey 8-bit picture, row-major."""

    height: int
    width: int
    pixels: bytes


class Why(msgspec.Struct, frozen=True):
    """The evidence for one finding: the flagged patch beside the nearest golden patch and the reconstruction."""

    finding: Finding
    flagged: Patch
    golden: Patch
    reconstruction: Patch


class Showing(Message, frozen=True):
    """One inspected frame for the window; `slot_sequence` is its number in the frame ring."""

    frame: FrameKey
    part: int  # 0 = not numbered
    verdict: Verdict
    reason: Reason
    score: float
    limit: float
    findings: tuple[Finding, ...]
    cleared: int
    why: tuple[Why, ...]  # at most three, the highest scores first
    ledger: Ledger
    slot_sequence: int


class CameraReady(Message, frozen=True):
    """The camera simulator is armed: its trigger count starts from 0. The ring's descriptor comes with it."""

    height: int
    width: int


class Exposed(Message, frozen=True):
    """One trigger of the camera: the frame is `sequence` in the ring, or lost when `sequence` is 0."""

    trigger: int
    sequence: int
    exposed_ns: int


class Ring(Message, frozen=True):
    """First message from the engine to a window; the frame ring's descriptor comes with it."""

    height: int
    width: int


class Rehearse(Message, frozen=True):
    """Make a fault happen in the engine on purpose, for `seconds`: "nan" or "late"."""

    fault: str
    seconds: float


class RecorderStatus(Message, frozen=True):
    """How the recorder fares; told to each process that delivers to it, about once a second."""

    health: Health
    detail: str = ""
    clock: Health = Health.GOOD  # CHECK for a while after the wall clock was set


AnyMessage = (
    EngineStatus
    | PartVerdict
    | Numbering
    | PartRecord
    | InspectionRecord
    | Event
    | Delivery
    | Stored
    | LineStatus
    | Signals
    | Alarms
    | RecorderStatus
    | Command
    | CommandResult
    | Refusal
    | AskEvents
    | Events
    | AskPeople
    | People
    | AskParts
    | Parts
    | AskPart
    | StoredPart
    | AskStatistics
    | Statistics
    | AskDefectModes
    | DefectModes
    | Showing
    | CameraReady
    | Exposed
    | Ring
    | Rehearse
)
