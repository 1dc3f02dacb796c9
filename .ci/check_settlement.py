"""Check a written settlement from outside: complete, unchanged, and whole pounds within every pot."""

import csv
import hashlib
import json
import sys
import zipfile
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

folder = Path(sys.argv[1])
manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
for name, digest in manifest["files"].items():
    if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
        sys.exit(f"{name} differs from the manifest")

rows = {}
for table in ("grants", "pot"):
    with (folder / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        rows[table] = list(csv.DictReader(file))
spent: dict[tuple[str, str], int] = defaultdict(int)
for grant in rows["grants"]:
    spent[grant["envelope"], grant["year"]] += int(grant["pounds"])
for pot in rows["pot"]:
    held = sum(Decimal(pot[c]) for c in ("amount", "carried_in", "vired_in"))
    held -= sum(Decimal(pot[c]) for c in ("carried", "vired"))
    if spent[pot["envelope"], pot["year"]] > held * 1_000_000 + 1:
        sys.exit(f"{pot['envelope']} {pot['year']}: £{spent[pot['envelope'], pot['year']]} is more than £{held}m")
if not json.loads((folder / "settlement.json").read_text(encoding="utf-8"))["certificate"]["passed"]:
    sys.exit("the certificate does not hold")
for name in ("settlement.xlsx", "report.html"):
    if name not in manifest["files"]:
        sys.exit(f"{name} was not written")
with zipfile.ZipFile(folder / "settlement.xlsx") as workbook:
    if "xl/workbook.xml" not in workbook.namelist():
        sys.exit("settlement.xlsx is no workbook")
if {"assumptions", "decisions", "data", "verification"} - set(manifest["logs"]):
    sys.exit("the manifest lacks logs")
print(f"{folder}: {len(manifest['files'])} files as in the manifest, {len(rows['grants'])} grants within the pots")
