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

REGIMES_WORDS = (
    {
        "Single pot": "Bids and targets of all areas are settled together.",
        "Short": "What national targets lack, as a share of them: the average over the objectives by weight, and the "
        "largest of any.",
    }
    | _GRANT
    | _READ
)

FRONTIER_WORDS = (
    {
        "Corner": "Between two corners one aim costs the other at one rate; each corner is proved.",
        "Knee": "The corner farthest below the line between both ends.",
    }
    | _SHORT
    | _READ
)

ALTERNATIVES_WORDS = (
    {
        "As good": "Everything that is minimised ends where it does in the settlement.",
        "Nearly as good": "Nothing that is minimised is worse by more than what was allowed.",
        "By itself": "As far as it could go whatever becomes of the others.",
    }
    | _GRANT
    | _READ
)

ROBUST_WORDS = (
    {
        "Draw": "The scenario with its uncertain numbers drawn once.",
        "Central": "The settlement of the scenario as it is, nothing drawn.",
        "Known before": "Grants decided when the draw is known: better than anybody can do.",
    }
    | _GRANT
    | _SHORT
    | _READ
)

STABILITY_WORDS = (
    {
        "Times as far": "0: the grant does not move; 1: it moves in step with the number; beyond: further than it.",
        "Its own number": "The area's bid, its targets, or the money of its options for the same outcomes.",
    }
    | _GRANT
    | _READ
)
"""Meaning of each word, by report."""
