"""Commands about what is left to choose: frontiers between two aims, and alternatives as good."""

from __future__ import annotations

import sys
from typing import Any

import click

from .shared import (
    CHART,
    JSON,
    OUT,
    OVERWRITE,
    QUIET,
    SET,
    Levers,
    check_chart,
    check_folder,
    command,
    draw,
    draw_within,
    end,
    names,
    put,
    save_levers,
    share,
    show,
    show_json,
    time_limit,
)


@command("frontier bucks-and-burnley --between carbon,burden")
@click.argument("scenario")
@SET
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
@time_limit()
def frontier(
    scenario: str,
    levers: Levers,
    between: str,
    others: Any,
    depth: float,
    as_json: bool,
    path: str | None,
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
    check_folder(path, "FRONTIER", overwrite, scenario)
    check_chart(chart, overwrite, scenario, path=path)
    import singlepot
    from singlepot.reports import frontier_chart, frontier_text
    from singlepot.reports.outputs import REPORT, Layers
    from singlepot.scenarios.results.frontier_file import frontier_values, write_frontier

    read = singlepot.read_scenario(scenario, levers=levers)
    traced = singlepot.trace_frontier(read, *pair, others=others, depth=depth, time_limit_s=time_limit_s)
    layers = Layers()
    if path is not None:
        draw_within(layers, path, chart, lambda: frontier_chart(traced))
        layers.make_page(REPORT, lambda page: {REPORT: page.frontier_html(traced).encode()})
        write_frontier(traced, path, overwrite=overwrite, further=layers.files)
    draw(layers, chart, overwrite, lambda: frontier_chart(traced), path)
    if as_json:
        show_json(frontier_values(traced))
    elif not quiet:
        show(frontier_text(traced), path, layers.missing)
    end(layers.failed, layers.exit_code)


@command("alternatives bucks-and-burnley --within 5% --by area --count 2")
@click.argument("scenario")
@SET
@click.option("--within", callback=share, default="1%", show_default=True, help="By how much a stage may be worse.")
@click.option("--count", type=click.IntRange(1, 50), default=3, show_default=True, help="How many alternatives.")
@click.option("--by", type=click.Choice(["region", "area", "objective"]), help="What they are to differ in.")
@click.option("--keep", metavar="STAGES", help="Stages that must be as good, separated by commas.  [default: all]")
@JSON
@OUT
@CHART
@QUIET
@OVERWRITE
@time_limit()
def alternatives(
    scenario: str,
    levers: Levers,
    within: float,
    count: int,
    by: Any,
    keep: str | None,
    as_json: bool,
    path: str | None,
    chart: str | None,
    quiet: bool,
    overwrite: bool,
    time_limit_s: float | None,
) -> None:
    """Find settlements of SCENARIO nearly as good that differ as much as possible, and how free each grant is.

    No stage is worse than in the settlement by more than --within of its value. Alternatives differ in the grants of
    regions or areas, or in what is agreed for each objective; each keeps every rule and has its own certificate.
    """
    check_folder(path, "ALTERNATIVES", overwrite, scenario)
    check_chart(chart, overwrite, scenario, path=path)
    import singlepot
    from singlepot.reports import alternatives_chart, alternatives_text
    from singlepot.reports.outputs import REPORT, Layers
    from singlepot.scenarios.results.alternatives_folder import alternatives_values, write_alternatives

    settlement = singlepot.settle(singlepot.read_scenario(scenario, levers=levers), time_limit_s=time_limit_s)
    choices = singlepot.find_alternatives(settlement, within, count, by=by, keep=names(keep), time_limit_s=time_limit_s)
    layers = Layers()
    if path is not None:
        draw_within(layers, path, chart, lambda: alternatives_chart(choices))
        layers.make_page(REPORT, lambda page: {REPORT: page.alternatives_html(choices).encode()})
        write_alternatives(choices, path, overwrite=overwrite, further=layers.files)
    draw(layers, chart, overwrite, lambda: alternatives_chart(choices), path)
    if as_json:
        show_json(alternatives_values(choices))
    elif not quiet:
        show(alternatives_text(choices), path, layers.missing)
    end(layers.failed, layers.exit_code)


@command("goal bucks-and-burnley --lever pot --miss 2%")
@click.argument("scenario")
@SET
@click.option("--lever", required=True, help="Lever of the pot, of national targets or of a rule.")
@click.option("--miss", callback=share, default="0%", show_default=True, help="Share of a target that may be missed.")
@click.option("--objective", default="", metavar="KEY", help="Only the targets of this objective.  [default: all]")
@click.option("--save", type=click.Path(dir_okay=False), help="Write the value as a what-if, FILE.toml.")
@JSON
@OVERWRITE
@time_limit()
def goal(
    scenario: str,
    levers: Levers,
    lever: str,
    miss: float,
    objective: str,
    save: str | None,
    as_json: bool,
    overwrite: bool,
    time_limit_s: float | None,
) -> None:
    """Find the tightest value of a lever at which the national targets of SCENARIO can still be met.

    The least pot, ceiling, step, carry-over, virement or own cost, or the largest national targets or floor. Then the
    price of the last unit of each target.
    """
    import singlepot
    from singlepot.reports import goal_text

    read = singlepot.read_scenario(scenario, levers=levers)
    found = singlepot.goal(read, lever, miss=miss, objective=objective, time_limit_s=time_limit_s)
    save_levers(scenario, (*levers, *found.levers.items()), save, overwrite)
    if as_json:
        rows = [
            {key: None if value != value else value for key, value in row.items()}
            for row in found.prices.to_dict("records")
        ]
        values = {"lever": found.lever.name, "value": found.value, "exact": found.exact, "miss": miss}
        show_json({**values, "objective": objective or None, "prices": rows})
    else:
        put(sys.stdout, goal_text(found))
