"""Costs in a stage, worked out from the solver's duals and the options' tables by the formula alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from singlepot.solver import Marginals

from .facts import Cells, Facts, Move


@dataclass(frozen=True, eq=False)
class StageFacts:
    """Duals of one stage by label: of each pot (not below zero) and of each national row, by its position."""

    facts: Facts
    marginals: Marginals

    @cached_property
    def pots(self) -> Cells:
        programme = self.facts.settlement.solved_stages.programme
        family = next(one for one in programme.row_families if one.name == "pot")
        values = -self.marginals.row[family.span]
        keys = zip(family.keys["envelope"], family.keys["year"], values, strict=True)
        return {(str(e), str(t)): max(float(value), 0.0) for e, t, value in keys}

    @cached_property
    def national(self) -> list[float]:
        programme = self.facts.settlement.solved_stages.programme
        return [max(float(value), 0.0) for value in self.marginals.row[programme.rows("national")]]

    def numeraire(self, name: str) -> float:
        """Dual of the pot that a sentence names, ``2026-27`` or ``capital 2026-27``."""
        envelope, _, year = name.rpartition(" ")
        return self.pots.get((envelope or self.facts.envelopes[0], year), 0.0)

    def paid(self, move: Move) -> float:
        """Grant of an option at take-up 1, in the stage's unit."""
        return sum(self.pots.get(cell, 0.0) * value for cell, value in move.whole_grant.items())

    def worth(self, move: Move, objective: str | None = None) -> float:
        """What an option does for an objective, or for all, at take-up 1, in the stage's unit."""
        rows = zip(self.facts.national, self.national, strict=True)
        return sum(
            dual * effect(move, row.objective, row.years) for row, dual in rows if objective in (None, row.objective)
        )

    def aimed(self, move: Move) -> float:
        """What an option does for the aims that the stage itself counts, at take-up 1, in the stage's unit."""
        solved = self.facts.settlement.solved_stages
        data, total = solved.formulation.data, 0.0
        rows = {"convergence.total": ("convergence",), "inclusion.total": ("prosperity", "inclusion")}
        for family in solved.programme.row_families:
            if family.name in rows.get(self.marginals.name, ()):
                duals = solved.by_row[family.span].T @ self.marginals.row[family.span]
                for (objective, year), value in move.whole_outcome.items():
                    at = (data.areas.index(move.area), data.objectives.index(objective), data.years.index(year))
                    column = solved.formulation.model.target[at]
                    total += float(duals[column]) * value if column >= 0 else 0.0
        return total


def effect(move: Move, objective: str, years: tuple[str, ...]) -> float:
    return sum(move.whole_outcome.get((objective, year), 0.0) for year in years)


def stages_of(facts: Facts) -> dict[str, StageFacts]:
    """Every stage that minimised something, in its order."""
    return {stage.name: StageFacts(facts, stage) for stage in facts.settlement.solved_stages.marginals}
