# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up news for the screenshots and for tests of the window: every state, without any other process."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import msgspec

from station.core.counting import Bucket, Statistics
from station.core.domain import DriftState, Finding, Health, Ledger, Reason, Verdict
from station.core.errors import BundleError, PlcError
from station.core.message import Question, Reply
from station.core.messages import Counters, FrameKey, LineStatus, PartRecord, Showing, Why
from station.core.plc_map import BIN_FULL
from station.core.ring import RingFrame
from station.core.states import State
from station.gui.link import Then
from station.gui.made_up_part import HEIGHT, WIDTH, Blemish, blur, cut_patch, draw_part, grey_bytes
from station.gui.news import Answer, StationNews
from station.gui.pane import Screen
from station.gui.run.run_screen import RunScreen

LIMIT = 3.2
_SCRATCH, _DENT = Blemish("scratch", 806, 236), Blemish("dent", 398, 560)
_DUST, _SPECK = Blemish("dust", 486, 168), Blemish("dust", 786, 590)
_STATUS = LineStatus(
    state=State.CONTINUOUS_EXECUTION,
    error="",
    advice="",
    plc=Health.GOOD,
    plc_detail="",
    engine=Health.GOOD,
    engine_detail="onnxruntime, CPU",
    camera=Health.GOOD,
    runtime="onnxruntime",
    recipe="flange-SK204",
    counters=Counters(parts=12_844, passed=12_361, rejected=447, not_inspected=36, exchanges=641_200),
    inputs=0,
    realtime="SCHED_FIFO 50, memory locked",
    reject_bound=0.041,
    light=Health.GOOD,
    recorder=Health.GOOD,
    recorder_detail="41,000 MiB free",
    drift=DriftState.STEADY,
)


class StillLink:
    """A link without processes: its news are what it was given."""

    def __init__(self, news: StationNews | None = None) -> None:
        self.news = news or StationNews()
        self.sent: list[str] = []
        self.asked: list[Question] = []
        self.replies: Replies = {}

    def poll(self, now_ns: int) -> None:
        """Nothing comes."""

    def send(self, action: str, what: str = "", value: str = "", seconds: float = 0.0, then: Then = None) -> None:
        """Remembered only, as words: the action and what is not empty."""
        self.sent.append(" ".join(word for word in (action, what, value, f"{seconds:g}" if seconds else "") if word))

    def ask(self, question: Question, then: Callable[[Reply, bytes], None]) -> None:
        """Answered at once, if there is a reply for this type."""
        self.asked.append(question)
        if type(question) in self.replies:
            then(*self.replies[type(question)])

    def log_out(self) -> None:
        """Nobody is logged in."""
        self.news.user, self.news.role = "", "operator"

    def close(self) -> None:
        """Nothing to close."""


Replies = dict[type[Question], tuple[Reply, bytes]]  # what a question of this type is answered with


class Scene(NamedTuple):
    """One picture to take: the news, which screen is in front, and what is done there before the picture is taken."""

    name: str
    news: StationNews
    screen: str = "run"
    replies: Replies = {}  # noqa: RUF012  # nobody changes it
    prepare: Callable[[Screen], None] = lambda _: None


def tell_shift(screen: Screen) -> None:
    """This shift went well so far."""
    if isinstance(screen, RunScreen):
        screen.take_shift(Statistics(0, 0.0, 900.0, 900.0, (Bucket(0.0, 9_000, 8_690, 301, 1.2, 43.0, 52.0),)), b"")


def explain(screen: Screen) -> None:
    """Open the Why pane on the newest part."""
    if isinstance(screen, RunScreen):
        screen.explain_newest()


def finding(blemish: Blemish, score: float, confirmed: bool, golden: int = 17) -> Finding:
    """A candidate around the blemish."""
    left, top, width, height = box = (round(blemish.x) - 56, round(blemish.y) - 56, 112, 112)
    corners = ((left, top), (left + width, top), (left + width, top + height), (left, top + height))
    outline = tuple((float(x), float(y)) for x, y in corners)
    return Finding(box, outline, z=score * 2.7, distance=score * 0.31, score=score, confirmed=confirmed, golden=golden)


def ledger(late: bool = False, part: int = 0) -> Ledger:
    """A plausible way through the stages, in nanoseconds."""
    begin_ns = 5_000_000_000 + part * 800_000_000  # 75 parts a minute
    after_ms = (0, 2.0, 9.4, 121, 236, 236.8, 238) if late else (0, 2.0, 9.4, 41, 58.3, 59.1, 59.9, 66.2, 76.5)
    fields = ("trigger", "exposed", "frame", "screened", "verified", "decided", "received", "written", "acknowledged")
    times = {f"{name}_ns": begin_ns + round(ms * 1e6) for name, ms in zip(fields, after_ms, strict=False)}
    return Ledger(deadline_ns=begin_ns + 250_000_000, **times)


def record(part: int, verdict: Verdict = Verdict.PASS, reason: Reason = Reason.CLEAN, score: float = 1.4) -> PartRecord:
    """The line's record of one part."""
    late = reason is Reason.LATE
    return PartRecord(
        key=f"00a7-{part}",
        part=part,
        boot=0xA7,
        frame=FrameKey(7, part),
        verdict=verdict,
        reason=reason,
        acknowledged=not late,
        score=score,
        limit=LIMIT,
        ledger=ledger(late, part),
        time=1.79e9 + part,
    )


@lru_cache
def _frame(blemishes: tuple[Blemish, ...]) -> RingFrame:
    return RingFrame(1, HEIGHT, WIDTH, 1, 0, grey_bytes(draw_part(blemishes, seed=3)))


@lru_cache  # drawing takes a while, and many scenes share a part
def showing(of: PartRecord, findings: tuple[Finding, ...], blemishes: tuple[Blemish, ...]) -> Showing:
    """The engine's side of `of`, with evidence for each finding."""
    part, golden = draw_part(blemishes, seed=3), draw_part(seed=11)
    evidence = tuple(
        Why(one, cut_patch(part, one.box), cut_patch(golden, one.box), cut_patch(blur(golden, 7), one.box))
        for one in sorted(findings, key=lambda one: -one.score)[:3]
    )
    assert of.frame is not None
    cleared = sum(not one.confirmed for one in findings)
    return Showing(of.frame, of.part, of.verdict, of.reason, of.score, LIMIT, findings, cleared, evidence, of.ledger, 1)


def make_news(
    newest: PartRecord, findings: tuple[Finding, ...] = (), blemishes: tuple[Blemish, ...] = ()
) -> StationNews:
    """A producing line whose last 20 parts end with `newest`."""
    news = StationNews()
    news.line_here = news.engine_here = True
    news.status = _STATUS
    for part in range(newest.part - 16, newest.part):
        made = record(part)
        if part % 16 == 3:
            made = record(part, Verdict.REJECT, Reason.FINDING, 5.7)
        elif part % 16 == 9:
            made = record(part, Verdict.NOT_INSPECTED, Reason.FRAME_LOST, 0.0)
        news.take_record(made)
    news.take_showing(showing(newest, findings, blemishes), _frame(blemishes))
    news.take_record(newest)
    news.cleared = 1_206
    news.now_ns = newest.ledger.trigger_ns + 10**9
    return news


def good() -> StationNews:
    """An OK part; two candidates were cleared."""
    found = (finding(_DUST, 1.9, False), finding(_SPECK, 1.4, False, golden=5))
    return make_news(record(12_844, score=1.9), found, (_DUST, _SPECK))


def bad() -> StationNews:
    """An NG part with two confirmed findings and a cleared one."""
    found = (finding(_SCRATCH, 6.1, True), finding(_DENT, 4.4, True, golden=5), finding(_DUST, 1.9, False))
    return make_news(record(12_844, Verdict.REJECT, Reason.FINDING, 6.1), found, (_SCRATCH, _DENT, _DUST))


def border() -> StationNews:
    """A part that passes close to the limit."""
    found = (finding(_DUST, 3.0, False), finding(_SPECK, 1.4, False, golden=5))
    return make_news(record(12_844, Verdict.PASS, Reason.BORDER, 3.0), found, (_DUST, _SPECK))


def late() -> StationNews:
    """A part whose verdict came too late."""
    return make_news(record(12_844, Verdict.NOT_INSPECTED, Reason.LATE, 1.2))


def _with_status(change: Callable[[LineStatus], LineStatus], base: Callable[[], StationNews] = good) -> StationNews:
    news = base()
    assert news.status is not None
    news.status = change(news.status)
    return news


def _changed(**fields: object) -> StationNews:
    return _with_status(lambda status: msgspec.structs.replace(status, **fields))


def _engine_gone() -> StationNews:
    news = _changed(
        state=State.INITIALIZED, engine=Health.FAILURE, engine_detail="no sign of life for 0.3 s", camera=Health.CHECK
    )
    news.engine_here = False
    return news


def _promise_void() -> StationNews:
    detail = "since part 12840 (KS 0.36 > 0.33 over 200)"
    return _changed(engine=Health.MAINTENANCE, drift=DriftState.DRIFTED, drift_detail=detail)


def _line_gone() -> StationNews:
    news = good()
    news.line_here, news.status = False, None
    return news


def _refused() -> StationNews:
    news = _changed(state=State.READY)
    news.answer = Answer("start", "refused", "challenge test is due")
    return news


def run_scenes() -> tuple[Scene, ...]:
    """All states of the Run screen."""
    error = "bundle: vae.onnx: SHA-256 differs from the manifest"
    plc = _changed(
        state=State.PREOPERATIONAL, plc=Health.FAILURE, plc_detail="no answer within 60 ms", advice=PlcError.advice
    )
    return (
        Scene("run-ok", good(), prepare=tell_shift),
        Scene("run-border", border()),
        Scene("run-ng", bad()),
        Scene("run-not-inspected", late()),
        Scene("why-ng", bad(), prepare=explain),
        Scene("why-cleared", good(), prepare=explain),
        Scene("why-not-inspected", late(), prepare=explain),
        Scene("ready", _refused()),
        Scene("bin-full", _changed(inputs=BIN_FULL)),
        Scene("promise-void", _promise_void()),
        Scene("engine-gone", _engine_gone()),
        Scene("plc-lost", plc),
        Scene("error", _changed(state=State.ERROR, error=error, advice=BundleError.advice)),
        Scene("halted", _changed(state=State.HALTED)),
        Scene("line-gone", _line_gone()),
    )
