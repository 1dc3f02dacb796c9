"""Entry point of the command ``singlepot``, which is ``python -m singlepot`` too."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from typing import NoReturn

STOPPED = 130

MADE_BETWEEN_SEARCHES = 20_000
"""Objects made between two searches for circles of references. Python's own 700 cost 4% of the CPU time of
``settle england`` and of ``check bucks-and-burnley`` (November 2026); 100,000 save no more."""


PLUGINS = "PYDANTIC_DISABLE_PLUGINS"
"""By this variable pydantic does not look through all that is installed for plugins, a twentieth of ``check``."""


def main() -> NoReturn:
    """Run the command line; Ctrl-C while it is still being loaded ends with a message too.

    Ctrl-C after the work is done changes nothing: Python, which takes a while to unload large libraries, would else end
    by the signal, as if what was done had failed. Nothing is searched for circles of references then, which took a
    twentieth of ``settle england``.
    """
    gc.set_threshold(MADE_BETWEEN_SEARCHES)
    os.environ.setdefault(PLUGINS, "__all__")
    done = "nothing was begun"
    try:
        from singlepot.cli import heed_interrupts
        from singlepot.cli import main as run

        heed_interrupts()  # from here on: what follows would be said of work that never began
        done = "the work was done, not all of it may have been printed"
        run()
    except SystemExit:
        with contextlib.suppress(ValueError):  # in a thread that is not the main one
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        gc.freeze()
        raise
    except KeyboardInterrupt:
        if sys.stderr is not None:
            sys.stderr.write(f"stopped: {done}\n")
            sys.stderr.flush()
        os._exit(STOPPED)


if __name__ == "__main__":
    main()
