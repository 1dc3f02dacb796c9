"""The command line. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any, NoReturn, TextIO

import click

from singlepot.commands import (
    choices,
    doubt,
    ensemble,
    formats,
    many,
    publish,
    regimes,
    repair,
    report,
    review,
    serve,
    settle,
    start,
    talks,
)
from singlepot.commands.shared import complain

BAD_USE, UNEXPECTED, UNPRINTED, STOPPED = 2, 6, 7, 130
"""Exit codes that do not belong to one of our own errors."""

GROUPS = {
    "Start": (start.list_shipped, formats.import_, formats.init, start.check, many.show, start.explain, formats.schema),
    "Settle": (settle.settle, ensemble.ensemble, ensemble.robust),
    "Change": (
        repair.repair,
        many.compare,
        many.sweep,
        regimes.regimes,
        choices.frontier,
        choices.alternatives,
        choices.goal,
        serve.serve,
    ),
    "Agree": (talks.talks, review.review),
    "Doubt": (doubt.verify, doubt.why, many.stability, doubt.model, doubt.selftest),
    "Publish": (report.report, publish.publish, formats.export, formats.derive),
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

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. Of a broken pipe or the end of a file click would make exit codes of its own, without a word.

        That nobody reads what is printed has no number of the system, see :class:`_Output`; what has one is the pipe to
        a process that this one started.
        """
        try:
            return super().invoke(ctx)
        except (BrokenPipeError, EOFError) as error:
            if isinstance(error, OSError) and error.errno is None:
                raise
            raise RuntimeError(f"a process that was started has ended ({error or type(error).__name__})") from error

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
    limit, 6 solver or verification failed, 7 done, but not all that is to be looked at could be made or
    printed, 130 stopped.
    """


class _Output:
    """Text stream that takes everything: what the system refuses to write is dropped, and the reason is kept."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self.lost = stream, ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> None:
        """Write a text."""
        self._guarded(lambda: self._stream.write(text))

    def flush(self) -> None:
        """Flush what was written."""
        self._guarded(self._stream.flush)

    def _guarded(self, call: Callable[[], object]) -> None:
        try:
            call()
        except BrokenPipeError as error:
            raise BrokenPipeError("nobody reads it") from error
        except (OSError, ValueError) as error:
            self.lost = getattr(error, "strerror", None) or str(error)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code."""
    heed_interrupts()
    out, err = _open_streams()
    code = _run(arguments)
    with suppress(BrokenPipeError):
        out.flush()
    if out.lost:
        complain(f"standard output takes no more ({out.lost}): what was printed is lost, files are not")
        code = code or UNPRINTED
    with suppress(BrokenPipeError):
        err.flush()
    _leave(code, broken=bool(out.lost or err.lost))


def _open_streams() -> list[_Output]:
    """Let standard output and error be there, also for a program without a console: what has no place to go is dropped.

    A closed descriptor below 3 is opened to the null device, because the next file to be opened would get its number,
    and whatever a library of another language prints would be written into that file.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    streams = []
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None or stream.closed:
            stream = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
        streams.append(_Output(stream))
    sys.stdout, sys.stderr = streams
    return streams


def _leave(code: int, *, broken: bool) -> NoReturn:
    """Leave, without waiting for a solver that was told to stop and has not yet done so.

    Who was stopped leaves at once: where Ctrl-C came in the middle of an import, Python would end by the signal instead
    of the exit code. Where a stream is broken, Python would end with a message and a code of its own.
    """
    if broken or code == STOPPED or any(thread.name == "singlepot-solver" for thread in threading.enumerate()):
        os._exit(code)
    sys.exit(code)


_INTERRUPTS: list[float] = []
"""When Ctrl-C was pressed so far: a library of another language turns the first into an error of its own, as of an
import."""

CLEARING_UP_S = 2.0
"""How long after Ctrl-C another one changes nothing: what was begun is being cleared away, and has to be whole too."""


def heed_interrupts() -> None:
    """Note Ctrl-C from now on; the command that is run then ends with it."""
    with suppress(ValueError):  # in a thread that is not the main one
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, _note)


def _note(number: int, frame: FrameType | None) -> None:
    _INTERRUPTS.append(time.monotonic())


def _stop_where_interrupted() -> None:
    """End with Ctrl-C, from now on and if it came before."""
    if signal.getsignal(signal.SIGINT) is _note:
        signal.signal(signal.SIGINT, _interrupt)
        if _INTERRUPTS:
            raise KeyboardInterrupt


def _interrupt(number: int, frame: FrameType | None) -> None:
    now = time.monotonic()
    if _INTERRUPTS and now - _INTERRUPTS[-1] < CLEARING_UP_S:
        return
    _INTERRUPTS.append(now)
    signal.default_int_handler(number, frame)


def _stopped() -> int:
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    complain("stopped: what was not complete was not written")
    return STOPPED


def _run(arguments: list[str] | None) -> int:
    debug = "--debug" in (sys.argv[1:] if arguments is None else arguments)
    try:
        _stop_where_interrupted()
        code = cli.main(args=arguments, prog_name="singlepot", standalone_mode=False)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        error.show()
        return BAD_USE
    except (click.Abort, KeyboardInterrupt):
        return _stopped()
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

    if _INTERRUPTS and getattr(error, "exit_code", 0) != STOPPED:
        return _stopped()
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
