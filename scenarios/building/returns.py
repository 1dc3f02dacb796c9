"""Returns of councils: programme lines in place of those that a scenario has of their areas."""

from __future__ import annotations

import pandas as pd

from singlepot.models.diagnostics.problems import Report
from singlepot.models.scenario.scenario import Scenario, from_raw
from singlepot.models.settings.settings import SCHEMA
from singlepot.models.tables.raw import from_frame
from singlepot.solver import BadOptionError

FROM = "_from"
"""Column of ``programmes`` that says where a row comes from."""

RETURNS = "returns"
"""What it says of rows of returns that do not say it themselves."""


def with_returns(scenario: Scenario, returns: pd.DataFrame) -> Scenario:
    """Return a scenario in which the programme lines of areas are those that they returned.

    All rows that ``programmes`` has of an area with a return are replaced; totals of the area in ``bids`` and
    ``targets`` stay. Where the scenario says in the column ``_from`` where rows come from, those of returns say
    ``returns`` unless they say something else.

    Parameters
    ----------
    scenario
        The scenario, of baselines perhaps.
    returns
        Rows of ``programmes`` of one or more areas, years across or below one another as in the scenario; areas by
        code or unique name.

    Raises
    ------
    BadInputError
        With everything that is wrong with the returns, or with the scenario that they make.
    BadOptionError
        The years of the returns stand in another way than those of the scenario.
    """
    tables = {**scenario.given, "programmes": returns}
    settings = scenario.settings
    stated = {key: getattr(settings, key) for key in ("years", "attributes", "money")} | {"schema": SCHEMA}
    raw = {name: from_frame(name, tables[name]) for name in ("areas", "objectives", "pot", "programmes")}
    parsed = from_raw(stated, "settings", raw, Report(quiet=True)).programmes
    lines = scenario.given["programmes"]
    if len(lines) and ("value" in lines) != ("value" in parsed):
        raise BadOptionError(
            "the years of the returns and of the scenario's programmes stand in two ways",
            "write both across, or both below one another",
        )
    if FROM in lines and FROM not in parsed:
        parsed[FROM] = RETURNS
    others = lines[~lines["area"].isin(parsed["area"])]
    return scenario.with_(programmes=pd.concat([others, parsed], ignore_index=True) if len(others) else parsed)
