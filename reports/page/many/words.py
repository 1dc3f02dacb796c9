"""Glossaries explain the words of the reports of many settlements."""

_GRANT = {"Grant, bid": "What an area receives and asked for, over all years unless a year is named."}
_SHORT = {"Shortfall": "The national target less what all areas agree to, where that is positive."}
_READ = {"Tables": "A header sorts its table; the field above a table keeps the rows that contain a text. "
                   "Figures are rounded here; the files beside this one hold them in full."}  # fmt: skip

COMPARISON_WORDS = _GRANT | _SHORT
COMPARISON_WORDS |= {"Before, after": "In the first scenario, and in the one that is compared with it."}
COMPARISON_WORDS |= {"Gain, lose": "Areas whose grant over all years changes by at least half a pound."} | _READ

SWEEP_WORDS = {"Lever": "What was moved. Every point is settled afresh and by itself."} | _GRANT | _SHORT | _READ

ENSEMBLE_WORDS = {
    "Draw": "The scenario with its uncertain numbers drawn once; every draw is settled by itself.",
    "Central": "The settlement of the scenario as it is, nothing drawn.",
    "5%, 95% of draws": "In one draw of twenty the figure is lower, or higher.",
} | _GRANT | _SHORT | _READ  # fmt: skip
"""Meaning of each word, by report."""
