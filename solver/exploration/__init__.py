"""What else is near the optimum: MGA, Pareto frontiers, parametric programmes."""
