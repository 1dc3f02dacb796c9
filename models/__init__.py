"""What a scenario and a settlement are, and the mathematics between them: one file a term.

Tables go in as a :class:`~singlepot.models.scenario.Scenario`, are written as a labelled programme
(:mod:`~singlepot.models.formulation`), solved in stages, shared, proved and rounded
(:mod:`~singlepot.models.settle`), and come out as a :class:`~singlepot.models.settlement.Settlement`. This room
reads no files.
"""
