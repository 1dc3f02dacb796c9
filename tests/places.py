"""Where the files are that tests read: the checkout, and the folders of data below ``tests``."""

from pathlib import Path

TESTS = Path(__file__).parent
ROOT = TESTS.parent
INPUT = TESTS / "input"
