"""Rivals in a merit order, against looking through it rank by rank."""

from __future__ import annotations

import numpy as np
import pytest

from singlepot.models.explanation.rivals import NOBODY, last_elsewhere, rivals


@pytest.mark.parametrize("seed", range(60))
def test_a_rival_is_the_next_open_option_of_another_area_that_costs_enough(seed: int) -> None:
    """Where none does, the next that costs anything; costs rise but for rounding."""
    draw = np.random.default_rng(seed)
    size = int(draw.integers(1, 12))
    area = draw.integers(0, 3, size)
    cost = np.sort(draw.integers(-2, 5, size)) + 1e-13 * draw.normal(size=size)
    used_up, least = draw.random(size) < 0.4, cost + draw.choice([0.0, 0.5, 2.0], size)
    expected = []
    for rank in range(size):
        others = [j for j in range(rank + 1, size) if area[j] != area[rank] and not used_up[j]]
        enough = [j for j in others if cost[j] > least[rank]] or [j for j in others if cost[j] > 0]
        expected.append(enough[0] if enough else NOBODY)
    assert rivals(area, cost, used_up, least).tolist() == expected


@pytest.mark.parametrize("seed", range(20))
def test_the_last_elsewhere_is_the_rank_before_that_is_another_areas(seed: int) -> None:
    area = np.random.default_rng(seed).integers(0, 3, 9)
    expected = [max((j for j in range(rank) if area[j] != area[rank]), default=NOBODY) for rank in range(9)]
    assert last_elsewhere(area).tolist() == expected


def test_an_order_of_nothing_has_no_rivals() -> None:
    none, costs = np.zeros(0, dtype=np.int64), np.zeros(0)
    assert rivals(none, costs, np.zeros(0, dtype=bool), costs).tolist() == []
    assert last_elsewhere(none).tolist() == []
