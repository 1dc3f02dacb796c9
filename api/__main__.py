"""Entry point of the command ``singlepot``, which is ``python -m singlepot`` too."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

STOPPED = 130


def main() -> NoReturn:
    """Run the command line; Ctrl-C while it is still being loaded ends with a message too."""
    try:
        from singlepot.cli import main as run

        run()
    except KeyboardInterrupt:
        if sys.stderr is not None:
            sys.stderr.write("stopped: nothing was begun\n")
            sys.stderr.flush()
        os._exit(STOPPED)


if __name__ == "__main__":
    main()
