"""Figures of a page are worked out from the tables of a settlement before anything is drawn."""
