"""``python -m singlepot`` is the command ``singlepot``."""

from singlepot.cli import main

if __name__ == "__main__":
    main()
