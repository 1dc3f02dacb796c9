"""Fuzz each reader, guided by the lines that an input reaches: coded lines or a scenario, and never anything else.

    pip install atheris                              # for CPython 3.11 to 3.13; nothing else of the project needs it
    python .ci/fuzz.py --minutes 5                   # each reader for so long
    python .ci/fuzz.py --only json --minutes 60 --corpus corpus
    python .ci/fuzz.py --only json --again crash-... # an input that was found

Inputs that fail are written into the folder that it is called from, as ``crash-`` or ``timeout-`` and a hash; with
``--corpus`` what reaches new lines is kept for the next time. A workbook's child process is left out, since lines that
another process reaches are not seen: what the child does is done here. For folders and workbooks the first byte of an
input says which of their files it is.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

READERS = ("toml", "json", "folder", "workbook")

SLOWEST_S = 60
"""Seconds after which an input counts as a failure."""

LONGEST = 40_000
"""Most bytes of an input."""


def main() -> int:
    """Fuzz each reader in a process of its own, and print how many inputs it took and what failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--only", choices=READERS)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--again", type=Path, help="one input, tried once")
    chosen = parser.parse_args()
    failed = 0
    for name in READERS:
        if chosen.only not in (None, name):
            continue
        corpus = chosen.again or (chosen.corpus or Path(tempfile.mkdtemp(prefix="singlepot-corpus-"))) / name
        if not chosen.again:
            corpus.mkdir(parents=True, exist_ok=True)
        options = [str(corpus), f"-max_total_time={round(60 * chosen.minutes)}", f"-timeout={SLOWEST_S}"]
        options += [f"-max_len={LONGEST}", "-print_final_stats=1", "-rss_limit_mb=4096"]
        command = [sys.executable, str(Path(__file__).with_name("fuzz_reader.py")), name, *options]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        tried = re.search(r"number_of_executed_units:\s*(\d+)", done.stderr)
        reached = re.findall(r"cov: (\d+)", done.stderr)
        print(f"{name}: {int(tried[1]) if tried else 0:,} inputs, {reached[-1] if reached else 0} edges reached, "
              f"{'something failed' if done.returncode else 'nothing failed'}", flush=True)  # fmt: skip
        if done.returncode:
            failed += 1
            print(done.stderr[-3000:])
        if not (chosen.corpus or chosen.again):
            shutil.rmtree(corpus.parent)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
