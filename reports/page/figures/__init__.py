"""The figures of a page from the tables of a settlement, before anything is drawn."""
