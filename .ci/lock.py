"""Write the versions of this environment as the lock for developers: ``python .ci/lock.py``, after the tests passed."""

import platform
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).with_name("lock.txt")

OWN = ("singlepot", "pip", "setuptools", "wheel")
"""What is no dependency."""


def main() -> None:
    """Pin everything that is installed beside the package itself."""
    command = [sys.executable, "-m", "pip", "freeze", "--exclude-editable"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    pins = [line for line in lines if "==" in line and line.partition("==")[0].lower() not in OWN]
    system = f"{platform.system()}, Python {platform.python_version()}"
    head = f"# Versions with which the tests passed on {system}: constraints for pip"
    LOCK.write_text("\n".join([head, *pins, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
