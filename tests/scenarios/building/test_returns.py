"""Returns of councils replace all rows of their areas and nothing else."""

from __future__ import annotations

import pandas as pd
import pytest

import singlepot as sp

from .test_baselines import YEARS, built

RETURN = pd.DataFrame(
    {
        "area": ["Aston", "Aston"],
        "line": ["Buses", "Buses"],
        "item": ["grant", "carbon"],
        "2026-27": [12.0, 3.0],
        "2027-28": [12.0, 6.0],
        "most": [1.5, None],
        "most_outcome": [1.3, None],
    }
)


def test_a_return_replaces_all_rows_of_its_area() -> None:
    start = built()
    result = sp.build.with_returns(start, RETURN)
    rows = result.programmes
    assert rows[rows["area"] == "A"][["line", "item", *YEARS, "_from"]].to_numpy().tolist() == [
        ["Buses", "grant", 12.0, 12.0, "returns"],
        ["Buses", "carbon", 3.0, 6.0, "returns"],
    ]
    others = start.programmes[start.programmes["area"] != "A"].reset_index(drop=True)
    kept = rows[rows["area"] != "A"].reset_index(drop=True)
    assert kept[list(others.columns)].equals(others)
    assert result.bids.set_index(["area", "year"])["amount"]["A"].tolist() == [12.0, 12.0]
    options = result.options.set_index(["area", "option"])["origin"]["A"]
    assert options["Buses raise 1"] == "stated" and options["Buses save 1"] == "assumed"
    assert sp.settle(result).certificate.passed


def test_returns_of_everybody_leave_no_baseline() -> None:
    areas = ["A", "B", "C"]
    returns = pd.concat([RETURN.assign(area=area, _from=f"letter of {area}") for area in areas])
    result = sp.build.with_returns(built(), returns)
    assert result.programmes["_from"].tolist() == [f"letter of {area}" for area in areas for _ in range(2)]


def test_a_return_in_long_form_is_refused_beside_years_across() -> None:
    long = RETURN.iloc[:, :5].melt(["area", "line", "item"], var_name="year")
    with pytest.raises(sp.BadOptionError, match="two ways"):
        sp.build.with_returns(built(), long)


def test_a_return_of_an_unknown_area_is_an_error() -> None:
    with pytest.raises(sp.BadInputError, match="SP-D021"):
        sp.build.with_returns(built(), RETURN.assign(area="Dorton"))
