"""Commands about files: convert a scenario, begin a new one, print the schema."""

from __future__ import annotations

import click

from .shared import JSON, OUT, OVERWRITE, SET, Levers, check_folder, command, complain, show_json

FORMATS = ("csv", "parquet", "xlsx", "json")
"""As :data:`singlepot.scenarios.writing.writing.FORMATS`, which is not loaded for ``--help``."""


@command("export bucks-and-burnley bucks.xlsx")
@click.argument("scenario")
@SET
@click.argument("target", type=click.Path())
@click.option("--format", "chosen", type=click.Choice(FORMATS), help="By default as the name of TARGET says.")
@click.option("--overwrite", is_flag=True, help="Replace what stands there.")
def export(scenario: str, levers: Levers, target: str, chosen: str | None, overwrite: bool) -> None:
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


@command("import core.csv pot.csv --map map.toml --out mine", name="import")
@click.argument("files", nargs=-1, required=True, type=click.Path(), metavar="FILE...")
@click.option("--map", "map_file", type=click.Path(), help="What the columns of the files hold, a TOML file.")
@OUT
@click.option("--guess", type=click.Path(), metavar="MAP.toml", help="Write a first map of the files to this file.")
@click.option("--encoding", default="utf-8", metavar="NAME", help="Encoding of CSV files that are not UTF-8.")
@click.option("--all", "every", is_flag=True, help="A line for each problem and note, instead of one for a kind.")
@JSON
@OVERWRITE
def import_(
    files: tuple[str, ...],
    map_file: str | None,
    path: str | None,
    guess: str | None,
    encoding: str,
    every: bool,
    as_json: bool,
    overwrite: bool,
) -> None:
    """Make a scenario of published tables: FILE... are CSV files and workbooks, a map says what they hold.

    Every cell of the files is in the scenario, or in left_out.csv with the reason.
    """
    import singlepot
    from singlepot.models.diagnostics.problems import listed

    if guess is not None:
        from singlepot.models.files.single_file import write_file
        from singlepot.scenarios.importing.guess import guess_map

        write_file(guess, guess_map(files, encoding).encode(), overwrite=overwrite)
        click.echo(f"written: {guess}\nread it, correct what was guessed, and write reviewed = true")
        return
    if map_file is None or path is None:
        raise click.UsageError("give --map and --out, or --guess")
    check_folder(path, "SCENARIO", overwrite, *files, map_file)
    try:
        imported = singlepot.import_tables(files, map_file, encoding=encoding)
    except singlepot.BadInputError as refused:
        if as_json:
            show_json({"written": None, "problems": [problem.as_dict() for problem in refused.problems]})
        elif every:
            complain(listed(refused.problems, every=True))
        else:
            raise
        raise click.exceptions.Exit(refused.exit_code) from refused
    imported.write(path, overwrite=overwrite)
    if as_json:
        notes = [note.as_dict() for note in imported.notes]
        show_json({"written": path, "notes": notes, "left_out": imported.left_out.to_dict("records")})
        return
    click.echo(
        "\n".join(filter(None, [str(imported), listed(imported.notes, "note", every=every), f"written: {path}"]))
    )


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
