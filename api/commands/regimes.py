"""The command that sets the single pot beside every other way of sharing the money."""

from __future__ import annotations

import click

from .shared import OUT_REQUIRED, SET, Levers, check_folder, command, end, insist_on_charts, names, pulled, show


@command("regimes bucks-and-burnley --out out/regimes")
@click.argument("scenario")
@SET
@OUT_REQUIRED
@click.option("--only", "only", metavar="REGIMES", help="These regimes, separated by commas.  [default: all ten]")
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
def regimes(
    scenario: str,
    levers: Levers,
    path: str,
    only: str | None,
    plan: str | None,
    no_chart: bool,
    quiet: bool,
    overwrite: bool,
    time_limit_s: float | None,
) -> None:
    """Set the single pot beside other ways of sharing the money of SCENARIO.

    REGIMES are single-pot, pro-rata, equal-awards, equal-losses, talmud, random-arrival, per-head, needs-formula,
    competition and silos. OUT holds regimes.csv, summary.csv, regimes.json and report.html, and a chart, for
    which the extra "charts" is needed. A regime without a settlement is said to have none, and the exit code is its.
    """
    check_folder(path, "REGIMES", overwrite, scenario, *([plan] if plan else []))
    if not no_chart:
        insist_on_charts("add --no-chart")
    import singlepot
    from singlepot.reports import regimes_chart, regimes_text
    from singlepot.reports.outputs import REPORT, Layers

    comparison = singlepot.compare_regimes(pulled(scenario, levers), names(only), plan=plan, time_limit_s=time_limit_s)
    layers = Layers()
    if not no_chart:
        layers.make("the chart", lambda: regimes_chart(comparison))
    layers.make_page(REPORT, lambda page: {REPORT: page.regimes_html(comparison).encode()})
    comparison.write(path, overwrite=overwrite, further=layers.files)
    if not quiet:
        show(regimes_text(comparison), path, layers.missing)
    end(layers.failed, max((reason.exit_code for reason in comparison.failures.values()), default=0))
