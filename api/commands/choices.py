"""Commands about what is left to choose: frontiers between two aims, and alternatives as good."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = click.option(
    "--time-limit", "time_limit_s", type=click.FloatRange(min=0, min_open=True), help="Seconds of wall time."
)
OUT = click.option("--out", "directory", type=click.Path(), help="Folder to write; it must not exist.")
CHART = click.option("--chart", type=click.Path(), help="Also draw it: a file that ends in .png or .svg.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON alone on standard output.")
QUIET = click.option("--quiet", is_flag=True, help="No summary.")
OVERWRITE = click.option("--overwrite", is_flag=True, help="Replace what stands there.")


@click.command()
@click.argument("scenario")
@click.option("--between", required=True, metavar="FIRST,SECOND", help="Two objectives or stages.")
@click.option("--others", type=click.Choice(["held", "free"]), default="held", show_default=True,
              help="What becomes of everything else.")  # fmt: skip
@click.option("--depth", type=float, default=1e-8, show_default=True,
              help="Leave out corners less than this below the line beside them, a share of the ranges.")  # fmt: skip
@JSON
@OUT
@CHART
@QUIET
@OVERWRITE
@LIMIT
def frontier(
    scenario: str,
    between: str,
    others: Any,
    depth: float,
    as_json: bool,
    directory: str | None,
    chart: str | None,
    quiet: bool,
    overwrite: bool,
    time_limit_s: float | None,
) -> None:
    """Find the exact trade-off between two aims of SCENARIO: every corner of it.

    FIRST and SECOND are objectives (carbon,productivity) or stages (shortfall.total,concession.total is what fairness
    costs). With --others held, other objectives fall short by no more than in the settlement, and stages before
    both keep their optimum and what they give.
    """
    pair = [part.strip() for part in between.split(",")]
    if len(pair) != 2 or not all(pair):
        raise click.BadParameter(f"{between!r} names no two; write carbon,productivity", param_hint="--between")
    from singlepot.scenarios.results.frontier_file import MANIFEST, frontier_values, write_frontier

    ending = _check(directory, MANIFEST, chart, overwrite)
    import singlepot
    from singlepot.reports import frontier_chart, frontier_text

    read = singlepot.read_scenario(scenario)
    found = singlepot.trace_frontier(read, *pair, others=others, depth=depth, time_limit_s=time_limit_s)
    if directory is not None:
        write_frontier(found, directory, overwrite=overwrite)
    if as_json:
        _json(frontier_values(found))
    elif not quiet:
        _say(frontier_text(found), directory)
    _draw(chart, ending, overwrite, lambda: frontier_chart(found))


def _share(ctx: click.Context, param: click.Parameter, value: str) -> float:
    """Read a share of one, written as 1% or 0.01."""
    text = value.strip()
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise click.BadParameter(f"{value!r} is no share; write 1% or 0.01")
    return share


@click.command()
@click.argument("scenario")
@click.option("--within", callback=_share, default="1%", show_default=True, help="By how much a stage may be worse.")
@click.option("--count", type=click.IntRange(1, 50), default=3, show_default=True, help="How many alternatives.")
@click.option("--by", type=click.Choice(["region", "area", "objective"]), help="What they are to differ in.")
@click.option("--keep", metavar="STAGES", help="Stages that must be as good, separated by commas.  [default: all]")
@JSON
@OUT
@CHART
@QUIET
@OVERWRITE
@LIMIT
def alternatives(
    scenario: str,
    within: float,
    count: int,
    by: Any,
    keep: str | None,
    as_json: bool,
    directory: str | None,
    chart: str | None,
    quiet: bool,
    overwrite: bool,
    time_limit_s: float | None,
) -> None:
    """Find settlements of SCENARIO nearly as good that differ as much as possible, and how free each grant is.

    No stage is worse than in the settlement by more than --within of its value. Alternatives differ in the grants of
    regions or areas, or in what is agreed for each objective; each keeps every rule and has its own certificate.
    """
    from singlepot.scenarios.results.alternatives_folder import MANIFEST, alternatives_values, write_alternatives

    ending = _check(directory, MANIFEST, chart, overwrite)
    import singlepot
    from singlepot.reports import alternatives_chart, alternatives_text

    kept = None if keep is None else [name.strip() for name in keep.split(",") if name.strip()]
    settlement = singlepot.settle(singlepot.read_scenario(scenario), time_limit_s=time_limit_s)
    found = singlepot.find_alternatives(settlement, within, count, by=by, keep=kept, time_limit_s=time_limit_s)
    if directory is not None:
        write_alternatives(found, directory, overwrite=overwrite)
    if as_json:
        _json(alternatives_values(found))
    elif not quiet:
        _say(alternatives_text(found), directory)
    _draw(chart, ending, overwrite, lambda: alternatives_chart(found))


@click.command()
@click.argument("plan", type=click.Path())
@click.option("--draws", type=click.IntRange(min=1), help="How many draws.  [default: the plan's, at most 200]")
@click.option("--worst", callback=_share, default="10%", show_default=True, help="Draws that count as the worst.")
@click.option("--order", default="expected,worst", show_default=True, help="What is minimised first and second.")
@click.option("--give", type=float, help="How much of the first the second may use.  [default: the scenario's]")
@JSON
@OUT
@CHART
@QUIET
@OVERWRITE
@LIMIT
def robust(
    plan: str,
    draws: int | None,
    worst: float,
    order: str,
    give: float | None,
    as_json: bool,
    directory: str | None,
    chart: str | None,
    quiet: bool,
    overwrite: bool,
    time_limit_s: float | None,
) -> None:
    """Decide grants once for many draws of PLAN, an ensemble's (`settle PLAN --robust` is the same).

    Grants are common to all draws; what they buy is decided in each, when it is known. The expected shortfall is
    minimised, then the average of the worst draws. The report says what deciding so is worth against the central
    settlement, and what knowing would be worth.
    """
    settle_robust(plan, directory, as_json=as_json, quiet=quiet, overwrite=overwrite, time_limit_s=time_limit_s,
                  chart=chart, draws=draws, worst=worst, order=order.split(","), give=give)  # fmt: skip


def settle_robust(
    plan: str,
    directory: str | None,
    *,
    as_json: bool,
    quiet: bool,
    overwrite: bool,
    time_limit_s: float | None,
    chart: str | None = None,
    **how: Any,
) -> None:
    """Settle a plan robustly, write it and say it; what `settle --robust` calls."""
    from singlepot.scenarios.ensemble.robust import MANIFEST

    ending = _check(directory, MANIFEST, chart, overwrite)
    import singlepot
    from singlepot.reports import robust_chart, robust_text

    found = singlepot.settle_robust(plan, time_limit_s=time_limit_s, **how)
    if directory is not None:
        found.write(directory, overwrite=overwrite)
    if as_json:
        _json(found.as_dict())
    elif not quiet:
        _say(robust_text(found), directory)
    _draw(chart, ending, overwrite, lambda: robust_chart(found))


COMMANDS = (frontier, alternatives, robust)
"""The commands of this module."""


def _check(directory: str | None, manifest: str, chart: str | None, overwrite: bool) -> str:
    """Refuse what must not be written before any work is done for it; the ending of the chart's file."""
    if directory is not None:
        from singlepot.models.files.folder import check_target

        check_target(directory, manifest, overwrite=overwrite)
    ending = "" if chart is None else chart.rpartition(".")[2].lower()
    if chart is not None and ending not in ("png", "svg"):
        raise click.BadParameter(f"{chart!r} ends neither in .png nor in .svg", param_hint="--chart")
    return ending


def _draw(chart: str | None, ending: str, overwrite: bool, draw: Callable[[], Mapping[str, bytes]]) -> None:
    if chart is None:
        return
    from singlepot.models.files.single_file import write_file

    content = draw()[f"chart.{ending}"]

    def write(staging: Path) -> None:
        staging.write_bytes(content)

    write_file(chart, write, overwrite=overwrite)


def _json(values: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(values, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    sys.stdout.flush()


def _say(text: str, directory: str | None) -> None:
    click.echo(text + (f"\nWritten to {directory}\n" if directory is not None else ""), nl=False)
