"""What commands share: their options, how a scenario is read, and where results are written and shown."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

import click

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

    from singlepot.models.scenario.scenario import Scenario
    from singlepot.solver import Progress

OUT = click.option("--out", "path", type=click.Path(), help="Folder to write; it must not exist.")
OUT_REQUIRED = click.option(
    "--out", "path", required=True, type=click.Path(), help="Folder to write; it must not exist."
)
OVERWRITE = click.option("--overwrite", is_flag=True, help="Replace what such a command wrote there.")
QUIET = click.option("--quiet", is_flag=True, help="No progress and no summary.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON alone on standard output.")
CHART = click.option("--chart", type=click.Path(), help="Also draw it: a file that ends in .png or .svg.")


def time_limit(what: str = "") -> Callable[[Any], Any]:
    """Make the option of the time limit; ``what`` says for what each it holds."""
    text = f"Seconds of wall time{f' for each {what}' if what else ''}."
    return click.option("--time-limit", "time_limit_s", type=click.FloatRange(min=0, min_open=True), help=text)


def command(
    example: str, name: str | None = None, help: str | None = None
) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a command whose help ends with an example; the tests carry it out."""
    return click.command(name, help=help, epilog=f"\b\nExample:\n  singlepot {example}")


def reading(function: Callable[..., None]) -> Callable[..., None]:
    """Add what decides how a scenario is read: the argument SCENARIO and its options."""
    options = (
        click.argument("scenario"),
        click.option("--encoding", default="utf-8", metavar="NAME", help="Encoding of CSV files that are not UTF-8."),
        click.option("--lenient-numbers", is_flag=True, help="Take £1,234.5, 12%, (500) and 1.2m as numbers."),
        click.option("--allow-outside", is_flag=True, help="Follow links that lead out of the scenario's folder."),
        click.option(
            "--largest-mb",
            type=click.FloatRange(min=0, min_open=True),
            default=500.0,
            show_default=True,
            help="Largest file that is read, in millions of bytes.",
        ),
    )
    for add in reversed(options):
        function = add(function)
    return function


def ready(source: str, quiet: bool, how: dict[str, Any]) -> Scenario:
    """Read a scenario; show on standard error what may be a mistake in it."""
    import singlepot
    from singlepot.models.diagnostics.problems import listed

    findings = singlepot.check_scenario(source, **how)
    if findings.warnings and not quiet:
        complain(listed(findings.warnings, "warning"))
    if findings.scenario is None:
        raise singlepot.BadInputError(findings.problems)
    return findings.scenario


def share(ctx: click.Context, param: click.Parameter, value: str) -> float:
    """Read a share of one, written as 1% or 0.01."""
    text = value.strip()
    try:
        read = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        read = -1.0
    if not 0 <= read <= 1:
        raise click.BadParameter(f"{value!r} is no share; write 1% or 0.01")
    return read


def names(text: str | None) -> list[str] | None:
    """Split names at commas; None where nothing was given."""
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def check_folder(path: str | None, manifest: str, overwrite: bool) -> None:
    """Refuse a folder that must not be written before any work is done for it."""
    if path is not None:
        from singlepot.models.files.folder import check_target

        check_target(path, manifest, overwrite=overwrite)


def insist_on_charts(instead: str) -> None:
    """Refuse to begin where the library that draws charts is not installed."""
    from singlepot.models.extras import insist_on

    insist_on("charts", "a chart", instead)


def check_chart(chart: str | None) -> None:
    """Refuse a chart that cannot be drawn, before any work is done for it."""
    if ending_of(chart):
        insist_on_charts("leave --chart out")


def ending_of(chart: str | None) -> str:
    """Return the ending of a chart's file, or refuse it; empty without a chart."""
    ending = "" if chart is None else chart.rpartition(".")[2].lower()
    if chart is not None and ending not in ("png", "svg"):
        raise click.BadParameter(f"{chart!r} ends neither in .png nor in .svg", param_hint="--chart")
    return ending


def draw(chart: str | None, overwrite: bool, make: Callable[[], Mapping[str, bytes]]) -> None:
    """Write a chart, where one is asked for."""
    if chart is not None:
        write_content(chart, make()[f"chart.{ending_of(chart)}"], overwrite)


def write_content(path: str | PathLike[str], content: bytes, overwrite: bool) -> None:
    """Write a file whole or not at all."""
    from singlepot.models.files.single_file import write_file

    def write(staging: Path) -> None:
        staging.write_bytes(content)

    write_file(path, write, overwrite=overwrite)


def show(text: str, path: str | None, missing: str = "") -> None:
    """Print a summary, what could not be made, and where everything was written."""
    text += f"\n{missing}\n" if missing else ""
    put(sys.stdout, text + (f"\nWritten to {path}\n" if path is not None else ""))


def show_json(values: Mapping[str, Any]) -> None:
    """Print values as JSON."""
    put(sys.stdout, json.dumps(values, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def complain(line: str) -> None:
    """Print a line on standard error."""
    put(sys.stderr, line + "\n")


def put(stream: TextIO, text: str) -> None:
    """Write a text as it is and flush it."""
    stream.write(text)
    stream.flush()


@contextmanager
def counting(quiet: bool) -> Iterator[Callable[[Progress], None] | None]:
    """Show how many scenarios are settled on one changing line of standard error, while somebody looks at it."""
    if quiet or not sys.stderr.isatty():
        yield None
        return

    def follow(event: Progress) -> None:
        of = f" of {event.count}" if event.count else ""
        put(sys.stderr, f"\rsettled {event.done}{of}")

    try:
        yield follow
    finally:
        put(sys.stderr, "\r" + " " * 40 + "\r")
