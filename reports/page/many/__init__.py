"""The page of many settlements: comparisons, sweeps, ensembles, regimes."""
