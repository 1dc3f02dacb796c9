"""Library build: the shipped scenarios are generated from figures in a checkout; this part is not shipped."""
