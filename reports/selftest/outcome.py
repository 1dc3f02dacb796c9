"""Outcome of a self-test: each check with how it ended, and what to do where it failed or could not be made."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from singlepot.solver import SinglepotError

PASSED, FAILED, LEFT_OUT = "passed", "failed", "left out"
"""How a check may end; one is left out where an optional part is not installed."""

LIBRARIES = ("numpy", "scipy", "pandas", "highspy", "clarabel", "PuLP", "Pyomo", "python-calamine", "XlsxWriter")
"""What every settlement, table or workbook goes through."""

REPORT_IT = "install singlepot anew in an environment of its own; where it fails there too, report this text"


class CheckFailedError(SinglepotError):
    """A check of the self-test did not come out as it should."""

    exit_code = 6


@dataclass(frozen=True)
class SelfTestCheck:
    """One check of a self-test.

    Parameters
    ----------
    part, what
        The part of the program, and what was tried.
    state
        ``passed``, ``failed`` or ``left out``.
    detail
        What came out, or what is wrong.
    remedy
        What to do; empty where the check passed.
    elapsed_s
        Seconds of wall time.
    """

    part: str
    what: str
    state: str
    detail: str = ""
    remedy: str = ""
    elapsed_s: float = 0.0

    def __str__(self) -> str:
        """Return the check in one line."""
        detail = f": {self.detail}" if self.detail else ""
        return f"{self.state:<9} {self.part}, {self.what}{detail}" + (f"; {self.remedy}" if self.remedy else "")


@dataclass(frozen=True)
class SelfTest:
    """What an installation can do.

    Parameters
    ----------
    versions
        Of singlepot, Python, the system and the libraries that settle, by name.
    checks
        Every check, in the order in which it was made.
    """

    versions: Mapping[str, str]
    checks: tuple[SelfTestCheck, ...]

    @property
    def passed(self) -> bool:
        """Whether no check failed; a part that is not installed is no failure."""
        return not any(check.state == FAILED for check in self.checks)

    @property
    def exit_code(self) -> int:
        """0 where every check passed or was left out, else 6."""
        return 0 if self.passed else CheckFailedError.exit_code

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON has it."""
        return {
            "passed": self.passed,
            "versions": dict(self.versions),
            "checks": [asdict(check) for check in self.checks],
        }

    def statement(self) -> str:
        """Return a line for each check, the versions, and a last line with the result."""
        counts = {state: sum(check.state == state for check in self.checks) for state in (PASSED, FAILED, LEFT_OUT)}
        total = sum(check.elapsed_s for check in self.checks)
        lines = [str(check) for check in self.checks]
        lines += ["", ", ".join(f"{name} {text}" for name, text in self.versions.items()), ""]
        left_out = f", {counts[LEFT_OUT]} left out" if counts[LEFT_OUT] else ""
        result = "singlepot works on this machine" if self.passed else "singlepot does NOT work on this machine"
        lines.append(
            f"{result}: {counts[PASSED]} checks passed, {counts[FAILED]} failed{left_out}, in {total:.0f} seconds"
        )
        return "\n".join(lines) + "\n"


def versions() -> dict[str, str]:
    """Return the versions of singlepot, Python, the system and the libraries."""
    result = {"singlepot": version("singlepot"), "Python": platform.python_version()}
    result["system"] = f"{platform.system()} {platform.release()} {platform.machine()}"
    for name in LIBRARIES:
        try:
            result[name] = version(name)
        except PackageNotFoundError:
            result[name] = "missing"
    return result


def require(holds: bool, what: str) -> None:
    """Raise :class:`CheckFailedError` where something does not hold."""
    if not holds:
        raise CheckFailedError(what, REPORT_IT)
