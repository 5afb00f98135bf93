"""Where the line stands, as one `LineStatus` for windows."""

from __future__ import annotations

from station.core.domain import DriftState, Health
from station.core.errors import PlcError, RuntimeFaultError
from station.core.messages import Counters, EngineStatus, LineStatus, RecorderStatus
from station.line.operation import NO_TROUBLE, Operation, Trouble
from station.line.series import Series

ADVICE = ("Load the recipe that the PLC asks for, or correct the recipe number in the PLC.",)


def obstacle_of(linked: bool, plc_detail: str, engine: EngineStatus | None, wanted: int) -> Trouble:
    """What keeps the line from producing, except causes and errors; `wanted`: recipe id that the PLC asks for."""
    if not linked:
        return Trouble(f"PLC link: {plc_detail}", PlcError.advice)
    if engine is None:
        return Trouble("the engine is not there", RuntimeFaultError.advice)
    if not engine.ready:
        return Trouble(f"engine: {engine.detail}", RuntimeFaultError.advice)
    differs = other_recipe(engine, wanted)
    return Trouble(differs, ADVICE[0]) if differs else NO_TROUBLE


def other_recipe(engine: EngineStatus | None, wanted: int) -> str:
    """What the operator sees when the PLC asks for another recipe than the engine's; "" when it does not."""
    if engine is None or wanted in {0, engine.recipe_id}:
        return ""
    ours = f"the station has 0x{engine.recipe_id:08X} ({engine.recipe})"
    return f"Part does not match recipe: the PLC asks for 0x{wanted:08X}, {ours}"


def line_status(
    operation: Operation,
    engine: EngineStatus | None,
    recorder: RecorderStatus,
    *,
    plc_detail: str,
    counters: Counters,
    series: Series,
    realtime: str,
) -> LineStatus:
    """All of it now."""
    trouble = operation.trouble
    return LineStatus(
        state=int(operation.state),
        error=trouble.text,
        advice=trouble.advice,
        plc=Health.GOOD if operation.linked else Health.FAILURE,
        plc_detail=plc_detail,
        engine=_health(engine),
        engine_detail=engine.detail if engine else "the engine is not there",
        camera=engine.camera if engine else Health.CHECK,
        runtime=engine.runtime if engine else "",
        recipe=engine.recipe if engine else "",
        counters=counters,
        inputs=operation.inputs,
        realtime=realtime,
        drift=engine.drift if engine else DriftState.UNWATCHED,
        drift_detail=engine.drift_detail if engine else "",
        light=engine.light if engine else Health.CHECK,
        light_detail=engine.light_detail if engine else "",
        reject_bound=engine.reject_bound if engine and engine.drift is not DriftState.DRIFTED else 1.0,
        recorder=recorder.health,
        recorder_detail=recorder.detail,
        clock=recorder.clock,
        lot=series.lot,
        mode=series.mode,
    )


def _health(engine: EngineStatus | None) -> Health:
    """Of the engine; parts that have drifted ask for maintenance, and production goes on."""
    if engine is None:
        return Health.FAILURE
    if not engine.ready:
        return Health.CHECK
    return Health.MAINTENANCE if engine.drift is DriftState.DRIFTED else Health.GOOD
