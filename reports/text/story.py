"""The story of a settlement is one sentence: the money, the national targets, and who gains and who loses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singlepot.models.explanation.amounts import spoken_closely
from singlepot.models.money import POUNDS_PER
from singlepot.models.scenario.titles import Titles
from singlepot.models.tables.schema import CENTRE

from .lines import count

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.models.settlement.settlement import Settlement

MET = 1e-9
"""Shortfall, as a share of the target, up to which a target is met."""


def story(settlement: Settlement) -> str:
    """Write what happened in one sentence.

    Parameters
    ----------
    settlement
        What to tell.
    """
    parts = (_money(settlement), _targets(settlement), _areas(settlement))
    return "; ".join(part for part in parts if part) + "."


def proof_words(settlement: Settlement) -> str:
    """Write whether the settlement is proved."""
    if settlement.certificate.passed:
        return "Proved: no rule is broken, and no settlement is better in the agreed order."
    return "NOT PROVED: do not use this settlement; --verbose shows the figures."


def large(amount: float, money: str) -> str:
    """Write an amount for people, in billions or millions where it has them.

    Examples
    --------
    >>> large(1060.0, "GBP million"), large(18.5, "GBP million")
    ('£1.06bn', '£18.5m')
    """
    pounds = amount * POUNDS_PER[money]
    if abs(pounds) >= 1e9:
        return f"£{pounds / 1e9:,.2f}bn"
    return f"£{pounds / 1e6:,.1f}m" if abs(pounds) >= 1e6 else spoken_closely(amount, money)


def changes(settlement: Settlement) -> pd.Series[float]:
    """Return grant less bid of every area with either over all years, in whole pounds where it is less than one.

    The centre is no area that gains or loses.
    """
    sums = settlement.grants.groupby("area")[["bid", "grant"]].sum()
    areas = settlement.scenario.columns("areas")
    centre = areas["code"][areas["type"] == CENTRE]
    change = (sums["grant"] - sums["bid"])[((sums["bid"] > 0) | (sums["grant"] > 0)) & ~sums.index.isin(centre)]
    return change.where(change.abs() * POUNDS_PER[settlement.scenario.settings.money] >= 0.5, 0.0)


def _money(settlement: Settlement) -> str:
    money = settlement.scenario.settings.money
    pot, bids = float(settlement.pot["amount"].sum()), float(settlement.grants["bid"].sum())
    more = (bids - pot) * POUNDS_PER[money]
    if abs(more) < 0.5:
        return f"Bids equal the pot of {large(pot, money)}"
    way = "above" if more > 0 else "below"
    return f"Bids are {large(abs(bids - pot), money)} {way} the pot of {large(pot, money)}"


def last_national(national: pd.DataFrame) -> pd.DataFrame:
    """Select the national targets of the last year that has any, and those of ranges of years."""
    years = national["year"]
    last = max((year for year in years if ":" not in year), default="")
    return national[years.isin([last, *(year for year in years if ":" in year)])]


def _targets(settlement: Settlement) -> str:
    rows = last_national(settlement.national)
    if not len(rows):
        return ""
    years = set(rows["year"])
    what = f"national {'target' if len(rows) == 1 else 'targets'}" + (f" for {years.pop()}" if len(years) == 1 else "")
    share = rows["shortfall"] / rows["target"]
    met, shown = int((share <= MET).sum()), {f"{value:.1%}" for value in share}
    if met == len(rows):
        return f"the {what} is met" if met == 1 else f"{_all(met)} {what} are met"
    if met == 0 and len(shown) == 1:
        return (
            f"the {what} ends {shown.pop()} short"
            if len(rows) == 1
            else f"{_all(len(rows))} {what} end {shown.pop()} short"
        )
    worst = rows.iloc[int(share.argmax())]
    name = Titles(settlement.scenario).objectives[worst["objective"]]
    return f"{met} of {len(rows)} {what} {'is' if met == 1 else 'are'} met, and {name} ends {share.max():.1%} short"


def _all(number: int) -> str:
    return "both" if number == 2 else f"all {number}"


def _areas(settlement: Settlement) -> str:
    change = changes(settlement)
    gain, lose = int((change > 0).sum()), int((change < 0).sum())
    if not gain and not lose:
        return "every area receives what it bid" if len(change) else "nobody bids"
    end, size = str(change.idxmin() if lose else change.idxmax()), float(change.min() if lose else change.max())
    amount = f"{large(abs(size), settlement.scenario.settings.money)} {'less' if lose else 'more'}"
    most = f"{Titles(settlement.scenario).areas[end]} {amount} than it bid"
    return f"{count(gain, 'area', 'gain')} and {lose or 'none'} {'loses' if lose == 1 else 'lose'}, most of all {most}"
