"""The command review: what was spent and delivered against an agreement, and the years that are left."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .shared import OVERWRITE, QUIET, command, put_text, time_limit
from .talks import BY

if TYPE_CHECKING:
    import singlepot

FILE = click.Path(dir_okay=False)


@command("review out/bucks --outturn outturn.csv --as-agreed --out out/review")
@click.argument("directory", metavar="DIR", type=click.Path())
@click.option("--outturn", type=FILE, help="CSV file of what was spent and delivered.")
@click.option("--out", "path", type=click.Path(), help="Folder for review and settlement, which must not exist in it.")
@click.option("--pot", type=FILE, help="CSV file of a new pot for years that are left: year, amount, envelope.")
@click.option("--as-agreed", is_flag=True, help="Take figures that are missing as agreed.")
@click.option("--national", is_flag=True, help="Hold the first national targets and aims, not what was agreed.")
@click.option(
    "--talks", "folder", type=click.Path(), help="Also open talks on the years that are left, in a new folder."
)
@BY
@click.option(
    "--verify", "written", metavar="REVIEW", type=click.Path(), help="Verify a written review of DIR instead."
)
@time_limit()
@QUIET
@OVERWRITE
def review(
    directory: str,
    outturn: str | None,
    path: str | None,
    pot: str | None,
    as_agreed: bool,
    national: bool,
    folder: str | None,
    by: str,
    written: str | None,
    time_limit_s: float | None,
    quiet: bool,
    overwrite: bool,
) -> None:
    """Hold what was spent and delivered against the agreement in DIR, and settle the years that are left again.

    DIR is a settlement, or talks with an agreement. OUT/review has the tables, OUT/settlement the years that are left.
    """
    import singlepot

    if written is not None:
        from singlepot.reports.text.review import review_verification_text

        result = singlepot.verify_review(written, directory)
        put_text(review_verification_text(result))
        raise click.exceptions.Exit(0 if result.passed else 6)
    if outturn is None:
        raise click.UsageError("--outturn is needed: a CSV file of what was spent and delivered")
    _check_places(path, folder, [directory, *filter(None, (outturn, pot))], overwrite)
    made = singlepot.review(
        directory, outturn, pot=pot, as_agreed=as_agreed, hold_national=national, time_limit_s=time_limit_s
    )
    if folder is not None and made.scenario is None:
        raise click.UsageError("no year is left to be talked about")
    if path is not None:
        made.write(path, overwrite=overwrite)
    if not quiet:
        from singlepot.reports import review_text

        put_text(review_text(made) + (f"\nWritten to {path}\n" if path is not None else ""))
    if folder is not None and made.scenario is not None:
        _open(made.scenario, folder, by, time_limit_s, quiet)


def _check_places(path: str | None, folder: str | None, read: list[str], overwrite: bool) -> None:
    """Refuse folders that must not be written before anything is done for one of them."""
    if path is not None:
        from singlepot.scenarios.reading.inputs import input_paths
        from singlepot.scenarios.review.review import check_places

        check_places(path, overwrite=overwrite, inputs=input_paths(*read))
    if folder is not None:
        from singlepot.scenarios.talks.opening import refuse_taken

        refuse_taken(Path(folder))
        if path is not None and Path(path).resolve().is_relative_to(Path(folder).resolve()):
            raise click.UsageError("--out lies in the folder of --talks, which must be new; name another")


def _open(scenario: singlepot.Scenario, folder: str, by: str, time_limit_s: float | None, quiet: bool) -> None:
    """Open talks on the years that are left."""
    import singlepot

    talks = singlepot.open_talks(scenario, folder, by=by, time_limit_s=time_limit_s)
    if not quiet:
        from singlepot.reports import status_text

        put_text(status_text(talks.status))
