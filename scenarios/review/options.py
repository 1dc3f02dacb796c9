"""Options of a review: those of the table move on to the years that are left, and cuts can be undone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from singlepot.models.scenario.array_types import Floats
from singlepot.models.tables.schema import SCHEME, USED
from singlepot.solver import BadOptionError

from .agreement import Agreed
from .money import Cuts


def moved_profiles(grant: Floats, outcome: Floats, shift: int) -> tuple[Floats, Floats, Floats]:
    """Move profiles on, and keep every loss and price of what stays before the last year.

    What falls after the last year is cut off. The part of an option that stays is the largest share of its whole saving
    and of its largest outcomes that is left: it pays at least this part of its whole grant, and loses in the last year
    at least this part of its largest losses. talks.md section 7.

    Parameters
    ----------
    grant, outcome
        At take-up 1, J×E×T and J×K×T.
    shift
        By how many years.

    Returns
    -------
    Both moved, and the part of each option that stays, J.
    """
    last = grant.shape[2]
    moved = [np.zeros_like(grant), np.zeros_like(outcome)]
    for made, given in zip(moved, (grant, outcome), strict=True):
        made[:, :, shift:] = given[:, :, : last - shift]
    new_grant, new_outcome = moved
    whole = np.concatenate([_sum(-grant).sum(axis=1, keepdims=True), _largest(outcome)], axis=1)
    left = np.concatenate([_sum(-new_grant).sum(axis=1, keepdims=True), _largest(new_outcome)], axis=1)
    part = np.divide(left, whole, out=np.zeros_like(left), where=whole > 0).max(axis=1, initial=0.0)
    new_grant[:, :, -1] += np.maximum(part[:, None] * _sum(grant) - _sum(new_grant), 0.0)
    new_outcome[:, :, -1] = np.where(
        _largest(-outcome) > 0,
        np.minimum(new_outcome[:, :, -1], -part[:, None] * _largest(-outcome)),
        new_outcome[:, :, -1],
    )
    return new_grant, new_outcome, part


def _sum(values: Floats) -> Floats:
    return np.asarray(np.maximum(values, 0.0).sum(axis=2))


def _largest(values: Floats) -> Floats:
    return np.asarray(np.maximum(values, 0.0).max(axis=2, initial=0.0))


def reviewed_options(agreed: Agreed, cuts: Cuts, years: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make the tables ``options`` and ``option_years`` of the reviewed scenario.

    Parameters
    ----------
    agreed
        What was agreed.
    cuts
        What was cut, and undone by money back: the rest may be undone by options.
    years
        How many years are over.
    """
    scenario, data = agreed.scenario, agreed.data
    options, profile = scenario.filled("options"), scenario.filled("option_years")
    restores = agreed.restores()
    restores_old = options["option"].isin(list(restores)).to_numpy()
    if restores_old.any() and not agreed.done:
        name = options["option"][restores_old].iloc[0]
        raise BadOptionError(f"an option is called {name!r}, as those that undo cuts are", "give it another name")
    old = set(zip(options["area"][restores_old], options["option"][restores_old], strict=True))
    options = options[~restores_old].reset_index(drop=True)
    keys = list(zip(profile["area"], profile["option"], strict=True))
    profile = profile[np.asarray([key not in old for key in keys], dtype=bool)]
    index = {key: i for i, key in enumerate(zip(options["area"], options["option"], strict=True))}
    grant = np.zeros((len(options), len(data.envelopes), len(data.years)))
    outcome = np.zeros((len(options), len(data.objectives), len(data.years)))
    row = np.asarray([index[key] for key in zip(profile["area"], profile["option"], strict=True)], dtype=int)
    year = np.asarray([data.years.index(label) for label in profile["year"]], dtype=int)
    for e, envelope in enumerate(data.envelopes):
        grant[row, e, year] = profile[f"grant_{envelope}"]
    for k, objective in enumerate(data.objectives):
        outcome[row, k, year] = profile[objective]
    grant, outcome, part = moved_profiles(grant, outcome, years - agreed.done)
    areas, names = data.labels("areas", data.options.area).tolist(), data.options.name.tolist()
    taken = dict(zip(zip(areas, names, strict=True), agreed.share.tolist(), strict=True))
    used = options[USED].to_numpy(float) + [taken.get(key, 0.0) for key in index]
    options[USED] = _whole_shares(np.clip(used, 0.0, 1.0))
    options["own_cost"] *= part
    table = _profile_rows(agreed, list(index), grant, outcome)
    more, rows = _restoring(agreed, cuts, years)
    joined = pd.concat([options, pd.DataFrame(more, columns=options.columns)], ignore_index=True) if more else options
    return joined, pd.concat([table, *rows], ignore_index=True) if rows else table


def _whole_shares(used: Floats) -> Floats:
    """Round shares to twelve decimals: requirements and groups compare them."""
    return np.round(used, 12)


def _profile_rows(agreed: Agreed, keys: list[tuple[str, str]], grant: Floats, outcome: Floats) -> pd.DataFrame:
    """Lay profiles out as rows, one for each option and year in which it changes anything."""
    data = agreed.data
    option, year = np.nonzero((grant != 0).any(axis=1) | (outcome != 0).any(axis=1))
    columns = {
        "area": [keys[j][0] for j in option],
        "option": [keys[j][1] for j in option],
        "year": [data.years[t] for t in year],
        **{f"grant_{envelope}": grant[option, e, year] for e, envelope in enumerate(data.envelopes)},
        **{objective: outcome[option, k, year] for k, objective in enumerate(data.objectives)},
    }
    return pd.DataFrame(columns)


def _restoring(agreed: Agreed, cuts: Cuts, years: int) -> tuple[list[dict[str, object]], list[pd.DataFrame]]:
    """Make an option for each cell that is still cut: the money and the contributions that were taken away."""
    data = agreed.data
    left = cuts.money * (1 - cuts.undone)
    names = {cell: name for name, cell in agreed.restores().items()}
    rows: list[dict[str, object]] = []
    keys, grants, outcomes = [], [], []
    for a, e, t in np.argwhere(left >= agreed.pound).tolist():
        if t < years:
            continue
        keys.append((data.areas[a], names[e, t]))
        title = f"Undo the cut of {data.years[t]}"
        rows.append({"area": data.areas[a], "option": names[e, t], "name": title, "component": "", "own_cost": 0.0,
                     "max_take_up": 1.0, "group": "", "requires": "", SCHEME: "", USED: 0.0,
                     "origin": "given"})  # fmt: skip
        grant = np.zeros((len(data.envelopes), len(data.years)))
        grant[e, t] = left[a, e, t]
        grants.append(grant)
        outcomes.append(cuts.level[a, e, t] * (1 - cuts.undone[e, t]))
    table = [_profile_rows(agreed, keys, np.asarray(grants), np.asarray(outcomes))] if keys else []
    return rows, table
