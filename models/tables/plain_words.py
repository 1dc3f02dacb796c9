"""Plain words: what people see in place of a technical word, of a key without a title, and of assumed options."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """A technical word of the design, settings or mathematics.

    Attributes
    ----------
    technical
        The word, as the technical annex and the settings use it.
    plain
        What people see in its place.
    meaning
        What it is, in a sentence.
    """

    technical: str
    plain: str
    meaning: str


WORDS = (
    Word("certificate", "proof", "Evidence from the tables that no rule is broken and no settlement is better."),
    Word("duality gap", "error of the proof", "How far the value that is proved may be from the value that was found."),
    Word("violation", "broken rule", "By how much a rule is broken, which rounding alone may leave."),
    Word(
        "stage",
        "what is minimised",
        "One of the aims that are minimised in turn, each without spoiling those before it.",
    ),
    Word("lexicographic", "one after another", "The order in which the aims are minimised."),
    Word("concession", "cut of a proposed target", "What an area agrees to below the target that it proposed."),
    Word("uplift", "more than proposed", "What an area agrees to above the target that it proposed."),
    Word("burden", "what areas lose or pay themselves", "Grant below the bid, with what options cost the area itself."),
    Word("take-up", "share used", "How much of an option is used, from nothing to all of it."),
    Word("scale-back", "scaling back", "A share of the bid for a year that is given up with its targets."),
    Word("give", "allowance", "By how much the best of an aim may be missed so that losses are shared more fairly."),
    Word("bands", "large losses weigh more", "How much more a further percent given up weighs than the first."),
    Word("envelope", "part of the pot", "Money that may be spent on some things only, such as capital."),
    Word("virement", "moves between parts of the pot", "Money moved from one part of the pot to another in a year."),
    Word("lever", "what is changed", "A number of the scenario or of its rules that is moved to see what happens."),
    Word("unit-years", "added over the years", "An outcome of several years added up: one unit held for one year."),
    Word("merit order", "who is best placed", "The options from the cheapest on, and where the nation stopped."),
    Word("marginal cost", "cost of the last unit", "What the last unit that was needed costs."),
    Word("dual", "price", "What one more unit of a target or of money is worth."),
    Word("shadow price", "price", "What one more unit of a target or of money is worth."),
    Word("infeasible", "no settlement", "Not all rules can be kept together."),
    Word(
        "elasticity", "times as far", "How many times as far a grant moves as the number that was changed, in percent."
    ),
    Word("nesting", "where a larger pot takes money away", "An area that receives less although the pot is larger."),
    Word("deprivation", "need", "What areas are ordered by when losses are weighed, such as income."),
    Word("regret", "what keeping to these grants costs", "How much more is short where grants cannot be changed."),
    Word("quantile", "so many draws of a hundred", "A figure below which a share of the draws lies."),
    Word("Pareto frontier", "what one aim costs another", "The least of one aim for each value of another."),
    Word("MGA", "settlements nearly as good", "Settlements that differ most and are worse by little."),
)
"""The technical words and their plain ones, in the order of the manual's page; report and terminal show the plain."""

KEYS = {"gdhi_per_head": "income per head"}
"""Words for keys that are abbreviations."""


def assumed_words(assumed: int, options: int) -> str:
    """Say how many options rest on assumptions.

    Examples
    --------
    >>> assumed_words(412, 600)
    '412 of 600 options are assumed: illustrative'
    """
    verb = "is" if assumed == 1 else "are"
    return f"{assumed:,} of {options:,} option{'s' if options != 1 else ''} {verb} assumed: illustrative"


def plain(key: str) -> str:
    """Write a key as words: an envelope, an attribute, or an option without a name.

    Examples
    --------
    >>> plain("gdhi_per_head"), plain("capital_grants")
    ('income per head', 'capital grants')
    """
    return KEYS.get(key, key.replace("_", " "))
