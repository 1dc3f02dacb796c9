"""Claims problems: a pot that is smaller than the bids, and the rules that have been published for sharing it.

The rules know nothing of outcomes; each takes claims and a pot and gives awards. See docs/regimes.md.
"""

from .arrival import Estimate, estimate, random_arrival
from .awarding import RULES, share_claims
from .rules import equal_awards, equal_losses, minimal_overlap, pro_rata, talmud
from .sharing_out import share_out

__all__ = [
    "RULES",
    "Estimate",
    "equal_awards",
    "equal_losses",
    "estimate",
    "minimal_overlap",
    "pro_rata",
    "random_arrival",
    "share_claims",
    "share_out",
    "talmud",
]
