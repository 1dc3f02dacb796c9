"""Which rows count, and the ratios between them."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from typing import Any

from .cases import BARE, CVXPY, EXACT_PEERS, LINOPY, OURS, OUTPUTS, PLAIN, PULP, PYOMO, ROBUST, Case

Row = dict[str, Any]
Rows = Mapping[tuple[str, str], Row]

SAME = 1e-6
"""Largest difference of a stage's optimum, relative to its natural size, at which two rows agree."""

OWN = ("check", "settle")
"""From tables in memory to a certified settlement."""

SOLVER = ("settle: solve", "settle: share")
"""What a settlement spends in solvers."""


def median_row(rows: list[Row]) -> Row:
    """One row of several measurements of one subject: medians of CPU and wall time and ratios, the largest memory."""
    done = [row for row in rows if "failed" not in row]
    if not done:
        return rows[0]
    phases = {}
    for name in done[0]["phases"]:
        measured = [row["phases"][name] for row in done if name in row["phases"]]
        phases[name] = {
            "cpu_s": statistics.median(phase["cpu_s"] for phase in measured),
            "wall_s": statistics.median(phase["wall_s"] for phase in measured),
            "peak_mb": max(phase["peak_mb"] for phase in measured),
        }
    cpu = [total(row) for row in done]
    own = [row["ratios"] for row in done if "ratios" in row]
    ratios = {"ratios": {name: statistics.median(each[name] for each in own) for name in own[0]}} if own else {}
    return {
        **done[0],
        **ratios,
        "phases": phases,
        "times": len(done),
        "spread": max(cpu) / min(cpu) if min(cpu) > 0 else 1.0,
    }


WHOLE = (OWN, ("solve",), ("prepare", "stages"), ("read",), ("command",))
"""The phases that a subject is there for; the rest is imports, making of tables and what is shown beside."""


def total(row: Row) -> float:
    """CPU seconds of the phases that a row is there for; of all its phases where it has none of these."""
    phases = row["phases"]
    return cpu(row, *next((names for names in WHOLE if names[-1] in phases), tuple(phases)))


def cpu(row: Row, *names: str) -> float:
    """CPU seconds of some phases together."""
    return sum(row["phases"][name]["cpu_s"] for name in names if name in row["phases"])


def peak_mb(row: Row) -> float:
    """Peak memory, MB, until the settlement (or what else is measured) stands."""
    phases = row["phases"]
    last = "settle" if "settle" in phases else max(phases, key=lambda name: phases[name]["peak_mb"])
    return float(phases[last]["peak_mb"])


def judge(rows: Rows, case: str) -> None:
    """Mark each row of a case with ``off``, how far it is from ours, and ``counts``."""
    here = {subject: row for (name, subject), row in rows.items() if name == case}
    ours = here.get(OURS)
    for subject, row in here.items():
        if subject == OURS or "failed" in row:
            continue
        if "stages" in row and ours is not None and "failed" not in ours:
            sizes = ours["sizes"]
            off = [
                abs(value - ours["stages"].get(name, float("inf"))) / sizes[name]
                for name, value in row["stages"].items()
            ]
            row["off"] = max(off, default=0.0)
            row["counts"] = bool(row["off"] <= SAME)
        else:
            row["counts"] = bool(row.get("certificate", "rows" in row))
    if ours is not None and "failed" not in ours:
        others = [here[s] for s in (BARE, PLAIN, *EXACT_PEERS) if s in here and "failed" not in here[s]]
        agreed = not others or any(row["counts"] for row in others)
        peers = [row for subject, row in here.items() if subject in EXACT_PEERS and "failed" not in row]
        ours["counts"] = bool(ours["certificate"] and agreed and all(row["counts"] for row in peers))


def fastest_bare(rows: Rows, case: str) -> float | None:
    """CPU seconds of the fastest bare solve that found the optimum."""
    result = [rows[case, subject] for subject in (BARE, PLAIN) if (case, subject) in rows]
    seconds = [cpu(row, "solve") for row in result if row.get("counts")]
    return min(seconds, default=None)


def ratios(rows: Rows, case: str) -> dict[str, float]:
    """Ratios of a case, in CPU time of the same run. Names say what is divided by what."""
    result: dict[str, float] = {}
    for (name, _), row in rows.items():
        result |= row.get("ratios", {}) if name == case and row.get("counts") else {}
    ours = rows.get((case, OURS))
    if ours is None or not ours.get("counts"):
        return result
    bare = fastest_bare(rows, case)
    if bare:
        result["settle ÷ bare"] = cpu(ours, *OWN) / bare
        if rows.get((case, OUTPUTS), {}).get("counts"):
            result[ALL_OUTPUTS] = cpu(rows[case, OUTPUTS], "command") / bare
    for peer in (PULP, PYOMO, LINOPY, CVXPY):
        row = rows.get((case, peer), {})
        if row.get("counts"):
            result[f"{peer} ÷ ours"] = cpu(row, "prepare", "stages") / cpu(ours, "settle")
    if (robust := rows.get((case, ROBUST), {})).get("counts"):
        result["robust ÷ draws alone"] = cpu(robust, "robust") / cpu(robust, "draws alone")
    result["outside the solver"] = 1 - cpu(ours, *SOLVER) / cpu(ours, *OWN)
    return result


BIGGER_IS_BETTER = "÷ ours"
"""How the names of ratios end that say how much longer others take."""

ALL_OUTPUTS = "all outputs ÷ bare"
"""The command with every output, imports among them, over the fastest bare solve."""


def worse(now: float, before: float, name: str) -> float:
    """By what factor a ratio is worse than it was; below 1 it is better."""
    return before / now if name.endswith(BIGGER_IS_BETTER) else now / before


def fallen(
    now: Mapping[str, Mapping[str, float]], baseline: Mapping[str, Mapping[str, float]], margin: float
) -> list[str]:
    """Ratios that are worse than the baseline by more than the margin, as sentences; one that is gone is worse."""
    text = []
    for case, before in baseline.items():
        for name, value in before.items():
            if name not in now.get(case, {}):
                text.append(f"{case}: {name} was {value:.3g} and is gone: a row failed or does not count")
            elif worse(now[case][name], value, name) > margin:
                text.append(
                    f"{case}: {name} was {value:.3g} and is {now[case][name]:.3g}, more than {margin:g} × worse"
                )
    return text


def wrong(rows: Iterable[Row]) -> list[str]:
    """Rows of ours that failed or do not count, as words."""
    return [
        f"{row['case']}, {row['subject']}: {row.get('failed', 'does not count')}"
        for row in rows
        if row["subject"] == OURS and not row.get("counts")
    ]


def exponent(points: list[tuple[float, float]]) -> float:
    """Slope of a straight line through the logarithms of (areas, seconds)."""
    import numpy as np

    areas, seconds = np.log(np.asarray(points)).T
    return float(np.polyfit(areas, seconds, 1)[0])


def growth(rows: Rows, cases: tuple[Case, ...], subject: str = OURS) -> list[tuple[float, float]]:
    """(areas, CPU seconds) of the cases of one size that count for a subject."""
    points = []
    for case in cases:
        row = rows.get((case.name, subject))
        if row is not None and row.get("counts"):
            points.append((float(case.areas), cpu(row, *(OWN if subject == OURS else ("solve",)))))
    return points
