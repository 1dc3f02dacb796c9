"""The command line. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn, TextIO

import click

from singlepot import cli_many, cli_repair

if TYPE_CHECKING:
    from singlepot.solver.control import Progress

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

    A SCENARIO is a shipped name (see `singlepot list`), a folder of CSV files with scenario.toml, or the file of a
    what-if, such as tighter.toml.

    Exit codes: 0 settled, 2 wrong usage, 3 bad input, 4 no settlement under these rules, 5 not proven within the
    limit, 6 solver or verification failed, 130 stopped.
    """
    ctx.obj = debug


@cli.command("list")
def list_scenarios() -> None:
    """List the shipped scenarios and what-ifs, a line each."""
    import singlepot
    from singlepot.scenarios.shipped import shipped_what_ifs

    for name, title in sorted([*singlepot.shipped(), *shipped_what_ifs()]):
        click.echo(f"{name:<22} {title}")


@cli.command()
@click.argument("scenario")
@click.option("--reach", is_flag=True, help="Also say how far each national objective can be reached.")
def check(scenario: str, reach: bool) -> None:
    """Find all problems of SCENARIO, or say that it is ready, and its size."""
    import singlepot

    found = singlepot.read_scenario(scenario)
    click.echo(f"ready: {found!r}")
    if reach:
        from singlepot.reports import reach_text

        click.echo(reach_text(singlepot.reach(found), dict(found.objectives[["key", "name"]].to_numpy())), nl=False)


@cli.command()
@click.argument("scenario")
@click.argument("file", type=click.Path())
@click.option("--stage", help="Stage whose objective is written, such as burden.  [default: the first that has one]")
def model(scenario: str, file: str, stage: str | None) -> None:
    """Write the programme of SCENARIO as FILE, .lp or .mps, for other solvers.

    The objective is that of one stage; the limits are those before the first stage.
    """
    import singlepot
    from singlepot.solver import write_model

    formulation = singlepot.formulate(singlepot.read_scenario(scenario))
    stages = {each.name: each for each in formulation.stages}
    if stage is not None and stage not in stages:
        raise click.BadParameter(f"{stage!r} is none of {', '.join(stages)}", param_hint="--stage")
    chosen = stages[stage] if stage else next((each for each in stages.values() if not each.empty), None)
    write_model(formulation.programme, file, None if chosen is None else chosen.cost)
    rows, columns = formulation.programme.shape
    click.echo(f"written to {file}: {rows} rows, {columns} columns, {chosen.name if chosen else 'no objective'}")


@cli.command()
@click.argument("scenario")
@click.option("--out", "directory", required=True, type=click.Path(), help="Folder to write; it must not exist.")
@click.option("--json", "as_json", is_flag=True, help="Print settlement.json alone on standard output.")
@click.option("--quiet", is_flag=True, help="No progress and no summary.")
@click.option("--time-limit", type=click.FloatRange(min=0, min_open=True), help="Seconds of wall time.")
@click.option("--overwrite", is_flag=True, help="Replace a settlement that stands in the folder.")
@click.option("--backend", default="highs", help="Who solves: highs, pulp or pyomo.  [default: highs]")
@click.option("--solver", help="Solver behind the backend: highs, cbc, glpk, or what else is installed.")
def settle(
    scenario: str,
    directory: str,
    as_json: bool,
    quiet: bool,
    time_limit: float | None,
    overwrite: bool,
    backend: str,
    solver: str | None,
) -> None:
    """Settle SCENARIO and write the folder OUT."""
    from singlepot.models.folder import check_target
    from singlepot.models.settlement_documents import MANIFEST

    check_target(directory, MANIFEST, overwrite=overwrite)
    import singlepot
    from singlepot.reports import summary

    with _progress_line(quiet) as progress:
        settlement = singlepot.settle(
            singlepot.read_scenario(scenario),
            time_limit=time_limit,
            progress=progress,
            backend=backend,
            solver=solver,
        )
        settlement.write(directory, overwrite=overwrite)
        price = None if quiet else singlepot.price_of_fairness(settlement)
    if as_json:
        _write(sys.stdout, settlement.documents()["settlement.json"].decode())
    if price is not None:
        _write(sys.stderr if as_json else sys.stdout, summary(settlement, price) + f"\nWritten to {directory}\n")


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


for command in (*cli_many.COMMANDS, *cli_repair.COMMANDS):
    cli.add_command(command)


@contextmanager
def _progress_line(quiet: bool) -> Iterator[Callable[[Progress], None] | None]:
    """Show one changing line on standard error while somebody is looking at it."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1000, label="settling", file=sys.stderr, show_eta=False) as bar:

        def show(event: Progress) -> None:
            bar.label = f"{event.stage:<24}"
            bar.update(max(0, int(event.fraction * 1000) - bar.pos))

        yield show


def _write(stream: TextIO, text: str) -> None:
    stream.write(text)
    stream.flush()


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    _leave(_run(arguments))


def _leave(code: int) -> NoReturn:
    """Leave, without waiting for a solver that was told to stop and has not yet done so."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(BrokenPipeError):
            stream.flush()
    if any(thread.name == "singlepot-solver" for thread in threading.enumerate()):
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
    from singlepot.solver.errors import SinglepotError, Unfinished

    if not isinstance(error, SinglepotError):
        _say(f"error: {type(error).__name__}: {error}; report this with what singlepot --debug shows")
        return UNEXPECTED
    _say(f"error: {error}" if error.exit_code != 3 else str(error))
    if isinstance(error, Unfinished):
        for name, value in error.stages:
            _say(f"  {name} was proved to be {value:.9g}")
    return error.exit_code


def _say(line: str) -> None:
    _write(sys.stderr, line + "\n")


if __name__ == "__main__":
    main()
