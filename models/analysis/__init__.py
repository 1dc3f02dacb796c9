"""What is asked of a settlement or a scenario beyond itself: ranges, alternatives, frontiers, the price of fairness."""
