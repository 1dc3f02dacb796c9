"""Discounting: schedules of discount rates, dated and named, and the factors that follow from them."""
