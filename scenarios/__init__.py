"""Where scenarios come from, and what is done with many: the shipped library, folders of files, what-ifs, comparisons.

Everything that reads files is here; what a scenario is, and what makes it valid, is in
:mod:`singlepot.models`. Readers only take cells and say where each stands; all checks are shared.
"""
