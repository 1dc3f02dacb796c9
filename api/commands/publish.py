"""The command publish: what the public sees of an agreement."""

from __future__ import annotations

import click

from .shared import OVERWRITE, command

FILE = click.Path(dir_okay=False)


@command(
    "publish out/bucks --out out/public --funder Treasury --funder-id GB-GOR-D1 --prefix 360G-us --awarded 2026-05-29"
)
@click.argument("directory", metavar="DIR", type=click.Path())
@click.option("--out", "path", required=True, type=click.Path(), help="Folder to write; it must not exist.")
@click.option("--funder", required=True, help="Name of the funder.")
@click.option("--funder-id", required=True, help="Identifier of the funder in registers of organisations.")
@click.option("--prefix", required=True, help="Prefix of the publisher, 360G-…, which 360Giving gives.")
@click.option("--awarded", required=True, metavar="DATE", help="Day of the award, 2026-05-29.")
@click.option("--review", metavar="REVIEW", type=click.Path(), help="Folder of the last review: how targets stand.")
@click.option("--indicators", type=FILE, help="CSV file of how objectives are measured.")
@OVERWRITE
def publish(
    directory: str,
    path: str,
    funder: str,
    funder_id: str,
    prefix: str,
    awarded: str,
    review: str | None,
    indicators: str | None,
    overwrite: bool,
) -> None:
    """Write pages and open data of the agreement in DIR: a settlement, or talks with an agreement.

    OUT has a page of all areas and one for each, kpis.csv with its description (CSV on the Web), and grants.csv with
    the titles of 360Giving. Nothing of how the agreement was come to is in it.
    """
    import singlepot

    singlepot.publish(
        directory, path, overwrite=overwrite, funder=funder, funder_id=funder_id, prefix=prefix, awarded=awarded,
        review=review, indicators=indicators,
    )  # fmt: skip
    click.echo(f"Written to {path}")
