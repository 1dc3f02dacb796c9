"""Commands about several scenarios: show, compare, sweep, stability."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .shared import (
    OUT,
    OUT_REQUIRED,
    OVERWRITE,
    QUIET,
    SET,
    Levers,
    check_folder,
    command,
    counting,
    end,
    insist_on_charts,
    pulled,
    time_limit,
)
from .shared import show as show_result

if TYPE_CHECKING:
    from singlepot.models.scenario.scenario import Scenario


@command("show smaller.toml")
@click.argument("scenario")
@click.option("--all", "everything", is_flag=True, help="Show every row that differs.")
def show(scenario: str, everything: bool) -> None:
    """Show what SCENARIO resolves to: its differences from its base, and what gave each value."""
    from singlepot.reports.text.what_if import resolved_text
    from singlepot.scenarios.reading.resolved import resolve

    click.echo(resolved_text(resolve(scenario), everything=everything), nl=False)


@command("compare bucks-and-burnley smaller.toml")
@click.argument("scenarios", nargs=-1, required=True)
@SET
@OUT
@click.option("--stability", "areas", multiple=True, metavar="AREA", help="Also measure this area's stability.")
@QUIET
@OVERWRITE
@time_limit("scenario")
def compare(
    scenarios: tuple[str, ...],
    levers: Levers,
    path: str | None,
    areas: tuple[str, ...],
    quiet: bool,
    overwrite: bool,
    time_limit_s: float | None,
) -> None:
    """Compare SCENARIOS with the first of them: what differs, and what each difference does.

    Each is a shipped name, a folder, the file of a what-if or a written settlement. With --out, every table is
    written as CSV, all of them as the workbook comparison.xlsx, and a report to read, report.html. A scenario
    without a settlement is said to have none, and the exit code is its.
    """
    check_folder(path, "COMPARISON", overwrite, *scenarios)
    import singlepot
    from singlepot.reports import comparison_text, comparison_workbook
    from singlepot.reports.outputs import REPORT, Layers

    with counting(quiet) as progress:
        compared = [pulled(scenario, levers) for scenario in scenarios]
        set_to = "".join(f", {name} = {value}" for name, value in levers)
        named = [f"{scenario}{set_to}" for scenario in scenarios]
        comparison = singlepot.compare(
            compared, names=named, stability=areas, time_limit_s=time_limit_s, progress=progress
        )
    layers = Layers()
    if path is not None:
        layers.make_page(REPORT, lambda page: {REPORT: page.comparison_html(comparison).encode()})
        layers.make("comparison.xlsx", lambda: {"comparison.xlsx": comparison_workbook(comparison)})
        comparison.write(path, overwrite=overwrite, further=layers.files)
    if not quiet:
        show_result(comparison_text(comparison), path, layers.missing)
    end(layers.failed, max((reason.exit_code for reason in comparison.failures.values()), default=0))


@command("sweep bucks-and-burnley --lever pot=0.9:1.1:3 --out out/sweep")
@click.argument("scenario")
@click.option("--lever", "settings", multiple=True, required=True, metavar="LEVER=VALUES", help="One lever, or two.")
@SET
@OUT_REQUIRED
@click.option("--most", type=click.IntRange(min=1), help="Points allowed.  [default: 1000]")
@click.option("--no-chart", is_flag=True, help="Write the tables alone.")
@QUIET
@OVERWRITE
@time_limit("scenario")
def sweep(
    scenario: str,
    settings: tuple[str, ...],
    levers: Levers,
    path: str,
    most: int | None,
    no_chart: bool,
    quiet: bool,
    overwrite: bool,
    time_limit_s: float | None,
) -> None:
    """Settle SCENARIO at every point of a grid of one lever or two, and write the tables, a chart and a report.

    VALUES are FIRST:LAST:COUNT or a list, as in --lever pot=0.8:1.2:9 --lever rules.grant_floor=0.7,0.8. pot, bids
    and national multiply what is there; weight.OBJECTIVE, priority.OBJECTIVE, rules.RULE, give.STAGE, lock.AREA and
    equity.elasticity are set. A point without a settlement is a row with the reason. The chart needs the extra
    "charts"; --no-chart leaves it out.
    """
    check_folder(path, "SWEEP", overwrite, scenario)
    if not no_chart:
        insist_on_charts("add --no-chart")
    import singlepot
    from singlepot.reports import sweep_chart, sweep_text
    from singlepot.reports.outputs import REPORT, Layers
    from singlepot.scenarios.many.grid import MOST_POINTS, read_lever

    swept_over: dict[str, list[float | str]] = {}
    for name, values in map(read_lever, settings):
        if name in swept_over:
            raise click.BadParameter(f"{name} is there twice", param_hint="--lever")
        swept_over[name] = values
    with counting(quiet) as progress:
        swept = singlepot.sweep(
            pulled(scenario, levers), swept_over, most=most or MOST_POINTS, time_limit_s=time_limit_s, progress=progress
        )
    layers = Layers()
    if not no_chart:
        layers.make("the chart", lambda: sweep_chart(swept))
    layers.make_page(REPORT, lambda page: {REPORT: page.sweep_html(swept).encode()})
    swept.write(path, overwrite=overwrite, further=layers.files)
    if not quiet:
        show_result(sweep_text(swept), path, layers.missing)
    end(layers.failed, layers.exit_code)


def points_of(scenario: Scenario, text: str | None) -> tuple[str, tuple[float, ...]] | None:
    """Read the lever and the values of a slider, and refuse what no sweep of the scenario takes."""
    if text is None:
        return None
    from singlepot.scenarios.many.grid import points, read_lever
    from singlepot.scenarios.many.sweep import MOST_KEPT

    lever, values = read_lever(text)
    return lever, tuple(point[lever] for point in points(scenario, {lever: values}, MOST_KEPT))


@command("stability bucks-and-burnley --area E07000117")
@click.argument("scenario")
@click.option("--area", "areas", multiple=True, metavar="CODE", help="Area to look at.  [default: all, six runs each]")
@click.option("--change", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.05, show_default=True)
@SET
@OUT
@QUIET
@OVERWRITE
@time_limit("scenario")
def stability(
    scenario: str,
    areas: tuple[str, ...],
    change: float,
    levers: Levers,
    path: str | None,
    quiet: bool,
    overwrite: bool,
    time_limit_s: float | None,
) -> None:
    """Measure how far grants of SCENARIO move when an area's own bid, targets or unit costs change a little."""
    from singlepot.scenarios.many.stability import write_stability

    check_folder(path, "STABILITY", overwrite, scenario)
    import singlepot
    from singlepot.reports import stability_text
    from singlepot.reports.outputs import REPORT, Layers

    settlement = singlepot.settle(pulled(scenario, levers), time_limit_s=time_limit_s)
    with counting(quiet) as progress:
        found = singlepot.measure_stability(
            settlement, areas or None, change, time_limit_s=time_limit_s, progress=progress
        )
    layers = Layers()
    if path is not None:
        layers.make_page(REPORT, lambda page: {REPORT: page.stability_html(found, settlement).encode()})
        write_stability(found, settlement, path, overwrite=overwrite, further=layers.files)
    if not quiet:
        show_result(stability_text(found, settlement.scenario.settings), path, layers.missing)
    end(layers.failed, layers.exit_code)
