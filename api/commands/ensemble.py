"""Commands for an uncertain scenario: settle many draws of it, or decide once for all of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from .shared import (
    CHART,
    JSON,
    OUT,
    OVERWRITE,
    QUIET,
    check_chart,
    check_folder,
    command,
    draw,
    draw_within,
    end,
    share,
    show,
    show_json,
    time_limit,
)

if TYPE_CHECKING:
    from singlepot.solver import Progress

LOG_EVERY_S = 30.0
"""How often a long run says where it is when nobody is looking, seconds."""


@command("ensemble plan.toml --out out/draws --draws 4")
@click.argument("plan", type=click.Path())
@click.option("--out", "path", required=True, type=click.Path(), help="Folder to write, or to go on in.")
@click.option("--draws", type=click.IntRange(min=1), help="How many draws, instead of the plan's number.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed, instead of the plan's.")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes of this machine.")
@click.option("--cluster", help="Address of a Dask scheduler, instead of processes of this machine.")
@click.option("--draw-limit", type=click.FloatRange(min=0, min_open=True), default=600.0, show_default=True,
              help="Seconds of wall time for one draw.")  # fmt: skip
@click.option("--restart", is_flag=True, help="Begin again where the folder holds an ensemble.")
@CHART
@QUIET
@click.option("--overwrite", is_flag=True, help="Replace the file of --chart.")
def ensemble(
    plan: str,
    path: str,
    draws: int | None,
    seed: int | None,
    workers: int,
    cluster: str | None,
    draw_limit: float,
    restart: bool,
    chart: str | None,
    quiet: bool,
    overwrite: bool,
) -> None:
    """Settle many draws of an uncertain scenario, as PLAN (a TOML file) says.

    A run that is stopped goes on where it was when the same command is given again. The same plan and seed give the
    same bytes, whoever works on it. Beside its tables stands the report report.html.
    """
    check_chart(chart, overwrite, plan, path=path)
    import singlepot
    from singlepot.reports import ensemble_chart
    from singlepot.reports.outputs import REPORT, Layers
    from singlepot.reports.text.ensemble import ensemble_text
    from singlepot.scenarios.ensemble.store import Store

    with _draws_line(quiet) as progress:
        done = singlepot.run_ensemble(
            plan,
            path,
            draws=draws,
            seed=seed,
            workers=workers,
            cluster=cluster,
            time_limit_s=draw_limit,
            restart=restart,
            progress=progress,
        )
    layers = Layers()
    layers.make_page(REPORT, lambda page: {REPORT: page.ensemble_html(done).encode()})
    draw_within(layers, path, chart, lambda: ensemble_chart(done))
    Store(path).add(layers.files)
    draw(layers, chart, overwrite, lambda: ensemble_chart(done), path)
    if not quiet:
        show(ensemble_text(done), path, layers.missing)
    end(layers.failed, layers.exit_code)


@contextmanager
def _draws_line(quiet: bool) -> Iterator[Callable[[Progress], object] | None]:
    """Show draws done, rate and time left on standard error: one changing line, or a line now and then in a log."""
    if quiet:
        yield None
        return
    import time

    begun = time.monotonic()
    state = {"first": -1, "said": begun - LOG_EVERY_S if sys.stderr.isatty() else begun}

    def show(event: Progress) -> None:
        done, count = event.done, event.count
        now = time.monotonic()
        state["first"] = done if state["first"] < 0 else state["first"]
        if now - state["said"] < (0.5 if sys.stderr.isatty() else LOG_EVERY_S) and done < count:
            return
        state["said"] = now
        rate = (done - state["first"]) / max(now - begun, 1e-9)
        left = f", {(count - done) / rate:,.0f} s left" if rate > 0 else ""
        line = f"{done} of {count} draws, {rate:.2f} a second{left}"
        click.echo(f"\r{line:<70}" if sys.stderr.isatty() else line + "\n", nl=False, err=True)

    yield show
    if sys.stderr.isatty():
        click.echo("\n", nl=False, err=True)


@command("robust plan.toml --draws 4")
@click.argument("plan", type=click.Path())
@click.option("--draws", type=click.IntRange(min=1), help="How many draws.  [default: the plan's, at most 200]")
@click.option("--worst", callback=share, default="10%", show_default=True, help="Draws that count as the worst.")
@click.option("--order", default="expected,worst", show_default=True, help="What is minimised first and second.")
@click.option("--give", type=float, help="How much of the first the second may use.  [default: the scenario's]")
@JSON
@OUT
@CHART
@QUIET
@OVERWRITE
@time_limit()
def robust(
    plan: str,
    draws: int | None,
    worst: float,
    order: str,
    give: float | None,
    as_json: bool,
    path: str | None,
    chart: str | None,
    quiet: bool,
    overwrite: bool,
    time_limit_s: float | None,
) -> None:
    """Decide grants once for many draws of PLAN, an ensemble's (`settle PLAN --robust` is the same).

    Grants are common to all draws; what they buy is decided in each, when it is known. The expected shortfall is
    minimised, then the average of the worst draws. The report says what deciding so is worth against the central
    settlement, and what knowing would be worth.
    """
    decide(plan, path, as_json=as_json, quiet=quiet, overwrite=overwrite, time_limit_s=time_limit_s,
           chart=chart, draws=draws, worst=worst, order=order.split(","), give=give)  # fmt: skip


def decide(
    plan: str,
    path: str | None,
    *,
    as_json: bool,
    quiet: bool,
    overwrite: bool,
    time_limit_s: float | None,
    chart: str | None = None,
    **how: Any,
) -> None:
    """Settle a plan robustly, write it and show it; `settle --robust` is the same."""
    check_folder(path, "ROBUST", overwrite, plan)
    check_chart(chart, overwrite, plan, path=path)
    import singlepot
    from singlepot.reports import robust_chart, robust_text
    from singlepot.reports.outputs import REPORT, Layers

    found = singlepot.settle_robust(plan, time_limit_s=time_limit_s, **how)
    layers = Layers()
    if path is not None:
        draw_within(layers, path, chart, lambda: robust_chart(found))
        layers.make_page(REPORT, lambda page: {REPORT: page.robust_html(found).encode()})
        found.write(path, overwrite=overwrite, further=layers.files)
    draw(layers, chart, overwrite, lambda: robust_chart(found), path)
    if as_json:
        show_json(found.as_dict())
    elif not quiet:
        show(robust_text(found), path, layers.missing)
    end(layers.failed, layers.exit_code)
