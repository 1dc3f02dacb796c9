"""A labelled linear programme and how it is solved: stages, faces, sharing, certificate, rounding.

This room knows nothing of areas or money and imports nothing else of singlepot.
"""

from .answer import Answer, Features, Method, Stop
from .answer import Point as PointStatus
from .backends import BACKENDS, Backend, Engine, engine
from .certificate import Violation, largest_violation, relative_gap
from .control import Control, Halt, Progress
from .errors import (
    NoSettlement,
    NotProven,
    SinglepotError,
    SolverFailed,
    SolverNotFound,
    Stopped,
    Unfinished,
    VerificationFailed,
)
from .programme import Family, Labels, LinearProgramme, ProgrammeBuilder
from .rounding import whole_units
from .sharing import Shared, share
from .stages import Infeasible, Stage, Staged, StageResult, Technique, ended_early, minimise_in_turn

__all__ = [
    "BACKENDS",
    "Answer",
    "Backend",
    "Control",
    "Engine",
    "Family",
    "Features",
    "Halt",
    "Infeasible",
    "Labels",
    "LinearProgramme",
    "Method",
    "NoSettlement",
    "NotProven",
    "PointStatus",
    "ProgrammeBuilder",
    "Progress",
    "Shared",
    "SinglepotError",
    "SolverFailed",
    "SolverNotFound",
    "Stage",
    "StageResult",
    "Staged",
    "Stop",
    "Stopped",
    "Technique",
    "Unfinished",
    "VerificationFailed",
    "Violation",
    "ended_early",
    "engine",
    "largest_violation",
    "minimise_in_turn",
    "relative_gap",
    "share",
    "whole_units",
]
