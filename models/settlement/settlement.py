"""A settlement: grants, targets, what was asked of whom, and the evidence that it is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..explanation.merit_order import BestPlaced, best_placed
from ..explanation.prices import Price, national_prices, pot_prices
from ..explanation.reasons import reasons
from ..explanation.rule_prices import rule_prices
from ..explanation.solved_stages import Workings, solve_again, work_out
from ..formulation.formulation import Formulation
from ..formulation.model import ABSENT
from ..notebook_display import rich, rich_table
from ..scenario.arrays import Arrays, Floats, Options, Texts
from ..scenario.scenario import Scenario
from .certificate import Certificate
from .decisions import Point, agreed, shortfall
from .documents import documents, write
from .pounds import Pounds

if TYPE_CHECKING:
    from ..analysis.area_account import Account, Measure

Positions = npt.NDArray[np.integer]

ASK_ABOVE = 1e-6
"""Share of an option's largest take-up above which its use is an ask."""


@dataclass(frozen=True, eq=False, repr=False)
class Settlement:
    """What every area receives and agrees to, and why it is right.

    Attributes
    ----------
    scenario
        What was settled.
    grants
        area, envelope, year, bid, grant, change (money), pounds (whole pounds).
    targets
        area, objective, year, proposed, agreed, uplift, concession (objective units), rate.
    national
        objective, year, target, proposed, agreed, shortfall; price (what one more unit costs), price_unit (which names
        the pot whose money it is), price_stage (the first stage in which the row matters), price_note
        (whether it is a part of a price, or may be one end of a range), removes (share of that
        stage's shortfall that one more unit of money would remove).
    asks
        area, option, take_up, grant_change (over all years), and one column for each objective: the change of
        its contributions added over the years; reason, a sentence.
    pot
        envelope, year, amount, allocated, carried (into the next year), vired (to other envelopes), reserve,
        carried_in, vired_in; in whole pounds: pounds (allocated), carried_pounds, vired_pounds, vired_in_pounds;
        with several envelopes ``vired_to_ENVELOPE`` each, money; price (what one more unit of money is worth to the
        first stage in which the pot matters), price_unit, price_stage, price_note,
        removes.
    take_up
        area, option, take_up for every option and scale-back.
    stages
        name, value (the optimum), unit, final (value at the settlement), give.
    certificate
        The evidence; a settlement whose certificate fails is never made.
    provenance
        Versions, methods and the hash of the scenario.
    timings
        CPU seconds of each phase; not part of the result.
    workings
        What the stages left, to say why; None for a settlement that was read back, and worked out again when asked.
    """

    scenario: Scenario
    grants: pd.DataFrame
    targets: pd.DataFrame
    national: pd.DataFrame
    asks: pd.DataFrame
    pot: pd.DataFrame
    take_up: pd.DataFrame
    stages: pd.DataFrame
    certificate: Certificate
    provenance: Mapping[str, object]
    timings: Mapping[str, float] = field(default_factory=dict)
    workings: Workings | None = None

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """All tables by name."""
        names = ("grants", "targets", "national", "asks", "pot", "take_up", "stages")
        return {name: getattr(self, name) for name in names}

    @cached_property
    def worked_out(self) -> Workings:
        """What the stages of the scenario leave when they are solved again, kept for whoever asks next."""
        return solve_again(self)

    @cached_property
    def prices(self) -> tuple[Price, ...]:
        """What every national target, pot and binding rule costs."""
        workings = work_out(self)
        return (*national_prices(workings), *pot_prices(workings), *rule_prices(workings))

    @cached_property
    def best_placed(self) -> BestPlaced:
        """For every objective and for cuts, who is best placed, and what stopped each; see :class:`BestPlaced`."""
        return best_placed(self)

    def explain(self, area: str, *, without: bool = False, stability: Measure | None = None) -> Account:
        """Say everything about one area (code or name); see :class:`Account`.

        Parameters
        ----------
        area
            Code or name.
        without
            Also settle again without the area, to say what the nation would lose.
        stability
            ``singlepot.stability``, to measure also how far the area's grant moves with its own numbers.
        """
        from ..analysis.area_account import account

        return account(self, area, without=without, stability=stability)

    def documents(self) -> dict[str, bytes]:
        """The settlement as named texts: ``settlement.json``, ``tables/…``, ``scenario/…``."""
        return documents(self)

    def write(
        self,
        directory: str | PathLike[str],
        *,
        overwrite: bool = False,
        further: Mapping[str, bytes] | None = None,
        said: Mapping[str, object] | None = None,
    ) -> None:
        """Write the settlement as a folder, complete or not at all.

        Parameters
        ----------
        directory
            A new folder; an existing settlement there is replaced only with ``overwrite``.
        further
            Files to be written beside the settlement's own, and listed in the manifest: relative path → content.
        said
            Further entries of the manifest, as JSON has them.
        """
        write(self, directory, overwrite=overwrite, further=further or {}, said=said or {})

    def __repr__(self) -> str:
        """One line."""
        short = self.national["shortfall"].gt(0).sum()
        return (
            f"<Settlement {self.scenario.settings.title!r}: {len(self.grants)} grants, {len(self.asks)} asks, "
            f"{short} of {len(self.national)} national targets missed, "
            f"certificate {'holds' if self.certificate.passed else 'FAILS'}>"
        )

    def _repr_html_(self) -> str:
        """Show the national position, the pot and the largest asks in a notebook."""
        largest = self.asks["grant_change"].abs().sort_values(ascending=False, kind="stable").index
        areas = self.scenario.areas.set_index("code")["name"]
        asks = self.asks.reindex(largest)[["area", "option", "take_up", "grant_change", "reason"]]
        asks.insert(0, "name", asks["area"].map(areas))
        short = int(self.national["shortfall"].gt(0).sum())
        return rich(
            self.scenario.settings.title or "Settlement",
            f"{len(self.grants):,} grants, {len(self.asks):,} asks, {short} of {len(self.national)} national targets "
            f"missed; {self.scenario.settings.money}; certificate {'holds' if self.certificate.passed else 'FAILS'}",
            rich_table("National objectives", self.national.drop(columns=["price_stage", "removes"]), most=20),
            rich_table("The pot", self.pot[["envelope", "year", "amount", "allocated", "carried", "reserve", "price"]]),
            rich_table("The largest asks by money", asks),
        )


def tabulate(workings: Workings, point: Point, pounds: Pounds) -> dict[str, pd.DataFrame]:
    """Lay a point out as the tables of a settlement, rows in canonical order."""
    formulation = workings.formulation
    data = formulation.data
    return {
        "grants": _grants(formulation, point, pounds),
        "targets": _targets(formulation, point),
        "national": _with_prices(_national(data, point), national_prices(workings)),
        "asks": _asks(data, point, reasons(workings.placing)),
        "pot": _with_prices(_pot(data, point, pounds), _of_pots(workings, data)),
        "take_up": _take_up(data, point),
    }


def _with_prices(table: pd.DataFrame, prices: Sequence[Price]) -> pd.DataFrame:
    return table.assign(
        price=np.asarray([price.value for price in prices], dtype=np.float64),
        price_unit=np.asarray([price.unit for price in prices], dtype=object),
        price_stage=np.asarray([price.stage for price in prices], dtype=object),
        price_note=np.asarray([price.note for price in prices], dtype=object),
        removes=np.asarray([price.removes for price in prices], dtype=np.float64),
    )


def _of_pots(workings: Workings, data: Arrays) -> list[Price]:
    """Prices of the pots that the scenario names; a year that only options spend in has none."""
    prices = {price.place: price for price in pot_prices(workings)}
    envelope, year = np.nonzero(data.has_pot)
    pairs = zip(data.labels("envelopes", envelope), data.labels("years", year), strict=True)
    return [prices[str(e), str(t)] for e, t in pairs]


def _labels(data: Arrays, **positions: Positions) -> dict[str, object]:
    kinds = {"area": "areas", "envelope": "envelopes", "objective": "objectives", "year": "years"}
    return {name: _taken(getattr(data, kinds[name]), at) for name, at in positions.items()}


def _taken(names: Sequence[str] | Texts, positions: Positions) -> pd.api.extensions.ExtensionArray:
    """Names at these positions, as a column; each name is made a text of a column but once."""
    return pd.Series(np.asarray(names, dtype=object)).array.take(positions)


def _grants(formulation: Formulation, point: Point, pounds: Pounds) -> pd.DataFrame:
    data = formulation.data
    shown = data.has_bid_row | (formulation.model.grant != ABSENT)
    area, envelope, year = np.nonzero(shown)
    return pd.DataFrame(
        {
            **_labels(data, area=area, envelope=envelope, year=year),
            "bid": data.bid[shown],
            "grant": point.grants[shown],
            "change": point.grants[shown] - data.bid[shown],
            "pounds": pounds.grants[shown],
        }
    )


def _targets(formulation: Formulation, point: Point) -> pd.DataFrame:
    data = formulation.data
    shown = data.has_target_row | (formulation.model.target != ABSENT)
    area, objective, year = np.nonzero(shown)
    proposed, reached = data.proposed[shown], point.targets[shown]
    return pd.DataFrame(
        {
            **_labels(data, area=area, objective=objective, year=year),
            "proposed": proposed,
            "agreed": reached,
            "uplift": np.maximum(reached - proposed, 0.0),
            "concession": np.where(data.centre[area], 0.0, np.maximum(proposed - reached, 0.0)),
            "rate": _rates(formulation.scenario, data, area, objective, reached),
        }
    )


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


def _national(data: Arrays, point: Point) -> pd.DataFrame:
    rows = data.national
    first, last = (np.asarray(data.labels("years", at), dtype=object) for at in (rows.first, rows.last))
    as_proposed = Point(point.take_up, point.carry_over, point.virement, data.bid, data.proposed)
    return pd.DataFrame(
        {
            **_labels(data, objective=rows.objective),
            "year": np.where(rows.first == rows.last, first, first + ":" + last),
            "target": rows.target,
            "proposed": agreed(data, as_proposed),
            "agreed": agreed(data, point),
            "shortfall": shortfall(data, point),
        }
    )


def _asks(data: Arrays, point: Point, why: Texts) -> pd.DataFrame:
    options = data.options
    grant = np.bincount(options.grant.option, weights=options.grant.value, minlength=options.size)
    cells, shape = options.outcome, (options.size, len(data.objectives))
    outcome = np.bincount(cells.option * shape[1] + cells.across, cells.value, shape[0] * shape[1]).reshape(shape)
    asked = np.flatnonzero(point.take_up > ASK_ABOVE * options.limit)
    asked = asked[np.lexsort((options.names[0][asked], options.area[asked]))]
    taken = point.take_up[asked]
    return pd.DataFrame(
        {
            **_labels(data, area=options.area[asked]),
            "option": _option_names(options, asked),
            "take_up": taken,
            "grant_change": grant[asked] * taken,
            **{key: outcome[asked, k] * taken for k, key in enumerate(data.objectives)},
            "reason": why[asked],
        }
    )


def _pot(data: Arrays, point: Point, pounds: Pounds) -> pd.DataFrame:
    envelope, year = np.nonzero(data.has_pot)
    carried_in = np.zeros(data.pot.shape)
    carried_in[:, 1:] = point.carry_over[:, :-1]
    vired, vired_in = point.virement.sum(axis=1), point.virement.sum(axis=0)
    allocated = point.grants.sum(axis=0)
    reserve = data.pot + carried_in + vired_in - point.carry_over - vired - allocated
    reserve = np.where(np.abs(reserve) <= 1e-12 * np.maximum(data.pot, allocated), 0.0, reserve)
    columns = {
        "amount": data.pot,
        "allocated": allocated,
        "carried": point.carry_over,
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
        columns |= {f"vired_to_{into}": point.virement[:, i] for i, into in enumerate(data.envelopes)}
    return pd.DataFrame(
        {
            **_labels(data, envelope=envelope, year=year),
            **{name: values[data.has_pot] for name, values in columns.items()},
        }
    )


def _take_up(data: Arrays, point: Point) -> pd.DataFrame:
    options, dropped = data.options, data.options.dropped
    order = np.lexsort((options.names[0], options.area))
    used = pd.DataFrame(
        {
            **_labels(data, area=options.area[order]),
            "option": _option_names(options, order),
            "take_up": point.take_up[order],
        }
    )
    if dropped.empty:
        return used
    everything = pd.concat([used, dropped.assign(take_up=0.0)])
    return everything.sort_values(["area", "option"], kind="stable").reset_index(drop=True)


def _option_names(options: Options, chosen: Positions) -> pd.api.extensions.ExtensionArray:
    positions, names = options.names
    return _taken(names, positions[chosen])
