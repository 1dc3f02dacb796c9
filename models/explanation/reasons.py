"""Reasons of asks: the merit order, prices and verdicts of an option in one plain sentence with its numbers."""

from __future__ import annotations

import numpy as np

from ..money import spoken
from ..scenario.array_types import Integers, Texts
from .merit_order import CUTS, MeritOrders, Ranking
from .prices import RULE_ROWS
from .rivals import NOBODY, last_elsewhere, rivals
from .tight_rules import BAND, HELD
from .verdicts import LAST, TIED, USED_UP

TELLING = 1e-3
"""Least difference of two costs, as a share of the price, at which options are compared."""

LINK = RULE_ROWS["link"]

ALIKE = 1e-6
"""Largest relative difference of two costs that count as equal."""


class Ranked:
    """Merit order of one need as lists, with the rival of every rank; costs also rounded, to tell them apart."""

    def __init__(self, ranking: Ranking, orders: MeritOrders) -> None:
        options = orders.solved.formulation.data.options
        chosen, cost = ranking.option, ranking.cost
        area = options.area[chosen]
        used_up = ~(orders.solved.take_up[chosen] / options.limit[chosen] < 1 - ALIKE)
        least = np.maximum(cost, 0.0) + TELLING * abs(ranking.price)
        self.need, self.price = ranking.need, ranking.price
        self.rounded_price = float(np.round(ranking.price, 9))
        self.option: list[int] = chosen.tolist()
        self.cost: list[float] = cost.tolist()
        self.rounded: list[float] = np.round(cost, 9).tolist()
        self.rival: list[int] = rivals(area, cost, used_up, least).tolist()
        self.before: list[int] = last_elsewhere(area).tolist()


class Sentences:
    """Writer of the reasons of asks."""

    def __init__(self, orders: MeritOrders) -> None:
        formulation = orders.solved.formulation
        self._data = data = formulation.data
        scenario = formulation.scenario
        self._money = scenario.settings.money
        areas = dict(zip(*(scenario.filled("areas")[name] for name in ("code", "name")), strict=True))
        names = [str(areas[code]) for code in data.areas]
        self._area = [names[at] for at in data.options.area.tolist()]
        self._one = dict(zip(data.objectives, map(one_of, orders.solved.units), strict=True))
        grant, take_up = data.options.grant, orders.solved.take_up
        change = np.bincount(grant.option, weights=grant.value, minlength=data.options.size)
        self._share: list[float] = (take_up / data.options.limit).tolist()
        self._change: list[float] = (change * take_up).tolist()
        self._back: list[bool] = data.options.scale_back.tolist()
        self._stop: list[str] = orders.verdicts.stop.tolist()
        cells: Integers = np.zeros(data.options.size, dtype=np.int64)
        cells[grant.option[::-1]] = np.arange(len(grant.option))[::-1]
        self._cell: list[int] = cells.tolist()
        self._short: dict[tuple[int, int], str] = {}
        self._ranked = [Ranked(ranking, orders) for ranking in orders.rankings]
        of, at = np.full((2, data.options.size), NOBODY)
        for number, ranking in enumerate(orders.rankings):
            of[ranking.option], at[ranking.option] = number, np.arange(len(ranking.option))
        self._of: list[int] = of.tolist()
        self._at: list[int] = at.tolist()

    def reason(self, j: int) -> str:
        """Return the sentence of one option that is used."""
        if self._of[j] == NOBODY:
            sentence = self._without_ranking(j)
        else:
            ranked, rank = self._ranked[self._of[j]], self._at[j]
            if ranked.need != CUTS:
                sentence = self._of_raise(j, ranked, rank)
            elif self._back[j]:
                sentence = self._of_scale_back(j, ranked, rank)
            else:
                sentence = self._of_cut(j, ranked, rank)
        return sentence[0].upper() + sentence[1:] + self._stopped(j) + "."

    def _of_raise(self, j: int, ranked: Ranked, rank: int) -> str:
        per, cost, price = self._one[ranked.need], ranked.cost[rank], ranked.price
        mine, other = (cost, ranked.rounded[rank]), ranked.rival[rank]
        if other == NOBODY:
            text, last = self._differing(mine, (price, ranked.rounded_price))
            rest = self._used_elsewhere(ranked, rank)
        else:
            theirs = ranked.cost[other], ranked.rounded[other]
            text, its, last = self._differing(mine, theirs, (price, ranked.rounded_price))
            rest = f" and {its} in {self._area[ranked.option[other]]}"
        if cost <= 0:
            text = f"less than nothing, net of its other effects, for each {per}" if cost < 0 else "no grant"
        else:
            text = f"{text} per {per}"
        what = f"{self._name(j)} costs {text} in {self._area[j]}{rest}"
        if cost <= price * (1 + ALIKE):
            return f"{what}; the last {per} that the nation needed cost {last}"
        return (
            f"{what}; it is dearer than the last {per} that the nation needed, {last}, and is used to spare others more"
        )

    def _used_elsewhere(self, ranked: Ranked, rank: int) -> str:
        """Name the last cheaper area, which has no more of it."""
        before = ranked.before[rank]
        if before == NOBODY:
            return ", and no other area has any to offer"
        cost = self._amount(max(ranked.cost[before], 0.0))
        return f", and {self._area[ranked.option[before]]} has no more of it at {cost}"

    def _of_cut(self, j: int, ranked: Ranked, rank: int) -> str:
        saved = self._amount(-self._change[j])
        cost, other = ranked.cost[rank], ranked.rival[rank]
        mine, yours = pence(cost, cost if other == NOBODY else ranked.cost[other])
        what = f"{self._name(j)} saves {saved} in {self._area[j]} and gives up "
        what += "nothing that the nation counts" if abs(cost) <= ALIKE else f"{mine} of outcomes for each £1"
        if other == NOBODY:
            return f"{what}; no other area could give up less for the money that is missing"
        rival = ranked.option[other]
        name = "scaling back" if self._back[rival] else self._name(rival)
        return f"{what}; {name} in {self._area[rival]} would give up {yours}"

    def _of_scale_back(self, j: int, ranked: Ranked, rank: int) -> str:
        cells = self._data.options.grant
        what = self._what_is_short(int(cells.across[self._cell[j]]), int(cells.year[self._cell[j]]))
        what += f": {self._area[j]} gives up {self._share[j]:.1%} of its programme of that year"
        cost, other = ranked.cost[rank], ranked.rival[rank]
        if other == NOBODY or abs(ranked.cost[other] - cost) <= ALIKE * max(abs(cost), 1.0):
            return what
        mine, theirs = pence(cost, ranked.cost[other])
        rival = self._area[ranked.option[other]]
        return f"{what}, which gives up {mine} of outcomes for each £1; {rival} would give up {theirs}"

    def _what_is_short(self, envelope: int, year: int) -> str:
        if (envelope, year) not in self._short:
            data = self._data
            bids, pot = float(data.bid[:, envelope, year].sum()), float(data.pot[envelope, year])
            when = data.years[year] if len(data.envelopes) == 1 else f"{data.years[year]} {data.envelopes[envelope]}"
            text = f"bids for {when} add up to {self._amount(bids)} and the pot holds {self._amount(pot)}"
            self._short[envelope, year] = text
        return self._short[envelope, year]

    def _without_ranking(self, j: int) -> str:
        """Describe what an option without a rank changes: it is for nothing that is short."""
        amount, where = self._change[j], self._area[j]
        if amount < 0:
            return f"{self._name(j)} saves {self._amount(-amount)} in {where}, which others need more"
        if amount > 0:
            return f"{self._name(j)} takes {self._amount(amount)} in {where}, so that others give up less"
        return f"{self._name(j)} costs no grant in {where}, and others give up less"

    def _stopped(self, j: int) -> str:
        stop, back, share = self._stop[j], self._back[j], f"{self._share[j]:.0%}"
        if stop == USED_UP:
            return "" if back else ", so all of it is used"
        if stop == LAST:
            return f", and {share} of it was enough"
        if stop == TIED:
            return ", shared among those to whom it costs as much"
        if back and stop == LINK:
            return "; more would end what is worth more"
        return _STOPS.get(stop, "; the {stop} stops it at {share}").format(stop=stop, share=share)

    def _name(self, j: int) -> str:
        return "Scaling back" if self._back[j] else f"“{self._data.options.called[j]}”"

    def _differing(self, *values: tuple[float, float]) -> list[str]:
        """Amounts (each with itself rounded) with as many digits as it takes to tell those apart that differ."""
        different = len({rounded for _, rounded in values})
        for digits in range(1, 5):
            texts = [self._amount(value, digits) for value, _ in values]
            if len(set(texts)) == different:
                break
        return texts

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
"""Endings of the sentence by what stopped the option; a rule that is not here is named."""


def pence(*shares: float) -> list[str]:
    """Parts of a pound, with as many digits as it takes to tell those apart that differ.

    Examples
    --------
    >>> pence(0.75, 1.0), pence(0.58112, 0.58119)
    (['75p', '100p'], ['58.11p', '58.12p'])
    """
    for digits in range(4):
        texts = [f"{100 * share:,.{digits}f}p" for share in shares]
        if len(set(texts)) == len(set(shares)):
            break
    return texts


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


def reasons(orders: MeritOrders) -> Texts:
    """Return one sentence for each option, in the order of the options; empty for one that is not used."""
    sentences = Sentences(orders)
    options = orders.solved.formulation.data.options
    used = np.flatnonzero(orders.solved.take_up > ALIKE * options.limit)
    texts: Texts = np.full(options.size, "", dtype=object)
    texts[used] = [sentences.reason(j) for j in used.tolist()]
    return texts
