"""Many settlements: comparisons, sweeps and the stability of one."""
