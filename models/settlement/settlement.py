"""A settlement: grants, targets, what was asked of whom, and the evidence that it is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike

import numpy as np
import pandas as pd

from singlepot.solver import BadOptionError, Control, held_at, minimise_in_turn

from ..explanation.merit_order import BestPlaced, MeritOrders, best_placed, rank_options
from ..explanation.prices import Price, national_prices, pot_prices
from ..explanation.rule_prices import rule_prices
from ..explanation.solved_stages import SolvedStages
from ..formulation.formulation import formulate
from ..notebook_display import rich, rich_table
from ..scenario.recipients import further_tables
from ..scenario.scenario import Scenario
from ..tables.copies import CopiedTables
from ..tables.output_levelling import output_of
from .certificate import Certificate
from .documents import documents, write


@dataclass(frozen=True, eq=False, repr=False)
class Settlement(CopiedTables):
    """What every area receives and agrees to, and why it is right.

    Tables, prices and provenance are worked out when they are first asked for.

    Attributes
    ----------
    scenario
        What was settled.
    grants
        A row for each area, envelope and year.

        - ``area``: Code of the area.
        - ``envelope``: Part of the pot; ``total`` where the scenario names none.
        - ``year``: Financial year.
        - ``bid`` (money): Grant that the area asked for.
        - ``grant`` (money): Grant that the area receives.
        - ``change`` (money): Grant less bid.
        - ``pounds`` (whole £): Grant in whole pounds, by largest remainder where the pot is used up.
        - ``present_value`` (money): Grant in present value of the first year that is settled, in the scenario's prices,
          by the Green Book's standard rates.
    targets
        A row for each area, objective and year. Targets are contributions: improvements on the baseline.

        - ``area``: Code of the area.
        - ``objective``: Key of the objective.
        - ``year``: Financial year.
        - ``proposed`` (unit of the objective): Target that the area proposed.
        - ``agreed`` (unit of the objective): Target that the area agrees to.
        - ``uplift`` (unit of the objective): Agreed above what was proposed, else 0.
        - ``concession`` (unit of the objective): Proposed above what is agreed, else 0; 0 for the centre.
        - ``rate`` (unit of the level): (baseline ± agreed) / denominator; missing where the scenario lacks a figure.
    national
        A row for each national target: what areas proposed and agreed to, and what is short.

        - ``objective``: Key of the objective.
        - ``year``: Financial year, or range of years added up.
        - ``target`` (unit of the objective): Contribution wanted of all areas together.
        - ``proposed`` (unit of the objective): Sum of the proposed targets.
        - ``agreed`` (unit of the objective): Sum of the agreed targets.
        - ``shortfall`` (unit of the objective): National target less agreed, where that is positive.
        - ``price`` (unit of the price): What one more unit of the target costs, in the first stage in which the target
          matters.
        - ``price_words``: The price in pounds for each natural unit, rounded; of a pot what it does to its stage.
        - ``price_unit``: Unit of the price, with the pot whose money it is.
        - ``price_stage``: First stage in which the row matters.
        - ``price_note``: Whether the price is a part of one price or may be one end of a range; empty where it is the
          only one.
        - ``removes`` (share of the stage's shortfall): Share of that stage's shortfall that one more unit of money
          removes; missing where it is no shortfall.
    asks
        A row for each option used above a millionth of its largest take-up: what it does, and why this area.

        - ``area``: Code of the area.
        - ``option``: Name of the option within its area, or ``scale-back`` and its cell of the bid.
        - ``take_up`` (1 is the whole option): Share of the option that is used, at most its ``max_take_up``.
        - ``grant_change`` (money): Change of the grant, added over the years.
        - ``OBJECTIVE`` (unit of the objective): Change of the contributions to one objective, added over the years; its
          key is the name.
        - ``reason``: Why this area is asked, and no other, in a sentence.
    pot
        A row for each envelope and year: what there is, what is granted, and what is left.

        - ``envelope``: Part of the pot; ``total`` where the scenario names none.
        - ``year``: Financial year.
        - ``amount`` (money): Money in the pot.
        - ``allocated`` (money): Sum of the grants.
        - ``carried`` (money): Money carried into the next year.
        - ``vired`` (money): Money moved to other envelopes in the year.
        - ``reserve`` (money): Money that is neither granted nor moved.
        - ``carried_in`` (money): Money carried in from the year before.
        - ``vired_in`` (money): Money moved in from other envelopes in the year.
        - ``pounds`` (whole £): Sum of the grants in whole pounds.
        - ``carried_pounds`` (whole £): Whole pounds carried into the next year.
        - ``vired_pounds`` (whole £): Whole pounds moved to other envelopes.
        - ``vired_in_pounds`` (whole £): Whole pounds moved in from other envelopes.
        - ``vired_to_ENVELOPE`` (money): Money moved to one other envelope; there where the scenario has several.
        - ``price`` (unit of the price): What one more unit of money is worth to the first stage in which the pot
          matters.
        - ``price_words``: The price in pounds for each natural unit, rounded; of a pot what it does to its stage.
        - ``price_unit``: Unit of the price, with the pot whose money it is.
        - ``price_stage``: First stage in which the row matters.
        - ``price_note``: Whether the price is a part of one price or may be one end of a range; empty where it is the
          only one.
        - ``removes`` (share of the stage's shortfall): Share of that stage's shortfall that one more unit of money
          removes; missing where it is no shortfall.
    take_up
        A row for each option and scale-back of each area, used or not.

        - ``area``: Code of the area.
        - ``option``: Name of the option within its area, or ``scale-back`` and its cell of the bid.
        - ``take_up`` (1 is the whole option): Share of the option that is used, at most its ``max_take_up``.
    stages
        A row for each stage, in the order in which they are minimised.

        - ``name``: Name of the stage, with its priority in brackets.
        - ``value`` (unit of the stage): Optimum of the stage, proved by its duals.
        - ``unit``: Unit of the stage.
        - ``final`` (unit of the stage): Value of the stage at the settlement.
        - ``give`` (unit of the stage): How far later stages may leave the optimum.
    convergence
        A row for each place below its line and objective with an aim; there where `[convergence]` is.

        - ``place``: Area, recipient or region, as the section says.
        - ``objective``: Key of the objective.
        - ``year``: Year of the aims.
        - ``line`` (unit of the level): Rate that the place is compared with, today.
        - ``line_end`` (unit of the level): The same with what all who are compared add to it.
        - ``before`` (unit of the level): Rate of the place today.
        - ``after`` (unit of the level): Rate of the place with what is agreed.
        - ``gap`` (unit of the objective): What the place lacks to the line of today.
        - ``gap_end`` (unit of the objective): What it lacks to the line at the end; negative above it.
        - ``aim`` (unit of the objective): Part of the gap at the start that should be made up.
        - ``agreed`` (unit of the objective): What the areas of the place agree to.
        - ``short`` (unit of the objective): Aim less agreed, and what the line moves by if it does.
        - ``price`` (unit of the price): What one more unit of the aim costs, in the first stage in which the aim
          matters.
        - ``price_words``: The price in pounds for each natural unit, rounded; of a pot what it does to its stage.
        - ``price_unit``: Unit of the price, with the pot whose money it is.
        - ``price_stage``: First stage in which the row matters.
        - ``price_note``: Whether the price is a part of one price or may be one end of a range; empty where it is the
          only one.
        - ``removes`` (share of the stage's shortfall): Share of that stage's shortfall that one more unit of money
          removes; missing where it is no shortfall.
    inclusion
        A row for each place, what it brings of both national targets; there where `[inclusion]` is.

        - ``place``: Area, recipient or region, as the section says.
        - ``prosperity`` (share of the national target): Share of the national target of prosperity.
        - ``inclusion`` (share of the national target): Share of the national target of inclusion.
        - ``together`` (share of the national target): The smaller of the two.
    recipients
        A row for each recipient, envelope and year: sums over members; there where one holds others' grants.

        - ``recipient``: Code of who holds the grant, or its label where it is no area.
        - ``envelope``: Part of the pot; ``total`` where the scenario names none.
        - ``year``: Financial year.
        - ``members``: Number of areas that are added up.
        - ``bid`` (money): Sum of its members' bids.
        - ``grant`` (money): Sum of its members' grants.
        - ``change`` (money): Grant less bid.
        - ``pounds`` (whole £): Sum of its members' grants in whole pounds.
    recipient_targets
        A row for each recipient, objective and year: sums over members; there where one holds others' grants.

        - ``recipient``: Code of who holds the grant, or its label where it is no area.
        - ``objective``: Key of the objective.
        - ``year``: Financial year.
        - ``members``: Number of areas that are added up.
        - ``proposed`` (unit of the objective): Sum of its members' proposed targets.
        - ``agreed`` (unit of the objective): Sum of its members' agreed targets.
    certificate
        The evidence; a settlement whose certificate fails is never made.
    provenance
        Versions, methods and the hash of the scenario.
    timings
        CPU seconds of each phase of settling; not part of the result.
    stored_orders
        Internal: merit orders and solved stages; None for a settlement that was read back, whose stages are then
        solved again.
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
    stored_orders: MeritOrders | None = None
    convergence: pd.DataFrame | None = None
    inclusion: pd.DataFrame | None = None
    recipients: pd.DataFrame | None = None
    recipient_targets: pd.DataFrame | None = None

    @property
    def has_extra_rows(self) -> bool:
        """Internal: whether a program added further constraints, which neither the scenario nor a folder holds."""
        return bool(self.provenance.get("extra"))

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """All tables by name."""
        return {name: getattr(self, name) for name in output_of(further_tables(self.scenario))}

    @cached_property
    def solved_stages(self) -> SolvedStages:
        """Internal: solved stages with their duals, solved again where this settlement was read back.

        Raises
        ------
        BadOptionError
            The settlement was read back and a program had added constraints of its own, which no file holds.
        """
        return solve_again(self, Control()) if self.stored_orders is None else self.stored_orders.solved

    def solve_stages(self, control: Control) -> SolvedStages:
        """Internal: the solved stages; a control that ends the run ends their being solved again too."""
        if self.stored_orders is None and "solved_stages" not in self.__dict__:
            self.__dict__["solved_stages"] = solve_again(self, control)
        return self.solved_stages

    @cached_property
    def merit_orders(self) -> MeritOrders:
        """Internal: merit order of the options for every need, and what stopped each."""
        return rank_options(self.solved_stages) if self.stored_orders is None else self.stored_orders

    @cached_property
    def prices(self) -> tuple[Price, ...]:
        """Shadow price of every national target, pot and binding rule."""
        solved = self.solved_stages
        return (*national_prices(solved), *pot_prices(solved), *rule_prices(solved))

    @cached_property
    def best_placed(self) -> BestPlaced:
        """For every objective and for cuts, who is best placed, and what stopped each; see :class:`BestPlaced`."""
        return best_placed(self.merit_orders)

    def limits(self) -> dict[str, float]:
        """Return up to where later stages could use each stage that gives, as ``[stages.limits]`` takes it.

        A scenario of which nothing is taken away but what this settlement did not use, settled with these limits, has
        the same settlement: what was given is not given again.

        Returns
        -------
        Values in the unit of each stage, by its name with its priority.

        Examples
        --------
        >>> import singlepot as sp
        >>> bucks = sp.read_scenario("bucks-and-burnley").with_(stages={"give": {"shortfall.largest": 0.005}})
        >>> limits = sp.settle(bucks).limits()
        >>> list(limits)
        ['shortfall.largest[1]']
        >>> again = sp.settle(bucks.with_(stages={"limits": limits}))
        >>> again.limits() == limits
        True
        """
        settings, stages = self.scenario.settings.stages, self.stages[self.stages["give"] > 0]
        money = float(self.grants["bid"].sum()) or float(self.pot["amount"].sum()) or 1.0
        return {
            name: held_at(value, give, settings.limit_of(name), money if unit.startswith("money") else 1.0)
            for name, value, unit, give in zip(
                stages["name"], stages["value"].tolist(), stages["unit"], stages["give"].tolist(), strict=True
            )
        }

    def documents(self) -> dict[str, bytes]:
        """The settlement as named texts: ``settlement.json``, ``tables/…``, ``scenario/…``."""
        return documents(self)

    def write(
        self,
        path: str | PathLike[str],
        *,
        overwrite: bool = False,
        further: Mapping[str, bytes] | None = None,
        entries: Mapping[str, object] | None = None,
    ) -> None:
        """Write the settlement as a folder, complete or not at all.

        Parameters
        ----------
        path
            A new folder; an existing settlement there is replaced only with ``overwrite``.
        further
            Files to be written beside the settlement's own, and listed in the manifest: relative path → content.
        entries
            Further entries of the manifest, as JSON has them.
        """
        write(self, path, overwrite=overwrite, further=further or {}, entries=entries or {})

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


def solve_again(settlement: Settlement, control: Control) -> SolvedStages:
    """Solve the stages of a settlement's scenario again, for one that was read back."""
    if settlement.has_extra_rows:
        raise BadOptionError(
            "this settlement was made with further constraints of a program, which its folder does not hold",
            "ask for reasons in that program, before the settlement is written",
        )
    formulation = formulate(settlement.scenario)
    staged = minimise_in_turn(formulation.programme, formulation.stages, control)
    used = settlement.take_up.set_index(["area", "option"])["take_up"]
    options, data = formulation.data.options, formulation.data
    keys = list(zip(data.labels("areas", options.area), options.name, strict=True))
    return SolvedStages(formulation, staged, np.asarray(used.reindex(keys), dtype=np.float64))
