"""The command line. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from typing import NoReturn

import click

from singlepot.commands import choices, doubt, ensemble, formats, many, regimes, repair, report, settle, start
from singlepot.commands.shared import complain

BAD_USE, UNEXPECTED, STOPPED = 2, 6, 130
"""Exit codes that do not belong to one of our own errors."""

GROUPS = {
    "Start": (start.list_shipped, formats.init, start.check, many.show, start.explain, formats.schema),
    "Settle": (settle.settle, ensemble.ensemble, ensemble.robust),
    "Change": (repair.repair, many.compare, many.sweep, regimes.regimes, choices.frontier, choices.alternatives),
    "Doubt": (doubt.verify, doubt.why, many.stability, doubt.model),
    "Publish": (report.report, formats.export),
}
"""All commands, in the groups that the help shows."""


class _Grouped(click.Group):
    """A group that lists its commands in groups, and says which command was probably meant."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each group as a section of the help, each command with its first sentence."""
        width = max(map(len, self.commands))
        for title, commands in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(f"{one.name:<{width}}", _first_sentence(one)) for one in commands])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or suggest one."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], self.commands, n=1)
            ctx.fail(f"No such command {args[0]!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
        return super().resolve_command(ctx, args)


def _first_sentence(command: click.Command) -> str:
    return " ".join((command.help or "").partition("\n\n")[0].split())


@click.group(
    cls=_Grouped,
    commands=[command for commands in GROUPS.values() for command in commands],
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExample:\n  singlepot settle bucks-and-burnley --out out/bucks-and-burnley",
)
@click.version_option(package_name="singlepot")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug: bool) -> None:
    """Settle many local bids against one national pot.

    A SCENARIO is a shipped name (see `singlepot list`), a folder of CSV or Parquet files with scenario.toml, an
    Excel workbook (.xlsx), a JSON document, or the file of a what-if, such as tighter.toml.

    Exit codes: 0 settled, 2 wrong usage, 3 bad input, 4 no settlement under these rules, 5 not proven within the
    limit, 6 solver or verification failed, 7 tables written but not all of workbook, report, charts and pictures, 130
    stopped.
    """


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
        complain("stopped: nothing was written")
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
        complain(f"error: {type(error).__name__}: {error}; report this with what singlepot --debug shows")
        return UNEXPECTED
    complain(f"error: {error}" if error.exit_code != 3 else str(error))
    if isinstance(error, UnfinishedError):
        for name, value in error.stages:
            complain(f"  {name} was proved to be {value:.9g}")
    return error.exit_code


if __name__ == "__main__":
    main()
