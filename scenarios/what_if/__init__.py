"""What-if analysis: a file of changes is parsed and applied to a scenario, and two scenarios are compared."""
