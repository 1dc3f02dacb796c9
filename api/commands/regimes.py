"""The command that sets the single pot beside every other way of sharing the money."""

from __future__ import annotations

import click


@click.command()
@click.argument("scenario")
@click.option("--out", "directory", required=True, type=click.Path(), help="Folder to write; it must not exist.")
@click.option("--only", "said", metavar="REGIMES", help="These regimes, separated by commas.  [default: all ten]")
@click.option("--plan", type=click.Path(dir_okay=False), help="What the regimes assume, FILE.toml.")
@click.option("--no-chart", is_flag=True, help="Write the tables alone.")
@click.option("--quiet", is_flag=True, help="No summary.")
@click.option("--overwrite", is_flag=True, help="Replace regimes that stand in the folder.")
@click.option(
    "--time-limit",
    "time_limit_s",
    type=click.FloatRange(min=0, min_open=True),
    help="Seconds of wall time for each regime.",
)
@click.pass_context
def regimes(
    ctx: click.Context,
    scenario: str,
    directory: str,
    said: str | None,
    plan: str | None,
    no_chart: bool,
    quiet: bool,
    overwrite: bool,
    time_limit_s: float | None,
) -> None:
    """Set the single pot beside other ways of sharing the money of SCENARIO.

    REGIMES are single-pot, pro-rata, equal-awards, equal-losses, talmud, random-arrival, per-head, needs-formula,
    competition and silos. OUT holds regimes.csv, summary.csv and regimes.json, and a chart where matplotlib is
    installed. A regime without a settlement is said to have none, and the exit code is its.
    """
    from singlepot.models.files.folder import check_target
    from singlepot.scenarios.regimes.result import MANIFEST

    check_target(directory, MANIFEST, overwrite=overwrite)
    import singlepot
    from singlepot.reports import ChartsNotInstalledError, regimes_chart, regimes_text

    keys = None if said is None else [key.strip() for key in said.split(",") if key.strip()]
    found = singlepot.compare_regimes(singlepot.read_scenario(scenario), keys, plan=plan, time_limit_s=time_limit_s)
    chart = {}
    if not no_chart:
        try:
            chart = dict(regimes_chart(found))
        except ChartsNotInstalledError as missing:
            click.echo(f"no chart: {missing}", err=True)
    found.write(directory, overwrite=overwrite, further=chart)
    if not quiet:
        click.echo(f"{regimes_text(found)}\nWritten to {directory}")
    ctx.exit(max((reason.exit_code for reason in found.failures.values()), default=0))


COMMANDS = (regimes,)
"""The commands of this module."""
