"""Money of a review: underspends come back and undo cuts, overspends are paid for, and pots follow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from singlepot.models.scenario.array_types import Floats

from .agreement import Agreed
from .outturn import Outturn


@dataclass(frozen=True, eq=False)
class Spending:
    """Who spent less or more than agreed in the years that are newly over, and who pays, money.

    Parameters
    ----------
    under, over
        Less and more than agreed, A×E.
    kept_new, kept_used
        Of underspends what areas keep now, and of overspends what money kept pays, A.
    kept
        Money that areas keep after the review, A.
    returned
        Underspend that returns to its envelope, A×E.
    off_own
        Overspend that comes off the area's own bids, A×E×T.
    off_envelope
        Overspend that comes off the envelope, A×E.
    """

    under: Floats
    over: Floats
    kept_new: Floats
    kept_used: Floats
    kept: Floats
    returned: Floats
    off_own: Floats
    off_envelope: Floats


def spending_of(agreed: Agreed, outturn: Outturn) -> Spending:
    """Work out who spent less or more than agreed, and who pays for it.

    An overspend comes off the area's kept money, then off its own bids from the first year that is left on, and only
    the rest off the envelope. talks.md section 7.
    """
    data, years = agreed.data, outturn.years
    new = slice(agreed.done, years)
    less = (agreed.pounds[:, :, new] - outturn.spent[:, :, new]).sum(axis=2) * ~data.centre[:, None]
    less = np.where(np.abs(less) < agreed.pound / 2, 0.0, less)  # money is agreed in whole pounds
    under, over = np.maximum(less, 0.0), np.maximum(-less, 0.0)
    held = np.asarray([agreed.terms.kept.get(code, 0.0) for code in data.areas])
    left = agreed.grant[:, :, years:]
    following = left[:, :, :1].sum(axis=(1, 2))
    kept_new = np.minimum(
        agreed.terms.underspend_kept * under.sum(axis=1), np.maximum(agreed.terms.carry * following - held, 0.0)
    )
    kept_used = np.minimum(over.sum(axis=1), held + kept_new)
    unpaid = over * (1 - _share(kept_used, over.sum(axis=1)))[:, None]
    off_own = np.zeros(data.bid.shape)
    for t in range(years, len(data.years)):
        off_own[:, :, t] = np.minimum(unpaid - off_own.sum(axis=2), agreed.grant[:, :, t])
    returned = under * (1 - _share(kept_new, under.sum(axis=1)))[:, None]
    off_envelope = np.maximum(unpaid - off_own.sum(axis=2), 0.0)
    return Spending(under, over, kept_new, kept_used, held + kept_new - kept_used, returned, off_own, off_envelope)


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)


@dataclass(frozen=True, eq=False)
class Cuts:
    """What was cut of bids in years that are left, and what undoes it.

    Parameters
    ----------
    money
        Cut of each cell, A×E×T, money: what the bid held first and the agreement does not.
    level
        Contributions that went with it, A×E×T (of the cell) × K×T.
    undone
        Share of each cut that money back undoes, E×T.
    """

    money: Floats
    level: Floats
    undone: Floats

    @property
    def money_back(self) -> Floats:
        """Money that cells get back, A×E×T."""
        return np.asarray(self.money * self.undone)

    @property
    def level_back(self) -> Floats:
        """Contributions that come back with it, A×K×T."""
        return np.asarray(np.einsum("aetku,et->aku", self.level, self.undone))


def cuts_of(agreed: Agreed, years: int) -> tuple[Floats, Floats]:
    """Work out what scale-backs took of the years that are left, earlier reviews included, never above the first bid.

    Returns
    -------
    Money A×E×T, and contributions A×E×T×K×T.
    """
    data, options, share = agreed.data, agreed.data.options, agreed.share
    money = np.zeros(data.bid.shape)
    level = np.zeros((*data.bid.shape, *data.proposed.shape[1:]))
    restores = agreed.restores()
    cell = np.full((options.size, 2), -1)
    undoing = np.isin(options.name, list(restores) if agreed.done else []) & ~options.scale_back
    for j in np.flatnonzero(options.scale_back | undoing).tolist():
        name = options.name[j].replace("scale-back", "restore", 1) if options.scale_back[j] else options.name[j]
        cell[j] = restores.get(name, (-1, -1))
    part = np.where(options.scale_back, -share, 1 - share)
    first = data.bid.copy()
    for cells, of_money in ((options.grant, True), (options.outcome, False)):
        chosen = (cell[cells.option, 1] >= years) & (cells.year >= years)
        j = cells.option[chosen]
        at = (options.area[j], cell[j, 0], cell[j, 1])
        value = cells.value[chosen] * part[j]
        if of_money:
            np.add.at(money, at, value)
            old = ~options.scale_back[j]
            np.add.at(first, tuple(index[old] for index in at), cells.value[chosen][old])
        else:
            np.add.at(level, (*at, cells.across[chosen], cells.year[chosen]), value)
    most = np.maximum(first - agreed.grant, 0.0)
    factor = np.where(money > agreed.pound / 2, np.minimum(1.0, most / np.where(money > 0, money, 1.0)), 0.0)
    return money * factor, level * factor[..., None, None]


def undo_cuts(agreed: Agreed, spending: Spending, pot: Floats, years: int) -> Cuts:
    """Undo cuts by what returns and by what pots rise: every cut cell of an envelope and year by the same share.

    Parameters
    ----------
    agreed
        What was agreed.
    spending
        Who spent less or more.
    pot
        New pots E×T, money.
    years
        How many years are over.
    """
    money, level = cuts_of(agreed, years)
    back = np.maximum(pot - agreed.data.pot, 0.0)
    back[:, :years] = 0.0
    if years < back.shape[1]:
        back[:, years] += np.maximum((spending.returned - spending.off_envelope).sum(axis=0), 0.0)
    total = money.sum(axis=0)
    undone = np.minimum(1.0, np.divide(back, total, out=np.zeros_like(back), where=total > 0))
    return Cuts(money, level, undone)


def pots_of(agreed: Agreed, outturn: Outturn, spending: Spending, pot: Floats) -> tuple[Floats, Floats]:
    """Work out the pots of the reviewed scenario.

    A year that is over has what was spent. The first that is left also has what was carried into it and what returns;
    each year has less by what overspends and the centre's own grants take. A pot below 0 is 0: what lacks comes off the
    pots that it came from, by moves in the year and then from the year before, and else off later years.

    Returns
    -------
    Pots E×T, and what lacks in each envelope after that, E, money.
    """
    data, years, last = agreed.data, outturn.years, len(agreed.data.years)
    made = np.zeros(data.pot.shape)
    made[:, :years] = outturn.spent.sum(axis=0)
    of_centre = np.minimum(agreed.grant, agreed.pounds)[data.centre].sum(axis=0)
    made[:, years:] = (pot - of_centre - spending.off_own.sum(axis=0))[:, years:]
    if years < last:
        made[:, years] += (spending.returned - spending.off_envelope).sum(axis=0)
        if years:
            made[:, years] += agreed.carried[:, years - 1]
    for t in range(last - 1, years - 1, -1):
        for e in range(len(data.envelopes)):
            lacking = max(-made[e, t], 0.0)
            made[e, t] = max(made[e, t], 0.0)
            sources = [(other, t, agreed.vired[other, e, t]) for other in range(len(data.envelopes)) if other != e]
            sources += [(e, t - 1, agreed.carried[e, t - 1])] if t > years else []
            sources += [(e, later, np.inf) for later in range(t + 1, last)]
            for envelope, year, most in sources:
                taken = min(lacking, most, max(made[envelope, year], 0.0) if year >= t else most)
                made[envelope, year] -= taken
                lacking -= taken
            if lacking > 0:
                made[e, t] = -lacking
    lacks = np.maximum(-made, 0.0).sum(axis=1)
    return np.maximum(made, 0.0), lacks
