"""The command that repairs a scenario without a settlement."""

from __future__ import annotations

import click

from singlepot.models.tables.rule_kinds import KINDS

HELP = f"""Find the least change of rules that lets SCENARIO settle, and write it as a what-if.

RULES are {", ".join(KINDS[:-1])} and {KINDS[-1]}; without --may-change, the pot and the rules that take part in a
clash. `singlepot settle FILE.toml` then settles what was repaired.
"""


@click.command(help=HELP)
@click.argument("scenario")
@click.option("--may-change", "said", metavar="RULES", help="Kinds of rules that may move, separated by commas.")
@click.option("--out", "file", type=click.Path(dir_okay=False), help="What-if to write, FILE.toml.")
@click.option("--all", "everything", is_flag=True, help="Show every limit that moves.")
@click.option("--quiet", is_flag=True, help="No report.")
@click.option("--overwrite", is_flag=True, help="Replace the file.")
@click.option("--time-limit", "time_limit_s", type=click.FloatRange(min=0, min_open=True), help="Seconds of wall time.")
def repair(
    scenario: str,
    said: str | None,
    file: str | None,
    everything: bool,
    quiet: bool,
    overwrite: bool,
    time_limit_s: float | None,
) -> None:
    """Repair a scenario, say what moved, and write the what-if."""
    from singlepot.scenarios.repair.file import check_file

    if file is not None:
        check_file(file, overwrite=overwrite)
    import singlepot
    from singlepot.reports import repair_text
    from singlepot.scenarios.repair.file import write_what_if

    kinds = None if said is None else [kind.strip() for kind in said.split(",") if kind.strip()]
    found = singlepot.repair(singlepot.read_scenario(scenario), kinds, time_limit_s=time_limit_s)
    if not quiet:
        click.echo(repair_text(found, everything=everything), nl=False)
    if file is not None and found.clashes:
        write_what_if(found, scenario, file)
        if not quiet:
            click.echo(f"\nWritten to {file}: singlepot settle {file} --out FOLDER settles it")


COMMANDS = (repair,)
"""The commands of this module."""
