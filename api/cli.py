"""The command line. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import click

from singlepot.commands import choices, ensemble, formats, many, regimes, repair, report

if TYPE_CHECKING:
    from singlepot.models.diagnostics.problems import BadInputError
    from singlepot.models.scenario.scenario import Scenario

BAD_USE, UNEXPECTED, STOPPED = 2, 6, 130
"""Exit codes that do not belong to one of our own errors."""


class _Suggesting(click.Group):
    """A group that says which command was probably meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], self.commands, n=1)
            ctx.fail(f"No such command {args[0]!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
        return super().resolve_command(ctx, args)


@click.group(cls=_Suggesting, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="singlepot")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """Settle many local bids against one national pot.

    A SCENARIO is a shipped name (see `singlepot list`), a folder of CSV or Parquet files with scenario.toml, an
    Excel workbook (.xlsx), a JSON document, or the file of a what-if, such as tighter.toml.

    Exit codes: 0 settled, 2 wrong usage, 3 bad input, 4 no settlement under these rules, 5 not proven within the
    limit, 6 solver or verification failed, 130 stopped.
    """
    ctx.obj = debug


@cli.command("list")
def list_scenarios() -> None:
    """List the shipped scenarios and what-ifs, a line each."""
    import singlepot
    from singlepot.scenarios.reading.shipped import shipped_what_ifs

    looked_at = sys.stdout.isatty()
    for name, title in sorted([*singlepot.list_scenarios(), *shipped_what_ifs()]):
        line = f"{name:<22} {title}"
        click.echo(click.wrap_text(line, 80, subsequent_indent=" " * 23) if looked_at else line)


def _reading(command: Callable[..., None]) -> Callable[..., None]:
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
        command = add(command)
    return command


@cli.command()
@_reading
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON alone on standard output.")
@click.option("--marked", type=click.Path(), help="Write a copy of the workbook with its problems marked.")
@click.option("--overwrite", is_flag=True, help="Replace a marked copy that stands there.")
@click.option("--reach", is_flag=True, help="Also say how far each national objective can be reached.")
def check(scenario: str, as_json: bool, marked: str | None, overwrite: bool, reach: bool, **how: Any) -> None:
    """Find all problems of SCENARIO, or say that it is ready, and its size; then what is doubtful or was noted."""
    import singlepot
    from singlepot.models.diagnostics.problems import BadInputError, listed

    if marked is not None:
        from singlepot.scenarios.writing.marked_copy import check_copy

        check_copy(scenario, marked, overwrite=overwrite)
    found = singlepot.check_scenario(scenario, **how)
    if marked is not None:
        _mark(scenario, marked, BadInputError(found.problems) if found.problems else None, overwrite)
    if as_json:
        _write(sys.stdout, found.as_json())
        raise click.exceptions.Exit(0 if found.ready else BadInputError.exit_code)
    if found.ready:
        click.echo(f"ready: {found.scenario!r}")
    if found.notes:
        click.echo(listed(found.notes, "note"))
    if found.problems:
        raise BadInputError(found.problems)
    if reach and found.scenario is not None:
        from singlepot.reports import reach_text

        names = dict(found.scenario.objectives[["key", "name"]].to_numpy())
        click.echo(reach_text(singlepot.find_attainable(found.scenario), names), nl=False)


def _mark(scenario: str, marked: str, refused: BadInputError | None, overwrite: bool) -> None:
    """Write a copy of a workbook with its problems marked, where there are any."""
    from singlepot.scenarios.writing.marked_copy import write_marked_copy

    if refused is None:
        _say("there is nothing to mark")
    elif write_marked_copy(scenario, marked, refused, overwrite=overwrite):
        _say(f"the problems are marked in {marked}")


@cli.command()
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Say what CODE means: its cause, an example and the remedy; without CODE, list them all."""
    from singlepot.models.diagnostics.codes import CODES
    from singlepot.models.diagnostics.explanations import explain_code, near_code

    if code is None:
        for known, meaning in CODES.items():
            click.echo(f"{known}  {meaning}")
        return
    if code.upper() not in CODES:
        near = near_code(code)
        raise click.BadParameter(f"no such code: {code!r}." + (f" Did you mean {near}?" if near else ""))
    click.echo(str(explain_code(code)))


@cli.command()
@_reading
@click.argument("file", type=click.Path())
@click.option("--stage", help="Stage whose objective is written, such as burden.  [default: the first that has one]")
def model(scenario: str, file: str, stage: str | None, **how: Any) -> None:
    """Write the programme of SCENARIO as FILE, .lp or .mps, for other solvers.

    The objective is that of one stage; the limits are those before the first stage.
    """
    import singlepot
    from singlepot.solver import write_model

    formulation = singlepot.formulate(_ready(scenario, False, how))
    stages = {each.name: each for each in formulation.stages}
    if stage is not None and stage not in stages:
        raise click.BadParameter(f"{stage!r} is none of {', '.join(stages)}", param_hint="--stage")
    chosen = stages[stage] if stage else next((each for each in stages.values() if not each.empty), None)
    write_model(formulation.programme, file, None if chosen is None else chosen.cost)
    rows, columns = formulation.programme.shape
    click.echo(f"written to {file}: {rows} rows, {columns} columns, {chosen.name if chosen else 'no objective'}")


@cli.command()
@_reading
@click.option("--out", "directory", required=True, type=click.Path(), help="Folder to write; it must not exist.")
@click.option("--json", "as_json", is_flag=True, help="Print settlement.json alone on standard output.")
@click.option("--quiet", is_flag=True, help="No progress, no warnings and no summary.")
@click.option("--time-limit", "time_limit_s", type=click.FloatRange(min=0, min_open=True), help="Seconds of wall time.")
@click.option("--overwrite", is_flag=True, help="Replace a settlement that stands in the folder.")
@click.option("--backend", default="highs", help="Who solves: highs, pulp, pyomo or interior-point.  [default: highs]")
@click.option("--solver", help="Solver behind the backend: highs, cbc, glpk, or what else is installed.")
@click.option("--only", type=click.Choice(["tables"]), help="Write the tables and nothing to look at: for programs.")
@report.showing
@click.option("--robust", is_flag=True, help="SCENARIO is an ensemble's plan: decide once for all its draws.")
def settle(
    scenario: str,
    directory: str,
    as_json: bool,
    quiet: bool,
    time_limit_s: float | None,
    overwrite: bool,
    backend: str,
    solver: str | None,
    only: str | None,
    area_pages: bool,
    pictures: str | None,
    robust: bool,
    **how: Any,
) -> None:
    """Settle SCENARIO and write the folder OUT: tables, scenario, workbook and report.

    The report needs the extra "report"; without it everything else is written, and what to install is said.
    """
    if only and (area_pages or pictures):
        raise click.UsageError("--only tables writes neither pages nor pictures")
    if robust:
        choices.settle_robust(
            scenario, directory, as_json=as_json, quiet=quiet, overwrite=overwrite, time_limit_s=time_limit_s
        )
        return
    from singlepot.models.files.folder import check_target
    from singlepot.models.settlement.documents import MANIFEST

    check_target(directory, MANIFEST, overwrite=overwrite)
    import singlepot
    from singlepot.reports import summary
    from singlepot.reports.outputs import Wanted, outputs

    found = _ready(scenario, quiet, how)
    with report.progress_line(quiet, ("settle", "without give", "without bands", "writing")) as line:
        settlement = singlepot.settle(
            found, time_limit_s=time_limit_s, progress=line.follow, backend=backend, solver=solver
        )
        price = None if quiet and only else singlepot.price_fairness(settlement, progress=line.follow)
        line.enter("writing")
        made = outputs(settlement, None if only else price, Wanted(area_pages, pictures or ""))
        report.write(settlement, directory, made, overwrite=overwrite)
    if as_json:
        _write(sys.stdout, settlement.documents()["settlement.json"].decode())
    if price is not None and not quiet:
        said = f"{summary(settlement, price)}\n{report.written(directory, made)}"
        _write(sys.stderr if as_json else sys.stdout, said)


def _ready(source: str, quiet: bool, how: dict[str, Any]) -> Scenario:
    """Read a scenario; say on standard error what may be a mistake in it."""
    import singlepot
    from singlepot.models.diagnostics.problems import BadInputError, listed

    found = singlepot.check_scenario(source, **how)
    if found.warnings and not quiet:
        _say(listed(found.warnings, "warning"))
    if found.scenario is None:
        raise BadInputError(found.problems)
    return found.scenario


@cli.command()
@click.argument("directory", type=click.Path())
@click.option("--independent", is_flag=True, help="Also settle again by the double build, which shares no code.")
@click.option("--json", "as_json", is_flag=True, help="Print the assurance as JSON.")
@click.pass_context
def verify(ctx: click.Context, directory: str, independent: bool, as_json: bool) -> None:
    """Check a written settlement against the scenario inside it, number by number.

    Prints an assurance statement; exits 0 only if everything holds, else 6.
    """
    import singlepot

    assurance = singlepot.verify(directory, independent=independent)
    if as_json:
        import json

        _write(sys.stdout, json.dumps(assurance.as_dict(), ensure_ascii=False, indent=1) + "\n")
    else:
        _write(sys.stdout, assurance.statement())
    ctx.exit(0 if assurance.passed else 6)


@cli.command()
@click.argument("directory", type=click.Path())
@click.argument("area", required=False)
@click.option("--objective", metavar="KEY", help="Only this objective, or cuts.")
@click.option("--without", is_flag=True, help="With AREA: settle again without it, to say what the nation would lose.")
@click.option("--stability", is_flag=True, help="With AREA: how far its own numbers move its grant.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def why(directory: str, area: str | None, objective: str | None, without: bool, stability: bool, as_json: bool) -> None:
    """Say why a written settlement is as it is: prices, who is best placed, what stopped each; or all about AREA.

    AREA is a code or a name.
    """
    import json

    import singlepot
    from singlepot.reports.text.why import area_values, as_values, why_area
    from singlepot.reports.text.why import why as tell

    settlement = singlepot.read_settlement(directory)
    known = [*settlement.scenario.filled("objectives")["key"], "cuts"]
    if objective is not None and objective not in known:
        raise click.BadParameter(f"{objective!r} is none of {', '.join(known)}", param_hint="--objective")
    if (without or stability) and area is None:
        raise click.BadParameter("name the area", param_hint="--without" if without else "--stability")
    if area is not None:
        measure = singlepot.measure_stability if stability else None
        account = singlepot.explain_area(settlement, area, without=without, stability=measure)
        said, values = why_area(account, settlement.scenario.settings.money), area_values(account)
    else:
        said, values = tell(settlement, objective), as_values(settlement, objective)
    _write(sys.stdout, json.dumps(values, ensure_ascii=False, indent=1, allow_nan=False) + "\n" if as_json else said)


def _write(stream: TextIO, text: str) -> None:
    stream.write(text)
    stream.flush()


for _command in (
    *choices.COMMANDS,
    *ensemble.COMMANDS,
    *formats.COMMANDS,
    *many.COMMANDS,
    *regimes.COMMANDS,
    *repair.COMMANDS,
    *report.COMMANDS,
):
    cli.add_command(_command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    _leave(_run(arguments))


def _leave(code: int) -> NoReturn:
    """Leave, without waiting for a solver that was told to stop and has not yet done so.

    Who was stopped leaves at once: where Ctrl-C came in the middle of an import, Python would end by the signal instead
    of the exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(BrokenPipeError):
            stream.flush()
    if code == STOPPED or any(thread.name == "singlepot-solver" for thread in threading.enumerate()):
        os._exit(code)
    sys.exit(code)


def _run(arguments: list[str] | None) -> int:
    debug = "--debug" in (sys.argv[1:] if arguments is None else arguments)
    try:
        code = cli.main(args=arguments, prog_name="singlepot", standalone_mode=False)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        error.show()
        return BAD_USE
    except (click.Abort, KeyboardInterrupt):
        _say("stopped: nothing was written")
        return STOPPED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # the last line of defence: no traceback for users
        if debug:
            raise
        return _explain(error)
    return code if isinstance(code, int) else 0


def _explain(error: Exception) -> int:
    """Say an error in one line (bad input: one for each problem) and return its exit code."""
    from singlepot.solver.errors import SinglepotError, UnfinishedError

    if not isinstance(error, SinglepotError):
        _say(f"error: {type(error).__name__}: {error}; report this with what singlepot --debug shows")
        return UNEXPECTED
    _say(f"error: {error}" if error.exit_code != 3 else str(error))
    if isinstance(error, UnfinishedError):
        for name, value in error.stages:
            _say(f"  {name} was proved to be {value:.9g}")
    return error.exit_code


def _say(line: str) -> None:
    _write(sys.stderr, line + "\n")


if __name__ == "__main__":
    main()
