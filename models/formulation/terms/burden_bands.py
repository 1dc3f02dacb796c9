"""Burdens weigh more as they grow."""

from __future__ import annotations

from ..bands import add_bands
from ..model import Model


def burden_bands(model: Model) -> None:
    r"""Cuts each burden share into the bands by which it weighs.

    .. math:: \sum_i w_{ai} - X_a \ge 0, \qquad 0 \le w_{ai} \le \text{width}_i

    w: the part of the share in band i, column ``burden_band[area,band]``; the last band is open. X: burden share.
    Widths: differences of ``stages.bands.ends``. design.md section 4.
    """
    model.burden_band = add_bands(model, "burden_band", model.burden_share)
