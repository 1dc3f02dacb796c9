"""Damage inputs at random, from fixed seeds, and hold what is said of each against what should be said.

``python .ci/damage.py 20000`` damages so many folders, workbooks, documents, what-ifs and files of bytes, in turn;
``--from`` begins elsewhere, ``--minutes`` ends early, ``--kind`` takes one kind alone. A damage is refused with coded
lines at the place where it was done, or read with the meaning that is left; anything else is printed with its kind and
seed, and fails.
"""

import argparse
import contextlib
import io
import logging
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import singlepot as sp
from tests.damages import damaged
from tests.places import INPUT
from tests.scenarios.formats.test_file_damage import NAMES, is_refused, write_sound
from tests.scenarios.reading.test_random_damage import check_damages
from tests.scenarios.what_if import test_random_what_ifs as words
from tests.scenarios.workbooks.test_workbook_damage import check_damage
from tests.strategies import SeededPicker


def kinds(folder: Path) -> dict[str, Callable[[int], object]]:
    """Each kind of damage by name: a function of the seed, which raises where what is said is wrong."""
    write_sound(folder)
    content = {kind: (folder / name).read_bytes() for kind, name in NAMES.items()}
    bytes_of = {
        f"bytes of {kind}": lambda seed, kind=kind: is_refused(kind, seed, content[kind], folder) for kind in NAMES
    }
    return {
        "folder": lambda seed: check_damages("full", *damaged(SeededPicker(seed), INPUT / "full")),
        "folder with official codes": lambda seed: check_damages(
            "official", *damaged(SeededPicker(seed), INPUT / "official")
        ),
        "workbook": lambda seed: check_damage(seed, content["archive"], folder / "book.xlsx"),
        "document": lambda seed: words.is_refused("document", seed, folder),
        "what-if": lambda seed: words.is_refused("what-if", seed, folder),
        **bytes_of,
    }


def main() -> int:
    """Damage in turn, and print how many of each kind and what failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--kind")
    wanted = parser.parse_args()
    logging.disable(logging.WARNING)
    end, done, failed = time.monotonic() + 60 * wanted.minutes, Counter[str](), 0
    with tempfile.TemporaryDirectory(prefix="singlepot-") as folder:
        of = {name: try_it for name, try_it in kinds(Path(folder)).items() if wanted.kind in (None, name)}
        if not of:
            parser.error(f"no such kind; one of {', '.join(kinds(Path(folder)))}")
        names = list(of)
        for number in range(wanted.first, wanted.first + wanted.count):
            if time.monotonic() > end:
                break
            kind, seed = names[number % len(names)], number // len(names)
            try:
                with contextlib.redirect_stderr(io.StringIO()):  # what refused commands say
                    of[kind](seed)
            except Exception:  # noqa: BLE001  # whatever it is, it is what a user would have seen
                failed += 1
                said = " | ".join(traceback.format_exc(limit=-3).split("\n"))
                print(f"{kind}, seed {seed}: {said[:1500]}", flush=True)
            done[kind] += 1
    print(f"singlepot {sp.__version__}: {sum(done.values()):,} damages, {failed} failed")
    print("\n".join(f"  {kind}: {count:,}" for kind, count in done.items()))
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
