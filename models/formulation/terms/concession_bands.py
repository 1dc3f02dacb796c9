"""The next percent asked of an area that has already given much weighs more."""

from __future__ import annotations

from ..bands import add_bands
from ..model import Model


def concession_bands(model: Model) -> None:
    r"""Cuts each concession share into the bands by which it weighs.

    .. math:: \sum_i w_{aki} - D_{ak} \ge 0, \qquad 0 \le w_{aki} \le \text{width}_i

    w: the part of the share in band i, column ``concession_band[area,objective,band]``; the last band is open.
    D: concession share. Widths: differences of ``stages.bands.ends``. design.md section 4.
    """
    model.concession_band = add_bands(model, "concession_band", model.concession_share)
