"""Import of published tables: a map states what their columns hold, and every cell is taken or listed as left out."""
