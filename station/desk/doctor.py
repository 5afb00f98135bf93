"""`saiken doctor`: can this machine run the station that station.toml describes? One line per check, with advice."""

from __future__ import annotations

import json
import os
import resource
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from station.core.bundle import read_bundle
from station.core.channel import connect
from station.core.config import StationConfig, load_config
from station.core.domain import Health
from station.core.errors import ChannelError, StationError
from station.desk import finding
from station.desk.adapter import check_latency, check_name
from station.desk.doctor_camera import check_camera
from station.desk.finding import Finding
from station.line.port import PortRefusedError, SerialPort

_MIB = 1 << 20


def report(config_file: Path, as_json: bool) -> int:
    """Print all checks; 0 = nothing failed, 1 = something did.

    Raises:
        ConfigError: station.toml itself is wrong; nothing else can be checked then.
    """
    findings = list(examine(load_config(config_file)))
    if as_json:
        print(json.dumps(finding.as_table(findings), indent=2))
    else:
        print(f"{config_file}: valid")
        finding.show(findings)
    return finding.exit_code(findings)


def examine(config: StationConfig) -> Iterator[Finding]:
    """All checks, in the order in which a station comes up."""
    running = is_running(config)
    yield check_run_dir(config.run_dir)
    yield _guarded("bundle", lambda: check_bundle(config))
    yield _guarded("PLC port", lambda: check_port(config, running))
    yield check_name(config.line.port)
    yield check_latency(config.line.port)
    yield check_quiet_time(config)
    yield check_camera(config, running)
    for key in ("journal", "pictures"):
        yield check_disk(key, Path(getattr(config.recorder, key)), config.recorder.min_free_mib)
    yield check_realtime(config.line.realtime_priority)
    yield Finding("station", Health.GOOD, "runs now" if running else "does not run now")


def check_run_dir(folder: Path) -> Finding:
    """Sockets need a writable directory with a short path."""
    longest = len(os.fsencode(folder / "recorder.sock"))
    if longest > 107:
        return Finding(
            "run_dir", Health.FAILURE, f"{folder}: too long for sockets", "Choose a shorter station.run_dir."
        )
    return _writable("run_dir", folder)


def check_bundle(config: StationConfig) -> Finding:
    """The engine would take it. Raises BundleError if not."""
    bundle = read_bundle(Path(config.engine.bundle), Path(config.engine.trust))
    recipe = bundle.recipe
    return Finding("bundle", Health.GOOD, f"{recipe.name} {recipe.version}, signed by {bundle.key_id}")


def check_port(config: StationConfig, running: bool) -> Finding:
    """The port opens, or our own station has it. Raises PortError if not."""
    line = config.line
    try:
        SerialPort(line.port, line.baud, line.characters).close()
    except PortRefusedError:
        if not running:
            raise
        return Finding("PLC port", Health.GOOD, f"{line.port}: in use by this station")
    return Finding("PLC port", Health.GOOD, f"{line.port}: opens with {line.baud} baud, {line.characters}")


def check_quiet_time(config: StationConfig) -> Finding:
    """A long silence after a failed exchange costs heartbeats; the slave's byte time-out must be shortened first."""
    line = config.line
    tries = line.heartbeat_limit_ms / (line.response_ms + line.quiet_ms)
    text = f"{tries:.1f} failed exchanges fit into the heartbeat limit of {line.heartbeat_limit_ms} ms"
    if tries >= 2:
        return Finding("PLC times", Health.GOOD, text)
    advice = "Shorten the PLC's byte time-out, then line.quiet_ms and line.response_ms."
    return Finding("PLC times", Health.MAINTENANCE, text, advice)


def check_disk(key: str, path: Path, min_free_mib: int) -> Finding:
    """Writable, with more space than the limit below which pictures are shed."""
    folder = path if key == "pictures" else path.parent
    found = _writable(key, folder)
    if found.health is Health.FAILURE:
        return found
    free = shutil.disk_usage(_existing(folder)).free // _MIB
    if free < min_free_mib:
        text = f"{folder}: {free} MiB free, below recorder.min_free_mib = {min_free_mib}: pictures are shed"
        return Finding(key, Health.MAINTENANCE, text, "Free disk space.")
    return Finding(key, Health.GOOD, f"{folder}: writable, {free} MiB free")


def check_realtime(priority: int) -> Finding:
    """The line process may use SCHED_FIFO and lock its memory."""
    if priority == 0:
        return Finding("real time", Health.MAINTENANCE, "not asked for: line.realtime_priority = 0")
    limit, _ = resource.getrlimit(resource.RLIMIT_RTPRIO)
    if os.geteuid() == 0 or limit == resource.RLIM_INFINITY or limit >= priority:
        return Finding("real time", Health.GOOD, f"SCHED_FIFO {priority} is permitted")
    advice = "Start by systemd (LimitRTPRIO, LimitMEMLOCK), or raise both limits in /etc/security/limits.conf."
    return Finding(
        "real time", Health.MAINTENANCE, f"SCHED_FIFO {priority} is not permitted: verdicts may be late", advice
    )


def _writable(check: str, folder: Path) -> Finding:
    """By trying: a disk that is mounted read-only says nothing about it in its permissions."""
    existing = _existing(folder)
    probe = existing / f".saiken-doctor-{os.getpid()}"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        advice = "Make it writable for this user, or name another directory in station.toml."
        return Finding(check, Health.FAILURE, f"{folder}: not writable: {error.strerror}", advice)
    return Finding(check, Health.GOOD, f"{folder}: writable")


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(path for path in (folder, *folder.absolute().parents) if path.is_dir())


def _guarded(check: str, examine_it: Callable[[], Finding]) -> Finding:
    try:
        return examine_it()
    except StationError as error:
        return Finding(check, Health.FAILURE, str(error), error.advice)


def is_running(config: StationConfig) -> bool:
    """The line process of this station answers."""
    try:
        connect(config.socket("line")).close()
    except ChannelError:
        return False
    return True
