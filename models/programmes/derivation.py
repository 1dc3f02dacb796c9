"""Derivation: lines and stated totals become bids, targets and options."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..settings.derive import KEYS, Derive
from ..tables.schema import ORIGIN, TOTAL, grant_of
from .curves import Curves
from .levels import Floats
from .lines import Booleans, Lines
from .moves import Moves, curves_of, moves_of
from .rest import REST, TARGET, Totals, rest_lines, totals_of

if TYPE_CHECKING:
    import pandas as pd

FIGURE_OF = {"elasticity": "most_outcome", "stretch_price": "stretch_cost", "tiers": ""}
"""Number of a line in whose absence a setting counts, where it has another name."""


@dataclass(frozen=True)
class Axes:
    """Labels of the arrays.

    Parameters
    ----------
    areas
        Codes.
    envelopes, years
        Names.
    objectives
        Titles by key.
    """

    areas: tuple[str, ...]
    envelopes: tuple[str, ...]
    objectives: Mapping[str, str]
    years: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Stated:
    """What the tables say beside the lines.

    Parameters
    ----------
    bids, targets
        Totals, A×E×T in money and A×K×T in objective units; NaN where no row is.
    with_options
        Areas with rows in ``options``, A: their rest has no derived options.
    pound
        A pound in the scenario's money.
    """

    bids: Floats
    targets: Floats
    with_options: Booleans
    pound: float


class Derivation:
    """Bids, targets and options that follow from programme lines.

    Parameters
    ----------
    axes
        Labels of the arrays.
    lines
        Lines as the areas state them.
    stated
        What the tables say beside them.
    derive
        What is assumed where an area states nothing.
    """

    def __init__(self, axes: Axes, lines: Lines, stated: Stated, derive: Derive) -> None:
        """Compare totals and lines; options are derived when they are asked for."""
        self.axes, self.lines, self.stated, self.derive = axes, lines, stated, derive
        self.bids: Totals = totals_of(stated.bids, lines.money, lines, stated.pound)
        tolerance = TARGET * np.nan_to_num(stated.targets)
        self.targets: Totals = totals_of(stated.targets, lines.outcome, lines, tolerance)

    @cached_property
    def curves(self) -> Curves:
        """Curves of the areas' own lines."""
        return curves_of(self.lines, self.derive)

    @cached_property
    def movable(self) -> Lines:
        """All lines whose options are derived, the rest of the areas behind their own."""
        inside = ~self.lines.reserve
        lined = np.isin(np.arange(len(self.axes.areas)), self.lines.area[inside])
        rest = rest_lines(
            self.bids,
            self.targets,
            ~self.stated.with_options,
            lined,
            self.axes.objectives,
            self.derive.unit_cost,
        )
        return self.lines.followed_by(rest)

    @cached_property
    def moves(self) -> Moves:
        """The derived options."""
        lines = self.movable
        assumed = np.arange(lines.size) >= self.lines.size
        return moves_of(lines, curves_of(lines, self.derive), self.derive, assumed)

    def in_use(self) -> dict[str, float]:
        """Return the numbers of ``[derive]`` that derived options rest on, by key: ``theme.skills.most``."""
        lines, moves, derive = self.movable, self.moves, self.derive
        assumed = lines.chosen(np.unique(moves.line))
        used: dict[str, float] = {}
        for key in KEYS:
            stated = assumed.figures.get(FIGURE_OF.get(key, key))
            resting = np.ones(assumed.size, dtype=bool) if stated is None else np.isnan(stated)
            for theme in sorted({str(name) for name in assumed.theme[resting]}):
                own = key in derive.theme.get(theme, {})
                value = float(derive.theme[theme][key] if own else getattr(derive, key))
                if value or key not in ("efficiency", "stretch"):
                    used[f"theme.{theme}.{key}" if own else key] = value
        if not any(name.endswith(" stretch") for name in moves.name):
            used = {key: value for key, value in used.items() if not key.endswith("stretch_price")}
        if any(name.startswith(f"{REST}: ") for name in lines.name[self.lines.size :]):
            used |= {f"unit_cost.{key}": value for key, value in derive.unit_cost.items()}
        return used

    def bid_rows(self) -> pd.DataFrame:
        """Return the bids of areas that state none: area, year, amount, and envelope where there are several."""
        rows = _rows(np.where(self.bids.stated[:, None, None], np.nan, self.bids.sums), self.axes, "amount")
        rows = rows.rename(columns={"across": "envelope"})
        return rows if self.axes.envelopes != (TOTAL,) else rows.drop(columns="envelope")

    def target_rows(self) -> pd.DataFrame:
        """Return the targets of areas that state none: area, objective, year, target."""
        sums = np.where(self.targets.stated[:, None, None], np.nan, self.targets.sums)
        return _rows(sums, self.axes, "target").rename(columns={"across": "objective"})

    def option_rows(self, given: Container[tuple[str, str]], plain_grant: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the derived rows of ``options`` and ``option_years``.

        Parameters
        ----------
        given
            Area and name of options of the tables: they take the place of derived ones.
        plain_grant
            Whether the one envelope's column is called ``grant``.
        """
        import pandas as pd

        lines, moves = self.movable, self.moves
        codes = np.asarray(self.axes.areas, dtype=object)[lines.area[moves.line]]
        kept = [pair not in given for pair in zip(codes, moves.name, strict=True)]
        moves, codes = moves.chosen(np.asarray(kept, dtype=bool)), codes[np.asarray(kept, dtype=bool)]
        order = np.lexsort([pd.factorize(moves.name, sort=True)[0], lines.area[moves.line]])
        moves, codes = moves.chosen(order), codes[order]
        options = pd.DataFrame(
            {
                "area": _texts(codes),
                "option": _texts(moves.name),
                "name": _texts(moves.title),
                "component": _texts(lines.theme[moves.line]),
                "own_cost": moves.own_cost,
                "max_take_up": np.ones(len(codes)),
                ORIGIN: _texts(moves.origin),
            }
        )
        money = moves.money[:, None, None] * np.nan_to_num(lines.money[moves.line])
        outcome = moves.outcome[:, None, None] * np.nan_to_num(lines.outcome[moves.line])
        option, year = (part.ravel() for part in np.indices((len(codes), len(self.axes.years))))
        columns: dict[str, Any] = {
            "area": _texts(codes[option]),
            "option": _texts(moves.name[option]),
            "year": _texts(np.asarray(self.axes.years, dtype=object)[year]),
        }
        for e, envelope in enumerate(self.axes.envelopes):
            columns["grant" if plain_grant else grant_of(envelope).name] = money[option, e, year]
        for k, key in enumerate(self.axes.objectives):
            columns[key] = outcome[option, k, year]
        return options, pd.DataFrame(columns)


def _texts(values: Any) -> Any:
    import pandas as pd

    return pd.Series(list(values), dtype=str).array


def _rows(values: Floats, axes: Axes, name: str) -> pd.DataFrame:
    """Return the cells that are there as rows: area, across, year and the value."""
    import pandas as pd

    area, across, year = np.nonzero(~np.isnan(values))
    labels = axes.envelopes if name == "amount" else tuple(axes.objectives)
    return pd.DataFrame(
        {
            "area": _texts(axes.areas[a] for a in area),
            "across": _texts(labels[at] for at in across),
            "year": _texts(axes.years[t] for t in year),
            name: values[area, across, year] + 0.0,
        }
    )
