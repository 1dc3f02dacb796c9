"""Review: what was spent and delivered is held against an agreement, and the remaining years are settled again."""
