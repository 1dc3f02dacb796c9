"""Talks between the centre and the areas: rounds of two settlements, a ledger of what was answered, an agreement."""
