"""HTML pages of many settlements: comparisons, sweeps and ensembles."""
