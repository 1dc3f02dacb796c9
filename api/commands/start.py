"""Commands to start with: what is shipped, whether a scenario is ready, and what a code means."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from .shared import SAVE, command, complain, put, reading, save_levers

if TYPE_CHECKING:
    from singlepot.models.diagnostics.problems import BadInputError
    from singlepot.solver.errors import SinglepotError


@command("list", name="list")
def list_shipped() -> None:
    """List the shipped scenarios and what-ifs, a line each."""
    import singlepot
    from singlepot.models.natural_order import natural
    from singlepot.scenarios.reading.shipped import shipped_what_ifs

    looked_at = sys.stdout.isatty()
    for name, title in sorted(
        [*singlepot.list_scenarios(), *shipped_what_ifs()], key=lambda shipped: natural(shipped[0])
    ):
        line = f"{name:<22} {title}"
        click.echo(click.wrap_text(line, 80, subsequent_indent=" " * 23) if looked_at else line)


@command("check bucks-and-burnley --reach")
@reading
@SAVE
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON alone on standard output.")
@click.option("--all", "every", is_flag=True, help="A line for each problem, warning and note, not one for each kind.")
@click.option("--marked", type=click.Path(), help="Write a copy of the workbook with its problems marked.")
@click.option("--overwrite", is_flag=True, help="Replace a file that stands there.")
@click.option("--reach", is_flag=True, help="Also say how far each national objective can be reached.")
def check(
    scenario: str,
    save: str | None,
    as_json: bool,
    every: bool,
    marked: str | None,
    overwrite: bool,
    reach: bool,
    **how: Any,
) -> None:
    """Find all problems of SCENARIO, or say that it is ready, and its size; then what is doubtful or was noted."""
    import singlepot
    from singlepot.models.diagnostics.problems import listed

    if marked is not None:
        from singlepot.scenarios.writing.marked_copy import check_copy

        check_copy(scenario, marked, overwrite=overwrite)
    findings = singlepot.check_scenario(scenario, **how)
    if findings.ready:
        save_levers(scenario, how["levers"], save, overwrite)
    refused = singlepot.BadInputError(findings.problems) if findings.problems else None
    unmarked = None if marked is None else _mark(scenario, marked, refused, overwrite)
    if as_json:
        put(sys.stdout, findings.as_json())
    if unmarked is not None:
        complain(
            "\n".join(
                filter(
                    None,
                    [
                        listed(findings.problems, every=every),
                        "" if as_json else listed(findings.notes, "note", every=every),
                    ],
                )
            )
        )
        raise unmarked
    if as_json:
        raise click.exceptions.Exit(0 if refused is None else refused.exit_code)
    if findings.ready:
        click.echo(f"ready: {findings.scenario!r}")
    if findings.notes:
        click.echo(listed(findings.notes, "note", every=every))
    if refused is not None and every:
        complain(listed(findings.problems, every=True))
        raise click.exceptions.Exit(refused.exit_code)
    if refused is not None:
        raise refused
    if reach and findings.scenario is not None:
        from singlepot.reports import reach_text

        keys = dict(findings.scenario.objectives[["key", "name"]].to_numpy())
        click.echo(reach_text(singlepot.find_attainable(findings.scenario), keys), nl=False)


def _mark(scenario: str, marked: str, refused: BadInputError | None, overwrite: bool) -> SinglepotError | None:
    """Write a copy of a workbook with its problems marked, where there are any; return why it could not be written."""
    from singlepot.models.extras import insist_on
    from singlepot.scenarios.writing.marked_copy import write_marked_copy
    from singlepot.solver.errors import SinglepotError

    try:
        insist_on("excel-formats", "--marked", "leave --marked out")
        if refused is None:
            complain("there is nothing to mark")
        elif write_marked_copy(scenario, marked, refused, overwrite=overwrite):
            complain(f"the problems are marked in {marked}")
    except SinglepotError as unmarked:
        return unmarked
    return None


@command("explain SP-D021")
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Say what CODE means: its cause, an example and the remedy; without CODE, list them all."""
    from singlepot.models.diagnostics.codes import CODES
    from singlepot.models.diagnostics.explanations import explain_code, near_code

    if code is None:
        for key, meaning in CODES.items():
            click.echo(f"{key}  {meaning}")
        return
    if code.upper() not in CODES:
        near = near_code(code)
        raise click.BadParameter(f"no such code: {code!r}." + (f" Did you mean {near}?" if near else ""))
    click.echo(str(explain_code(code)))
