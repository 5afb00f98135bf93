"""Where the line stands, as one `LineStatus` for windows."""

from __future__ import annotations

from station.core.domain import DriftState, Health
from station.core.errors import PlcError, RuntimeFaultError
from station.core.messages import Counters, EngineStatus, LineStatus
from station.core.states import State
from station.line.operation import Operation


def obstacle_of(linked: bool, link_detail: str, engine: EngineStatus | None) -> str:
    """What keeps the line from producing, "" if nothing does."""
    if not linked:
        return f"PLC link: {link_detail}"
    if engine is None:
        return "the engine is not there"
    return "" if engine.ready else f"engine: {engine.detail}"


def line_status(
    operation: Operation,
    engine: EngineStatus | None,
    *,
    plc_detail: str,
    counters: Counters,
    inputs: int,
    realtime: str,
) -> LineStatus:
    """All of it now; `inputs` are the PLC's input bits."""
    error = operation.error or ("" if operation.state is State.HALTED else operation.obstacle)
    return LineStatus(
        state=int(operation.state),
        error=error,
        advice=_advice(operation) if error else "",
        plc=Health.GOOD if operation.linked else Health.FAILURE,
        plc_detail=plc_detail,
        engine=_health(engine),
        engine_detail=engine.detail if engine else "the engine is not there",
        camera=engine.camera if engine else Health.CHECK,
        runtime=engine.runtime if engine else "",
        recipe=engine.recipe if engine else "",
        counters=counters,
        inputs=inputs,
        realtime=realtime,
        drift=engine.drift if engine else DriftState.UNWATCHED,
        drift_detail=engine.drift_detail if engine else "",
    )


def _advice(operation: Operation) -> str:
    if operation.state is State.ERROR:
        return "Remove the cause; then a supervisor confirms the error."
    return RuntimeFaultError.advice if operation.linked else PlcError.advice


def _health(engine: EngineStatus | None) -> Health:
    """Of the engine; parts that have drifted ask for maintenance, and production goes on."""
    if engine is None:
        return Health.FAILURE
    if not engine.ready:
        return Health.CHECK
    return Health.MAINTENANCE if engine.drift is DriftState.DRIFTED else Health.GOOD
