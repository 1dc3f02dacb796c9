"""Every rule of section 3, at the grants, targets and take-ups of a settlement."""

from __future__ import annotations

from fractions import Fraction

from .outcome import NONE, Outcome
from .written import CLOSE, Book, said_number

ONE = Fraction(1)


def check_rules(outcome: Outcome, grants: str, targets: str, take_up: str, book: Book) -> None:
    """Check floors, ceilings, locks, steps, shares, links, groups, requirements and own costs.

    Parameters
    ----------
    grants, targets, take_up
        What to call the tables in findings.
    """
    _Rules(outcome, book).check(grants, targets, take_up)


class _Rules:
    def __init__(self, outcome: Outcome, book: Book) -> None:
        self.outcome, self.said, self.book = outcome, outcome.said, book

    def check(self, grants: str, targets: str, take_up: str) -> None:
        self.book.topic(
            "rules: grant and target floors, ceilings, locks, steps, shares of the pot", "to 1e-9 of their size"
        )
        self._grants(grants)
        self._targets(targets)
        self.book.topic("rules: links, groups, requirements, own costs", "to 1e-9 of their size")
        self._options(take_up)

    def _at_most(self, value: Fraction, limit: Fraction, size: Fraction, place: str, what: str) -> None:
        holds = value <= limit + CLOSE * max(abs(limit), abs(value), size)
        self.book.require(holds, place, what, said_number(value), f"at most {said_number(limit)}")

    def _at_least(self, value: Fraction, limit: Fraction, size: Fraction, place: str, what: str) -> None:
        holds = value >= limit - CLOSE * max(abs(limit), abs(value), size)
        self.book.require(holds, place, what, said_number(value), f"at least {said_number(limit)}")

    def _grants(self, file: str) -> None:
        said, found = self.said, self.outcome.grants
        for cell, grant in found.items():
            bid, name = said.bid.get(cell, NONE), ", ".join(cell)
            self._at_least(
                grant, max(NONE, said.lowest_grant.get(cell, NONE)), bid, file, f"{name}: below its lowest grant"
            )
            if cell in said.highest_grant:
                self._at_most(grant, said.highest_grant[cell], bid, file, f"{name}: above its highest grant")
        for (area, envelope, year), step in said.step.items():
            cell = (area, envelope, year)
            before = (area, envelope, said.years[said.years.index(year) - 1])
            change = abs((found[cell] - said.bid[cell]) - (found[before] - said.bid[before]))
            self._at_most(change, step, said.bid[cell], file, f"{', '.join(cell)}: changes more than grant_step")
        for share in said.pot_shares:
            total = sum((found.get(cell, NONE) for cell in share.cells), NONE)
            check = self._at_least if share.is_floor else self._at_most
            check(total, share.limit, said.whole_pot, file, f"share of the pot of {share.label}")

    def _targets(self, file: str) -> None:
        said, found = self.said, self.outcome.targets
        raised = {cell: said.proposed.get(cell, NONE) for cell in said.target_ceiling}
        for move in said.moves:
            for (objective, year), change in move.outcome.items():
                cell = (move.area, objective, year)
                if change > 0 and cell in raised and objective in said.meant_for(move):
                    raised[cell] += change * self.outcome.take_up[move.area, move.name]
        for cell, agreed in found.items():
            proposed, name = said.proposed.get(cell, NONE), ", ".join(cell)
            size = said.proposed_in_all.get((cell[0], cell[1]), NONE)
            if proposed > 0 or cell in said.lowest_target:
                lowest = said.lowest_target.get(cell, NONE)
                lowest = max(NONE, lowest) if proposed > 0 else lowest
                self._at_least(agreed, lowest, size, file, f"{name}: below its lowest target")
            if cell in said.highest_target:
                self._at_most(agreed, said.highest_target[cell], size, file, f"{name}: above its locked target")
            if cell in said.target_ceiling:
                self._at_most(
                    raised[cell], said.target_ceiling[cell], size, file, f"{name}: asked above target_ceiling"
                )

    def _options(self, file: str) -> None:
        said, take_up = self.said, self.outcome.take_up
        gone: dict[str, Fraction] = {}
        share: dict[tuple[str, str], Fraction] = {}
        groups: dict[tuple[str, str], Fraction] = {}
        for move in said.moves:
            key = (move.area, move.name)
            share[key] = take_up[key] / move.most
            if move.is_scale_back:
                gone[move.area] = gone.get(move.area, NONE) + move.share_of_bid * share[key]
            elif move.group:
                groups[move.area, move.group] = groups.get((move.area, move.group), NONE) + share[key]
        for move in said.moves:
            if move.is_scale_back:
                continue
            key = (move.area, move.name)
            total = share[key] + gone.get(move.area, NONE)
            self._at_most(total, ONE, ONE, file, f"{', '.join(key)}: more than the programme that is still run")
            for name in move.requires:
                limit = share[move.area, name]
                self._at_most(
                    share[key], limit, ONE, file, f"{', '.join(key)}: used more than {name}, which it requires"
                )
        for key, total in groups.items():
            self._at_most(total, ONE, ONE, file, f"{', '.join(key)}: the group is used more than once")
        for area, ceiling in said.own_cost_ceiling.items():
            cost, size = self.outcome.own_cost(area), said.whole_bid[area]
            self._at_most(cost, ceiling, size, file, f"{area}: own costs above own_cost_ceiling")
