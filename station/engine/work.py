"""What runs while a recipe is open: camera, inspector, canary, promise, optics, rehearsals, and their status."""

from __future__ import annotations

from station.core.config import StationConfig
from station.core.domain import Health, Verdict
from station.core.messages import EngineStatus
from station.core.wall import wall_clock
from station.engine.camera.armed import ArmedCamera
from station.engine.camera.protocol import Clock
from station.engine.canary import Canary
from station.engine.inspector import Inspector
from station.engine.optics import Optics
from station.engine.promise import Promise
from station.engine.rehearsal import RehearsedDetector
from station.engine.task import Task


class Work:
    """What one opened task needs while it runs."""

    def __init__(self, task: Task, config: StationConfig, camera: ArmedCamera, clock_ns: Clock) -> None:
        self.task = task
        self.camera = camera
        self.canary = Canary(task.detector, task.known)
        self.promise = Promise(task.watch, task.bundle_sha256, config.run_dir / "engine.promise")
        self.optics = Optics([one.frame for one in task.known if one.verdict is Verdict.PASS])
        self.detector = RehearsedDetector(task.detector, config.engine.deadline_ms, clock_ns)
        self.inspector = Inspector(
            self.detector,
            recipe=task.recipe,
            bundle_sha256=task.bundle_sha256,
            deadline_ms=config.engine.deadline_ms,
            clock_ns=clock_ns,
            wall_s=wall_clock(config),
        )

    def status(self, fatal: str) -> EngineStatus:
        """Ready when the camera is armed and nothing is fatal: the self-test was passed, or there were no work."""
        session = self.camera.session
        return EngineStatus(
            ready=session != 0 and not fatal,
            detail=fatal or self.camera.detail or self.task.runtime,
            camera=Health.GOOD if session else Health.FAILURE,
            session=session,
            inspected=self.inspector.inspected,
            runtime=self.task.runtime,
            recipe=self.task.recipe,
            recipe_id=self.task.recipe_id,
            bundle_sha256=self.task.bundle_sha256,
            fatal=fatal,
            drift=self.promise.state,
            drift_detail=self.promise.detail,
            supervision=self.task.supervision,
            reject_bound=self.task.reject_bound,
            light=self.optics.health,
            light_detail=self.optics.detail,
        )


def status_without_work(refused: str) -> EngineStatus:
    """The status while no recipe is open; a refused bundle is fatal, one that is being opened is not."""
    return EngineStatus(
        ready=False,
        detail=refused or "the recipe bundle is being opened",
        camera=Health.CHECK,
        session=0,
        inspected=0,
        runtime="",
        recipe="",
        recipe_id=0,
        bundle_sha256="",
        fatal=refused,
    )
