"""Results as text: table.json and the log of what was tried, as Markdown and CSV, and as marked sections of a page.

Needs the standard library only, so that scripts/results can compare the pages without an environment.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

Table = Mapping[str, Any]
LOG_KEYS = ("date", "what", "set", "figures", "command", "verdict")
_FIGURES = ("auroc", "tpr_at_fpr_1", "tpr_at_fpr_5", "aupro", "cpu_ms", "bundle_bytes")


def benchmark_markdown(table: Table) -> str:
    """The whole table of a benchmark, set by set."""
    lines: list[str] = []
    for name in dict.fromkeys(row["set"] for row in table["rows"]):
        rows = [row for row in table["rows"] if row["set"] == name]
        lines += [f"### {name}", "", *_figures(rows), "", *_decisions(rows), ""]
    if table["sequences"]:
        lines += ["### Sequences", "", *_sequences(table["sequences"]), ""]
    if table["failed"]:
        lines += ["### Failed", ""]
        lines += [f"- {one['set']}, {one['tower']}, seed {one['seed']}: {one['sentence']}" for one in table["failed"]]
        lines.append("")
    if table["runtimes"]:
        lines.append(f"CPU ms: median of one part; {'; '.join(table['runtimes'])}.")
    return "\n".join(lines).rstrip() + "\n"


def summary_markdown(table: Table) -> str:
    """One line per set and tower: what the product does, beside its screener alone and a look everywhere."""
    lines = [
        "| set | tower | AUROC, mean of seeds [95 %] | TPR at FPR 5 % | AUPRO | raw VAE AUROC | whole frame AUROC | "
        "good rejected / bad missed at the limit | inside its bound | CPU ms |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in table["rows"]:
        if row["method"] != "cascade":
            continue
        others = {
            one["method"]: one for one in table["rows"] if all(one[k] == row[k] for k in ("set", "tower", "without"))
        }
        decisions = row["decisions"]
        lost = [sum(one[key] for one in decisions) for key in ("false_rejects", "n_good", "misses", "n_bad")]
        cells = [
            _set_title(row),
            row["tower"],
            f"**{_number(row['auroc']['mean'])}** {_ends(row['auroc']['ci95'])}",
            _mean(row["tpr_at_fpr_5"]),
            _mean(row["aupro"]),
            *(_mean(others[name]["auroc"] if name in others else None) for name in ("vae_raw", "whole_frame")),
            f"{lost[0]} of {lost[1]} / {lost[2]} of {lost[3]}",
            f"{sum(one['inside'] for one in decisions)} of {len(decisions)} seeds",
            _mean(row["cpu_ms"], 1),
        ]
        lines.append(_line(cells))
    return "\n".join(lines) + "\n"


def _figures(rows: Sequence[Table]) -> Iterator[str]:
    first = rows[0]
    yield f"{first['n_good']} good and {first['n_bad']} bad test pictures. Mean over the seeds (lowest–highest) [95 %]."
    yield ""
    yield "| tower | method | seeds | AUROC | TPR at FPR 1 % | TPR at FPR 5 % | AUPRO | CPU ms |"
    yield "|---|---|---|---|---|---|---|---|"
    for row in rows:
        method = row["method"] + (f", without {', '.join(row['without'])}" if row["without"] else "")
        spreads = [_spread(row[key]) for key in ("auroc", "tpr_at_fpr_1", "tpr_at_fpr_5", "aupro")]
        yield _line([row["tower"], method, _seeds(row), *spreads, _mean(row["cpu_ms"], 1)])


def _decisions(rows: Sequence[Table]) -> Iterator[str]:
    decided = [row for row in rows if "decisions" in row and not row["without"]]
    if not decided:
        return
    yield "Over-detections: good parts that the raw VAE and the cascade reject to catch the same bad ones."
    yield ""
    yield (
        "| tower | seed | good rejected [95 %] | stated 95 % bound | inside | bad missed [95 %] | "
        "over-detections, raw and cascade | cleared | bundle MB |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in decided:
        size = "-" if row["bundle_bytes"] is None else f"{row['bundle_bytes']['mean'] / 1e6:.2f}"
        for one in row["decisions"]:
            over = one["over_detections"]
            cells = [
                row["tower"],
                str(one["seed"]),
                _share(one["false_rejects"], one["n_good"], one["false_reject_ci95"]),
                f"{one['bound_95']:.1%}",
                "yes" if one["inside"] else "**no**",
                _share(one["misses"], one["n_bad"], one["miss_ci95"]),
                f"{over['vae_raw']}, {over['cascade']}",
                "-" if over["cleared_share"] is None else f"{over['cleared_share']:.0%}",
                size,
            ]
            yield _line(cells)


def _sequences(found: Sequence[Table]) -> Iterator[str]:
    yield "| sequence | tower | seed | position | first annotated damage | alarm | frames after | false alarms before |"
    yield "|---|---|---|---|---|---|---|---|"
    for one in found:
        for name, at in one["positions"].items():
            times = ["none" if at[key] is None else str(at[key]) for key in ("onset", "alarm", "delay_frames")]
            false = f"{at['false_alarms_before']} of {at['frames_before']}"
            yield _line([one["set"], one["tower"], str(one["seed"]), name, *times, false])


def benchmark_csv(table: Table) -> str:
    """One line per row of the table; spreads take a column each."""
    heads = ["set", "tower", "method", "without", "seeds", "n_good", "n_bad"]
    for name in _FIGURES:
        heads += [f"{name}_mean", f"{name}_min", f"{name}_max"]
        heads += [f"{name}_ci95_low", f"{name}_ci95_high"] if name in ("auroc", "tpr_at_fpr_1", "tpr_at_fpr_5") else []
    heads += ["false_rejects", "bound_95", "inside", "misses", "cleared_share"]
    file = io.StringIO()
    writer = csv.DictWriter(file, heads, restval="", lineterminator="\n")
    writer.writeheader()
    for row in table["rows"]:
        writer.writerow(_flat(row))
    return file.getvalue()


def _flat(row: Table) -> dict[str, Any]:
    flat: dict[str, Any] = {key: row[key] for key in ("set", "tower", "method", "n_good", "n_bad")}
    flat["without"], flat["seeds"] = " ".join(row["without"]), _seeds(row)
    for name in _FIGURES:
        for key, value in (row[name] or {}).items():
            if key == "ci95":
                flat[f"{name}_ci95_low"], flat[f"{name}_ci95_high"] = value
            else:
                flat[f"{name}_{key}"] = value
    decisions = row.get("decisions", [])
    for key in ("false_rejects", "bound_95", "inside", "misses"):
        flat[key] = " ".join(str(one[key]) for one in decisions)
    flat["cleared_share"] = " ".join(str(one["over_detections"]["cleared_share"]) for one in decisions)
    return flat


def read_log(path: Path) -> list[dict[str, str]]:
    """Entries of the log of what was tried, oldest first; none when there is no file.

    Raises:
        ValueError: a line is not an object with exactly the keys `LOG_KEYS` and texts as values.
    """
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    entries = []
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"{path}: line {number}: is no JSON: {error}") from error
        if not isinstance(entry, dict) or set(entry) != set(LOG_KEYS) or not all(map(_is_text, entry.values())):
            raise ValueError(f"{path}: line {number}: needs the keys {', '.join(LOG_KEYS)}, each with a text")
        entries.append(entry)
    return entries


def add_to_log(path: Path, entry: Mapping[str, str]) -> None:
    """Append one entry.

    Raises:
        ValueError: a key is missing, unknown or has no text.
    """
    if set(entry) != set(LOG_KEYS) or not all(map(_is_text, entry.values())):
        raise ValueError(f"{path}: an entry needs the keys {', '.join(LOG_KEYS)}, each with a text")
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({key: entry[key] for key in LOG_KEYS}, ensure_ascii=False) + "\n")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def log_markdown(entries: Sequence[Mapping[str, str]]) -> str:
    """What was tried, also what did not help, oldest first."""
    if not entries:
        return "Nothing yet.\n"
    lines = [_line(list(LOG_KEYS)), "|---" * len(LOG_KEYS) + "|"]
    for entry in entries:
        cells = [entry[key].replace("|", "\\|").replace("\n", " ") for key in LOG_KEYS]
        cells[4] = f"`{cells[4]}`"
        lines.append(_line(cells))
    return "\n".join(lines) + "\n"


def replace_section(text: str, name: str, body: str) -> str:
    """The page with a new body between the markers of a section.

    Raises:
        ValueError: the page has no such markers.
    """
    begin, end = f"<!-- {name}: written by scripts/results -->", f"<!-- end of {name} -->"
    head, found, rest = text.partition(begin)
    _, closed, tail = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"the page has no section between {begin} and {end}")
    return f"{head}{begin}\n\n{body.strip()}\n\n{end}{tail}"


def _set_title(row: Table) -> str:
    return f"{row['set']} without {', '.join(row['without'])}" if row["without"] else str(row["set"])


def _seeds(row: Table) -> str:
    return " ".join(map(str, row["seeds"]))


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _mean(spread: Table | None, digits: int = 3) -> str:
    return "-" if spread is None else _number(spread["mean"], digits)


def _share(hits: int, n: int, ends: Sequence[float]) -> str:
    """With its exact 95 % interval (Clopper & Pearson)."""
    return f"{hits} of {n} [{ends[0]:.1%}, {ends[1]:.1%}]"


def _ends(ends: Sequence[float | None]) -> str:
    return f"[{_number(ends[0])}, {_number(ends[1])}]"


def _spread(spread: Table | None) -> str:
    """mean (lowest–highest) [95 %]"""
    if spread is None or spread["mean"] is None:
        return "-"
    text = f"{_number(spread['mean'])} ({_number(spread['min'])}–{_number(spread['max'])})"
    return f"{text} {_ends(spread['ci95'])}" if "ci95" in spread else text
