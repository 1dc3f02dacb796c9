"""Why each area is asked what it is asked, in one plain sentence with its numbers and a comparison."""

from __future__ import annotations

import numpy as np

from .at_limit import BAND, HELD
from .best_placed import CUTS, Placing, Ranking
from .money import spoken
from .prices import RULE_ROWS
from .verdicts import LAST, TIED, USED_UP

TELLING = 1e-3
"""Least difference of two costs, as a share of the price, that makes a comparison."""

LINK = RULE_ROWS["link"]

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
        if ranked is None:
            said = self._without_ranking(j)
        elif ranked[0].need == CUTS:
            said = self._of_scale_back(j, ranked) if self._data.options.scale_back[j] else self._of_cut(j, ranked)
        else:
            said = self._of_raise(j, ranked)
        return said[0].upper() + said[1:] + self._stopped(j) + "."

    def _of_raise(self, j: int, ranked: tuple[Ranking, int]) -> str:
        ranking, place = ranked
        per, cost, price = one_of(self._unit[ranking.need]), float(ranking.cost[place]), ranking.price
        other = self._rival(ranking, place)
        if other is None:
            mine, last = self._differing(cost, price)
            rest = self._used_elsewhere(ranking, place)
        else:
            mine, theirs, last = self._differing(cost, float(ranking.cost[other]), price)
            rest = f" and {theirs} in {self._area(int(ranking.option[other]))}"
        if cost <= 0:
            mine = f"less than nothing, net of its other effects, for each {per}" if cost < 0 else "no grant"
        else:
            mine = f"{mine} per {per}"
        what = f"{self._name(j)} costs {mine} in {self._area(j)}{rest}"
        if cost <= price * (1 + ALIKE):
            return f"{what}; the last {per} that the nation needed cost {last}"
        return (
            f"{what}; it is dearer than the last {per} that the nation needed, {last}, and is used to spare others more"
        )

    def _used_elsewhere(self, ranking: Ranking, place: int) -> str:
        """Who else was cheaper and has no more of it."""
        options = self._data.options
        before = np.flatnonzero(options.area[ranking.option[:place]] != options.area[ranking.option[place]])
        if not len(before):
            return ", and no other area has any to offer"
        cost = self._amount(max(float(ranking.cost[before[-1]]), 0.0))
        return f", and {self._area(int(ranking.option[before[-1]]))} has no more of it at {cost}"

    def _of_cut(self, j: int, ranked: tuple[Ranking, int]) -> str:
        ranking, place = ranked
        saved = self._amount(float(-self._grant[j] * self._placing.workings.take_up[j]))
        cost, other = float(ranking.cost[place]), self._rival(ranking, place)
        mine, yours = pence(cost, cost if other is None else float(ranking.cost[other]))
        what = f"{self._name(j)} saves {saved} in {self._area(j)} and gives up "
        what += "nothing that the nation counts" if abs(cost) <= ALIKE else f"{mine} of outcomes for each £1"
        if other is None:
            return f"{what}; no other area could give up less for the money that is missing"
        rival = int(ranking.option[other])
        name = "scaling back" if self._data.options.scale_back[rival] else self._name(rival)
        return f"{what}; {name} in {self._area(rival)} would give up {yours}"

    def _of_scale_back(self, j: int, ranked: tuple[Ranking, int]) -> str:
        ranking, place = ranked
        data, cells = self._data, self._data.options.grant
        own = cells.option == j
        envelope, year = int(cells.across[own][0]), int(cells.year[own][0])
        bids, pot = float(data.bid[:, envelope, year].sum()), float(data.pot[envelope, year])
        when = data.years[year] if len(data.envelopes) == 1 else f"{data.years[year]} {data.envelopes[envelope]}"
        what = f"bids for {when} add up to {self._amount(bids)} and the pot holds {self._amount(pot)}"
        what += f": {self._area(j)} gives up {self._share[j]:.1%} of its programme of that year"
        cost, other = float(ranking.cost[place]), self._rival(ranking, place)
        if other is None or abs(float(ranking.cost[other]) - cost) <= ALIKE * max(abs(cost), 1.0):
            return what
        mine, theirs = pence(cost, float(ranking.cost[other]))
        rival = self._area(int(ranking.option[other]))
        return f"{what}, which gives up {mine} of outcomes for each £1; {rival} would give up {theirs}"

    def _without_ranking(self, j: int) -> str:
        """An option that is for nothing that is short: say what it changes."""
        amount, where = float(self._grant[j] * self._placing.workings.take_up[j]), self._area(j)
        if amount < 0:
            return f"{self._name(j)} saves {self._amount(-amount)} in {where}, which others need more"
        if amount > 0:
            return f"{self._name(j)} takes {self._amount(amount)} in {where}, so that others give up less"
        return f"{self._name(j)} costs no grant in {where}, and others give up less"

    def _stopped(self, j: int) -> str:
        verdict, share = self._placing.verdicts[j], f"{self._share[j]:.0%}"
        back = bool(self._data.options.scale_back[j])
        if verdict.stop == USED_UP:
            return "" if back else ", so all of it is used"
        if verdict.stop == LAST:
            return f", and {share} of it was enough"
        if verdict.stop == TIED:
            return ", shared among those to whom it costs as much"
        if back and verdict.stop == LINK:
            return "; more would end what is worth more"
        return _STOPS.get(verdict.stop, "; the {stop} stops it at {share}").format(stop=verdict.stop, share=share)

    def _rival(self, ranking: Ranking, place: int) -> int | None:
        """The next dearer option of another area that is not used up, else the dearest of another area."""
        options = self._data.options
        mine = options.area[ranking.option[place]]
        others = np.flatnonzero(options.area[ranking.option] != mine)
        if ranking.need != CUTS and not len(others):
            return None
        open_ = others[(others > place) & (self._share[ranking.option[others]] < 1 - ALIKE)]
        least = max(float(ranking.cost[place]), 0.0) + TELLING * abs(ranking.price)
        dearer = open_[ranking.cost[open_] > least]
        for candidates in (dearer, open_[ranking.cost[open_] > 0]):
            if len(candidates):
                return int(candidates[0])
        return None

    def _name(self, j: int) -> str:
        options = self._data.options
        if options.scale_back[j]:
            return "Scaling back"
        code, name = self._data.areas[options.area[j]], str(options.name[j])
        return f"“{self._called.get((code, name), name)}”"

    def _area(self, j: int) -> str:
        code = self._data.areas[self._data.options.area[j]]
        return str(self._areas.get(code, code))

    def _differing(self, *values: float) -> list[str]:
        """Amounts with as many digits as it takes to tell those apart that differ."""
        for digits in range(1, 5):
            said = [self._amount(value, digits) for value in values]
            if len(set(said)) == len(set(np.round(values, 9))):
                break
        return said

    def _amount(self, value: float, digits: int = 1) -> str:
        """Money with enough digits to be compared; below zero it is a gain."""
        sign, size = ("-" if value < 0 else ""), abs(value)
        if self._money == "GBP million":
            return f"{sign}£{size * 1e6:,.0f}" if 0 < size < 0.095 else f"{sign}£{size:,.{digits}f}m"
        return sign + spoken(size, self._money)


_STOPS = {
    LINK: "; only {share} of the programme is still run",
    BAND: "; beyond {share} the loss would weigh more",
    HELD: "; more would undo what was settled before",
    "nothing below zero": "; there is nothing left below that",
    "requirement": "; it needs another option, which stops it at {share}",
    "group": "; it shares one opportunity with others, which stops it at {share}",
    "dearer than the price": "",
}
"""What stopped an option, for people; what is not here is a rule that has a name."""


def pence(*shares: float) -> list[str]:
    """Parts of a pound, with as many digits as it takes to tell those apart that differ.

    Examples
    --------
    >>> pence(0.75, 1.0), pence(0.58112, 0.58119)
    (['75p', '100p'], ['58.11p', '58.12p'])
    """
    for digits in range(4):
        said = [f"{100 * share:,.{digits}f}p" for share in shares]
        if len(set(said)) == len(set(shares)):
            break
    return said


def one_of(unit: str) -> str:
    """One of a unit: a person, an adult, a tonne; units that begin otherwise stay.

    Examples
    --------
    >>> one_of("people in work"), one_of("adults with level 3"), one_of("kt CO2 a year")
    ('person in work', 'adult with level 3', 'kt CO2 a year')
    """
    first, _, rest = unit.partition(" ")
    if first == "people":
        first = "person"
    elif first.endswith("s") and not first.endswith("ss") and len(first) > 2:
        first = first[:-1]
    return f"{first} {rest}".strip()


def reasons(placing: Placing) -> tuple[str, ...]:
    """One sentence for each option, in the order of the options; empty for one that is not used."""
    sentences = Sentences(placing)
    used = placing.workings.take_up > ALIKE * placing.workings.formulation.data.options.limit
    return tuple(sentences.reason(j) if used[j] else "" for j in range(len(used)))
