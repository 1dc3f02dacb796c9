"""Options that are one scheme of several areas."""

from __future__ import annotations

import numpy as np

from ..model import Model


def scheme(model: Model) -> None:
    r"""The parts of a joint scheme are used by one share.

    .. math:: s_i / m_i - s_1 / m_1 = 0

    1: the first part of the scheme, by the code of its area. i: each of the other parts. s: take-up. m: largest
    take-up. What was taken before is the same share of every part. Each part moves its own area's money and outcomes:
    that is how the scheme is paid for. Scheme: ``options.scheme``. Row ``scheme[area,option]``, named after the other
    part. levelling-up.md.
    """
    options = model.data.options
    joint = np.flatnonzero(options.scheme >= 0)
    _, at, member = np.unique(options.scheme[joint], return_index=True, return_inverse=True)
    first = joint[at][member]
    others, first = joint[joint != first], first[joint != first]
    rows = model.build.rows(
        "scheme", model.option_keys(others), lower=np.zeros(len(others)), upper=np.zeros(len(others))
    )
    model.build.add(rows, model.take_up[others], 1 / options.limit[others])
    model.build.add(rows, model.take_up[first], -1 / options.limit[first])
