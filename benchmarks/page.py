"""The page of results, docs/performance.md, with its charts: made of ``results.json`` alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import cases, charts, judging
from .cases import ALL_PEERS, BARE, DRAW, FILES, OURS, PLAIN
from .goals import goals

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "performance.md"

OPENING = """\
# How fast it is

Written by `python -m benchmarks.run --full --page`; [benchmarks/](../benchmarks/README.md) says what each workload is
and how to measure. Every figure is **CPU seconds on one thread**, each measurement in a process of its own; compare
ratios within this page, not seconds between machines. *Settle* is from tables in memory to a certified settlement:
checks, all stages, sharing, certificate, tables. *Bare* is HiGHS alone on the same arrays, the **first stage only**,
interior point, the faster of with and without crossover. A peer does the same stages one after another by constraints,
from the checked tables, without sharing, certificate, prices or reasons. A row counts only if the certificate holds and
the peers find the same optimum of every stage to 1e-6; ✗ marks one that does not.
"""


def write_page(results: dict[str, Any]) -> None:
    """Write the page and its charts."""
    rows = {(row["case"], row["subject"]): row for row in results["rows"]}
    for name in {case for case, _ in rows}:
        judging.judge(rows, name)
    images = charts.draw(rows, PAGE.parent / "images")
    parts = [
        OPENING,
        _machine(results.get("machine", {})),
        "## Goals\n\n" + _table(["goal", "asked", "measured", ""], goals(rows)),
        *(f"![{words}](images/{name})\n" for name, words in images),
        "## Ours beside the limit and the peers\n\n" + _table(*_beside(rows)),
        "## Where our time goes\n\nCPU seconds.\n\n" + _table(*_phases(rows)),
        "## Stages\n\nCPU seconds of each stage, and how it was solved.\n\n" + _table(*_stages(rows)),
        "## Growth\n\n" + _growth(rows),
        _beyond(rows),
        _failed(rows),
    ]
    text = "\n".join(part.rstrip() + "\n" for part in parts if part)
    draft = PAGE.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(PAGE)
    print(f"wrote {PAGE.relative_to(ROOT)}")


def _machine(said: dict[str, str]) -> str:
    libraries = ", ".join(f"{name} {said[name]}" for name in _libraries(said))
    return (
        f"Measured on {said.get('cores', '?')} cores of {said.get('processor', '?')}, {said.get('memory', '?')}, "
        f"{said.get('system', '?')}, Python {said.get('python', '?')}; {libraries}.\n"
    )


def _libraries(said: dict[str, str]) -> list[str]:
    return [name for name in said if name not in ("cores", "processor", "memory", "system", "python")]


def _table(head: list[str], body: list[list[str]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *body)]
    return "\n".join(lines) + "\n"


def _names(rows: judging.Rows) -> list[str]:
    """Measured cases in the order of the registry."""
    measured = {case for case, subject in rows if subject == OURS}
    return [case.name for case in cases.FULL if case.name in measured]


def _beside(rows: judging.Rows) -> tuple[list[str], list[list[str]]]:
    """A line for each case: seconds and ratios of every subject."""
    head = ["workload", "settle", "peak MB", "bare", "settle ÷ bare"]
    head += [f"{peer} (÷ ours)" for peer in ALL_PEERS]
    body = []
    for name in _names(rows):
        ours = rows[name, OURS]
        verdict = judging.ratios(rows, name)
        bare = judging.fastest_bare(rows, name)
        peak = f"{judging.peak_mb(ours):,.0f}" if "failed" not in ours else ""
        line = [name, _seconds(ours), peak, f"{bare:.2f}" if bare else _bare_failed(rows, name)]
        line.append(f"{verdict['settle ÷ bare']:.2f}" if "settle ÷ bare" in verdict else "")
        line += [_peer(rows, name, peer) for peer in ALL_PEERS]
        body.append(line)
    return head, body


def _seconds(row: dict[str, Any]) -> str:
    if "failed" in row:
        return row["failed"]
    return f"{judging.total(row):.2f}{'' if row.get('counts') else ' ✗'}"


def _bare_failed(rows: judging.Rows, name: str) -> str:
    row = rows.get((name, PLAIN)) or rows.get((name, BARE))
    return "" if row is None else _seconds(row)


def _peer(rows: judging.Rows, name: str, peer: str) -> str:
    row, ours = rows.get((name, peer)), rows[name, OURS]
    if row is None or "failed" in row or "failed" in ours:
        return "" if row is None else _seconds(row)
    ratio = judging.total(row) / judging.cpu(ours, "settle")
    off = "" if row.get("counts") else f", off by {row.get('off', 0):.0e}"
    return f"{_seconds(row)} ({ratio:.1f}{off})"


def _phases(rows: judging.Rows) -> tuple[list[str], list[list[str]]]:
    """Phases of a settlement, and of what stands around it."""
    own = ("check", "settle: formulate", "settle: solve", "settle: share", "settle: certify", "settle: tables", "write")
    head = ["workload", "start", "read", "hand over (bare)", *(name.removeprefix("settle: ") for name in own)]
    head += ["report", "outside the solver", "sharing ÷ stages"]
    body = []
    for name in _names(rows):
        ours = rows[name, OURS]
        if "failed" in ours:
            continue
        files, bare = rows.get((name, FILES), {}), rows.get((name, PLAIN), rows.get((name, BARE), {}))
        share = judging.cpu(ours, "settle: share") / max(judging.cpu(ours, "settle: solve"), 1e-9)
        outside = 1 - judging.cpu(ours, *judging.SOLVER) / judging.cpu(ours, *judging.OWN)
        line = [name, _cpu(ours, "start"), _cpu(files, "read"), _cpu(bare, "hand over"), *(_cpu(ours, p) for p in own)]
        body.append([*line, _cpu(files, "report"), f"{outside:.0%}", f"{share:.1%}"])
    return head, body


def _cpu(row: dict[str, Any], phase: str) -> str:
    return f"{row['phases'][phase]['cpu_s']:.3f}" if phase in row.get("phases", {}) else ""


def _stages(rows: judging.Rows) -> tuple[list[str], list[list[str]]]:
    body = []
    for name in _names(rows):
        ours = rows[name, OURS]
        for stage, method in ours.get("methods", {}).items():
            body.append([name, stage, _cpu(ours, f"stage: {stage}"), str(method)])
    return ["workload", "stage", "CPU s", "how"], body


def _growth(rows: judging.Rows) -> str:
    lines = []
    for subject, words in ((OURS, "Settling"), (PLAIN, "Bare HiGHS, first stage")):
        points = judging.growth(rows, cases.GROWTH, subject)
        if len(points) > 1:
            text = ", ".join(f"{seconds:.2f} s at {areas:,.0f}" for areas, seconds in points)
            lines.append(
                f"{words}, 10 options and one year: CPU time grows with the number of areas to the power "
                f"**{judging.exponent(points):.2f}** ({text})."
            )
    return "\n\n".join(lines) + "\n" if lines else "Not measured.\n"


def _beyond(rows: judging.Rows) -> str:
    """Draws of an ensemble."""
    row = next((row for (_, subject), row in rows.items() if subject == DRAW and "failed" not in row), None)
    if row is None:
        return ""
    phases = row["phases"]
    one, two = phases["draw, 1 process"], phases["draw, 2 processes"]
    return (
        f"## Ensembles\n\nA draw of `{row['case']}`, pot and national targets uncertain by a tenth: "
        f"{one['cpu_s']:.2f} CPU s by one process, {two['cpu_s']:.2f} by two, which finish "
        f"{one['wall_s'] / two['wall_s']:.2f} times as many in the same wall time on this machine.\n"
    )


def _failed(rows: judging.Rows) -> str:
    failed = [f"- {case}, {subject}: {row['failed']}" for (case, subject), row in rows.items() if "failed" in row]
    wanted = {(case.name, subject) for case in cases.FULL for subject in case.subjects}
    missing = sorted({case for case, _ in wanted - set(rows)})
    text = "## Not measured\n\n" if failed or missing else ""
    text += "\n".join(failed) + ("\n" if failed else "")
    return text + (f"\nOf these the run measured nothing, or not all: {', '.join(missing)}.\n" if missing else "")
