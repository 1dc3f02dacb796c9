"""Primal feasibility of every rule of section 3, at the grants, targets and take-ups of a settlement."""

from __future__ import annotations

from fractions import Fraction

from .outcome import NONE, Outcome
from .written import CLOSE, Book, said_number

ONE = Fraction(1)


def check_rules(outcome: Outcome, grants: str, targets: str, take_up: str, book: Book) -> None:
    """Check floors, ceilings, locks, steps, shares, links, groups, requirements, joint schemes and own costs.

    Parameters
    ----------
    grants, targets, take_up
        What to call the tables in findings.
    """
    _Rules(outcome, book).check(grants, targets, take_up)


class _Rules:
    def __init__(self, outcome: Outcome, book: Book) -> None:
        self.outcome, self.statement, self.book = outcome, outcome.statement, book

    def check(self, grants: str, targets: str, take_up: str) -> None:
        self.book.topic(
            "rules: grant and target floors, ceilings, locks, steps, shares of the pot", "to 1e-9 of their size"
        )
        self._grants(grants)
        self._targets(targets)
        if self.statement.together:
            self.book.topic("rules: capacities, and what members of recipients hold together", "to 1e-9 of their size")
            self._together(grants)
        levelling = self.statement.levelling
        if levelling.ginis or levelling.ratios:
            self.book.topic("rules: inequality of rates, and inclusion beside prosperity", "to 1e-9 of their size")
            self._rates(targets)
        self.book.topic("rules: links, groups, requirements, own costs", "to 1e-9 of their size")
        self._options(take_up)
        if any(move.scheme for move in self.statement.moves):
            self.book.topic("rules: one share of the parts of a joint scheme", "to 1e-9 of the largest take-up")
            self._schemes(take_up)
        if self.statement.lowest_take_up or self.statement.highest_take_up:
            self.book.topic("rules: floors and ceilings of take-ups", "to 1e-9 of the largest take-up")
            self._take_ups(take_up)

    def _at_most(self, value: Fraction, limit: Fraction, size: Fraction, where: str, what: str) -> None:
        holds = value <= limit + CLOSE * max(abs(limit), abs(value), size)
        self.book.require(holds, where, what, said_number(value), f"at most {said_number(limit)}")

    def _at_least(self, value: Fraction, limit: Fraction, size: Fraction, where: str, what: str) -> None:
        holds = value >= limit - CLOSE * max(abs(limit), abs(value), size)
        self.book.require(holds, where, what, said_number(value), f"at least {said_number(limit)}")

    def _grants(self, file: str) -> None:
        statement, grants = self.statement, self.outcome.grants
        for cell, grant in grants.items():
            size, name = self.outcome.grant_sizes[cell], ", ".join(cell)
            self._at_least(
                grant, max(NONE, statement.lowest_grant.get(cell, NONE)), size, file, f"{name}: below its lowest grant"
            )
            if cell in statement.highest_grant:
                self._at_most(grant, statement.highest_grant[cell], size, file, f"{name}: above its highest grant")
        for (area, envelope, year), step in statement.step.items():
            cell = (area, envelope, year)
            before = (area, envelope, statement.years[statement.years.index(year) - 1])
            change = abs((grants[cell] - statement.bid[cell]) - (grants[before] - statement.bid[before]))
            size = self.outcome.grant_sizes[cell] + self.outcome.grant_sizes[before]
            self._at_most(change, step, size, file, f"{', '.join(cell)}: changes more than grant_step")
        for share in statement.pot_shares:
            total = sum((grants.get(cell, NONE) for cell in share.cells), NONE)
            check = self._at_least if share.is_floor else self._at_most
            check(total, share.limit, statement.whole_pot, file, f"share of the pot of {share.label}")

    def _together(self, file: str) -> None:
        outcome = self.outcome
        for limit in self.statement.together:
            if limit.of == "own cost":
                total = sum((outcome.own_cost(area) for area, _, _ in limit.cells), NONE)
            else:
                of = outcome.grants if limit.of == "grant" else outcome.targets
                total = sum((sign * of.get(cell, NONE) for cell, sign in limit.cells.items()), NONE)
            if limit.lowest is not None:
                self._at_least(total, limit.lowest, limit.size, file, f"{limit.label}: below what it may be")
            if limit.highest is not None:
                self._at_most(total, limit.highest, limit.size, file, f"{limit.label}: above what it may be")

    def _targets(self, file: str) -> None:
        statement, targets = self.statement, self.outcome.targets
        raised = {cell: statement.proposed.get(cell, NONE) for cell in statement.target_ceiling}
        for move in statement.moves:
            for (objective, year), change in move.outcome.items():
                cell = (move.area, objective, year)
                if change > 0 and cell in raised and objective in statement.meant_for(move):
                    raised[cell] += change * self.outcome.take_up[move.area, move.name]
        for cell, agreed in targets.items():
            proposed, name = statement.proposed.get(cell, NONE), ", ".join(cell)
            size = max(self.outcome.target_sizes[cell], statement.proposed_in_all.get((cell[0], cell[1]), NONE))
            if proposed > 0 or cell in statement.lowest_target:
                lowest = statement.lowest_target.get(cell, NONE)
                lowest = max(NONE, lowest) if proposed > 0 else lowest
                self._at_least(agreed, lowest, size, file, f"{name}: below its lowest target")
            if cell in statement.highest_target:
                self._at_most(agreed, statement.highest_target[cell], size, file, f"{name}: above its locked target")
            if cell in statement.target_ceiling:
                self._at_most(
                    raised[cell], statement.target_ceiling[cell], size, file, f"{name}: asked above target_ceiling"
                )

    def _rates(self, file: str) -> None:
        levelling, agreed = self.statement.levelling, self.outcome.agreed
        for gini in levelling.ginis:
            key, year = gini.objective, gini.year
            rate = {
                area: (levelling.level[area, key] + self.statement.sign[key] * agreed(frozenset([area]), key, year))
                / levelling.per[area, key]
                for area in gini.people
            }
            people = gini.people
            pairs = ((i, j) for i in people for j in people if i < j)
            spread = sum((people[i] * people[j] * abs(rate[i] - rate[j]) for i, j in pairs), NONE)
            whole = sum((people[area] * rate[area] for area in people), NONE)
            self._at_most(spread, gini.most * whole, whole, file, f"{key}, {year}: more unequal than gini_ceiling")
        for (area, year), ratio in levelling.ratios.items():
            keys = () if levelling.both is None else levelling.both.objectives
            one, other = (
                agreed(frozenset([area]), key, year) / size
                for key, size in zip(keys, levelling.sizes[year], strict=True)
            )
            self._at_least(other, ratio * one, abs(one), file, f"{area}, {year}: below inclusion_floor")

    def _options(self, file: str) -> None:
        statement, take_up = self.statement, self.outcome.take_up
        gone: dict[str, Fraction] = {}
        share: dict[tuple[str, str], Fraction] = {}
        groups: dict[tuple[str, str], Fraction] = {}
        used = {(move.area, move.name): move.used for move in statement.moves}
        for move in statement.moves:
            key = (move.area, move.name)
            share[key] = take_up[key] / move.most
            if move.is_scale_back:
                gone[move.area] = gone.get(move.area, NONE) + move.share_of_bid * share[key]
            elif move.group:
                groups[move.area, move.group] = groups.get((move.area, move.group), NONE) + share[key] + move.used
        for move in statement.moves:
            if move.is_scale_back:
                continue
            key = (move.area, move.name)
            left = 1 - move.used
            total = share[key] + left * gone.get(move.area, NONE)
            self._at_most(total, left, ONE, file, f"{', '.join(key)}: more than the programme that is still run")
            for name in move.requires:
                limit = share[move.area, name] + used[move.area, name]
                self._at_most(
                    share[key] + move.used,
                    limit,
                    ONE,
                    file,
                    f"{', '.join(key)}: used more than {name}, which it requires",
                )
        for key, total in groups.items():
            self._at_most(total, ONE, ONE, file, f"{', '.join(key)}: the group is used more than once")
        for area, ceiling in statement.own_cost_ceiling.items():
            cost, size = self.outcome.own_cost(area), statement.whole_bid[area]
            self._at_most(cost, ceiling, size, file, f"{area}: own costs above own_cost_ceiling")

    def _schemes(self, file: str) -> None:
        first: dict[str, Fraction] = {}
        for move in self.statement.moves:
            if move.scheme:
                share = self.outcome.take_up[move.area, move.name] / move.most
                theirs = first.setdefault(move.scheme, share)
                what = f"{move.area}, {move.name}: not the share of its partners in {move.scheme}"
                self.book.require(abs(share - theirs) <= CLOSE, file, what, said_number(share), said_number(theirs))

    def _take_ups(self, file: str) -> None:
        statement, take_up = self.statement, self.outcome.take_up
        for move in statement.moves:
            key = (move.area, move.name)
            if key in statement.lowest_take_up:
                floor = statement.lowest_take_up[key] - move.most * move.used
                self._at_least(take_up[key], floor, move.most, file, f"{', '.join(key)}: used less than its floor")
            if key in statement.highest_take_up:
                ceiling = max(NONE, statement.highest_take_up[key] - move.most * move.used)
                self._at_most(take_up[key], ceiling, move.most, file, f"{', '.join(key)}: used more than its ceiling")
