"""Grants and outcomes that an option changes, in words: cash of its own years and pots, natural units of each year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..diagnostics.problems import list_words
from ..scenario.array_types import Integers
from ..scenario.arrays import Arrays
from ..scenario.option_arrays import Cells
from ..scenario.titles import Titles
from ..tables.plain_words import plain
from .amounts import in_sentence, outcome_words, spoken_closely
from .solved_stages import SolvedStages

Changes = list[tuple[int, int, float]]
"""Changes at an option's take-up: envelope or objective, year, amount."""

NEGLIGIBLE = 1e-12
"""Change, relative to the largest of its option, that is none: what is left of numbers that cancel."""


class Effects:
    """Writer of what options do at their take-up."""

    def __init__(self, solved: SolvedStages) -> None:
        self.data = data = solved.formulation.data
        scenario = solved.formulation.scenario
        self.money = scenario.settings.money
        self._titles = Titles(scenario)
        self.objective = [in_sentence(self._titles.objectives[key]) for key in data.objectives]
        self._units = solved.units
        self._take_up: list[float] = solved.take_up.tolist()
        self._cells = {"grant": _sliced(data, data.options.grant), "outcome": _sliced(data, data.options.outcome)}

    def area(self, j: int) -> str:
        """Name of an option's area."""
        return self._titles.areas[self.data.areas[self.data.options.area[j]]]

    def name(self, j: int) -> str:
        """Name of an option, and a name for a scale-back."""
        if self.data.options.scale_back[j]:
            return "scaling back"
        return f"“{self._titles.option(self.data.areas[self.data.options.area[j]], self.data.options.name[j])}”"

    def grants(self, j: int) -> Changes:
        """Changes of the grant at the take-up, without those of nothing."""
        return self._changes("grant", j)

    def outcomes(self, j: int) -> Changes:
        """Changes of outcomes at the take-up, without those of nothing."""
        return self._changes("outcome", j)

    def cash(self, j: int) -> float:
        """Change of the grant at the take-up, in cash of all years."""
        return sum(amount for _, _, amount in self.grants(j))

    def _changes(self, kind: str, j: int) -> Changes:
        starts, (across, year, value) = self._cells[kind]
        taken, here = self._take_up[j], slice(starts[j], starts[j + 1])
        cells = list(zip(across[here], year[here], value[here], strict=True))
        least = NEGLIGIBLE * max((abs(amount) for _, _, amount in cells), default=0.0)
        return [(a, t, amount * taken) for a, t, amount in cells if abs(amount) > least]

    def describe(self, j: int) -> str:
        """Describe an option: what it takes or saves, adds or gives up, and costs the area itself."""
        parts = [*self.money_parts(j), *self.outcome_parts(j)]
        own = float(self.data.options.own_cost[j]) * self._take_up[j]
        if own > 0:
            parts.append(f"costs the area {spoken_closely(own, self.money)}")
        return f"{self.name(j)} in {self.area(j)} {list_words(parts)}"

    def money_parts(self, j: int) -> list[str]:
        """Write what an option takes and saves, in cash of its own years and envelopes."""
        cells = self.grants(j)
        parts = []
        for verb, sign in (("takes", 1), ("saves", -1)):
            chosen = [cell for cell in cells if cell[2] * sign > 0]
            if chosen:
                amount = spoken_closely(sum(abs(value) for _, _, value in chosen), self.money)
                pots = sorted({plain(self.data.envelopes[at]) for at, _, _ in chosen})
                of = f" of {list_words(pots)}" if len(self.data.envelopes) > 1 else ""
                parts.append(f"{verb} {amount}{of}{self._over({year for _, year, _ in chosen})}")
        return parts or ["needs no grant"]

    def outcome_parts(self, j: int) -> list[str]:
        """Write what an option gives up and adds; of one that changes no outcome, that it gives up nothing."""
        cells = self.outcomes(j)
        if not cells:
            return ["gives up nothing that the nation counts"]
        signs = (("gives up", -1), ("adds", 1))
        parts = [(verb, [cell for cell in cells if cell[2] * sign > 0]) for verb, sign in signs]
        return [f"{verb} {self.amounts(chosen)}" for verb, chosen in parts if chosen]

    def amounts(self, cells: Changes, known: int | None = None) -> str:
        """Write amounts of objectives in natural units, those of the same years together; a year known is not named."""
        sizes: dict[int, dict[int, float]] = {}
        for objective, year, value in cells:
            sizes.setdefault(objective, {})[year] = abs(value)
        together: dict[tuple[int, ...], list[str]] = {}
        for objective, by_year in sizes.items():
            amount = outcome_words(min(by_year.values()), max(by_year.values()), self._units[objective])
            together.setdefault(tuple(by_year), []).append(f"{amount} of {self.objective[objective]}")
        return list_words(
            [list_words(parts) + ("" if years == (known,) else self._each(years)) for years, parts in together.items()]
        )

    def _over(self, years: set[int]) -> str:
        """Years over which money is added up; nothing where there is but one in the scenario."""
        first, last = self.data.years[min(years)], self.data.years[max(years)]
        if len(self.data.years) == 1:
            return ""
        if len(years) == len(self.data.years) > 2:
            return " over all years"
        return f" in {first}" if first == last else f" over {first} to {last}"

    def _each(self, years: Sequence[int]) -> str:
        """Years of outcomes, each by itself; nothing where there is but one in the scenario."""
        if len(self.data.years) == 1:
            return ""
        if len(years) == len(self.data.years) > 2:
            return " in each year"
        if max(years) - min(years) < len(years) > 2:
            return f" in each year from {self.data.years[min(years)]} to {self.data.years[max(years)]}"
        return f" in {list_words([self.data.years[year] for year in sorted(years)])}"


def _sliced(data: Arrays, cells: Cells) -> tuple[list[int], tuple[list[int], list[int], list[float]]]:
    """Cells of options, sorted by option, with where each option's begin."""
    order: Integers = np.argsort(cells.option, kind="stable")
    starts = np.searchsorted(cells.option[order], np.arange(data.options.size + 1))
    return starts.tolist(), (cells.across[order].tolist(), cells.year[order].tolist(), cells.value[order].tolist())
