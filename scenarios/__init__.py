"""Where scenarios come from: the shipped library, and folders of files.

Everything that reads files is here; what a scenario is, and what makes it valid, is in
:mod:`singlepot.models`. Readers only take cells and say where each stands; all checks are shared.
"""
