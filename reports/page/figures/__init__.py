"""Figures of a page, worked out from the tables of a settlement before anything is drawn."""
