"""Published files as they stand: their cells, the forms of years and units in them, and the cells that are left out."""
