"""A row is the sum of the others as far as rounding each number by itself lets be seen."""

from __future__ import annotations

import numpy as np
import pytest

from singlepot.models.checks.plausibility.rounding import sum_rows


@pytest.mark.parametrize(("total", "found"), [(9000.0, [4]), (9002.0, [4]), (9003.0, []), (8998.0, [4]), (8997.0, [])])
def test_half_a_unit_for_each_of_five_numbers_is_allowed(total: float, found: list[int]) -> None:
    values = np.asarray([[1001.0], [2002.0], [2996.0], [3001.0], [total]])
    assert sum_rows(values, np.ones(1)) == found


def test_a_row_is_the_sum_in_each_column_where_it_has_a_value() -> None:
    """Of small numbers alone nobody can tell; a column beside them tells."""
    small = np.asarray([[1.0], [2.0], [3.0], [1.0], [7.0]])
    large = np.asarray([[101.0], [202.0], [305.0], [90.0], [698.0]])
    assert sum_rows(small, np.ones(1)) == []
    assert sum_rows(np.hstack([small, large]), np.ones(2)) == [4]
    large[4] = np.nan
    assert sum_rows(np.hstack([small, large]), np.ones(2)) == []
