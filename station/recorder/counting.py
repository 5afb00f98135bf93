"""Answers how production went: counted by SQLite, in stretches of time; a lot, or all."""

from __future__ import annotations

from station.core.counting import BUCKETS, AskStatistics, Bucket, Statistics
from station.core.ranks import nearest_rank
from station.core.shifts import shift_start
from station.recorder.room import Answered, Room

_SAMPLE = 400  # parts of one bucket whose latency is looked at
_MOST_MODES = 12
_PRODUCED = "mode = 'production' AND time >= :since AND time < :until AND (:lot = '' OR lot = :lot)"
_CAPTURE = "iif(exposed_ns, exposed_ns, frame_ns)"
Values = dict[str, str | float]


def answer_statistics(room: Room, question: AskStatistics) -> Answered:
    """Of the period up to now."""
    until = room.wall()
    longest, bucket_s = BUCKETS[question.period]
    since = shift_start(until, room.config.station.shifts) if question.period == "shift" else until - longest
    values: Values = {"since": since, "until": until, "lot": question.lot, "bucket": bucket_s}
    buckets, pareto = _buckets(room, values), _pareto(room, values)
    return Statistics(question.number, since, until, bucket_s, buckets, pareto, _cleared(room, values)), None


def _buckets(room: Room, values: Values) -> tuple[Bucket, ...]:
    counted = room.reader.select(
        "SELECT CAST((time - :since) / :bucket AS INTEGER) AS place, count(*) AS parts, "
        "sum(verdict = 'pass') AS passed, sum(verdict = 'reject') AS rejected, "
        "coalesce(avg(CASE WHEN verdict = 'pass' THEN score END), 0.0) AS score "
        f"FROM part WHERE {_PRODUCED} GROUP BY place ORDER BY place",
        values,
    )
    most = max((row["parts"] for row in counted), default=0)
    times = _latencies(room, values, max(1, most // _SAMPLE))
    since, bucket_s = float(values["since"]), float(values["bucket"])
    return tuple(
        Bucket(
            since + row["place"] * bucket_s,
            row["parts"],
            row["passed"],
            row["rejected"],
            row["score"],
            _share_of(times.get(row["place"]), 0.5),
            _share_of(times.get(row["place"]), 0.99),
        )
        for row in counted
    )


def _latencies(room: Room, values: Values, every: int) -> dict[int, list[float]]:
    """Milliseconds from capture to acknowledge of every so-manieth part, ascending, by bucket."""
    rows = room.reader.select(
        "SELECT CAST((time - :since) / :bucket AS INTEGER) AS place, "
        f"(acknowledged_ns - {_CAPTURE}) / 1e6 AS ms FROM part WHERE {_PRODUCED} AND id % :every = 0 "
        f"AND acknowledged_ns > 0 AND {_CAPTURE} > 0 ORDER BY ms",
        {**values, "every": every},
    )
    found: dict[int, list[float]] = {}
    for row in rows:
        found.setdefault(row["place"], []).append(row["ms"])
    return found


def _pareto(room: Room, values: Values) -> tuple[tuple[str, int], ...]:
    """Defects by the names that people gave; rejects without a name by the station's reason, as "reason:finding"."""
    rows = room.reader.select(
        "SELECT CASE WHEN coalesce(label.defect_mode, '') <> '' THEN label.defect_mode "
        "ELSE 'reason:' || part.reason END AS name, count(*) AS n FROM part "
        "LEFT JOIN label ON label.id = (SELECT max(id) FROM label WHERE part_key = part.key) "
        f"WHERE {_PRODUCED.replace('time', 'part.time')} AND (part.verdict = 'reject' OR label.label = 'missed') "
        "AND coalesce(label.label, '') <> 'false_reject' GROUP BY name ORDER BY n DESC, name LIMIT :most",
        {**values, "most": _MOST_MODES},
    )
    return tuple((row["name"], row["n"]) for row in rows)


def _cleared(room: Room, values: Values) -> int:
    """Over-detections that were cleared; of every lot, inspections know none."""
    text = "SELECT coalesce(sum(cleared), 0) AS n FROM inspection WHERE time >= :since AND time < :until"
    return int(room.reader.select(text, values)[0]["n"])


def _share_of(ascending: list[float] | None, share: float) -> float:
    """Nearest rank; 0.0 of nothing."""
    return nearest_rank(ascending, share) if ascending else 0.0
