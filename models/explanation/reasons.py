"""Reasons of asks: what an option does and why this area is asked, in one plain sentence with its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..money import POUNDS_PER
from ..scenario.array_types import Booleans, Floats, Integers, Texts
from ..tables.plain_words import plain
from ..tables.stage_words import stage_words
from .amounts import natural, pence, share_words, spoken_closely, spoken_price
from .effects import Effects
from .merit_order import CUTS, MeritOrders, Ranking
from .prices import RULE_ROWS
from .reduced_costs import SCHEME
from .rivals import NOBODY, rivals
from .stage_weights import StageWeights, shares_short
from .take_up_limits import CEILING, FLOOR, take_up_limits
from .tight_rules import BAND, HELD
from .verdicts import DEARER, LAST, TIED, USED_UP

TELLING = 1e-3
"""Least difference of two costs, as a share of the price, at which options are compared."""

LINK, JOINT = RULE_ROWS["link"], RULE_ROWS[SCHEME]

ALIKE = 1e-6
"""Largest relative difference of two numbers that count as equal."""


class Moved(NamedTuple):
    """Money moved out of each envelope and year, and into it, shape (envelopes, years)."""

    out: Floats
    into: Floats


class Ranked:
    """Merit order of one need as lists, with the rival of every rank; a partner in a joint scheme is none."""

    def __init__(
        self, ranking: Ranking, weights: StageWeights, area: Integers, scheme: Integers, used_up: Booleans
    ) -> None:
        least = ranking.cost + TELLING * max(abs(ranking.price), 0.0)
        self.ranking, self.weights = ranking, weights
        self.option: list[int] = ranking.option.tolist()
        self.cost: list[float] = ranking.cost.tolist()
        rival = rivals(area, ranking.cost, used_up, least)
        rival[(scheme >= 0) & (scheme[rival] == scheme)] = NOBODY
        self.rival: list[int] = rival.tolist()


class Sentences:
    """Writer of the reasons of asks; without rivals, nothing of another area is in them."""

    def __init__(self, orders: MeritOrders, moved: Moved, *, with_rivals: bool = True) -> None:
        self._orders, self._moved, self._with_rivals = orders, moved, with_rivals
        self._data = data = orders.solved.formulation.data
        self._effects = Effects(orders.solved)
        self._money = self._effects.money
        self._one = dict(zip(data.objectives, map(natural, orders.solved.units), strict=True))
        take_up = orders.solved.take_up
        self._share: list[float] = (take_up / data.options.limit).tolist()
        self._back: list[bool] = data.options.scale_back.tolist()
        tied = (orders.verdicts.stop == TIED) & (take_up > ALIKE * data.options.limit)
        scheme = data.options.scheme
        self._several_tied = len(np.unique(np.where(scheme >= 0, -1 - scheme, np.arange(len(scheme)))[tied])) > 1
        self._short: dict[tuple[int, int], str] = {}
        most = take_up_limits(orders.solved).upper / data.options.limit
        used_up = ~(take_up / data.options.limit < most - ALIKE)
        short = shares_short(orders.solved)
        self._ranked = [
            Ranked(
                ranking,
                StageWeights(ranking, orders.solved, short),
                data.options.area[ranking.option],
                data.options.scheme[ranking.option],
                used_up[ranking.option],
            )
            for ranking in orders.rankings
        ]
        self._rank: dict[int, tuple[Ranked, int]] = {}
        for ranked in self._ranked:
            for at, j in enumerate(ranked.option):
                if ranked.ranking.need == CUTS or j not in self._rank:
                    self._rank[j] = ranked, at
        self._offering = {name: self._areas_with_more(k, used_up) for k, name in enumerate(data.objectives)}
        grant = data.options.grant
        added = np.where(data.options.scale_back[grant.option], 0.0, grant.value * take_up[grant.option])
        self._taken = np.zeros(data.pot.shape)
        np.add.at(self._taken, (grant.across, grant.year), np.maximum(added, 0.0))

    def _areas_with_more(self, k: int, used_up: Booleans) -> set[int]:
        """Areas with an option (no scale-back) that adds to an objective and is not used up."""
        options = self._data.options
        cells = options.outcome
        adding = cells.option[(cells.across == k) & (cells.value > 0)]
        return set(options.area[adding[~used_up[adding] & ~options.scale_back[adding]]].tolist())

    def reason(self, j: int) -> str:
        """Return the sentence of one option that is used."""
        sentence = self._scaled_back(j) if self._back[j] else self._effects.describe(j)
        if j not in self._rank:
            sentence += self._unranked(j)
        elif self._rank[j][0].ranking.need == CUTS:
            sentence += self._of_cut(j, *self._rank[j])
        else:
            sentence += self._of_raise(j, *self._rank[j])
        ending = " (assumed)." if self._data.options.assumed[j] else "."
        return sentence[0].upper() + sentence[1:] + self._stopped(j) + ending

    def _scaled_back(self, j: int) -> str:
        """Describe a scale-back: what the pot is short of, and what the area gives up of its programme."""
        grants, outcomes = self._effects.grants(j), self._effects.outcomes(j)
        area, share = self._effects.area(j), share_words(self._share[j], 1)
        if not grants:
            return f"{area} gives up {share} of its targets: {self._effects.amounts(outcomes)}"
        ((envelope, year, amount),) = grants
        of = f"{plain(self._data.envelopes[envelope])} " if len(self._data.envelopes) > 1 else ""
        text = f"{self._what_is_short(envelope, year)}: {area} gives up {share} of its {of}programme of that year, "
        text += spoken_closely(-amount, self._money)
        if outcomes:
            first = min(when for _, when, _ in outcomes)
            text += f", and with it {self._effects.amounts([cell for cell in outcomes if cell[1] == first], year)}"
            text += " and part of its later targets" if any(when > first for _, when, _ in outcomes) else ""
        return text

    def _what_is_short(self, envelope: int, year: int) -> str:
        if (envelope, year) not in self._short:
            data, at = self._data, (envelope, year)
            bids, pot, taken = float(data.bid[:, envelope, year].sum()), float(data.pot[at]), float(self._taken[at])
            out, into = float(self._moved.out[at]), float(self._moved.into[at])
            when = data.years[year] + (f" {plain(data.envelopes[envelope])}" if len(data.envelopes) > 1 else "")
            text = f"bids for {when} add up to {self._amount(bids)}"
            if taken > ALIKE * pot:
                text += f", options that are used take {self._amount(taken)} more"
            if out > ALIKE * pot:
                text += f", {self._amount(out)} is moved to other years or parts of the pot"
            text += f" and the pot holds {self._amount(pot)}"
            if into > ALIKE * pot:
                text += f" and {self._amount(into)} that is moved in"
            if bids + taken + out <= (pot + into) * (1 + 1e-9):
                text += ", which is enough"
            self._short[envelope, year] = text
        return self._short[envelope, year]

    def _of_cut(self, j: int, ranked: Ranked, rank: int) -> str:
        """Compare a cut with the next dearer one, in the measure of the stage that ranks cuts."""
        cost, other, weights = ranked.cost[rank], ranked.rival[rank], ranked.weights
        other = other if self._with_rivals else NOBODY
        compared = other != NOBODY and not np.isclose(ranked.cost[other], cost, rtol=ALIKE, atol=ALIKE)
        mine, *theirs = pence(cost, ranked.cost[other]) if compared else pence(cost)
        text = weights.passed_over(j, self._effects)
        text += f"; measured by {stage_words(ranked.ranking.parts.stage.name)}, {mine} for each £1 saved"
        text += _aside(weights.rate(j))
        if compared:
            rival = ranked.option[other]
            text += f", against {theirs[0]} for {self._effects.name(rival)} in {self._effects.area(rival)}"
            text += _aside(weights.rate(rival))
        return text

    def _of_raise(self, j: int, ranked: Ranked, rank: int) -> str:
        """Compare a raise with the last unit that was needed and with the next dearer one."""
        ranking, weights = ranked.ranking, ranked.weights
        need, cost, price = ranking.need, ranked.cost[rank], ranking.price
        if ranking.measure is None:
            return f"; it is used for {stage_words(ranking.parts.stage.name)}, in which no pot is short"
        (units, per), other = self._one[need], ranked.rival[rank]
        costs = [price, *([] if other == NOBODY else [ranked.cost[other]])] if self._with_rivals else []
        mine, *others = self._prices([value / units for value in (cost, *costs)])
        text = "; " + "".join(f"{words}, " for words in weights.conditions(j, self._effects.objective))
        text += f"{weights.each(per)} " + (f"costs {mine}" if cost >= 0 else "pays for itself")
        if not self._with_rivals:
            return text
        last, *theirs = others
        text += ", against "
        if theirs:
            rival = ranked.option[other]
            text += f"{theirs[0]} for {self._effects.name(rival)} in {self._effects.area(rival)} and "
        text += f"{last} for the last that was needed"
        if self._data.pot.size > 1:
            text += f", in money of {plain(ranking.measure.name)}"
        if cost > price * (1 + ALIKE):
            text += f"; it is dearer than that, and used for {self._beyond_need(j, ranking)}"
        if not theirs and not self._offering[need] - {int(self._data.options.area[j])}:
            text += "; no other area has any left to offer"
        return text

    def _beyond_need(self, j: int, ranking: Ranking) -> str:
        """Say what an option is used for that costs more than the last unit of what it is ranked for."""
        order = [parts.stage.name for parts in self._orders.parts]
        decided = self._orders.verdicts[j].stage
        if decided in order and order.index(decided) < order.index(ranking.parts.stage.name):
            return "what was decided before"
        if ranking.parts.carried[j] < 0:
            return "its partners in a joint scheme"
        return "what the rules ask" if ranking.parts.served[j] < 0 else "what is decided later"

    def _unranked(self, j: int) -> str:
        """Name the stage that decided on an option without a rank: it is for nothing that is short."""
        verdict = self._orders.verdicts[j]
        if not verdict.stage or verdict.stop == FLOOR:
            return ""
        carried = any(parts.stage.name == verdict.stage and parts.carried[j] < 0 for parts in self._orders.parts)
        it = "; with its partners in a joint scheme it" if carried else "; it"
        if verdict.stop in (TIED, LAST):
            return f"{it} keeps {stage_words(verdict.stage)} as low as possible"
        return f"{it} lowers {stage_words(verdict.stage)}"

    def _stopped(self, j: int) -> str:
        stop, back, share = self._orders.verdicts.stop[j], self._back[j], share_words(self._share[j])
        partner = self._partner(j, str(stop))
        if partner is not None or stop == JOINT:
            return self._joint(partner, str(stop), share)
        if stop == USED_UP:
            left = "that was left " if self._data.options.used[j] > 0 else ""
            return "" if back else f", so all {left}of it is used"
        if stop == LAST:
            return f", and {share} of it was enough"
        if stop == TIED:
            return ", shared among those to whom it costs as much" if self._several_tied else _ONLY.format(share=share)
        if back and stop == LINK:
            return "; more would end what is worth more"
        if stop == CEILING and not back:
            return f"; {share} of it is all that {self._effects.area(j)} offers"
        if stop == LINK:  # of what was not taken before
            share = share_words(self._share[j] / (1 - self._data.options.used[j]))
        return _STOPS.get(stop, "; the {stop} stops it at {share}").format(stop=stop, share=share)

    def _partner(self, j: int, stop: str) -> int | None:
        """Find the part of a joint scheme whose limit stopped it, or whose floor asks for it; None without one."""
        scheme, verdicts = self._data.options.scheme, self._orders.verdicts
        if scheme[j] < 0 or stop not in (JOINT, LAST, TIED):
            return None
        for other in np.flatnonzero((scheme == scheme[j]) & (np.arange(len(scheme)) != j)).tolist():
            verdict = verdicts[other]
            asks, stage = verdict.stop == FLOOR, verdict.stage == verdicts[j].stage
            if asks if stop != JOINT else stage and not asks and verdict.stop not in _NO_LIMITS:
                return int(other)
        return None

    def _joint(self, partner: int | None, stop: str, share: str) -> str:
        """Say what stops a joint scheme, or what asks for it; other areas are named only beside rivals."""
        if partner is None:
            return f"; it is a joint scheme, which stops it at {share}"
        kind, area = str(self._orders.verdicts.stop[partner]), self._effects.area(partner)
        words = _OF_PARTNER.get(kind, f"the {kind} of {{area}}").format(area=area)
        if not self._with_rivals:
            words = "a limit of a partner" if stop == JOINT else "the take-up floor of a partner"
        ending = f"stops it at {share}" if stop == JOINT else f"asks for {share} of it"
        return f"; it is a joint scheme, and {words} {ending}"

    def _prices(self, costs: Sequence[float]) -> list[str]:
        """Prices in pounds with as many digits as it takes to tell those apart that differ."""
        pounds = [cost * POUNDS_PER[self._money] for cost in costs]
        different = len({float(np.round(value, 9)) for value in costs})
        for further in range(4):
            texts = [spoken_price(value, further) for value in pounds]
            if len(set(texts)) >= different:
                break
        return texts

    def _amount(self, value: float) -> str:
        return spoken_closely(value, self._money)


def _aside(words: str) -> str:
    return f", {words}" if words else ""


_ONLY = ", and {share} of it is the smallest change that serves as well"

_STOPS = {
    LINK: "; only {share} of the programme is still run",
    BAND: "; beyond {share} the loss would weigh more",
    HELD: "; more would undo what was settled before",
    "nothing below zero": "; there is nothing left below that",
    "requirement": "; it needs another option, which stops it at {share}",
    "group": "; it shares one opportunity with others, which stops it at {share}",
    "dearer than the price": "",
    FLOOR: "; the take-up floor asks for {share} of it",
}
"""Endings of the sentence by what stopped the option; a rule that is not here is named."""

_NO_LIMITS = (USED_UP, DEARER, LAST, TIED, JOINT, HELD)
"""What stopped a part of a joint scheme that is no limit of its area."""

_OF_PARTNER = {
    CEILING: "what {area} offers",
    LINK: "how much {area} still runs of its programme",
    BAND: "what {area} would lose beyond that",
    "nothing below zero": "that {area} has nothing left below that",
    "requirement": "another option that {area} needs for it",
    "group": "an opportunity that {area} shares among its options",
}
"""Limits of a partner in a joint scheme, in words; a rule that is not here is named."""


def reasons(orders: MeritOrders, moved: Moved, *, with_rivals: bool = True) -> Texts:
    """Return one sentence for each option, in the order of the options; empty for one that is not used.

    Parameters
    ----------
    orders
        The merit orders of a settlement.
    moved
        Money that its pots move, in the scenario's unit.
    with_rivals
        Whether other areas, their options and what these cost are named.
    """
    sentences = Sentences(orders, moved, with_rivals=with_rivals)
    options = orders.solved.formulation.data.options
    used = np.flatnonzero(orders.solved.take_up > ALIKE * options.limit)
    texts: Texts = np.full(options.size, "", dtype=object)
    texts[used] = [sentences.reason(j) for j in used.tolist()]
    return texts
