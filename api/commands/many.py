"""Commands about several scenarios: show, compare, sweep, stability."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from singlepot.models.scenario.scenario import Scenario
    from singlepot.scenarios.many.settle_each import Outcome, Run
    from singlepot.scenarios.many.sweep import Sweep
    from singlepot.solver import SinglepotError

SECONDS = "Seconds of wall time for each scenario."


@click.command()
@click.argument("scenario")
@click.option("--all", "everything", is_flag=True, help="Show every row that differs.")
def show(scenario: str, everything: bool) -> None:
    """Show what SCENARIO resolves to: its differences from its base, and what gave each value."""
    from singlepot.reports.text.what_if import resolved_text
    from singlepot.scenarios.reading.resolved import resolve

    click.echo(resolved_text(resolve(scenario), everything=everything), nl=False)


@click.command()
@click.argument("scenarios", nargs=-1, required=True)
@click.option("--out", "directory", type=click.Path(), help="Folder to write; it must not exist.")
@click.option("--stability", "areas", multiple=True, metavar="AREA", help="Also measure this area's stability.")
@click.option("--quiet", is_flag=True, help="No progress and no summary.")
@click.option("--overwrite", is_flag=True, help="Replace a comparison that stands in the folder.")
@click.option("--time-limit", "time_limit_s", type=click.FloatRange(min=0, min_open=True), help=SECONDS)
@click.pass_context
def compare(
    ctx: click.Context,
    scenarios: tuple[str, ...],
    directory: str | None,
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

    _check(directory, MANIFEST, overwrite)
    import singlepot
    from singlepot.reports import comparison_text, comparison_workbook
    from singlepot.reports.outputs import report_of

    found = singlepot.compare(scenarios, stability=areas, run=_run(quiet, time_limit_s))
    missing = ""
    if directory is not None:
        report = report_of(lambda page: str(page.comparison_html(found)))
        further = {"comparison.xlsx": comparison_workbook(found), **report.files}
        found.write(directory, overwrite=overwrite, further=further)
        missing = report.missing
    if not quiet:
        _say(comparison_text(found), directory, missing)
    ctx.exit(max((reason.exit_code for reason in found.failures.values()), default=0))


@click.command()
@click.argument("scenario")
@click.option("--lever", "said", multiple=True, required=True, metavar="LEVER=VALUES", help="One lever, or two.")
@click.option("--out", "directory", required=True, type=click.Path(), help="Folder to write; it must not exist.")
@click.option("--most", type=click.IntRange(min=1), help="Points allowed.  [default: 1000]")
@click.option("--no-chart", is_flag=True, help="Write the tables alone.")
@click.option("--quiet", is_flag=True, help="No progress and no summary.")
@click.option("--overwrite", is_flag=True, help="Replace a sweep that stands in the folder.")
@click.option("--time-limit", "time_limit_s", type=click.FloatRange(min=0, min_open=True), help=SECONDS)
def sweep(
    scenario: str,
    said: tuple[str, ...],
    directory: str,
    most: int | None,
    no_chart: bool,
    quiet: bool,
    overwrite: bool,
    time_limit_s: float | None,
) -> None:
    """Settle SCENARIO at every point of a grid of one lever or two, and write the tables, a chart and a report.

    VALUES are FIRST:LAST:COUNT or a list, as in --lever pot=0.8:1.2:9 --lever rules.grant_floor=0.7,0.8. Levers: pot,
    bids, national and national.OBJECTIVE multiply what is there; rules.RULE, give.STAGE and equity.elasticity are
    set. A point without a settlement is a row with the reason. The chart needs the extra "charts"; without it the
    tables are written all the same, and the exit code is 2.
    """
    from singlepot.scenarios.many.sweep import MANIFEST

    _check(directory, MANIFEST, overwrite)
    import singlepot
    from singlepot.reports import sweep_text
    from singlepot.reports.outputs import report_of
    from singlepot.scenarios.many.levers import MOST_POINTS, points, read_lever

    levers: dict[str, list[float]] = {}
    for name, values in map(read_lever, said):
        if name in levers:
            raise click.BadParameter(f"{name} is there twice", param_hint="--lever")
        levers[name] = values
    read = singlepot.read_scenario(scenario)
    count = len(list(points(read, levers, most or MOST_POINTS)))
    found = singlepot.sweep(read, levers, most=most or MOST_POINTS, run=_run(quiet, time_limit_s, count))
    chart, missing = _chart(found, no_chart)
    report = report_of(lambda page: str(page.sweep_html(found)))
    found.write(directory, overwrite=overwrite, further={**chart, **report.files})
    if not quiet:
        _say(sweep_text(found), directory, report.missing)
    if missing is not None:
        raise missing


@click.command()
@click.argument("scenario")
@click.option("--area", "areas", multiple=True, metavar="CODE", help="Area to look at.  [default: all, six runs each]")
@click.option("--change", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.05, show_default=True)
@click.option("--out", "directory", type=click.Path(), help="Folder to write; it must not exist.")
@click.option("--quiet", is_flag=True, help="No progress and no summary.")
@click.option("--overwrite", is_flag=True, help="Replace what stands in the folder.")
@click.option("--time-limit", "time_limit_s", type=click.FloatRange(min=0, min_open=True), help=SECONDS)
def stability(
    scenario: str,
    areas: tuple[str, ...],
    change: float,
    directory: str | None,
    quiet: bool,
    overwrite: bool,
    time_limit_s: float | None,
) -> None:
    """Measure how far grants of SCENARIO move when an area's own bid, targets or unit costs change a little."""
    from singlepot.scenarios.many.stability import MANIFEST, write_stability

    _check(directory, MANIFEST, overwrite)
    import singlepot
    from singlepot.reports import stability_text

    read = singlepot.read_scenario(scenario)
    settlement = singlepot.settle(read, time_limit_s=time_limit_s)
    total = 6 * (len(areas) or len(read.areas))
    found = singlepot.measure_stability(settlement, areas or None, change, run=_run(quiet, time_limit_s, total))
    if directory is not None:
        write_stability(found, settlement, directory, overwrite=overwrite)
    if not quiet:
        _say(stability_text(found, read.settings.money), directory)


COMMANDS = (show, compare, sweep, stability)
"""The commands of this module."""


def _check(directory: str | None, manifest: str, overwrite: bool) -> None:
    """Refuse a folder that must not be written before any work is done for it."""
    if directory is not None:
        from singlepot.models.files.folder import check_target

        check_target(directory, manifest, overwrite=overwrite)


def _run(quiet: bool, time_limit_s: float | None, count: int | None = None) -> Run:
    """Settle one after another, with a line that counts while somebody is looking at it."""
    from singlepot.scenarios.many.settle_each import settle_each

    def run(scenarios: Iterable[Scenario]) -> Iterator[Outcome]:
        shown = not quiet and sys.stderr.isatty()
        for number, outcome in enumerate(settle_each(scenarios, time_limit_s=time_limit_s), start=1):
            if shown:
                click.echo(f"\rsettled {number}" + (f" of {count}" if count else ""), nl=False, err=True)
            yield outcome
        if shown:
            click.echo("\r" + " " * 40 + "\r", nl=False, err=True)

    return run


def _chart(found: Sweep, no_chart: bool) -> tuple[Mapping[str, bytes], SinglepotError | None]:
    """The files of the chart, or the error that is raised once the tables are written."""
    from singlepot.reports import ChartsNotInstalledError, sweep_chart

    if no_chart:
        return {}, None
    try:
        return sweep_chart(found), None
    except ChartsNotInstalledError as missing:
        return {}, missing


def _say(text: str, directory: str | None, missing: str = "") -> None:
    text += f"\n{missing}\n" if missing else ""
    click.echo(text + (f"\nWritten to {directory}\n" if directory is not None else ""), nl=False)
