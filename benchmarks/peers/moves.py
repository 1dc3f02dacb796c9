"""Options and scale-backs, and what each changes at take-up 1, as DataFrames."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Moves:
    """All moves of all areas, numbered from 0 in the order of ``table``.

    Attributes
    ----------
    table
        area, option, most, used (share taken before), low and high (bounds), own_cost, group, scheme, is_scale_back,
        share (of the bid, for a scale-back).
    grant
        move, area, envelope, year, change (money).
    outcome
        move, area, objective, year, change (objective units), meant: whether the option is for this objective.
    requires
        move, required: numbers of moves.
    """

    table: pd.DataFrame
    grant: pd.DataFrame
    outcome: pd.DataFrame
    requires: pd.DataFrame


def moves_of(tables: dict[str, pd.DataFrame], years: list[str], centre: pd.Series) -> Moves:
    """List options, then scale-backs."""
    options, _dropped = _options(tables["options"])
    grant, outcome = _changes(tables, options)
    backs, back_grant, back_outcome = _scale_backs(tables, years, centre, first=len(options))
    table = pd.concat([options, backs], ignore_index=True)
    outcome = pd.concat([outcome, back_outcome], ignore_index=True)
    outcome["meant"] = _meant(outcome, tables["targets"])
    return Moves(table, pd.concat([grant, back_grant], ignore_index=True), outcome, _requires(options))


def _options(options: pd.DataFrame) -> tuple[pd.DataFrame, set[tuple[str, str]]]:
    """Leave out what can never be used: with nothing to take up, requiring one of these, or joint with one."""
    keys = list(zip(options["area"], options["option"], strict=True))
    dropped = {key for key, most in zip(keys, options["max_take_up"], strict=True) if most == 0}
    needs = {key: _names(text) for key, text in zip(keys, options["requires"], strict=True) if text}
    scheme = dict(zip(keys, options["scheme"], strict=True))
    while True:
        ended = {scheme[key] for key in dropped} - {""}
        more = {k for k, names in needs.items() if {(k[0], n) for n in names} & dropped}
        more |= {key for key in keys if scheme[key] in ended}
        if more <= dropped:
            break
        dropped |= more
    kept = options[np.asarray([key not in dropped for key in keys], dtype=bool)]
    table = pd.DataFrame(
        {
            "area": kept["area"],
            "option": kept["option"],
            "most": kept["max_take_up"],
            "used": kept["used"].fillna(0.0),
            "own_cost": kept["own_cost"].fillna(0.0),
            "group": kept["group"],
            "scheme": kept["scheme"],
            "requires": kept["requires"],
            "is_scale_back": False,
            "share": 0.0,
        }
    )
    return table.reset_index(drop=True), dropped


def _names(said: str) -> list[str]:
    return [name.strip() for name in said.split(";") if name.strip()]


def _requires(options: pd.DataFrame) -> pd.DataFrame:
    text = options[options["requires"] != ""]
    number = {key: move for move, key in enumerate(zip(options["area"], options["option"], strict=True))}
    pairs = [
        (move, number[row["area"], name])
        for move, row in zip(text.index, text.to_dict("records"), strict=True)
        for name in _names(row["requires"])
    ]
    return pd.DataFrame(pairs, columns=["move", "required"])


def _changes(tables: dict[str, pd.DataFrame], options: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Changes of the options' profiles, long: one row for each that is not zero."""
    profiles = (
        options[["area", "option"]].reset_index(names="move").merge(tables["option_years"], on=["area", "option"])
    )
    money = [name for name in profiles if name.startswith("grant_")]
    goals = list(tables["objectives"]["key"])
    keys = ["move", "area", "year"]
    grant = profiles.melt(keys, money, var_name="envelope", value_name="change")
    grant["envelope"] = grant["envelope"].str.removeprefix("grant_")
    outcome = profiles.melt(keys, goals, var_name="objective", value_name="change")
    return grant[grant["change"] != 0], outcome[outcome["change"] != 0]


def _scale_backs(
    tables: dict[str, pd.DataFrame], years: list[str], centre: pd.Series, first: int
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """One for each cell with a bid, and one for areas that propose targets without money."""
    bids, targets = tables["bids"], tables["targets"]
    bids = bids[(bids["amount"] > 0) & ~bids["area"].isin(centre)].reset_index(drop=True)
    targets = targets[(targets["target"] > 0) & ~targets["area"].isin(centre)]
    whole = bids.groupby("area")["amount"].sum()
    alone = targets.loc[~targets["area"].isin(whole.index), "area"].drop_duplicates()
    share = bids["amount"] / bids["area"].map(whole)
    envelope = bids["envelope"] + " " if tables["pot"]["envelope"].nunique() > 1 else ""
    table = pd.DataFrame(
        {
            "area": [*bids["area"], *alone],
            "option": [*("scale-back " + envelope + bids["year"]), *["scale-back"] * len(alone)],
            "most": 1.0,
            "used": 0.0,
            "own_cost": 0.0,
            "group": "",
            "scheme": "",
            "requires": "",
            "is_scale_back": True,
            "share": [*share, *[1.0] * len(alone)],
        }
    )
    bids = bids.assign(move=first + bids.index)
    grant = bids[["move", "area", "envelope", "year"]].assign(change=-bids["amount"])
    lost = bids[["move", "area", "year", "amount"]].merge(_spent(targets, bids, years), on="area", suffixes=("", "_of"))
    early = lost["year"].map(years.index) <= lost["year_of"].map(years.index)
    base = lost["spent"].where(lost["spent"] > 0, lost["area"].map(whole))
    lost["change"] = -lost["target"] * lost["amount"] / base
    lost = lost[early | (lost["spent"] == 0)]
    lost = lost[["move", "area", "objective", "year_of", "change"]].rename(columns={"year_of": "year"})
    number = pd.Series(first + len(bids) + np.arange(len(alone)), alone)
    rest = targets[targets["area"].isin(alone)]
    rest = rest[["area", "objective", "year"]].assign(move=rest["area"].map(number), change=-rest["target"])
    return table, grant, pd.concat([lost, rest], ignore_index=True)


def _spent(targets: pd.DataFrame, bids: pd.DataFrame, years: list[str]) -> pd.DataFrame:
    """Targets with the area's bids of all envelopes up to their year."""
    yearly = bids.pivot_table(index="area", columns="year", values="amount", aggfunc="sum", observed=True)
    spent = yearly.reindex(columns=years).fillna(0.0).cumsum(axis=1).stack().rename("spent")
    return targets.join(spent, on=["area", "year"])[["area", "objective", "year", "target", "spent"]]


def _meant(outcome: pd.DataFrame, targets: pd.DataFrame) -> pd.Series:
    """Whether the option is for this objective: the one it changes most relative to what the area proposed."""
    proposed = targets.groupby(["area", "objective"])["target"].sum().rename("proposed")
    change = outcome.assign(size=outcome["change"].abs()).groupby(["move", "area", "objective"])["size"].sum()
    relative = change.reset_index().join(proposed, on=["area", "objective"])
    relative["size"] = (relative["size"] / relative["proposed"]).where(relative["proposed"] > 0)
    most = relative.groupby("move")["size"].transform("max")
    relative["meant"] = relative["size"] >= most * (1 - 1e-9)
    return outcome[["move", "objective"]].merge(relative, on=["move", "objective"], how="left")["meant"].fillna(False)
