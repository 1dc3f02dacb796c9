"""Monte Carlo ensembles: uncertain numbers are drawn many times, and every draw is settled, certified and summed up.

A plan (a TOML file) lists the uncertain columns and their distributions. The sample is drawn once, from a seed, by the
process that starts the run; every draw is then settled from the base scenario alone and never from another draw. So
the same plan and seed give the same bytes on any number of workers, in any order, and after any interruption.
"""

from .plan import Plan, Uncertain, read_plan
from .running import Ensemble, read_ensemble, run_ensemble
from .store import EnsembleRefusedError

__all__ = ["Ensemble", "EnsembleRefusedError", "Plan", "Uncertain", "read_ensemble", "read_plan", "run_ensemble"]
