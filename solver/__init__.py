"""A labelled linear programme and how it is solved: stages, faces, sharing, certificate, rounding.

This room knows nothing of areas or money and imports nothing else of singlepot.
"""

from .certificate import Violation, largest_violation, relative_gap
from .control import Control, Halt, Progress
from .errors import (
    BadOption,
    NoSettlement,
    NotProven,
    SinglepotError,
    SolverFailed,
    Stopped,
    Unfinished,
    VerificationFailed,
)
from .programme import Family, Labels, LinearProgramme, ProgrammeBuilder
from .rounding import whole_units
from .sharing import Shared, share
from .stages import Infeasible, Stage, Staged, StageResult, Technique, ended_early, minimise_in_turn

__all__ = [
    "BadOption",
    "Control",
    "Family",
    "Halt",
    "Infeasible",
    "Labels",
    "LinearProgramme",
    "NoSettlement",
    "NotProven",
    "ProgrammeBuilder",
    "Progress",
    "Shared",
    "SinglepotError",
    "SolverFailed",
    "Stage",
    "StageResult",
    "Staged",
    "Stopped",
    "Technique",
    "Unfinished",
    "VerificationFailed",
    "Violation",
    "ended_early",
    "largest_violation",
    "minimise_in_turn",
    "relative_gap",
    "share",
    "whole_units",
]
