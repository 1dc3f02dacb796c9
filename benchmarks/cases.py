"""The registry: which workloads are measured, by whom, how often, and in which set."""

from __future__ import annotations

from dataclasses import dataclass

import singlepot as sp

from .workloads import SIZES, Workload, synthetic, tables

OURS, FILES, DRAW, OUTPUTS, ROBUST = "singlepot", "files", "ensemble", "all outputs", "robust grants"
SMALL, COMMANDS = "200 small scenarios", "commands"
BARE, PLAIN = "bare, crossover", "bare"
PULP, CBC, PYOMO, LINOPY, CVXPY = "PuLP", "PuLP, CBC", "Pyomo", "linopy", "cvxpy"

ALL_PEERS = (PULP, CBC, PYOMO, LINOPY, CVXPY)
EXACT_PEERS = (PULP, PYOMO, LINOPY, CVXPY)
"""Those whose answers come back with all digits; CBC's come back through a file with eight or nine."""


@dataclass(frozen=True)
class Case:
    """A workload and who is measured on it.

    ``load`` is the name of a shipped scenario or a synthetic workload; without ``give`` no stage may be used by later
    ones. ``subjects`` are measured in this order, each ``times`` times; the row holds the medians.
    """

    name: str
    load: str | Workload
    subjects: tuple[str, ...]
    times: int = 1
    give: bool = True

    def scenario(self) -> sp.Scenario:
        """Return the checked scenario."""
        made = sp.read_scenario(self.load) if isinstance(self.load, str) else sp.Scenario.from_tables(**self.tables())
        return made if self.give else made.with_(stages={"give": dict.fromkeys(made.settings.stages.give)})

    def tables(self) -> dict[str, object]:
        """Return the tables and settings in memory, as arguments of ``Scenario.from_tables``."""
        if not isinstance(self.load, str):
            return tables(self.load)
        made = self.scenario()
        given = {name: table for name, table in made.tables.items() if len(table) and name != "rules"}
        text = made.settings.as_dict()
        if len(made.rules):
            given["rule_rows"] = made.rules
        names = ("years", "rules", "stages", "equity", "attributes", "title", "money", "price_base")
        return {**given, **{name: text[name] for name in names if name in text}}

    @property
    def areas(self) -> int:
        """How many areas a synthetic workload has; 0 for a shipped scenario."""
        return 0 if isinstance(self.load, str) else self.load.areas


def _sizes() -> list[Case]:
    """Four sizes, each with targets that bind, that can all be met, and with many ties."""
    rows = []
    for size in SIZES:
        for load in synthetic(*size):
            if load.areas == 374:
                subjects: tuple[str, ...] = (OURS, PLAIN, BARE)
                subjects += EXACT_PEERS if load.ambition > 1 and not load.copies else (PULP, PYOMO)
            elif load.areas == 3143:
                subjects = (OURS, PLAIN, BARE) if load.ambition > 1 and not load.copies else (OURS, PLAIN)
            else:
                subjects = (OURS, PLAIN)
            if load.areas in (3143, 33755) and load.ambition > 1 and not load.copies:
                subjects += (FILES,)
            rows.append(Case(load.name, load, subjects))
    return rows


GROWTH = tuple(
    Case(f"{areas}x10x1", Workload(areas, 10, 1), (OURS, PLAIN)) for areas in (374, 1_500, 6_000, 24_000, 95_000)
)
"""One year and ten options an area, from 374 to 95,000 areas; the largest is also one of the sizes."""

QUICK = (
    Case("england", "england", (OURS, OUTPUTS, BARE, PULP, PYOMO), times=3),
    Case("374x6x2", Workload(374, 6, 2), (OURS, BARE), times=3),
    Case("374x6x2 slack", Workload(374, 6, 2, pot=0.93, ambition=0.9), (OURS, BARE), times=3),
    Case("small", "bucks-and-burnley", (SMALL,)),
    Case("commands", "bucks-and-burnley", (COMMANDS,), times=3),
)

FULL = (
    Case("england", "england", (OURS, FILES, OUTPUTS, BARE, PLAIN, *ALL_PEERS, DRAW, ROBUST), times=5),
    Case("england, give 0", "england", (OURS, BARE, PLAIN, PULP, PYOMO), times=5, give=False),
    Case("england-authorities", "england-authorities", (OURS, FILES, BARE, PLAIN, *EXACT_PEERS, DRAW), times=5),
    Case("england-authorities, give 0", "england-authorities", (OURS, BARE, PLAIN), times=5, give=False),
    Case("small", "bucks-and-burnley", (SMALL,), times=5),
    Case("commands", "bucks-and-burnley", (COMMANDS,), times=5),
    *GROWTH[:-1],
    *_sizes(),
)
