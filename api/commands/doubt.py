"""Commands for who doubts a settlement: verify it, ask why, and take its programme to another solver."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from . import report
from .shared import OVERWRITE, command, put, reading, ready, show_json, time_limit


@command("verify out/bucks")
@click.argument("directory", type=click.Path())
@click.option("--independent", is_flag=True, help="Also settle again by the double build, which shares no code.")
@click.option("--exact", is_flag=True, help="Also find each optimum in exact fractions: small scenarios only.")
@click.option("--json", "as_json", is_flag=True, help="Print the assurance as JSON.")
@time_limit()
@click.pass_context
def verify(
    ctx: click.Context, directory: str, independent: bool, exact: bool, as_json: bool, time_limit_s: float | None
) -> None:
    """Check a written settlement against the scenario inside it: every number, and every file by settling again.

    Prints an assurance statement; exits 0 only if everything holds, else 6.
    """
    import singlepot

    with report.progress_line(as_json, ("verify",)) as line:
        assurance = singlepot.verify(
            directory, independent=independent, exact=exact, time_limit_s=time_limit_s, progress=line.follow
        )
    document = json.dumps(assurance.as_dict(), ensure_ascii=False, indent=1) + "\n"
    put(sys.stdout, document if as_json else assurance.statement())
    ctx.exit(0 if assurance.passed else 6)


@command("why out/bucks Burnley")
@click.argument("directory", type=click.Path())
@click.argument("area", required=False)
@click.option("--objective", metavar="KEY", help="Only this objective, or cuts.")
@click.option("--without", is_flag=True, help="With AREA: settle again without it, to say what the nation would lose.")
@click.option("--stability", is_flag=True, help="With AREA: how far its own numbers move its grant.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def why(directory: str, area: str | None, objective: str | None, without: bool, stability: bool, as_json: bool) -> None:
    """Say why a written settlement is as it is: prices, who is best placed, what stopped each; or all about AREA.

    AREA is a code or a name.
    """
    import singlepot
    from singlepot.reports.text.why import area_values, as_values, why_area
    from singlepot.reports.text.why import why as why_all

    settlement = singlepot.read_settlement(directory)
    needs = [*settlement.scenario.filled("objectives")["key"], "cuts"]
    if objective is not None and objective not in needs:
        raise click.BadParameter(f"{objective!r} is none of {', '.join(needs)}", param_hint="--objective")
    if (without or stability) and area is None:
        raise click.BadParameter("name the area", param_hint="--without" if without else "--stability")
    if area is not None:
        measure = singlepot.measure_stability if stability else None
        account = singlepot.explain_area(settlement, area, without=without, stability=measure)
        text, values = why_area(account, settlement.scenario), area_values(account)
    else:
        text, values = why_all(settlement, objective), as_values(settlement, objective)
    if as_json:
        show_json(values)
    else:
        put(sys.stdout, text)


@command("model bucks-and-burnley bucks.lp")
@reading
@click.argument("file", type=click.Path())
@click.option("--stage", help="Stage whose objective is written, such as burden.  [default: the first that has one]")
@OVERWRITE
def model(scenario: str, file: str, stage: str | None, overwrite: bool, **how: Any) -> None:
    """Write the programme of SCENARIO as FILE, .lp or .mps, for other solvers.

    The objective is that of one stage; the limits are those before the first stage.
    """
    from singlepot.models.formulation.model_file import check_model, write_model
    from singlepot.scenarios.reading.inputs import input_paths

    check_model(file, overwrite=overwrite, inputs=input_paths(scenario))
    import singlepot

    formulation = singlepot.formulate(ready(scenario, False, how))
    stages = {one.name: one for one in formulation.stages}
    if stage is not None and stage not in stages:
        raise click.BadParameter(f"{stage!r} is none of {', '.join(stages)}", param_hint="--stage")
    chosen = stages[stage] if stage else next((one for one in stages.values() if not one.empty), None)
    write_model(formulation.programme, file, None if chosen is None else chosen.cost, overwrite=overwrite)
    rows, columns = formulation.programme.shape
    click.echo(f"written to {file}: {rows} rows, {columns} columns, {chosen.name if chosen else 'no objective'}")


@command("selftest")
@click.option("--json", "as_json", is_flag=True, help="Print every check as JSON.")
@time_limit()
@click.pass_context
def selftest(ctx: click.Context, as_json: bool, time_limit_s: float | None) -> None:
    """Try on this machine what singlepot promises: about half a minute.

    Published cases, every solver, proof and verification, every format, workbook and report, and which optional
    parts are installed. Nothing is written but in a temporary folder. Exits 0 if all of it works, else 6.
    """
    import singlepot

    with report.progress_line(as_json, ("selftest",)) as line:
        result = singlepot.run_selftest(time_limit_s=time_limit_s, progress=line.follow)
    if as_json:
        show_json(result.as_dict())
    else:
        put(sys.stdout, result.statement())
    ctx.exit(result.exit_code)
