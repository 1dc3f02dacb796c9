"""Agreement as arrays: what each area was to spend and deliver, and how far its options and cuts went."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from singlepot.models.formulation.rules import Rules, resolve
from singlepot.models.money import POUNDS_PER
from singlepot.models.scenario.array_types import Floats
from singlepot.models.scenario.arrays import Arrays, arrays
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settings.review import ReviewTerms
from singlepot.models.settlement.settlement import Settlement
from singlepot.solver import BadOptionError

RESTORE = "restore"
"""How the names of options begin that undo a cut; the rest is as in the name of the scale-back."""


@dataclass(frozen=True, eq=False)
class Agreed:
    """What was agreed, over areas A, envelopes E, objectives K, years T and options J.

    Parameters
    ----------
    scenario
        What was settled, without derived rows and without limits of talks.
    data, rules
        Its arrays and resolved rules.
    grant, pounds
        Grants A×E×T, exact and in whole pounds, money.
    target
        Agreed contributions A×K×T, objective units, that are bid again; negative side effects count as none.
    due
        Agreed contributions with negative side effects, A×K×T: what was delivered is held against them.
    take_up
        Take-up of each option and scale-back, J.
    carried
        Money carried out of each year, E×T, exact or in whole pounds, the larger.
    vired
        Money moved from an envelope into another, E×E×T.
    done
        How many years were reviewed before.
    """

    scenario: Scenario
    data: Arrays
    rules: Rules
    grant: Floats
    pounds: Floats
    target: Floats
    due: Floats
    take_up: Floats
    carried: Floats
    vired: Floats
    done: int

    @property
    def terms(self) -> ReviewTerms:
        """What is agreed about reviews."""
        return self.scenario.settings.review or ReviewTerms()

    @property
    def pound(self) -> float:
        """One pound in the scenario's unit of money."""
        return 1 / POUNDS_PER[self.scenario.settings.money]

    @property
    def share(self) -> Floats:
        """Take-up of each option as a share of its largest, J."""
        return np.asarray(self.take_up / self.data.options.limit)

    def restores(self) -> dict[str, tuple[int, int]]:
        """Names of the options that undo cuts, with the envelope and year of the cut."""
        several = len(self.data.envelopes) > 1
        return {
            f"{RESTORE} {envelope + ' ' if several else ''}{year}": (e, t)
            for e, envelope in enumerate(self.data.envelopes)
            for t, year in enumerate(self.data.years)
        }


def agreed_of(settlement: Settlement, scenario: Scenario | None = None) -> Agreed:
    """Read an agreement from its settlement.

    Parameters
    ----------
    settlement
        What was signed.
    scenario
        What it settled, where limits that talks set are no part of that; by default the settlement's own.
    """
    scenario = (scenario or settlement.scenario).derived()
    data = arrays(scenario)
    at = {kind: {name: i for i, name in enumerate(getattr(data, f"{kind}s"))} for kind in ("area", "envelope", "year")}
    at["objective"] = {name: i for i, name in enumerate(data.objectives)}
    grants, targets, pot = settlement.grants, settlement.targets, settlement.pot
    grant, pounds, due = np.zeros(data.bid.shape), np.zeros(data.bid.shape), np.zeros(data.proposed.shape)
    cell = tuple(grants[kind].map(at[kind]).to_numpy(int) for kind in ("area", "envelope", "year"))
    unit = POUNDS_PER[scenario.settings.money]
    grant[cell], pounds[cell] = grants["grant"].to_numpy(float), grants["pounds"].to_numpy(float) / unit
    cell = tuple(targets[kind].map(at[kind]).to_numpy(int) for kind in ("area", "objective", "year"))
    due[cell] = targets["agreed"].to_numpy(float)
    carried = np.zeros(data.pot.shape)
    vired = np.zeros((len(data.envelopes), *data.pot.shape))
    cell = tuple(pot[kind].map(at[kind]).to_numpy(int) for kind in ("envelope", "year"))
    carried[cell] = np.maximum(pot["carried"].to_numpy(float), pot["carried_pounds"].to_numpy(float) / unit)
    if len(data.envelopes) > 1:
        for e, envelope in enumerate(data.envelopes):
            if f"vired_to_{envelope}" in pot:
                vired[cell[0], e, cell[1]] = np.nan_to_num(pot[f"vired_to_{envelope}"].to_numpy(float))
    keys = list(zip(data.labels("areas", data.options.area).tolist(), data.options.name.tolist(), strict=True))
    table = settlement.take_up
    used = dict(zip(zip(table["area"], table["option"], strict=True), table["take_up"].astype(float), strict=True))
    take_up = np.asarray([used.get(key, 0.0) for key in keys])
    until = (scenario.settings.review or ReviewTerms()).until
    if until and until not in data.years:
        raise BadOptionError(f"[review] until = {until!r} is none of the years", "name one of them, or leave it out")
    done = data.years.index(until) + 1 if until else 0
    target = np.maximum(due, 0.0)
    return Agreed(scenario, data, resolve(scenario, data), grant, pounds, target, due, take_up, carried, vired, done)
