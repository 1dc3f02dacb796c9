"""Derivation of a written settlement: its scenario settled again, with all that is written of a settlement."""

from __future__ import annotations

import dataclasses
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from singlepot.models.analysis.price_of_fairness import PriceOfFairness, price_fairness
from singlepot.models.files.folder_kinds import RUN
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settlement.settle import settle_scenario
from singlepot.models.settlement.settlement import Settlement
from singlepot.models.tables.output import OUTPUT
from singlepot.scenarios.regimes.running import NAMES as REGIMES
from singlepot.scenarios.results.verifying import WrittenFolder
from singlepot.solver import BACKENDS, Control, Progress, SolverNotFoundError

from ..outputs import DRAWN_BY, Outputs, Wanted, outputs, versions_of

SOLVERS = ("highspy", "clarabel")
"""Libraries whose versions may lead to other duals and methods where these are not unique."""


@dataclass(frozen=True, eq=False)
class Derivation:
    """Settlement that was made again from a scenario, and what is written of it; each is worked out once.

    Attributes
    ----------
    settlement
        The settlement.
    control
        Ends the run, and takes its progress.
    """

    settlement: Settlement
    control: Control = field(default_factory=Control)

    @cached_property
    def documents(self) -> Mapping[str, bytes]:
        """Documents of the settlement: ``settlement.json``, ``tables/…``, ``scenario/…``."""
        return self.settlement.documents()

    @cached_property
    def price(self) -> PriceOfFairness:
        """What fairness cost: the scenario is settled again without ``give`` and without ``bands``."""
        return price_fairness(
            self.settlement, time_limit_s=self.control.remaining_s, progress=_part(self.control, "fairness", 0.4)
        )

    def outputs(self, settlement: Settlement, price: PriceOfFairness | None, wanted: Wanted) -> Outputs:
        """Make the outputs of this settlement, or of one whose numbers are equal but for last digits."""
        self.control.enter("outputs", 0.7)
        if settlement is not self.settlement or price not in (None, self.price):
            return outputs(settlement, price, wanted)
        key = (price is None, wanted)
        if key not in self._outputs:
            self._outputs[key] = outputs(settlement, price, wanted)
        return self._outputs[key]

    @cached_property
    def _outputs(self) -> dict[tuple[bool, Wanted], Outputs]:
        return {}


def derive(scenario: Scenario, written: WrittenFolder, control: Control) -> Derivation:
    """Settle a scenario again, by the backend that a folder names where that is installed, else by HiGHS.

    Raises
    ------
    NoSettlementError, NotProvenError, StoppedError, SolverFailedError, VerificationFailedError
        As :func:`singlepot.settle` raises them.
    """
    backend, _, solver = str(written.provenance.get("backend", "")).partition(" with ")
    settle: dict[str, Any] = {"time_limit_s": control.remaining_s, "progress": _part(control, "", 0.1)}
    if backend in BACKENDS:
        try:
            settlement = settle_scenario(scenario, backend=backend, solver=solver or None, **settle)
            return Derivation(_with_regime(settlement, written), control)
        except SolverNotFoundError:
            pass
    return Derivation(_with_regime(settle_scenario(scenario, **settle), written), control)


def _with_regime(settlement: Settlement, written: WrittenFolder) -> Settlement:
    """Return the settlement as that of the regime that a folder records, whose rules stand in the scenario there."""
    regime = written.provenance.get("regime")
    if not isinstance(regime, dict) or regime.get("key") not in REGIMES:
        return settlement
    return dataclasses.replace(settlement, provenance={**settlement.provenance, "regime": regime})


def _part(control: Control, name: str, start: float) -> Callable[[Progress], bool]:
    """Report the progress of one settlement or more within a verification, of which they are some three tenths."""
    reached = start

    def follow(event: Progress) -> bool:
        nonlocal reached
        reached = max(reached, start + 0.3 * event.fraction)
        control.enter(f"{name}: {event.stage}" if name else event.stage, reached)
        return True

    return follow


@dataclass(frozen=True)
class Circumstances:
    """What was different where a folder was written, each as a reason in words; empty where nothing was.

    Attributes
    ----------
    extra
        A program added constraints, which no folder holds.
    version
        Another version of singlepot wrote it.
    solver
        Another solver, or another version of one, solved the stages.
    layout
        Another version of a library laid out pages and workbook.
    drawing
        Another version of a library, or another system with other fonts, drew the pictures.
    """

    extra: str = ""
    version: str = ""
    solver: str = ""
    layout: str = ""
    drawing: str = ""

    @property
    def derives_otherwise(self) -> str:
        """Why sentences, prices and pages may differ although nothing was edited."""
        return self.extra or self.version or self.solver


def circumstances(written: WrittenFolder, settlement: Settlement) -> Circumstances:
    """Compare what a folder records of its making with the settlement that was made here."""
    there, here = written.provenance, settlement.provenance
    versions, present = _texts(there.get("versions")), _texts(here.get("versions"))
    extra = there.get("extra")
    solver = f"{there.get('backend')} solved the stages, and here {here['backend']} did"
    if there.get("backend") == here["backend"]:
        solver = _other(versions, present, SOLVERS, "solved the stages")
    wrote = versions.get("singlepot", "")
    version = f"singlepot {wrote or 'of no version'} wrote it, and this is {present['singlepot']}"
    if wrote == present["singlepot"]:
        version = "it lacks every column that was added since the first version" if _first_form(written) else ""
    made_with = _texts(written.manifest.get("made_with"))
    return Circumstances(
        extra=f"a program added constraints that the folder does not hold: {extra}" if extra else "",
        version=version,
        solver=solver,
        layout=_other(made_with, versions_of(DRAWN_BY), DRAWN_BY[:-1], "laid it out"),
        drawing=_other(made_with, versions_of(DRAWN_BY), DRAWN_BY[-1:], "drew it") or _other_system(written),
    )


def _other_system(written: WrittenFolder) -> str:
    run = written.files.get(RUN, b"").decode("utf-8", "replace")
    return "" if platform.platform() in run else "another system drew them, and its fonts may differ"


def _first_form(written: WrittenFolder) -> bool:
    if "logs" in written.manifest:
        return False
    headers = {name: written.files.get(f"tables/{name}.csv", b"").split(b"\n", 1)[0].decode() for name in OUTPUT}
    added = [(name, c.name) for name, table in OUTPUT.items() for c in table.columns if c.added and not c.per]
    return not any(column in headers[name].split(",") for name, column in added)


def _other(versions: Mapping[str, str], present: Mapping[str, str], names: tuple[str, ...], did: str) -> str:
    """Name the first library whose version differs."""
    for name in names:
        if name in versions and versions[name] != present.get(name):
            return f"{name} {versions[name]} {did}, and here is {present.get(name, 'none')}"
    return ""


def _texts(values: object) -> dict[str, str]:
    return {str(key): str(value) for key, value in values.items()} if isinstance(values, Mapping) else {}


def with_provenance(settlement: Settlement, written: WrittenFolder) -> Settlement:
    """Return the settlement with the versions that a folder records, which nothing can derive.

    Itself where they are equal, or where the folder contradicts itself.
    """
    versions = _texts(written.provenance.get("versions"))
    if versions == settlement.provenance.get("versions") or versions != written.manifest.get("versions"):
        return settlement
    return dataclasses.replace(settlement, provenance={**settlement.provenance, "versions": versions})
