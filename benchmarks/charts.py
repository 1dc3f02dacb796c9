"""Charts of the page of results: SVG files whose bytes depend on the results only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from singlepot.reports.charts.axes_and_files import COLOURS, GREY, draw_files

from . import cases, judging
from .cases import OURS, PLAIN

Image = tuple[str, str]
"""File name and what the picture shows, in words."""


def draw(rows: judging.Rows, folder: Path) -> list[Image]:
    """Draw what the results hold, and name the files."""
    result = []
    beside = _beside(rows)
    if beside:
        _save(
            folder / "performance-ratios.svg", lambda figure: _draw_ratios(figure, beside), (9, 1 + 0.32 * len(beside))
        )
        result.append(("performance-ratios.svg", "CPU time of each subject as a multiple of settling, by workload"))
    lines = {subject: judging.growth(rows, cases.GROWTH, subject) for subject in (OURS, PLAIN)}
    if len(lines[OURS]) > 1:
        _save(folder / "performance-growth.svg", lambda figure: _draw_growth(figure, lines), (7, 3.6))
        result.append(("performance-growth.svg", "CPU time against the number of areas, ours and bare HiGHS"))
    return result


def _save(path: Path, drawing: Any, size: tuple[float, float]) -> None:
    path.write_bytes(draw_files(drawing, size)["chart.svg"])


def _beside(rows: judging.Rows) -> list[tuple[str, str, float]]:
    """(case, subject, multiple of settling) of every row that counts."""
    result = []
    for case in cases.FULL:
        ours = rows.get((case.name, OURS), {})
        if not ours.get("counts"):
            continue
        bare = judging.fastest_bare(rows, case.name)
        if bare:
            result.append((case.name, "bare, first stage", bare / judging.total(ours)))
        for peer in cases.EXACT_PEERS:
            row = rows.get((case.name, peer), {})
            if row.get("counts"):
                result.append((case.name, peer, judging.total(row) / judging.cpu(ours, "settle")))
    return result


def _draw_ratios(figure: Any, beside: list[tuple[str, str, float]]) -> None:
    axes = figure.subplots()
    subjects = list(dict.fromkeys(subject for _, subject, _ in beside))
    colours = dict(zip(subjects, COLOURS, strict=False))
    places = range(len(beside))
    bars = axes.barh(places, [ratio for *_, ratio in beside], color=[colours[subject] for _, subject, _ in beside])
    axes.bar_label(bars, [f"{ratio:.2f}" for *_, ratio in beside], padding=3, fontsize=8)
    axes.set_yticks(list(places), [f"{case}: {subject}" for case, subject, _ in beside])
    axes.invert_yaxis()
    axes.axvline(1, color=GREY, linewidth=1)
    axes.set(xscale="log", xlabel="CPU time, multiple of settling (1: as long as ours)")
    _plain_numbers(axes.xaxis)
    axes.set_title("Beside ours")


def _draw_growth(figure: Any, lines: dict[str, list[tuple[float, float]]]) -> None:
    axes = figure.subplots()
    names = {OURS: "settle, all stages", PLAIN: "bare HiGHS, first stage"}
    for (subject, points), colour in zip(lines.items(), COLOURS, strict=False):
        if not points:
            continue
        slope = f", exponent {judging.exponent(points):.2f}" if len(points) > 1 else ""
        axes.plot(*zip(*points, strict=True), marker="o", color=colour, label=names[subject] + slope)
    axes.set(xscale="log", yscale="log", xlabel="areas (10 options, one year)", ylabel="CPU seconds")
    _plain_numbers(axes.xaxis)
    _plain_numbers(axes.yaxis)
    axes.set_title("Growth")
    axes.legend(frameon=False)


def _plain_numbers(axis: Any) -> None:
    """Write 0.1, 1, 10 instead of powers."""
    axis.set_major_formatter(lambda value, _: f"{value:,g}")
    axis.set_minor_formatter(lambda value, _: "")
