"""What commands share: their options, how a scenario is read, and where results are written and shown."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import click

if TYPE_CHECKING:
    from singlepot.models.scenario.scenario import Scenario
    from singlepot.reports.outputs import Layers
    from singlepot.scenarios.reading.checking import Findings
    from singlepot.solver import Progress

Levers = tuple[tuple[str, float | str], ...]
"""Levers with their values, in the order in which they are given."""

OUT = click.option("--out", "path", type=click.Path(), help="Folder to write; it must not exist.")
OUT_REQUIRED = click.option(
    "--out", "path", required=True, type=click.Path(), help="Folder to write; it must not exist."
)
OVERWRITE = click.option("--overwrite", is_flag=True, help="Replace what such a command wrote there.")
QUIET = click.option("--quiet", is_flag=True, help="No progress and no summary.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON alone on standard output.")
CHART = click.option("--chart", type=click.Path(), help="Also draw it: a file that ends in .png or .svg.")


def _pairs(ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]) -> Levers:
    """Read levers, each written as NAME=VALUE."""
    pairs: list[tuple[str, float | str]] = []
    for text in texts:
        name, equals, value = text.rpartition("=")  # the code of an area may hold one
        if not (equals and name.strip() and value.strip()):
            raise click.BadParameter(f"{text!r} sets nothing; write pot=0.9 or grant_floor=80%")
        with suppress(ValueError):
            pairs.append((name.strip(), float(value)))
            continue
        pairs.append((name.strip(), value.strip()))
    return tuple(pairs)


SET = click.option(
    "--set",
    "levers",
    multiple=True,
    callback=_pairs,
    metavar="LEVER=VALUE",
    help="Pull a lever first: pot=0.9, pot=9.5bn, national.carbon=+10%, grant_floor=80%, lock.AREA=1, equity=off.",
)
SAVE = click.option(
    "--save", type=click.Path(dir_okay=False), help="Also write what --set changes as a what-if, FILE.toml."
)


def pulled(scenario: str, levers: Levers) -> Scenario | str:
    """Read a scenario with levers pulled; without any it stays as it is named."""
    import singlepot

    return singlepot.read_scenario(scenario, levers=levers) if levers else scenario


def save_levers(scenario: str, levers: Levers, path: str | None, overwrite: bool) -> None:
    """Write the levers that were pulled as a what-if, where that is asked for."""
    if path is None:
        return
    if not levers:
        raise click.UsageError("--save writes what --set changes, and nothing was set")
    from singlepot.scenarios.reading.inputs import input_paths
    from singlepot.scenarios.reading.saving import check_what_if, write_levers

    check_what_if(path, overwrite=overwrite, inputs=input_paths(scenario))
    write_levers(scenario, levers, path, overwrite=overwrite)


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
        SET,
    )
    for add in reversed(options):
        function = add(function)
    return function


def ready(source: str, quiet: bool, how: dict[str, Any]) -> Scenario:
    """Read a scenario; show on standard error what may be a mistake in it."""
    scenario = checked(source, quiet, how).scenario
    assert scenario is not None
    return scenario


def checked(source: str, quiet: bool, how: dict[str, Any]) -> Findings:
    """Check a scenario that can be used; show on standard error what may be a mistake in it."""
    import singlepot
    from singlepot.models.diagnostics.problems import listed

    findings = singlepot.check_scenario(source, **how)
    if findings.warnings and not quiet:
        complain(listed(findings.warnings, "warning"))
    if findings.scenario is None:
        raise singlepot.BadInputError(findings.problems)
    return findings


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


def check_folder(path: str | None, kind: str, overwrite: bool, *sources: str) -> None:
    """Refuse a folder that must not be written before any work is done for it.

    Parameters
    ----------
    path
        The folder; None where nothing is written.
    kind
        Name of one of :mod:`singlepot.models.files.folder_kinds`.
    overwrite
        Whether a folder of the kind may be replaced.
    sources
        What is read: it may not be, hold or lie above the folder.
    """
    if path is not None:
        from singlepot.models.files import folder_kinds
        from singlepot.models.files.folder import check_target
        from singlepot.scenarios.reading.inputs import input_paths

        check_target(path, getattr(folder_kinds, kind), overwrite=overwrite, inputs=input_paths(*sources))


def insist_on_charts(instead: str) -> None:
    """Refuse to begin where the library that draws charts is not installed."""
    from singlepot.models.extras import insist_on

    insist_on("charts", "a chart", instead)


def check_chart(chart: str | None, overwrite: bool, *sources: str, path: str | None = None) -> None:
    """Refuse a chart that cannot be drawn or must not be written; one in the folder ``path`` is written with it."""
    if chart is None:
        return
    ending_of(chart)
    insist_on_charts("leave --chart out")
    if not name_in(path, chart):
        from singlepot.models.files.single_file import check_file
        from singlepot.scenarios.reading.inputs import input_paths

        check_file(chart, overwrite=overwrite, inputs=input_paths(*sources))


def ending_of(chart: str) -> str:
    """Return the ending of a chart's file, or refuse it."""
    ending = chart.rpartition(".")[2].lower()
    if ending not in ("png", "svg"):
        raise click.BadParameter(f"{chart!r} ends neither in .png nor in .svg", param_hint="--chart")
    return ending


def name_in(path: str | None, chart: str | None) -> str:
    """Return the name of a chart's file within the folder that is written; empty where it lies elsewhere."""
    if path is None or chart is None:
        return ""
    folder, file = os.path.realpath(path), os.path.realpath(chart)
    return os.path.relpath(file, folder).replace(os.sep, "/") if file.startswith(folder + os.sep) else ""


def draw_within(layers: Layers, path: str | None, chart: str | None, make: Callable[[], Mapping[str, bytes]]) -> None:
    """Draw a chart that lies in the folder that is written."""
    if name := name_in(path, chart):
        layers.make("the chart", lambda: {name: make()[f"chart.{ending_of(name)}"]})


def draw(
    layers: Layers, chart: str | None, overwrite: bool, make: Callable[[], Mapping[str, bytes]], path: str | None
) -> None:
    """Write a chart, where one is asked for and was not written with the folder."""
    if chart is None or name_in(path, chart):
        return
    from singlepot.models.files.single_file import write_file

    drawn: Mapping[str, bytes] = {}
    with layers.surviving("the chart"):
        drawn = make()
    if drawn:
        write_file(chart, drawn[f"chart.{ending_of(chart)}"], overwrite=overwrite)


def end(failed: Sequence[str], exit_code: int = 0) -> NoReturn:
    """Leave a command: each output that failed is said on standard error; then the exit code is 7, if no other."""
    from singlepot.reports.outputs import INCOMPLETE

    for line in failed:
        complain(line)
    raise click.exceptions.Exit(exit_code or (INCOMPLETE if failed else 0))


def show(text: str, path: str | None, missing: str = "") -> None:
    """Print a summary, what could not be made, and where everything was written."""
    text += f"\n{missing}\n" if missing else ""
    put(sys.stdout, text + (f"\nWritten to {path}\n" if path is not None else ""))


def put_text(text: str) -> None:
    """Print a text on standard output."""
    put(sys.stdout, text)


def show_json(values: Mapping[str, Any]) -> None:
    """Print values as JSON."""
    put(sys.stdout, json.dumps(values, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def complain(line: str) -> None:
    """Print a line on standard error, where that takes one."""
    with suppress(OSError, ValueError):
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
