r"""The convex function by which concessions and burdens weigh as they grow.

φ has slope 1 up to 5%, 3 up to 15%, 7 up to 35% and 15 beyond, unless the scenario says otherwise.
"""

from __future__ import annotations

import numpy as np

from ..scenario.array_types import Floats, Integers
from ..settings.settings import Bands
from .model import Model


def widths(bands: Bands) -> Floats:
    """Return the width of each band; the last is infinite."""
    return np.diff(np.concatenate([[0.0], np.asarray(bands.ends, dtype=np.float64), [np.inf]]))


def fill(shares: Floats, bands: Bands) -> Floats:
    """Cut shares into bands, shape (…, bands)."""
    start = np.concatenate([[0.0], np.asarray(bands.ends, dtype=np.float64)])
    return np.asarray(np.clip(shares[..., None] - start, 0.0, widths(bands)))


def weigh(shares: Floats, bands: Bands) -> Floats:
    """Evaluate the piecewise-linear function φ at each share."""
    return np.asarray(fill(shares, bands) @ np.asarray(bands.slopes, dtype=np.float64))


def add_bands(model: Model, name: str, shares: Integers) -> Integers:
    """Add the band columns of some share columns; return their positions, shape (shares, bands)."""
    width = widths(model.bands)
    count, bands = len(shares), len(width)
    keys = {
        **model.build.column_keys(shares, repeat=bands),
        "band": np.tile([str(i + 1) for i in range(bands)], count),
    }
    columns = model.build.columns(
        name,
        keys,
        lower=np.zeros(count * bands),
        upper=np.tile(width, count),
        implied_upper=np.tile(np.where(np.isfinite(width), width, 1.0), count),
    ).reshape(count, bands)
    rows = model.build.rows(name, model.build.column_keys(shares), lower=np.zeros(count), upper=np.full(count, np.inf))
    model.build.add(rows[:, None], columns, 1.0)
    model.build.add(rows, shares, -1.0)
    return columns
