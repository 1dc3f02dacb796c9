"""Seeded synthetic scenarios of any size, with a realistic spread of sizes and costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Workload:
    """Areas A, options an area J, years T, objectives K.

    ``pot`` is the pot as a share of all bids; ``ambition`` the national objectives as a multiple of what is
    proposed. With the defaults both bind. ``copies`` is the share of the areas that are copies of others.
    """

    areas: int
    options: int
    years: int
    objectives: int = 5
    pot: float = 0.9
    ambition: float = 1.08
    seed: int = 1
    copies: float = 0.0

    @property
    def name(self) -> str:
        """For instance ``3143x20x5``, or ``3143x20x5 ties``."""
        kind = " ties" if self.copies else " slack" if self.ambition < 1 else ""
        return f"{self.areas}x{self.options}x{self.years}{kind}"

    @property
    def own(self) -> int:
        """How many areas are no copy."""
        return self.areas - round(self.copies * self.areas)

    @property
    def like(self) -> np.ndarray:
        """The area that each one is a copy of: itself, or one of the first."""
        return np.arange(self.areas) % self.own


SIZES = ((374, 30, 10), (3143, 20, 5), (33755, 12, 3), (95000, 10, 1))
"""Areas, options and years of the synthetic workloads."""


def synthetic(areas: int, options: int, years: int) -> tuple[Workload, Workload, Workload]:
    """One size three times: targets that bind, targets that can all be met, and targets that bind with many ties."""
    binding = Workload(areas, options, years)
    return binding, replace(binding, pot=0.93, ambition=0.9), replace(binding, copies=0.1)


Range = tuple[int, int]


def drawn(rng: np.random.Generator, areas: Range, options: Range, years: Range, objectives: Range) -> dict[str, Any]:
    """Draw the tables and settings of a scenario whose numbers are from these, the last of each left out."""
    load = Workload(
        areas=int(rng.integers(*areas)),
        options=int(rng.integers(*options)),
        years=int(rng.integers(*years)),
        objectives=int(rng.integers(*objectives)),
        pot=float(rng.uniform(0.7, 1.05)),
        ambition=float(rng.uniform(0.8, 1.25)),
        seed=int(rng.integers(1_000_000)),
        copies=float(rng.choice([0.0, 0.0, 0.1])),
    )
    made = tables(load)
    made["rules"]["grant_floor"] = min(0.7, 0.9 * load.pot)
    gives = {name: float(rng.choice([0, 0.005, 0.02])) for name in ("shortfall.largest", "shortfall.total")}
    made["stages"] = {"give": {name: give for name, give in gives.items() if give}}
    return made


def tables(load: Workload) -> dict[str, Any]:
    """Make the tables and settings of a workload, as arguments of ``Scenario.from_tables``.

    Sizes of areas are lognormal; unit costs correlate within an area; each option raises (half of them), saves
    (a third) or stretches one objective, dearer with every step, and moves one other objective a little.
    """
    rng = np.random.default_rng(load.seed)
    codes = np.asarray([f"A{i:06d}" for i in range(load.areas)], dtype=object)
    years = [f"{2026 + t}-{(27 + t) % 100:02d}" for t in range(load.years)]
    keys = [f"objective_{k + 1}" for k in range(load.objectives)]
    like = load.like
    size = rng.lognormal(3, 0.9, load.areas)[like]
    area_cost = rng.lognormal(0, 0.3, load.areas)
    unit_cost = (
        rng.lognormal(1, 0.5, load.objectives)
        * area_cost[:, None]
        * rng.lognormal(0, 0.2, (load.areas, load.objectives))
    )[like]
    growth = 1.03 ** np.arange(load.years)
    proposed = size[:, None, None] * rng.lognormal(0, 0.35, (load.areas, load.objectives, 1))[like] * growth
    bid = np.einsum("ak,akt->at", unit_cost, proposed)
    national = load.ambition * proposed.sum(axis=0)
    options, profiles = _options(load, rng, codes, years, keys, unit_cost, proposed)
    area, year = np.divmod(np.arange(load.areas * load.years), load.years)
    target = np.arange(load.areas * load.objectives * load.years)
    return {
        "areas": pd.DataFrame(
            {
                "code": codes,
                "name": codes,
                "population": np.round(size * 10_000),
                "income": np.round(rng.normal(22_000, 3_000, load.areas)[like].clip(12_000)),
            }
        ),
        "objectives": pd.DataFrame({"key": keys, "name": keys, "unit": "units"}),
        "national": pd.DataFrame(
            {
                "objective": np.repeat(keys, load.years),
                "year": years * load.objectives,
                "target": national.ravel(),
            }
        ),
        "pot": pd.DataFrame({"year": years, "amount": load.pot * bid.sum(axis=0)}),
        "bids": pd.DataFrame({"area": codes[area], "year": np.asarray(years)[year], "amount": bid.ravel()}),
        "targets": pd.DataFrame(
            {
                "area": codes[target // (load.objectives * load.years)],
                "objective": np.asarray(keys)[target // load.years % load.objectives],
                "year": np.asarray(years)[target % load.years],
                "target": proposed.ravel(),
            }
        ),
        "options": options,
        "option_years": profiles,
        "years": years,
        "attributes": ["income"],
        "equity": {"attribute": "income", "elasticity": 1.3},
        "rules": {
            "grant_floor": 0.7,
            "grant_ceiling": 1.2,
            "grant_step": 0.1,
            "target_floor": 0.7,
            "target_ceiling": 1.6,
            "own_cost_ceiling": 0.02,
            "carry_over": 0.05,
        },
        "title": f"Synthetic {load.name}",
    }


def _options(
    load: Workload,
    rng: np.random.Generator,
    codes: np.ndarray,
    years: list[str],
    keys: list[str],
    unit_cost: np.ndarray,
    proposed: np.ndarray,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    count = load.areas * load.options
    area, step = np.divmod(np.arange(count), load.options)
    objective = step % load.objectives
    round_ = step // load.objectives
    kind = np.where(step % 6 < 3, 1, np.where(step % 6 < 5, -1, 0))
    copied = (load.like[:, None] * load.options + np.arange(load.options)).ravel()
    amount = rng.uniform(0.04, 0.15, count)[copied]
    dearer = np.where(kind == 1, 1.15 + 0.3 * round_, np.where(kind == -1, 0.95 - 0.1 * (round_ % 3), 0.6))
    dearer = dearer * rng.lognormal(0, 0.1, count)[copied]
    change = amount[:, None] * proposed[area, objective] * np.where(kind == -1, -1, 1)[:, None]
    money = change * (unit_cost[area, objective] * dearer)[:, None]
    own_cost = np.where(kind == 0, money.sum(axis=1), 0.0)
    outcome = np.zeros((count, len(years), len(keys)))
    outcome[np.arange(count), :, objective] = change
    outcome[np.arange(count), :, (objective + 1) % len(keys)] += 0.05 * change
    names = np.asarray([f"option-{s + 1:02d}" for s in range(load.options)], dtype=object)[step]
    options = pd.DataFrame({"area": codes[area], "option": names, "own_cost": own_cost})
    profile = {
        "area": np.repeat(codes[area], len(years)),
        "option": np.repeat(names, len(years)),
        "year": np.tile(np.asarray(years, dtype=object), count),
        "grant": np.where((kind == 0)[:, None], 0.0, money).ravel(),
        **{key: outcome[:, :, k].ravel() for k, key in enumerate(keys)},
    }
    return options, pd.DataFrame(profile)
