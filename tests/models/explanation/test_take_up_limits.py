"""Where take-ups stand: at what is left of an option, at the ceiling of a rule, at its floor."""

from __future__ import annotations

import numpy as np

from singlepot.models.explanation.take_up_limits import CEILING, FLOOR, TakeUpLimits


def test_a_take_up_stands_at_what_bounds_it() -> None:
    """Options of a largest take-up of 2: no rule, a floor, a ceiling, both, and one that was half used before."""
    limits = TakeUpLimits(
        lower=np.asarray([0.0, 0.5, 0.0, 0.5, 0.0]),
        upper=np.asarray([2.0, 2.0, 1.0, 1.0, 1.0]),
        limit=np.full(5, 2.0),
        available=np.asarray([2.0, 2.0, 2.0, 2.0, 1.0]),
    )
    assert limits.whole(np.asarray([2.0, 1.9, 1.0, 1.0, 1.0])).tolist() == [True, False, False, False, True]
    assert limits.at_ceiling(np.asarray([2.0, 2.0, 1.0, 0.9, 1.0])).tolist() == [False, False, True, False, False]
    assert limits.at_floor(np.asarray([0.0, 0.5, 0.0, 0.6, 0.0])).tolist() == [False, True, False, False, False]
    assert limits.kinds(np.ones(5)).tolist() == ["", FLOOR, "", FLOOR, ""]
    assert limits.kinds(-np.ones(5)).tolist() == ["", "", CEILING, CEILING, ""]
    assert limits.kinds(np.zeros(5)).tolist() == [""] * 5
