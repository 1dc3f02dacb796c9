"""Round of talks: two settlements, the asks between them, and the files that each area is sent."""
