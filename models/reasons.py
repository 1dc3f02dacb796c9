"""Why each area is asked what it is asked, in one plain sentence with its numbers and a comparison."""

from __future__ import annotations

import numpy as np

from .best_placed import CUTS, Placing, Ranking
from .money import spoken
from .stops import LAST, TIED, USED_UP

ALIKE = 1e-6
"""Largest relative difference of two costs that are said to be equal."""


class Sentences:
    """Writes the reasons of asks."""

    def __init__(self, placing: Placing) -> None:
        self._placing = placing
        formulation = placing.workings.formulation
        self._data = formulation.data
        scenario = formulation.scenario
        self._money = scenario.settings.money
        self._areas = dict(zip(*(scenario.filled("areas")[name] for name in ("code", "name")), strict=True))
        options = scenario.filled("options")
        self._called = {
            (row["area"], row["option"]): str(row.get("name") or row["option"]) for row in options.to_dict("records")
        }
        objectives = scenario.filled("objectives").set_index("key")
        self._unit = objectives["unit"].to_dict()
        self._objective = {key: str(name or key) for key, name in objectives["name"].items()}
        self._share = placing.workings.take_up / self._data.options.limit
        self._grant = np.bincount(
            self._data.options.grant.option,
            weights=self._data.options.grant.value,
            minlength=self._data.options.size,
        )
        self._at = {int(j): (ranking, place) for ranking in placing.rankings for place, j in enumerate(ranking.option)}

    def reason(self, j: int) -> str:
        """The sentence for one option that is used."""
        ranked = self._at.get(j)
        options = self._data.options
        if ranked is None:
            said = self._without_ranking(j)
        elif ranked[0].need == CUTS:
            said = self._of_scale_back(j, ranked) if options.scale_back[j] else self._of_cut(j, ranked)
        else:
            said = self._of_raise(j, ranked)
        return said + self._stopped(j) + "."

    def _of_raise(self, j: int, ranked: tuple[Ranking, int]) -> str:
        ranking, place = ranked
        unit, cost = self._unit[ranking.need], float(ranking.cost[place])
        what = f"{self._name(j)} costs {self._each(cost, unit)} in {self._area(j)}"
        other = self._rival(ranking, place)
        if other is not None:
            what += f" and {self._amount(float(ranking.cost[other]))} in {self._area(int(ranking.option[other]))}"
        else:
            what += ", and no other area offered the like"
        if cost <= ranking.price * (1 + ALIKE):
            return f"{what}; the last {unit} that the nation needed cost {self._amount(ranking.price)}"
        return (
            f"{what}; the nation paid {self._amount(ranking.price)} for the last {unit}, and the rest serves other ends"
        )

    def _of_cut(self, j: int, ranked: tuple[Ranking, int]) -> str:
        ranking, place = ranked
        saved = self._amount(float(-self._grant[j] * self._placing.workings.take_up[j]))
        cost = float(ranking.cost[place])
        if abs(cost) <= ALIKE:
            what = f"{self._name(j)} saves {saved} in {self._area(j)} and gives up nothing the nation counts"
        else:
            what = f"{self._name(j)} saves {saved} and gives up {self._worth(cost)} for each {self._one()} in {self._area(j)}"
        other = self._rival(ranking, place)
        if other is None:
            return f"{what}; the pot is too small for all bids, and no other area could give it for less"
        rival = int(ranking.option[other])
        return f"{what}; {self._lower(rival)} in {self._area(rival)} would give up {self._worth(float(ranking.cost[other]))}"

    def _of_scale_back(self, j: int, ranked: tuple[Ranking, int]) -> str:
        ranking, place = ranked
        data, cells = self._data, self._data.options.grant
        own = cells.option == j
        envelope, year = int(cells.across[own][0]), int(cells.year[own][0])
        bids, pot = float(data.bid[:, envelope, year].sum()), float(data.pot[envelope, year])
        when = data.years[year] if len(data.envelopes) == 1 else f"{data.years[year]} {data.envelopes[envelope]}"
        if bids > pot:
            what = f"bids for {when} add up to {self._amount(bids)} and the pot holds {self._amount(pot)}"
        else:
            what = f"money of {when} is worth more elsewhere"
        what += f": {self._area(j)} gives up {self._share[j]:.1%} of its programme of that year"
        cost, other = float(ranking.cost[place]), self._rival(ranking, place)
        if other is None or abs(float(ranking.cost[other]) - cost) <= ALIKE * max(abs(cost), 1.0):
            return f"{what}, as do others to whom it costs as much"
        rival = int(ranking.option[other])
        return (
            f"{what}, where {self._one()} costs the nation {self._worth(cost)}; in {self._area(rival)} it would cost "
            f"{self._worth(float(ranking.cost[other]))}"
        )

    def _without_ranking(self, j: int) -> str:
        """An option that is for nothing that is short: say what it changes."""
        amount = float(self._grant[j] * self._placing.workings.take_up[j])
        if amount < 0:
            return (
                f"{self._name(j)} saves {self._amount(-amount)} in {self._area(j)}, which the pot or other areas need"
            )
        if amount > 0:
            return (
                f"{self._name(j)} takes {self._amount(amount)} in {self._area(j)}, so that less is given up elsewhere"
            )
        return f"{self._name(j)} costs no grant in {self._area(j)} and spares what would be given up elsewhere"

    def _stopped(self, j: int) -> str:
        verdict = self._placing.verdicts[j]
        if verdict.stop == USED_UP:
            return ", so all of it is used" if not self._data.options.scale_back[j] else ""
        if verdict.stop == LAST:
            return f", and {self._share[j]:.0%} of it was enough"
        if verdict.stop == TIED or verdict.stop == "dearer than the price":
            return ""
        return f"; {self._rule(verdict.stop)} stops it at {self._share[j]:.0%}"

    def _rule(self, stop: str) -> str:
        return (
            stop if stop.startswith("the ") or stop.startswith("what ") or stop.startswith("nothing") else f"the {stop}"
        )

    def _rival(self, ranking: Ranking, place: int) -> int | None:
        """The next dearer option of another area that is not used up, else the dearest of another area."""
        options = self._data.options
        mine = options.area[ranking.option[place]]
        others = np.flatnonzero(options.area[ranking.option] != mine)
        if ranking.need != CUTS and not len(others):
            return None
        open_ = others[(others > place) & (self._share[ranking.option[others]] < 1 - ALIKE)]
        dearer = open_[ranking.cost[open_] > ranking.cost[place] + ALIKE * max(abs(ranking.price), ALIKE)]
        for candidates in (dearer, open_, others[others > place]):
            if len(candidates):
                return int(candidates[0])
        return None

    def _name(self, j: int) -> str:
        return f"“{self._lower(j)}”" if not self._data.options.scale_back[j] else "Scaling back"

    def _lower(self, j: int) -> str:
        options = self._data.options
        code = self._data.areas[options.area[j]]
        if options.scale_back[j]:
            return "scaling back"
        return self._called.get((code, str(options.name[j])), str(options.name[j]))

    def _area(self, j: int) -> str:
        code = self._data.areas[self._data.options.area[j]]
        return str(self._areas.get(code, code))

    def _each(self, cost: float, unit: str) -> str:
        return f"{self._amount(cost)} per {unit}" if abs(cost) > 0 else "no grant"

    def _amount(self, value: float) -> str:
        """Money with enough digits to be compared; below zero it is a gain."""
        sign, size = ("-" if value < 0 else ""), abs(value)
        if self._money == "GBP million" and 0 < size < 0.095:
            return f"{sign}£{size * 1e6:,.0f}"
        return sign + spoken(size, self._money)

    def _worth(self, cost: float) -> str:
        """What is given up for one unit of money, in pence to the pound."""
        return f"{100 * cost:,.0f}p"

    def _one(self) -> str:
        return "£1 saved"


def reasons(placing: Placing) -> tuple[str, ...]:
    """One sentence for each option, in the order of the options; empty for one that is not used."""
    sentences = Sentences(placing)
    used = placing.workings.take_up > ALIKE * placing.workings.formulation.data.options.limit
    return tuple(sentences.reason(j) if used[j] else "" for j in range(len(used)))
