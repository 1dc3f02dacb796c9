"""Commands about several scenarios: show, compare, sweep, stability."""

from __future__ import annotations

import click

from .shared import OUT, OUT_REQUIRED, OVERWRITE, QUIET, check_folder, command, counting, insist_on_charts, time_limit
from .shared import show as show_result


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
@OUT
@click.option("--stability", "areas", multiple=True, metavar="AREA", help="Also measure this area's stability.")
@QUIET
@OVERWRITE
@time_limit("scenario")
@click.pass_context
def compare(
    ctx: click.Context,
    scenarios: tuple[str, ...],
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
    from singlepot.scenarios.many.comparison import MANIFEST

    check_folder(path, MANIFEST, overwrite)
    import singlepot
    from singlepot.reports import comparison_text, comparison_workbook
    from singlepot.reports.outputs import report_of

    with counting(quiet) as progress:
        comparison = singlepot.compare(scenarios, stability=areas, time_limit_s=time_limit_s, progress=progress)
    missing = ""
    if path is not None:
        report = report_of(lambda page: str(page.comparison_html(comparison)))
        further = {"comparison.xlsx": comparison_workbook(comparison), **report.files}
        comparison.write(path, overwrite=overwrite, further=further)
        missing = report.missing
    if not quiet:
        show_result(comparison_text(comparison), path, missing)
    ctx.exit(max((reason.exit_code for reason in comparison.failures.values()), default=0))


@command("sweep bucks-and-burnley --lever pot=0.9:1.1:3 --out out/sweep")
@click.argument("scenario")
@click.option("--lever", "settings", multiple=True, required=True, metavar="LEVER=VALUES", help="One lever, or two.")
@OUT_REQUIRED
@click.option("--most", type=click.IntRange(min=1), help="Points allowed.  [default: 1000]")
@click.option("--no-chart", is_flag=True, help="Write the tables alone.")
@QUIET
@OVERWRITE
@time_limit("scenario")
def sweep(
    scenario: str,
    settings: tuple[str, ...],
    path: str,
    most: int | None,
    no_chart: bool,
    quiet: bool,
    overwrite: bool,
    time_limit_s: float | None,
) -> None:
    """Settle SCENARIO at every point of a grid of one lever or two, and write the tables, a chart and a report.

    VALUES are FIRST:LAST:COUNT or a list, as in --lever pot=0.8:1.2:9 --lever rules.grant_floor=0.7,0.8. Levers: pot,
    bids, national and national.OBJECTIVE multiply what is there; rules.RULE, give.STAGE and equity.elasticity are
    set. A point without a settlement is a row with the reason. The chart needs the extra "charts"; --no-chart
    leaves it out.
    """
    from singlepot.scenarios.many.sweep import MANIFEST

    check_folder(path, MANIFEST, overwrite)
    if not no_chart:
        insist_on_charts("add --no-chart")
    import singlepot
    from singlepot.reports import sweep_chart, sweep_text
    from singlepot.reports.outputs import report_of
    from singlepot.scenarios.many.levers import MOST_POINTS, read_lever

    levers: dict[str, list[float]] = {}
    for name, values in map(read_lever, settings):
        if name in levers:
            raise click.BadParameter(f"{name} is there twice", param_hint="--lever")
        levers[name] = values
    with counting(quiet) as progress:
        swept = singlepot.sweep(
            scenario, levers, most=most or MOST_POINTS, time_limit_s=time_limit_s, progress=progress
        )
    report = report_of(lambda page: str(page.sweep_html(swept)))
    swept.write(path, overwrite=overwrite, further={**({} if no_chart else sweep_chart(swept)), **report.files})
    if not quiet:
        show_result(sweep_text(swept), path, report.missing)


@command("stability bucks-and-burnley --area E07000117")
@click.argument("scenario")
@click.option("--area", "areas", multiple=True, metavar="CODE", help="Area to look at.  [default: all, six runs each]")
@click.option("--change", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.05, show_default=True)
@OUT
@QUIET
@OVERWRITE
@time_limit("scenario")
def stability(
    scenario: str,
    areas: tuple[str, ...],
    change: float,
    path: str | None,
    quiet: bool,
    overwrite: bool,
    time_limit_s: float | None,
) -> None:
    """Measure how far grants of SCENARIO move when an area's own bid, targets or unit costs change a little."""
    from singlepot.scenarios.many.stability import MANIFEST, write_stability

    check_folder(path, MANIFEST, overwrite)
    import singlepot
    from singlepot.reports import stability_text

    settlement = singlepot.settle(scenario, time_limit_s=time_limit_s)
    with counting(quiet) as progress:
        found = singlepot.measure_stability(
            settlement, areas or None, change, time_limit_s=time_limit_s, progress=progress
        )
    if path is not None:
        write_stability(found, settlement, path, overwrite=overwrite)
    if not quiet:
        show_result(stability_text(found, settlement.scenario.settings.money), path)
