"""Weights of the sharing step and what a quantity can reach, from their formulae."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.formulation.formulation import Formulation, formulate
from singlepot.models.formulation.model import reachable
from singlepot.models.scenario.option_arrays import Cells

from .test_terms import small


@pytest.fixture(scope="module")
def formulation() -> Formulation:
    """The small scenario with carry-over and virement."""
    made = small()
    return formulate(sp.Scenario.from_tables(**made | {"rules": {**made["rules"], "carry_over": 0.1, "virement": 0.2}}))


def test_money_that_moves_weighs_by_the_pot_that_it_leaves(formulation: Formulation) -> None:
    """1 / (B ΣB) for each pound carried or vired: large pots give way as easily as small ones."""
    pot = formulation.scenario.pot
    total, of = pot["amount"].sum(), pot.groupby(["envelope", "year"])["amount"].sum()
    labels = column_labels(formulation)
    moved = labels[labels["family"].isin(["carry_over", "virement"])]
    assert set(moved["family"]) == {"carry_over", "virement"}
    expected = [1 / (of[row.envelope, row.year] * total) for row in moved.itertuples()]
    assert formulation.curvature[moved.index] == pytest.approx(expected)


def test_options_weigh_by_what_they_change(formulation: Formulation) -> None:
    """σ / m: money as a share of all pots, outcomes as shares of the national targets."""
    data = formulation.data
    options = data.options
    for j in range(options.size):
        money = np.abs(options.grant.value[options.grant.option == j]).sum() / data.pot_total
        of = options.outcome.option == j
        targets = [sum(data.national.target[data.national.objective == k]) for k in options.outcome.across[of]]
        sigma = money + (np.abs(options.outcome.value[of]) / targets).sum()
        assert sigma > 0
        weight = formulation.curvature[formulation.model.take_up[j]]
        assert weight == pytest.approx(sigma / options.limit[j])


def column_labels(formulation: Formulation) -> pd.DataFrame:
    """Family and keys of each column."""
    rows: list[dict[str, Any]] = []
    for column in range(formulation.programme.shape[1]):
        family, _, keys = formulation.programme.column_label(column).rstrip("]").partition("[")
        names = keys.split(",")
        known = {"family": family, "envelope": names[0], "year": names[-1]}
        rows.append(known)
    return pd.DataFrame(rows)


def test_what_a_quantity_can_reach_counts_each_way_by_itself() -> None:
    """One option lowers the first cell by up to 3, one raises it by up to 2; the second cell stands still."""
    start = np.asarray([[[10.0, 5.0]]])
    cells = Cells(np.asarray([0, 1]), np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int64), np.asarray([-6.0, 1.0]))
    down, up = reachable(start, cells, np.zeros(2, dtype=np.int64), np.asarray([0.5, 2.0]))
    assert down.tolist() == [[[7.0, 5.0]]]
    assert up.tolist() == [[[12.0, 5.0]]]
