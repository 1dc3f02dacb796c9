"""Simulation of talks: areas of some kinds answer by rules or by lot, until the talks end."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from singlepot.models.diagnostics.problems import did_you_mean, one_of
from singlepot.models.scenario.scenario import Scenario
from singlepot.solver import Progress
from singlepot.solver.errors import BadOptionError

from ..reading.settling import ScenarioSource, scenario_of
from .opening import open_talks
from .talks import Talks

KINDS = ("truthful", "stubborn", "random", "inflating")

INFLATED = 1.1
"""Factor by which an inflating area opens above its bid."""

ACCEPTS, REFUSES = 0.5, 0.25
"""Chances that a random area accepts an ask, and refuses it; else it goes part of the way."""

_BY = "simulation"


def simulate_talks(
    scenario: ScenarioSource,
    path: str | os.PathLike[str],
    *,
    areas: str | Sequence[str] = "truthful",
    seed: int = 0,
    rounds: int = 6,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> Talks:
    """Talk a scenario to its end with simulated areas.

    Parameters
    ----------
    scenario
        What is talked about, or its shipped name or path.
    path
        A new folder on a local disk.
    areas
        Kind of the areas, or several that areas have in turn, in the order of their codes: ``truthful`` accepts all,
        ``stubborn`` refuses all, ``random`` accepts a half, refuses a quarter and goes part of the way in a quarter,
        ``inflating`` opens with 1.1 times its bid and accepts only what brings it money.
    seed
        Seed of what is random; what an area draws in a round depends on the seed, its code and the round alone.
    rounds
        How many rounds may ask.
    time_limit_s, progress
        As for :func:`singlepot.settle`, for each settlement.

    Returns
    -------
    The talks, ended: what is agreed so far could be signed.

    Raises
    ------
    BadOptionError
        There is no such kind of area.
    BadInputError, NoSettlementError, TalksError
        As :func:`singlepot.open_talks` raises them.

    Examples
    --------
    >>> import tempfile, singlepot as sp
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     talks = sp.simulate_talks("bucks-and-burnley", f"{folder}/talks", areas="stubborn")
    ...     talks.status.round, talks.status.ended
    (2, 'agreed so far is all')
    """
    kinds = [areas] if isinstance(areas, str) else list(areas)
    for kind in kinds:
        if kind not in KINDS:
            raise BadOptionError(f"there are no {kind} areas", did_you_mean(kind, KINDS, f"name {one_of(KINDS)}"))
    if not kinds:
        raise BadOptionError("no kind of areas is named", f"name {one_of(KINDS)}")
    opened = scenario_of(scenario)
    codes = sorted(opened.areas["code"])
    kind_of = {code: kinds[number % len(kinds)] for number, code in enumerate(codes)}
    opened = _inflated(opened, {code for code, kind in kind_of.items() if kind == "inflating"})
    talks = open_talks(opened, path, by=_BY, rounds=rounds, time_limit_s=time_limit_s, progress=progress)
    while not talks.status.ended:
        rows = _answers(talks.asks, kind_of, seed)
        talks.answer(pd.DataFrame(rows), by=_BY)
        talks.next(by=_BY, time_limit_s=time_limit_s, progress=progress)
    return talks


def _inflated(scenario: Scenario, codes: set[str]) -> Scenario:
    """Multiply the bids of some areas."""
    if not codes:
        return scenario
    scenario = scenario.derived()
    bids = scenario.bids
    bids["amount"] = bids["amount"].where(~bids["area"].isin(codes), bids["amount"] * INFLATED)
    return scenario.with_(bids=bids)


def _answers(asks: pd.DataFrame, kind_of: dict[str, str], seed: int) -> list[dict[str, Any]]:
    rows = []
    generators: dict[str, np.random.Generator] = {}
    for ask in asks.to_dict("records"):
        area, number = ask["area"], ask["round"]
        if area not in generators:
            text = f"{seed}\n{area}\n{number}"
            generators[area] = np.random.default_rng(list(hashlib.sha256(text.encode()).digest()))
        share = _share(kind_of[area], float(ask["grant_change"]), generators[area])
        up_to = ask["accepted"] + share * (ask["asked"] - ask["accepted"]) if share else 0.0
        row = {"round": number, "area": area, "option": ask["option"], "asked": ask["asked"], "reason": "simulated"}
        rows.append({**row, "up_to": None if share == 1 else up_to})
    return rows


def _share(kind: str, grant_change: float, generator: np.random.Generator) -> float:
    """Return the share of an ask that an area of some kind accepts."""
    if kind == "random":
        lot, part = generator.random(2)
        return 1.0 if lot < ACCEPTS else 0.0 if lot < ACCEPTS + REFUSES else float(part)
    return float(kind == "truthful" or (kind == "inflating" and grant_change > 0))
