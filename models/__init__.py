"""What a scenario and a settlement are, and the mathematics between them: one file a term.

Tables go in as a :class:`~singlepot.models.scenario.scenario.Scenario`, are written as a labelled programme
(:mod:`~singlepot.models.formulation.formulation`), solved in stages, shared, proved and rounded
(:mod:`~singlepot.models.settlement.settle`), and come out as a
:class:`~singlepot.models.settlement.settlement.Settlement`. This room reads no files.
"""
