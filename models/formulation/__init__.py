"""A scenario as a labelled linear programme: its terms, bounds, bands, stage costs and sharing weights."""
