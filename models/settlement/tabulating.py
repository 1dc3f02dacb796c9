"""Tables of a settlement from its decisions, whole pounds, merit orders and certificate; rows in canonical order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from singlepot.solver import Staged

from ..discounting.present_value import IN_FORCE, schedules
from ..explanation.aim_prices import aim_prices
from ..explanation.merit_order import MeritOrders
from ..explanation.prices import Price, national_prices, pot_prices
from ..explanation.reasons import Moved, reasons
from ..explanation.solved_stages import SolvedStages
from ..formulation.formulation import Formulation
from ..formulation.model import ABSENT
from ..scenario.array_types import Booleans, Floats, Texts
from ..scenario.arrays import Arrays
from ..scenario.option_arrays import Options
from ..scenario.recipients import further_tables
from ..scenario.scenario import Scenario
from ..tables.copies import Deferred
from ..tables.output import OutputTable
from ..tables.output_levelling import output_of
from .certificate import Certificate
from .decisions import Decisions, agreed, shortfall
from .levelling_tables import convergence_columns, inclusion_columns
from .pounds import Pounds
from .recipient_tables import recipient_columns

Positions = npt.NDArray[np.integer]

ASK_ABOVE = 1e-6
"""Share of an option's largest take-up above which its use is an ask."""


def tables_of(
    solved: SolvedStages,
    orders: Callable[[], MeritOrders],
    decisions: Decisions,
    pounds: Pounds,
    certificate: Certificate,
) -> dict[str, Deferred]:
    """Lay a settlement out as its tables, with the columns of :data:`~..tables.output.OUTPUT` and sorted rows.

    Each is worked out when it is first asked for: who reads grants alone waits for no reasons.
    """
    formulation = solved.formulation
    data, money = formulation.data, formulation.scenario.settings.money
    columns: dict[str, Callable[[], Mapping[str, object]]] = {
        "grants": lambda: grants_columns(formulation, decisions, pounds) | _present_values(formulation, decisions),
        "targets": lambda: _targets(formulation, decisions),
        "national": lambda: national_columns(data, decisions) | _priced(national_prices(solved), money),
        "asks": lambda: _asks(data, decisions, reasons(orders(), _moved(decisions))),
        "pot": lambda: pot_columns(data, decisions, pounds) | _priced(_of_pots(solved, data), money),
        "take_up": lambda: _take_up(data, decisions),
        "stages": lambda: _stages(certificate, solved.staged),
        "convergence": lambda: convergence_columns(data, decisions) | _priced(aim_prices(solved), money),
        "inclusion": lambda: inclusion_columns(data, decisions),
        "recipients": lambda: recipient_columns(
            data, grants_columns(formulation, decisions, pounds), "envelope", ("bid", "grant", "change", "pounds")
        ),
        "recipient_targets": lambda: recipient_columns(
            data, _targets(formulation, decisions), "objective", ("proposed", "agreed")
        ),
    }
    tables = output_of(further_tables(formulation.scenario))
    return {name: Deferred(partial(_tabulated, table, columns[name], data)) for name, table in tables.items()}


def _tabulated(table: OutputTable, columns: Callable[[], Mapping[str, object]], data: Arrays) -> pd.DataFrame:
    return _frame(table, columns(), data)


def _frame(table: OutputTable, columns: Mapping[str, object], data: Arrays) -> pd.DataFrame:
    """DataFrame of exactly the columns that the table has for these objectives and envelopes, in its order."""
    names = [column.name for column in table.columns_of(data.objectives, data.envelopes)]
    if different := columns.keys() ^ set(names):
        raise ValueError(f"columns of the table {table.name}: {', '.join(sorted(different))} in one place only")
    return pd.DataFrame({name: columns[name] for name in names})


def _stages(certificate: Certificate, staged: Staged) -> dict[str, object]:
    return {
        "name": [evidence.name for evidence in certificate.stages],
        "value": [evidence.optimum for evidence in certificate.stages],
        "unit": [result.stage.unit for result in staged.results],
        "final": [evidence.final for evidence in certificate.stages],
        "give": [evidence.give for evidence in certificate.stages],
    }


def _priced(prices: Sequence[Price], money: str) -> dict[str, object]:
    return {
        "price": np.asarray([price.value for price in prices], dtype=np.float64),
        "price_words": np.asarray([price.words(money) for price in prices], dtype=object),
        "price_unit": np.asarray([price.unit for price in prices], dtype=object),
        "price_stage": np.asarray([price.stage for price in prices], dtype=object),
        "price_note": np.asarray([price.note for price in prices], dtype=object),
        "removes": np.asarray([price.removes for price in prices], dtype=np.float64),
    }


def _of_pots(solved: SolvedStages, data: Arrays) -> list[Price]:
    """Prices of the pots that the scenario names; a year that only options spend in has none."""
    prices = {price.place: price for price in pot_prices(solved)}
    envelope, year = np.nonzero(data.has_pot)
    pairs = zip(data.labels("envelopes", envelope), data.labels("years", year), strict=True)
    return [prices[str(e), str(t)] for e, t in pairs]


def _labels(data: Arrays, **positions: Positions) -> dict[str, object]:
    kinds = {"area": "areas", "envelope": "envelopes", "objective": "objectives", "year": "years"}
    return {name: _taken(getattr(data, kinds[name]), at) for name, at in positions.items()}


def _taken(names: Sequence[str] | Texts, positions: Positions) -> pd.api.extensions.ExtensionArray:
    """Column of the names at these positions; each name is converted to a column's text once."""
    return pd.Series(np.asarray(names, dtype=object)).array.take(positions)


def has_grant(formulation: Formulation) -> Booleans:
    """Return which cells, A×E×T, have a row in the table of grants."""
    return np.asarray(formulation.data.has_bid_row | (formulation.model.grant != ABSENT))


def grants_columns(formulation: Formulation, decisions: Decisions, pounds: Pounds) -> dict[str, Any]:
    """Return the columns of the table of grants."""
    data, shown = formulation.data, has_grant(formulation)
    area, envelope, year = np.nonzero(shown)
    return {
        **_labels(data, area=area, envelope=envelope, year=year),
        "bid": data.bid[shown],
        "grant": decisions.grants[shown],
        "change": decisions.grants[shown] - data.bid[shown],
        "pounds": pounds.grants[shown],
    }


def _present_values(formulation: Formulation, decisions: Decisions) -> dict[str, Floats]:
    """Grants discounted to the first year: what they cost the nation, which no stage minimises."""
    factors = schedules()[IN_FORCE].factors(decisions.grants.shape[2])
    return {"present_value": (decisions.grants * np.asarray(factors))[has_grant(formulation)]}


def _targets(formulation: Formulation, decisions: Decisions) -> dict[str, object]:
    data = formulation.data
    shown = data.has_target_row | (formulation.model.target != ABSENT)
    area, objective, year = np.nonzero(shown)
    proposed, reached = data.proposed[shown], decisions.targets[shown]
    return {
        **_labels(data, area=area, objective=objective, year=year),
        "proposed": proposed,
        "agreed": reached,
        "uplift": np.maximum(reached - proposed, 0.0),
        "concession": np.where(data.centre[area], 0.0, np.maximum(proposed - reached, 0.0)),
        "rate": _rates(formulation.scenario, data, area, objective, reached),
    }


def _rates(scenario: Scenario, data: Arrays, area: Positions, objective: Positions, reached: Floats) -> Floats:
    """(baseline ± contribution) / denominator; NaN where a figure is missing."""
    rate = np.full(len(area), np.nan)
    objectives = scenario.filled("objectives").set_index("key")[["baseline", "per", "direction"]]
    if not objectives["baseline"].any():
        return rate
    areas = scenario.filled("areas").sort_values("code", kind="stable")
    figures = {
        name: areas[name].to_numpy(dtype=np.float64) for name in {*objectives["baseline"], *objectives["per"]} if name
    }
    for key, row in objectives.to_dict("index").items():
        if not row["baseline"]:
            continue
        here = np.flatnonzero(objective == data.objectives.index(str(key)))
        sign = -1.0 if row["direction"] == "decrease" else 1.0
        level = figures[row["baseline"]][area[here]] + sign * reached[here]
        per = figures[row["per"]][area[here]] if row["per"] else np.ones(len(here))
        rate[here] = np.divide(level, per, out=np.full(len(level), np.nan), where=per > 0)
    return rate


def national_columns(data: Arrays, decisions: Decisions) -> dict[str, Any]:
    """Return the columns of the table of national objectives, without prices."""
    rows = data.national
    first, last = (np.asarray(data.labels("years", at), dtype=object) for at in (rows.first, rows.last))
    as_proposed = Decisions(decisions.take_up, decisions.carry_over, decisions.virement, data.bid, data.proposed)
    return {
        **_labels(data, objective=rows.objective),
        "year": np.where(rows.first == rows.last, first, first + ":" + last),
        "target": rows.target,
        "proposed": agreed(data, as_proposed),
        "agreed": agreed(data, decisions),
        "shortfall": shortfall(data, decisions),
    }


def _asks(data: Arrays, decisions: Decisions, why: Texts) -> dict[str, object]:
    options = data.options
    grant = np.bincount(options.grant.option, weights=options.grant.value, minlength=options.size)
    cells, shape = options.outcome, (options.size, len(data.objectives))
    outcome = np.bincount(cells.option * shape[1] + cells.across, cells.value, shape[0] * shape[1]).reshape(shape)
    asked = np.flatnonzero(decisions.take_up > ASK_ABOVE * options.limit)
    asked = asked[np.lexsort((options.names[0][asked], options.area[asked]))]
    taken = decisions.take_up[asked]
    return {
        **_labels(data, area=options.area[asked]),
        "option": _option_names(options, asked),
        "take_up": taken,
        "grant_change": grant[asked] * taken,
        **{key: outcome[asked, k] * taken for k, key in enumerate(data.objectives)},
        "reason": why[asked],
    }


def _moved(decisions: Decisions) -> Moved:
    """Money moved out of each pot and into it, to other years and envelopes."""
    carried_in = np.zeros(decisions.carry_over.shape)
    carried_in[:, 1:] = decisions.carry_over[:, :-1]
    out = decisions.carry_over + decisions.virement.sum(axis=1)
    return Moved(out, carried_in + decisions.virement.sum(axis=0))


def pot_columns(data: Arrays, decisions: Decisions, pounds: Pounds) -> dict[str, Any]:
    """Return the columns of the table of pots, without prices."""
    envelope, year = np.nonzero(data.has_pot)
    carried_in = np.zeros(data.pot.shape)
    carried_in[:, 1:] = decisions.carry_over[:, :-1]
    vired, vired_in = decisions.virement.sum(axis=1), decisions.virement.sum(axis=0)
    allocated = decisions.grants.sum(axis=0)
    reserve = data.pot + carried_in + vired_in - decisions.carry_over - vired - allocated
    reserve = np.where(np.abs(reserve) <= 1e-12 * np.maximum(data.pot, allocated), 0.0, reserve)
    columns = {
        "amount": data.pot,
        "allocated": allocated,
        "carried": decisions.carry_over,
        "vired": vired,
        "reserve": reserve,
        "carried_in": carried_in,
        "vired_in": vired_in,
        "pounds": pounds.grants.sum(axis=0),
        "carried_pounds": pounds.carried,
        "vired_pounds": pounds.vired.sum(axis=1),
        "vired_in_pounds": pounds.vired.sum(axis=0),
    }
    if len(data.envelopes) > 1:
        columns |= {f"vired_to_{into}": decisions.virement[:, i] for i, into in enumerate(data.envelopes)}
    return {
        **_labels(data, envelope=envelope, year=year),
        **{name: values[data.has_pot] for name, values in columns.items()},
    }


def _take_up(data: Arrays, decisions: Decisions) -> dict[str, object]:
    options, dropped = data.options, data.options.dropped
    order = np.lexsort((options.names[0], options.area))
    used = {
        **_labels(data, area=options.area[order]),
        "option": _option_names(options, order),
        "take_up": decisions.take_up[order],
    }
    if dropped.empty:
        return used
    everything = pd.concat([pd.DataFrame(used), dropped.assign(take_up=0.0)])
    return dict(everything.sort_values(["area", "option"], kind="stable").reset_index(drop=True))


def _option_names(options: Options, chosen: Positions) -> pd.api.extensions.ExtensionArray:
    positions, names = options.names
    return _taken(names, positions[chosen])
