"""Options are shares of a programme that is still run."""

from __future__ import annotations

import numpy as np

from ..model import Model


def link(model: Model) -> None:
    r"""What has been scaled back cannot be changed by an option as well.

    .. math:: s_j / m_j \le (1 - w_j) \left( 1 - \sum_{i} \frac{b_i}{\sum b}\, s_i \right)

    j: an option that is no scale-back. i: the scale-backs of its area, each with its cell's share of the area's bid
    (1 for an area without money). s: take-up. m: largest take-up. w: share of the option that was taken before: it is
    part of the bid by now, and scaled back with it. Row ``link[area,option]``. Areas without a
    scale-back need none. design.md section 4.
    """
    options = model.data.options
    order = np.flatnonzero(options.scale_back)
    backs = order[np.argsort(options.area[order], kind="stable")]
    count = np.bincount(options.area[backs], minlength=len(model.data.areas))
    start = np.concatenate([[0], np.cumsum(count)])
    linked = np.flatnonzero(~options.scale_back & (count[options.area] > 0))
    left = 1 - options.used[linked]
    rows = model.build.rows("link", model.option_keys(linked), lower=np.full(len(linked), -np.inf), upper=left)
    model.build.add(rows, model.take_up[linked], 1 / options.limit[linked])
    backs_of_option = count[options.area[linked]]
    owner = np.repeat(np.arange(len(linked)), backs_of_option)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(backs_of_option) - backs_of_option, backs_of_option)
    back = backs[start[options.area[linked]][owner] + offset]
    model.build.add(rows[owner], model.take_up[back], options.weight[back] * left[owner])
