"""A settlement: grants, targets, what was asked of whom, and the evidence that it is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike

import numpy as np
import pandas as pd

from singlepot.solver import BadOptionError, Control, minimise_in_turn

from ..explanation.merit_order import BestPlaced, Placing, best_placed, place
from ..explanation.prices import Price, national_prices, pot_prices
from ..explanation.rule_prices import rule_prices
from ..explanation.solved_stages import SolvedStages
from ..formulation.formulation import formulate
from ..notebook_display import rich, rich_table
from ..scenario.scenario import Scenario
from .certificate import Certificate
from .documents import documents, write


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
    placing
        Internal: merit order and solved stages, to say why; None for a settlement that was read back, and found again
        when asked.
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
    placing: Placing | None = None

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """All tables by name."""
        names = ("grants", "targets", "national", "asks", "pot", "take_up", "stages")
        return {name: getattr(self, name) for name in names}

    @cached_property
    def solved_stages(self) -> SolvedStages:
        """Internal: how the stages ended, solved again where this settlement was read back.

        Raises
        ------
        BadOptionError
            The settlement was read back and a program had added constraints of its own, which no file holds.
        """
        return solve_again(self) if self.placing is None else self.placing.workings

    @cached_property
    def merit_order(self) -> Placing:
        """Internal: the rank of every option for every need, and what stopped each."""
        return place(self.solved_stages) if self.placing is None else self.placing

    @cached_property
    def prices(self) -> tuple[Price, ...]:
        """What every national target, pot and binding rule costs."""
        solved = self.solved_stages
        return (*national_prices(solved), *pot_prices(solved), *rule_prices(solved))

    @cached_property
    def best_placed(self) -> BestPlaced:
        """For every objective and for cuts, who is best placed, and what stopped each; see :class:`BestPlaced`."""
        return best_placed(self.merit_order)

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


def solve_again(settlement: Settlement) -> SolvedStages:
    """Solve the stages of a settlement's scenario again, for one that was read back."""
    if settlement.provenance.get("extra"):
        raise BadOptionError(
            "this settlement was made with further constraints of a program, which its folder does not hold",
            "ask for reasons in that program, before the settlement is written",
        )
    formulation = formulate(settlement.scenario)
    staged = minimise_in_turn(formulation.programme, formulation.stages, Control())
    used = settlement.take_up.set_index(["area", "option"])["take_up"]
    options, data = formulation.data.options, formulation.data
    keys = list(zip(data.labels("areas", options.area), options.name, strict=True))
    return SolvedStages(formulation, staged, np.asarray(used.reindex(keys), dtype=np.float64))
