"""The command that serves the screen on this machine."""

from __future__ import annotations

import sys

import click

from .shared import QUIET, SET, checked, command, put


@command("serve bucks-and-burnley --port 8000 --folder mine")
@click.argument("scenario", required=False)
@SET
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on.  [default: one that is free]"
)
@click.option("--folder", type=click.Path(), help="Folder in which named scenarios are kept as what-ifs.")
@click.option("--runs", type=click.IntRange(1, 16), default=2, show_default=True, help="Settlements at a time.")
@click.option(
    "--time-limit",
    "time_limit_s",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    help="Seconds of wall time for each settlement.",
)
@QUIET
def serve(
    scenario: str | None,
    levers: tuple[tuple[str, float | str], ...],
    port: int,
    folder: str | None,
    runs: int,
    time_limit_s: float,
    quiet: bool,
) -> None:
    """Show levers of SCENARIO and what they move in a browser on this machine; without SCENARIO, choose one there.

    The server answers on 127.0.0.1 alone, under an address with a secret that it prints; nothing of a scenario leaves
    the machine. The same routes answer programs in JSON, see /api/openapi.json. It needs the extra "serve".
    """
    from singlepot.models.extras import insist_on

    insist_on("serve", "the screen", "pull levers with singlepot settle --set")
    from singlepot.serve import server

    if levers and scenario is None:
        raise click.UsageError("--set pulls levers of SCENARIO, and none is named")
    server.serve(
        scenario,
        None if scenario is None else checked(scenario, quiet, {}),
        pairs=tuple(dict(levers).items()),
        port=port,
        folder=folder,
        parallel=runs,
        time_limit_s=time_limit_s,
        say=lambda line: put(sys.stdout, line + "\n"),
    )
