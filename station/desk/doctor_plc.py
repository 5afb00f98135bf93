"""`saiken doctor plc`: measures the PLC on its line and proposes [line] quiet_ms and response_ms.

It needs the port for itself, sends nothing but read requests, and takes about half a minute with a slow slave.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from station.core import plc_map
from station.core.config import LineSection, StationConfig, load_config
from station.core.domain import Health
from station.core.errors import PortError
from station.desk import finding
from station.desk.adapter import check_latency, check_name
from station.desk.doctor import is_running
from station.desk.finding import Finding
from station.desk.plc_probe import PlcProbe
from station.line.dialect import Exchange
from station.line.dialects import unchecked_dialect
from station.line.port import SerialPort
from station.recorder.reading import Percentiles, percentiles

_QUIET_MARGIN_MS, _QUIET_MARGIN = 3.0, 1.1
_RESPONSE_MARGIN_MS, _RESPONSE_MARGIN = 5.0, 1.5


class Measured(NamedTuple):
    """What one PLC does. Times are milliseconds."""

    round_trip: Percentiles  # of a read of its status
    longest: float  # what the longest exchange of the station takes at worst
    resynchronisation: float | None  # silence after which it hears again; None: its dialect has end marks


def report(config_file: Path, as_json: bool) -> int:
    """Measure, print, propose; 0 = the configured times fit, 1 = they do not.

    Raises:
        ConfigError: station.toml is wrong.
        PortError: the station runs, or the port cannot be had.
        PlcError: the PLC does not answer.
    """
    config = load_config(config_file)
    print(f"measuring at {config.line.port}; with a slow PLC this takes a minute", file=sys.stderr)
    measured = measure(config)
    proposed = propose(config.line, measured)
    findings = list(judge(config.line, measured, proposed))
    if as_json:
        print(json.dumps(_table(measured, proposed, findings), indent=2))
    else:
        finding.show(findings)
        print(f"\n[line]\nresponse_ms = {proposed.response_ms}\nquiet_ms = {proposed.quiet_ms}")
    return finding.exit_code(findings)


def measure(config: StationConfig) -> Measured:
    """Talk to the PLC. Raises as `report`."""
    line = config.line
    if is_running(config):
        raise PortError(f"{line.port}: the line process of this station holds it; stop the station, then measure")
    port = SerialPort(line.port, line.baud, line.characters)
    try:
        probe = PlcProbe(port, line)
        times = probe.round_trips()
        resynchronisation = probe.resynchronisation() if line.dialect == "modbus-rtu" else None
    finally:
        port.close()
    trips = percentiles([round(time * 1e6) for time in times])
    return Measured(trips, trips.max + _longer_by_ms(line), resynchronisation)


def propose(line: LineSection, measured: Measured) -> LineSection:
    """The same section with times for this PLC; a quiet_ms beyond what the key can hold stays at its end."""
    heard = measured.resynchronisation
    quiet_ms = line.quiet_ms if heard is None else math.ceil(_QUIET_MARGIN * heard + _QUIET_MARGIN_MS)
    response_ms = math.ceil(_RESPONSE_MARGIN * measured.longest + _RESPONSE_MARGIN_MS)
    return replace(line, quiet_ms=min(quiet_ms, 2000), response_ms=min(response_ms, 2000))


def judge(line: LineSection, measured: Measured, proposed: LineSection) -> list[Finding]:
    """What fits and what does not."""
    trip = measured.round_trip
    return [
        check_name(line.port),
        check_latency(line.port),
        Finding(
            "poll", Health.GOOD, f"{trip.parts} reads: p50 {trip.p50:.1f}, p99 {trip.p99:.1f}, max {trip.max:.1f} ms"
        ),
        _judge_response(line, measured, proposed),
        _judge_quiet(line, measured, proposed),
        _judge_heartbeat(proposed),
    ]


def _judge_response(line: LineSection, measured: Measured, proposed: LineSection) -> Finding:
    text = f"line.response_ms = {line.response_ms}; the longest exchange takes up to {measured.longest:.1f} ms here"
    if line.response_ms >= measured.longest:
        return Finding("response_ms", Health.GOOD, text)
    return Finding("response_ms", Health.FAILURE, text, f"Set line.response_ms = {proposed.response_ms}.")


def _judge_quiet(line: LineSection, measured: Measured, proposed: LineSection) -> Finding:
    heard = measured.resynchronisation
    if heard is None:
        text = (
            f"{line.dialect} marks the end of each message: the PLC hears again with the next one, whatever quiet_ms is"
        )
        return Finding("quiet_ms", Health.GOOD, text)
    text = f"line.quiet_ms = {line.quiet_ms}; after a damaged request the PLC hears again after {heard:.1f} ms"
    if line.quiet_ms >= heard:
        return Finding("quiet_ms", Health.GOOD, text)
    advice = f"Set line.quiet_ms = {proposed.quiet_ms}, or one lost byte fails several exchanges in a row."
    return Finding("quiet_ms", Health.FAILURE, text, advice)


def _judge_heartbeat(proposed: LineSection) -> Finding:
    """The inequality that `station.core.config` checks, with the proposed times."""
    limit, needed = proposed.heartbeat_limit_ms, proposed.heartbeat_needs_ms
    parts = f"response_ms {proposed.response_ms} + quiet_ms {proposed.quiet_ms} + 2 poll_ms {2 * proposed.poll_ms}"
    if limit > needed:
        return Finding("heartbeat", Health.GOOD, f"heartbeat_limit_ms = {limit} exceeds {parts} = {needed}")
    text = f"heartbeat_limit_ms = {limit} is not above {parts} = {needed}: one lost byte would be a heartbeat fault"
    advice = (
        "Shorten the byte time-out (character time-out) in the PLC's Modbus settings first and measure again; "
        f"else set heartbeat_limit_ms = {needed + 1} or more, here and in the PLC."
    )
    return Finding("heartbeat", Health.FAILURE, text, advice)


def _longer_by_ms(line: LineSection) -> float:
    """What the longest exchange of the station, all slots in one write, takes on the wire beyond the read measured."""
    dialect = unchecked_dialect(line)
    read = dialect.read(plc_map.STATUS_BASE, plc_map.STATUS_SIZE)
    write = dialect.write(plc_map.SLOT_BASE, [0] * (plc_map.SLOTS * plc_map.SLOT_SIZE))
    more = max(map(_bytes, write)) - sum(map(_bytes, read))
    return max(0, more) * line.bits * 1000 / line.baud


def _bytes(exchange: Exchange) -> int:
    return len(exchange.request) + exchange.answer_bytes


def _table(measured: Measured, proposed: LineSection, findings: list[Finding]) -> dict[str, object]:
    return {
        "round_trip_ms": measured.round_trip._asdict(),
        "longest_exchange_ms": measured.longest,
        "resynchronisation_ms": measured.resynchronisation,
        "proposed": {"response_ms": proposed.response_ms, "quiet_ms": proposed.quiet_ms},
        "heartbeat_limit_ms": proposed.heartbeat_limit_ms,
        "heartbeat_needs_ms": proposed.heartbeat_needs_ms,
        "findings": finding.as_table(findings),
    }
