"""Scenario files and studies of many scenarios: readers, writers, what-ifs, comparisons, sweeps and ensembles.

Everything that reads files is here; what a scenario is, and what makes it valid, is in
:mod:`singlepot.models`. Readers only take cells and record the position of each; all checks are shared.
"""
