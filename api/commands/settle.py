"""The command that settles a scenario."""

from __future__ import annotations

import sys
from typing import Any

import click

from . import ensemble, report
from .many import points_of
from .shared import OUT_REQUIRED, SAVE, check_folder, command, end, put, reading, ready, save_levers, time_limit


@command("settle bucks-and-burnley --out out/bucks")
@reading
@SAVE
@OUT_REQUIRED
@click.option("--json", "as_json", is_flag=True, help="Print settlement.json alone on standard output.")
@click.option("--quiet", is_flag=True, help="No progress, no warnings and no summary.")
@click.option("--verbose", is_flag=True, help="Also print the figures of the proof.")
@time_limit()
@click.option("--overwrite", is_flag=True, help="Replace a settlement that stands in the folder.")
@click.option("--backend", default="highs", help="Who solves: highs, pulp or pyomo.  [default: highs]")
@click.option("--solver", help="Solver behind the backend: highs, cbc, glpk, or what else is installed.")
@click.option("--only", type=click.Choice(["tables"]), help="Write the tables and nothing to look at: for programs.")
@report.showing
@click.option(
    "--with-sweep",
    metavar="LEVER=VALUES",
    help="Also settle so many points, for a slider in the report: pot=0.8:1.2:9.",
)
@click.option("--price", "priced_too", is_flag=True, help="Say what aims of convergence and inclusion cost.")
@click.option("--robust", is_flag=True, help="SCENARIO is an ensemble's plan: decide once for all its draws.")
def settle(
    scenario: str,
    save: str | None,
    path: str,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    time_limit_s: float | None,
    overwrite: bool,
    backend: str,
    solver: str | None,
    only: str | None,
    area_pages: bool,
    pictures: str | None,
    with_sweep: str | None,
    priced_too: bool,
    robust: bool,
    **how: Any,
) -> None:
    """Settle SCENARIO and write the folder OUT: tables, scenario, workbook and report.

    The report needs the extra "report"; without it everything else is written, and what to install is said. Tables,
    scenario and manifest are always written: where workbook, report or pictures fail, a line says so, and the exit code
    is 7.
    """
    if only and (area_pages or pictures or with_sweep):
        raise click.UsageError("--only tables writes neither pages nor pictures")
    report.insist_on_pages(area_pages, pictures)
    if robust:
        if how["levers"]:
            raise click.UsageError("--set goes into the scenario that the plan names, not into the plan")
        ensemble.decide(scenario, path, as_json=as_json, quiet=quiet, overwrite=overwrite, time_limit_s=time_limit_s)
        return
    check_folder(path, "SETTLEMENT", overwrite, scenario)
    import singlepot
    from singlepot.reports import summary
    from singlepot.reports.outputs import FAIRNESS, REPORT, Layers, Wanted, outputs
    from singlepot.reports.text.levelling import price_section

    checked = ready(scenario, quiet, how)
    wanted = Wanted(area_pages, pictures or "", points_of(checked, with_sweep))
    save_levers(scenario, how["levers"], save, overwrite)
    with report.progress_line(quiet, ("settle", "without give", "without bands", "writing")) as line:
        settlement = singlepot.settle(
            checked, time_limit_s=time_limit_s, progress=line.follow, backend=backend, solver=solver
        )
        priced = Layers()
        price = None
        with priced.surviving(f"{FAIRNESS}, {REPORT}"):
            price = None if quiet and only else singlepot.price_fairness(settlement, progress=line.follow)
        line.enter("writing")
        cost = singlepot.price_convergence(settlement, progress=line.follow) if priced_too and not quiet else None
        made = outputs(settlement, None if only else price, wanted, line.follow, cost)
        report.write(settlement, path, made, overwrite=overwrite)
    if as_json:
        put(sys.stdout, settlement.documents()["settlement.json"].decode())
    if price is not None and not quiet:
        beside = "" if cost is None else "\n" + "\n".join(price_section(settlement, cost)) + "\n"
        text = f"{summary(settlement, price, verbose=verbose)}{beside}\n{report.written(path, made)}"
        put(sys.stderr if as_json else sys.stdout, text)
    end([*priced.failed, *made.failed])
