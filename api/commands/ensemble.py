"""The command that settles an uncertain scenario many times."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

    from singlepot.scenarios.ensemble.running import Ensemble
    from singlepot.solver import Progress

LOG_EVERY_S = 30.0
"""How often a long run says where it is when nobody is looking, seconds."""


@click.command()
@click.argument("plan", type=click.Path())
@click.option("--out", "directory", required=True, type=click.Path(), help="Folder to write, or to go on in.")
@click.option("--draws", type=click.IntRange(min=1), help="How many draws, instead of the plan's number.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed, instead of the plan's.")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes of this machine.")
@click.option("--cluster", help="Address of a Dask scheduler, instead of processes of this machine.")
@click.option("--draw-limit", type=click.FloatRange(min=0, min_open=True), default=600.0, show_default=True,
              help="Seconds of wall time for one draw.")  # fmt: skip
@click.option("--restart", is_flag=True, help="Begin again where the folder holds an ensemble.")
@click.option("--chart", type=click.Path(), help="Also draw it: a file that ends in .png or .svg.")
@click.option("--quiet", is_flag=True, help="No progress and no summary.")
def ensemble(
    plan: str,
    directory: str,
    draws: int | None,
    seed: int | None,
    workers: int,
    cluster: str | None,
    draw_limit: float,
    restart: bool,
    chart: str | None,
    quiet: bool,
) -> None:
    """Settle many draws of an uncertain scenario, as PLAN (a TOML file) says.

    A run that is stopped goes on where it was when the same command is given again. The same plan and seed give the
    same bytes, whoever works on it. Beside its tables stands the report report.html.
    """
    import singlepot
    from singlepot.reports.text.ensemble import ensemble_text

    ending = None if chart is None else chart.rpartition(".")[2].lower()
    if ending not in (None, "png", "svg"):
        raise click.BadParameter(f"{chart!r} ends neither in .png nor in .svg", param_hint="--chart")
    with _draws_line(quiet) as progress:
        done = singlepot.run_ensemble(
            plan,
            directory,
            draws=draws,
            seed=seed,
            workers=workers,
            cluster=cluster,
            time_limit_s=draw_limit,
            restart=restart,
            progress=progress,
        )
    missing = _report(done, directory)
    if not quiet:
        said = f"\n{missing}\n" if missing else ""
        click.echo(f"{ensemble_text(done)}{said}\nWritten to {directory}\n", nl=False)
    if chart is not None and ending is not None:
        _draw(done, chart, ending)


def _report(done: Ensemble, directory: str) -> str:
    """Write the report into the finished folder, or return what to install."""
    from pathlib import Path

    from singlepot.reports.outputs import report_of

    made = report_of(lambda page: str(page.ensemble_html(done)))
    for name, content in made.files.items():
        _write(Path(directory) / name, content)
    return made.missing


def _draw(done: Ensemble, chart: str, ending: str) -> None:
    from singlepot.reports import ensemble_chart

    _write(chart, ensemble_chart(done)[f"chart.{ending}"])


def _write(path: str | Path, content: bytes) -> None:
    """Write a file whole or not at all, in the place of one that stands there."""
    from singlepot.models.files.single_file import write_file

    def write(staging: Path) -> None:
        staging.write_bytes(content)

    write_file(path, write, overwrite=True)


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


COMMANDS = (ensemble,)
