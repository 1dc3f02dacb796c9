"""The statement of a scenario from its tables, in the order of section 3 of the design."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from .aims import Levelling
from .levelling import Levels
from .limits import Limits
from .rate_rules import RateRules
from .sums import Sums
from .tables import Tables
from .words import Move, Objective, Place, Statement, exact, is_there, or_one

if TYPE_CHECKING:
    from ...scenario.scenario import Scenario


def state(scenario: Scenario) -> Statement:
    """State a valid scenario."""
    return Reader(scenario).read()


class Reader(Tables):
    """Derives everything that a statement holds from the tables."""

    def read(self) -> Statement:
        """State everything."""
        options, dropped = self._options()
        moves = tuple(options + list(self._scale_backs()))
        concerned = [code for code in self.codes if code not in self.centre and self._bids_or_proposes(code)]
        people = self._people(concerned)
        limits = Limits(self)
        levelling = self._levelling(concerned)
        lowest_target = limits.lowest(self.proposed, "target_floor", "target_lock", envelopes=False)
        return Statement(
            areas=tuple(self.codes),
            centre=self.centre,
            envelopes=self.envelopes,
            objectives=tuple(sorted(self.goals)),
            years=self.years,
            bid=self.bid,
            proposed=self.proposed,
            pot=self.pot,
            national=self._national(),
            moves=moves,
            dropped=tuple(sorted(dropped)),
            preference=self.preference,
            equity=self._equity(concerned, people),
            people=people,
            weight={key: or_one(row.get("weight")) for key, row in self.goals.items()},
            priority={key: int(or_one(row.get("priority"))) for key, row in self.goals.items()},
            lowest_grant=limits.lowest(self.bid, "grant_floor", "grant_lock", envelopes=True),
            highest_grant=limits.highest(self.bid, "grant_ceiling", "grant_lock", envelopes=True),
            step=limits.step(),
            lowest_target=lowest_target | {c: max(v, lowest_target.get(c, v)) for c, v in levelling.floors.items()},
            highest_target=limits.highest(self.proposed, "", "target_lock", envelopes=False),
            target_ceiling=limits.highest(self.proposed, "target_ceiling", "", envelopes=False),
            own_cost_ceiling=limits.own_cost(),
            lowest_take_up=limits.take_up("take_up_floor", moves),
            highest_take_up=limits.take_up("take_up_ceiling", moves),
            carry_over=limits.of_pot("carry_over"),
            virement=limits.of_pot("virement"),
            ring_fenced=frozenset(self.settings.ring_fenced),
            pot_shares=tuple(limits.pot_shares()),
            together=tuple(Sums(limits).rows()),
            order=self._order(),
            give={name: exact(value) for name, value in self.settings.stages.give.items()},
            limits={name: exact(value) for name, value in self.settings.stages.limits.items()},
            bands=self._bands(),
            level=self._attributes("baseline"),
            per=self._attributes("per"),
            sign={key: -1 if row.get("direction") == "decrease" else 1 for key, row in self.goals.items()},
            levelling=levelling,
            recipient={code: self.recipient_of(code) for code in self.codes},
        )

    def _levelling(self, concerned: list[str]) -> Levelling:
        levels = Levels(self, concerned)
        rules = RateRules(levels)
        moving = levels.convergence is not None and levels.convergence.line == "end"
        return Levelling(
            year=levels.year,
            moving=moving,
            aims=tuple(levels.all_aims()),
            both=levels.both(),
            floors=levels.not_below() | rules.floors(),
            ginis=tuple(rules.ginis()),
            ratios=rules.ratios(),
            sizes=rules.sizes(),
            level=levels.level,
            per=levels.per,
        )

    def _attributes(self, column: str) -> dict[Place, Fraction]:
        """What the objectives' attribute of this kind is for each area that has it."""
        figures = {}
        for key, row in self.goals.items():
            for code in self.codes if row.get(column) else []:
                cell = self.of_area[code].get(row[column])
                if is_there(cell):
                    figures[code, key] = exact(cell)
        return figures

    def _bids_or_proposes(self, area: str) -> bool:
        return self.whole.get(area, 0) > 0 or any(v > 0 for (a, _, _), v in self.proposed.items() if a == area)

    def _people(self, concerned: list[str]) -> dict[str, Fraction]:
        """p: shares of population, or of bids, or equal ones, over the areas with a bid or target."""
        population = {
            code: exact(self.of_area[code]["population"])
            if is_there(self.of_area[code].get("population"))
            else Fraction(0)
            for code in concerned
        }
        bids = {code: self.whole.get(code, Fraction(0)) for code in concerned}
        for sizes in (population, bids, dict.fromkeys(concerned, Fraction(1))):
            if (total := sum(sizes.values(), Fraction(0))) > 0:
                return {code: size / total for code, size in sizes.items()}
        return {}

    def _equity(self, concerned: list[str], people: Mapping[str, Fraction]) -> dict[str, Fraction]:
        """λ = (median / value) ** elasticity; half the people live in areas at or below the median."""
        weights = dict.fromkeys(self.codes, Fraction(1))
        equity = self.settings.equity
        if equity is None or not concerned:
            return weights
        value = {code: exact(self.of_area[code][equity.attribute]) for code in concerned}
        reached, median = Fraction(0), Fraction(0)
        for code in sorted(concerned, key=lambda code: value[code]):
            reached, median = reached + people[code], value[code]
            if reached >= Fraction(1, 2) * (1 - Fraction(1, 10**12)):
                break
        for code in concerned:
            weights[code] = Fraction(float(median / value[code]) ** equity.elasticity)
        return weights

    def _national(self) -> tuple[Objective, ...]:
        rows = []
        for row in self.rows("national"):
            first, _, last = row["year"].partition(":")
            span = self.years[self.years.index(first) : self.years.index(last or first) + 1]
            label = span[0] if len(span) == 1 else f"{span[0]}:{span[-1]}"
            target = exact(row["target"])
            base = exact(row["base"]) if is_there(row.get("base")) else target
            rows.append(Objective(row["objective"], label, span, target, base))
        return tuple(sorted(rows, key=lambda row: (row.objective, row.years[0], row.years[-1])))

    def _options(self) -> tuple[list[Move], list[tuple[str, str]]]:
        most = {(row["area"], row["option"]): or_one(row.get("max_take_up")) for row in self.rows("options")}
        needs = {
            (row["area"], row["option"]): tuple(
                name.strip() for name in (row.get("requires") or "").split(";") if name.strip()
            )
            for row in self.rows("options")
        }
        of_scheme: dict[str, set[Place]] = {}
        for row in self.rows("options"):
            if row.get("scheme"):
                of_scheme.setdefault(row["scheme"], set()).add((row["area"], row["option"]))
        dropped = {key for key, limit in most.items() if limit == 0}
        while (
            more := {
                *(k for k, named in needs.items() if {(k[0], n) for n in named} & dropped),
                *(key for members in of_scheme.values() if members & dropped for key in members),
            }
            - dropped
        ):
            dropped |= more
        grant: dict[Place, dict[Place, Fraction]] = {}
        outcome: dict[Place, dict[Place, Fraction]] = {}
        for row in self.rows("option_years"):
            key = (row["area"], row["option"])
            for envelope in self.envelopes:
                name = f"grant_{envelope}"
                if name not in row and len(self.envelopes) == 1:
                    name = "grant"
                if is_there(row.get(name)) and exact(row[name]):
                    grant.setdefault(key, {})[envelope, row["year"]] = exact(row[name])
            for objective in self.goals:
                if is_there(row.get(objective)) and exact(row[objective]):
                    outcome.setdefault(key, {})[objective, row["year"]] = exact(row[objective])
        moves = []
        for row in self.rows("options"):
            key = (row["area"], row["option"])
            if key in dropped:
                continue
            cost = exact(row["own_cost"]) if is_there(row.get("own_cost")) else Fraction(0)
            moves.append(
                Move(
                    *key,
                    most[key],
                    cost,
                    grant.get(key, {}),
                    outcome.get(key, {}),
                    group=row.get("group") or "",
                    requires=needs[key],
                    scheme=row.get("scheme") or "",
                    used=exact(row["used"]) if is_there(row.get("used")) else Fraction(0),
                )
            )
        return moves, sorted(dropped)

    def _scale_backs(self) -> Iterator[Move]:
        for area in self.codes:
            if area in self.centre:
                continue
            cells = {(e, t): v for (a, e, t), v in self.bid.items() if a == area and v > 0}
            targets = {(k, t): v for (a, k, t), v in self.proposed.items() if a == area and v > 0}
            whole = sum(cells.values(), Fraction(0))
            if not cells and targets:
                yield Move(
                    area,
                    "scale-back",
                    Fraction(1),
                    Fraction(0),
                    {},
                    {k: -v for k, v in targets.items()},
                    True,
                    Fraction(1),
                )
            for (envelope, year), money in cells.items():
                outcome = {}
                for (objective, when), target in targets.items():
                    spent = sum((v for (_, t), v in cells.items() if self._not_after(t, when)), Fraction(0))
                    if spent == 0:
                        outcome[objective, when] = -target * money / whole
                    elif self._not_after(year, when):
                        outcome[objective, when] = -target * money / spent
                middle = f"{envelope} " if len(self.envelopes) > 1 else ""
                name = f"scale-back {middle}{year}"
                yield Move(
                    area, name, Fraction(1), Fraction(0), {(envelope, year): -money}, outcome, True, money / whole
                )

    def _not_after(self, year: str, other: str) -> bool:
        return self.years.index(year) <= self.years.index(other)

    def _order(self) -> tuple[tuple[str, int | None], ...]:
        """Stage names; at the first shortfall stage all of them, for each priority in turn."""
        order = self.settings.stages.order
        shortfall = [name for name in order if name.startswith("shortfall.")]
        priorities = sorted({int(or_one(row.get("priority"))) for row in self.goals.values()}) or [1]
        stages: list[tuple[str, int | None]] = []
        for name in order:
            if name not in shortfall:
                stages.append((name, None))
            elif name == shortfall[0]:
                stages += [(kind, priority) for priority in priorities for kind in shortfall]
        return tuple(stages)

    def _bands(self) -> tuple[tuple[Fraction, Fraction | None], ...]:
        """(slope, width) of each band; the last has no width."""
        bands = self.settings.stages.bands
        ends = [exact(end) for end in bands.ends]
        widths: list[Fraction | None] = [end - start for start, end in zip([Fraction(0), *ends], ends, strict=False)]
        return tuple(zip(map(exact, bands.slopes), [*widths, None], strict=True))
