"""Presolve: redundant rows, free and fixed columns, aggregation, symmetric columns; and postsolve."""
