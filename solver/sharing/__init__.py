"""The strictly convex quadratic programme that chooses one point of the last optimal face."""
