"""The limits that rules set, resolved over DataFrames of cells: the row with most selectors wins."""

from __future__ import annotations

from copy import copy

import numpy as np
import pandas as pd

SELECTORS = ("area", "region", "type", "recipient", "envelope", "objective", "year", "option")


class Limits:
    """Rules for every cell.

    ``money`` holds a row for each area, envelope and year with its bid and reference, ``outcome`` one for each area,
    objective and year with its proposed target; both with the area's region, type and population.
    """

    def __init__(self, tables: dict[str, pd.DataFrame], general: dict[str, float], years: list[str]) -> None:
        self.general, self.years = general, years
        areas = tables["areas"].assign(recipient=lambda t: t["recipient"].where(t["recipient"] != "", t["code"]))
        code_of = dict(zip(areas["name"], areas["code"], strict=True)) | {code: code for code in areas["code"]}
        areas["recipient"] = areas["recipient"].map(lambda label: code_of.get(label, label))
        self.rules = tables["rules"].assign(
            recipient=lambda t: t["recipient"].map(lambda word: code_of.get(word, word))
        )
        columns = ["code", "region", "type", "recipient", "population"]
        self._areas = areas[columns].rename(columns={"code": "area"})
        self._pot = tables["pot"]
        envelopes = sorted(tables["pot"]["envelope"].unique())
        bids = tables["bids"].set_index(["area", "envelope", "year"])
        targets = tables["targets"].set_index(["area", "objective", "year"])
        self.money = self._cells("envelope", envelopes)
        position = pd.MultiIndex.from_frame(self.money[["area", "envelope", "year"]])
        self.money["bid"] = bids["amount"].reindex(position).fillna(0.0).to_numpy()
        self.money["reference"] = bids["reference"].reindex(position).to_numpy()
        self.outcome = self._cells("objective", sorted(tables["objectives"]["key"]))
        position = pd.MultiIndex.from_frame(self.outcome[["area", "objective", "year"]])
        self.outcome["proposed"] = targets["target"].reindex(position).fillna(0.0).to_numpy()

    def _cells(self, kind: str, keys: list[str]) -> pd.DataFrame:
        index = pd.MultiIndex.from_product([self._areas["area"], keys, self.years], names=["area", kind, "year"])
        return index.to_frame(index=False).merge(self._areas, on="area", how="left")

    def winner(self, rule: str, cells: pd.DataFrame, level: str = "area") -> tuple[pd.Series, pd.Series, pd.Series]:
        """Value, basis, and whether the row names an area or type, for each cell; NaN where no rule speaks."""
        value = pd.Series(self.general.get(rule, np.nan) if level == "area" else np.nan, cells.index)
        basis = pd.Series("bid", cells.index, dtype=object)
        names_area = pd.Series(False, cells.index)
        rows = self.rules[(self.rules["rule"] == rule) & (self.rules["level"] == level)]
        selectors = [{k: row[k] for k in SELECTORS if row[k]} for row in rows.to_dict("records")]
        for position in sorted(range(len(rows)), key=lambda i: len(selectors[i])):
            chosen, row = selectors[position], rows.iloc[position]
            if set(chosen) - set(cells):
                continue
            mask = np.logical_and.reduce([cells[k] == v for k, v in chosen.items()] or [cells["year"].notna()])
            value[mask], basis[mask] = row["value"], row["basis"] or "bid"
            names_area[mask] = "area" in chosen or "type" in chosen
        return value, basis, names_area

    def of(self, rule: str, cells: pd.DataFrame) -> pd.Series:
        """Limit of each cell in its own unit; NaN where nothing binds."""
        value, basis, names_area = self.winner(rule, cells)
        own = cells["bid"] if "bid" in cells else cells["proposed"]
        there = own > 0
        before = cells["reference"] if "reference" in cells else own * np.nan
        by_basis = {
            "amount": value,
            "per_head": value * cells["population"],
            "reference": (value * before).where(there),
            "least": (value * np.minimum(own, before)).where(there),
            "bid": (value * own).where(there),
        }
        limit = pd.Series(np.select([basis == name for name in by_basis], list(by_basis.values())), cells.index)
        return limit.where(there | names_area | (cells["type"] != "centre"))

    def steps(self) -> pd.DataFrame:
        """Largest change from the year before, where both years have a bid."""
        cells = self.money
        value, basis, _ = self.winner("grant_step", cells)
        line = cells.groupby(["area", "envelope"], sort=False)
        years = len(self.years)
        step = pd.Series(
            np.select(
                [basis == "amount", basis == "per_head", basis == "reference"],
                [value, value * cells["population"], value * line["reference"].transform("sum") / years],
                value * line["bid"].transform("sum") / years,
            ),
            cells.index,
        )
        before = cells["year"].map(dict(zip(self.years[1:], self.years, strict=False)))
        binds = (cells["bid"] > 0) & (line["bid"].shift() > 0) & before.notna() & step.notna()
        result = cells.loc[binds, ["area", "envelope", "year"]].assign(before=before[binds], step=step[binds])
        return result.reset_index(drop=True)

    def own_cost(self) -> pd.Series:
        """What each area with a bid may pay itself, money."""
        areas = self._areas.copy()
        sums = self.money.groupby("area")[["bid", "reference"]].sum().reindex(areas["area"])
        areas["year"] = ""
        value, basis, _ = self.winner("own_cost_ceiling", areas)
        size = np.select(
            [basis == "amount", basis == "per_head", basis == "reference"],
            [np.ones(len(areas)), areas["population"], sums["reference"].to_numpy()],
            sums["bid"].to_numpy(),
        )
        limit = pd.Series(value.to_numpy() * size, areas["area"])
        return limit[(sums["bid"].to_numpy() > 0) & limit.notna().to_numpy()]

    def take_ups(self, moves: pd.DataFrame) -> pd.DataFrame:
        """The moves with their least and largest take-up; a row that names no option is about no scale-back."""
        cells = moves.merge(self._areas, on="area", how="left").assign(year="").set_index(moves.index)
        bounds = {}
        for name, rule in (("low", "take_up_floor"), ("high", "take_up_ceiling")):
            value, basis, _ = self.winner(rule, cells[~cells["is_scale_back"]])
            back, back_basis, _ = self._named().winner(rule, cells[cells["is_scale_back"]])
            value, basis = pd.concat([value, back]), pd.concat([basis, back_basis])
            bounds[name] = value.where(basis == "amount", value * cells["most"])
        before = cells["most"] * cells["used"]
        high = (bounds["high"].fillna(cells["most"]) - before).clip(lower=0.0)
        return moves.assign(low=(bounds["low"].fillna(0.0) - before).clip(lower=0.0), high=high)

    def _named(self) -> Limits:
        """The same without the general rules and the rows that name no option."""
        chosen = copy(self)
        chosen.general, chosen.rules = {}, self.rules[self.rules["option"] != ""]
        return chosen

    def pot_shares(self) -> list[tuple[pd.DataFrame, bool, float]]:
        """Cells whose grants together keep a floor (or ceiling), and the limit in money."""
        rows = []
        for row in self.rules[self.rules["rule"].isin(["pot_share_floor", "pot_share_ceiling"])].to_dict("records"):
            chosen = {k: row[k] for k in SELECTORS if row[k]}
            cells, pot = self.money, self._pot
            for key, label in chosen.items():
                cells = cells[cells[key] == label]
                pot = pot[pot[key] == label] if key in ("envelope", "year") else pot
            limit = row["value"] if row["basis"] == "amount" else row["value"] * pot["amount"].sum()
            rows.append((cells[["area", "envelope", "year"]], row["rule"] == "pot_share_floor", float(limit)))
        return rows
