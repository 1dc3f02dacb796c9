"""What-ifs: changes of a scenario, read, understood, applied and written."""
