"""The pictures of a report as files, from the same specifications."""

from __future__ import annotations

from singlepot.models.settlement.settlement import Settlement

from .drawings.drawing import Kind, Spec, draw
from .drawings.gains import gains_spec, ranks_spec
from .drawings.map import map_spec, measures
from .drawings.merit_order import merit_spec, region_colours
from .drawings.sums import sums_spec
from .figures.cells import cells_of
from .figures.figures import Figures, figures_of
from .figures.merit_order import merit_orders
from .report import BARS, WIDE


def picture_files(settlement: Settlement, kind: Kind) -> dict[str, bytes]:
    """Return the pictures of a settlement as files, by name.

    Parameters
    ----------
    settlement
        What was settled, or read back.
    kind
        ``svg`` or ``png``.

    Returns
    -------
    dict
        ``sums.svg``, ``merit-OBJECTIVE.svg`` and ``merit-cuts.svg``, ``ranks.svg``, ``gains-….svg``, and where the
        areas have hexagons ``map-….svg``.

    Raises
    ------
    PagesNotInstalledError
        Without vl-convert, which the extra ``report`` brings.
    """
    return {f"{name}.{kind}": draw(spec, kind) for name, spec in _specs(figures_of(settlement)).items()}


def _specs(figures: Figures) -> dict[str, Spec]:
    found = {"sums": sums_spec(figures, WIDE)}
    orders = merit_orders(figures)
    colours = region_colours([name for order in orders for name in order.options["region"]])
    for order in orders:
        found[f"merit-{order.need}"] = merit_spec(order, colours, WIDE)
    if len(figures.bidders):
        found["ranks"] = ranks_spec(figures, WIDE, BARS)
        for column in ("change", "change_per_head"):
            if figures.bidders[column].notna().any():
                found[f"gains-{column}"] = gains_spec(figures, column, WIDE)
    cells = cells_of(figures.settlement.scenario)
    for measure in measures(figures) if len(cells) else []:
        found[f"map-{measure.key}"] = map_spec(figures, cells, measure)
    return found
