"""The command that repairs a scenario without a settlement."""

from __future__ import annotations

import click

from singlepot.models.tables.rule_kinds import KINDS

from .shared import command, names, time_limit

HELP = f"""Find a change of rules that lets SCENARIO settle, and write it as a what-if.

One value of one rule where that is enough, else the least change of single limits. RULES are {", ".join(KINDS[:-1])}
and {KINDS[-1]}; without --may-change, the rules that take part in a clash. The pot moves only if it is named there.
`singlepot settle FILE.toml` then settles what was repaired.
"""


@command("repair tighter.toml --out repaired.toml", help=HELP)
@click.argument("scenario")
@click.option("--may-change", "kinds", metavar="RULES", help="Kinds of rules that may move, separated by commas.")
@click.option("--limit-by-limit", is_flag=True, help="Change single limits, by the least in all.")
@click.option("--out", "path", type=click.Path(dir_okay=False), help="What-if to write, FILE.toml.")
@click.option("--all", "everything", is_flag=True, help="Show every limit that moves.")
@click.option("--quiet", is_flag=True, help="No report.")
@click.option("--overwrite", is_flag=True, help="Replace the file.")
@time_limit()
def repair(
    scenario: str,
    kinds: str | None,
    limit_by_limit: bool,
    path: str | None,
    everything: bool,
    quiet: bool,
    overwrite: bool,
    time_limit_s: float | None,
) -> None:
    """Repair a scenario, say what moved, and write the what-if."""
    from singlepot.scenarios.reading.inputs import input_paths
    from singlepot.scenarios.reading.saving import check_what_if
    from singlepot.scenarios.repair.file import write_what_if

    if path is not None:
        check_what_if(path, overwrite=overwrite, inputs=input_paths(scenario))
    import singlepot
    from singlepot.reports import repair_text

    repaired = singlepot.repair(scenario, names(kinds), limit_by_limit=limit_by_limit, time_limit_s=time_limit_s)
    written = path is not None and bool(repaired.clashes)
    if path is not None and written:
        write_what_if(repaired, scenario, path, overwrite=overwrite)
    if not quiet:
        click.echo(repair_text(repaired, everything=everything), nl=False)
        if written:
            click.echo(f"\nWritten to {path}: singlepot settle {path} --out FOLDER settles it")
