"""HTML pages of many settlements show comparisons, sweeps and ensembles."""
