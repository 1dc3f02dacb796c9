"""Linear programmes with labelled rows and columns, and their lexicographic solution with a certificate.

This room has no word for areas or money and imports nothing else of singlepot.
"""

from .answer import Answer, Features, Method, PointStatus, Stop
from .backends import BACKENDS, Backend, Engine, engine
from .certificate import Violation, largest_violation, relative_gap
from .control import Control, Halt, Progress, RunOfMany
from .errors import (
    BadExtraRowsError,
    BadOptionError,
    NoSettlementError,
    NotProvenError,
    SinglepotError,
    SolverFailedError,
    SolverNotFoundError,
    StoppedError,
    UnfinishedError,
    VerificationFailedError,
)
from .exploration.explorer import Best, Explorer
from .exploration.mga import MgaAlternative, MgaAlternatives, mga
from .exploration.parametric import Bound, Piece, Tracer
from .exploration.pareto import DEPTH, Corner, TradeOff, trade_off
from .export import Names, model_bytes, names_of, to_pulp, to_pyomo
from .lexicographic.dual_uniqueness import unique_duals
from .lexicographic.marginals import Marginals, marginals, original_matrix
from .lexicographic.stage import InfeasibleError, Stage, Staged, StageResult, Technique, ended_early
from .lexicographic.stages import minimise_in_turn
from .programme import Family, Labels, LinearProgramme, ProgrammeBuilder
from .rounding import whole_units
from .sharing.sharing import Shared, share
from .two_stage.cvar import Decided, Step, average_of_worst, decide
from .two_stage.recourse import NoRecourseError, Recourse
from .user_rows import Extra, ExtraRows

__all__ = [
    "BACKENDS",
    "DEPTH",
    "Answer",
    "Backend",
    "BadExtraRowsError",
    "BadOptionError",
    "Best",
    "Bound",
    "Control",
    "Corner",
    "Decided",
    "Engine",
    "Explorer",
    "Extra",
    "ExtraRows",
    "Family",
    "Features",
    "Halt",
    "InfeasibleError",
    "Labels",
    "LinearProgramme",
    "Marginals",
    "Method",
    "MgaAlternative",
    "MgaAlternatives",
    "Names",
    "NoRecourseError",
    "NoSettlementError",
    "NotProvenError",
    "Piece",
    "PointStatus",
    "ProgrammeBuilder",
    "Progress",
    "Recourse",
    "RunOfMany",
    "Shared",
    "SinglepotError",
    "SolverFailedError",
    "SolverNotFoundError",
    "Stage",
    "StageResult",
    "Staged",
    "Step",
    "Stop",
    "StoppedError",
    "Technique",
    "Tracer",
    "TradeOff",
    "UnfinishedError",
    "VerificationFailedError",
    "Violation",
    "average_of_worst",
    "decide",
    "ended_early",
    "engine",
    "largest_violation",
    "marginals",
    "mga",
    "minimise_in_turn",
    "model_bytes",
    "names_of",
    "original_matrix",
    "relative_gap",
    "share",
    "to_pulp",
    "to_pyomo",
    "trade_off",
    "unique_duals",
    "whole_units",
]
