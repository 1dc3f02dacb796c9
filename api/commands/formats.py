"""Commands about files: convert a scenario, begin a new one, print the schema."""

from __future__ import annotations

import click

from .shared import SET, command

FORMATS = ("csv", "parquet", "xlsx", "json")
"""As :data:`singlepot.scenarios.writing.writing.FORMATS`, which is not loaded for ``--help``."""


@command("export bucks-and-burnley bucks.xlsx")
@click.argument("scenario")
@SET
@click.argument("target", type=click.Path())
@click.option("--format", "chosen", type=click.Choice(FORMATS), help="By default as the name of TARGET says.")
@click.option("--overwrite", is_flag=True, help="Replace what stands there.")
def export(
    scenario: str, levers: tuple[tuple[str, float | str], ...], target: str, chosen: str | None, overwrite: bool
) -> None:
    """Convert SCENARIO without loss: TARGET is .xlsx, .json, or a folder.

    A written settlement becomes one JSON document if TARGET ends in .json.
    """
    import singlepot
    from singlepot.scenarios.reading.inputs import input_paths
    from singlepot.scenarios.writing.writing import check_scenario_target, settlement_at

    check_scenario_target(target, chosen, overwrite=overwrite, inputs=input_paths(scenario))  # type: ignore[arg-type]  # click checked it
    if settlement_at(scenario, target) and not levers:
        singlepot.write_settlement(singlepot.read_settlement(scenario), target, overwrite=overwrite)
    else:
        read_back = singlepot.read_scenario(scenario, levers=levers)
        singlepot.write_scenario(read_back, target, format=chosen, overwrite=overwrite)  # type: ignore[arg-type]  # click checked it
    click.echo(f"written: {target}")


@command("derive bucks-and-burnley bucks-options")
@click.argument("scenario")
@click.argument("target", type=click.Path())
@click.option("--format", "chosen", type=click.Choice(FORMATS), help="By default as the name of TARGET says.")
@click.option("--overwrite", is_flag=True, help="Replace what stands there.")
def derive(scenario: str, target: str, chosen: str | None, overwrite: bool) -> None:
    """Write SCENARIO with all derived bids, targets and options as given ones, without programmes and [derive]."""
    import singlepot
    from singlepot.scenarios.reading.inputs import input_paths
    from singlepot.scenarios.writing.writing import check_scenario_target

    check_scenario_target(target, chosen, overwrite=overwrite, inputs=input_paths(scenario))  # type: ignore[arg-type]  # click checked it
    plain = singlepot.read_scenario(scenario).derived()
    singlepot.write_scenario(plain, target, format=chosen, overwrite=overwrite)  # type: ignore[arg-type]  # click checked it
    click.echo(f"written: {target}")


@command("init mine.xlsx")
@click.argument("target", type=click.Path())
@click.option("--from", "scenario", help="What stands in it: a SCENARIO; by default two invented areas.")
@click.option("--return", "area", help="Only the programme lines of one AREA, for its council to fill in.")
def init(target: str, scenario: str | None, area: str | None) -> None:
    """Write a scenario to fill in: a workbook if TARGET ends in .xlsx, else a folder."""
    import singlepot

    source = None if scenario is None else singlepot.read_scenario(scenario)
    if area is not None:
        from singlepot.scenarios.writing.template import write_area_return

        write_area_return(target, area, source)
        click.echo(f"written: {target}\nsend it to the council; its sheet is that of the scenario's programmes")
        return
    singlepot.write_template(target, source)
    click.echo(f"written: {target}\nfill it in, then: singlepot check {target}")


@command("schema settlement")
@click.argument("of", type=click.Choice(("scenario", "settlement")), default="scenario")
def schema(of: str) -> None:
    """Print the JSON Schema of a scenario or settlement document."""
    import json

    from singlepot.models.scenario.json_schema import scenario_schema
    from singlepot.models.settlement.json_schema import settlement_schema

    made = scenario_schema() if of == "scenario" else settlement_schema()
    click.echo(json.dumps(made, ensure_ascii=False, indent=2))
