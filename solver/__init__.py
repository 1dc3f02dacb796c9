"""Linear programmes with labelled rows and columns, and their lexicographic solution with a certificate.

This room has no word for areas or money and imports nothing else of singlepot.

The public names are the imports of ``__init__.pyi``, which type checkers read; a name is loaded when it is first used.
"""

import logging

from .lazy_names import attach

# The calling program decides where the log goes, not logging's last resort.
logging.getLogger("singlepot").addHandler(logging.NullHandler())

__getattr__, __dir__ = attach(__name__)
