"""Fail on a skipped test that is not on the list of allowed ones."""

import re
import sys
from pathlib import Path

log, allowed = (Path(argument).read_text(encoding="utf-8") for argument in sys.argv[1:])
names = [line.split("#")[0].strip() for line in allowed.splitlines() if line.split("#")[0].strip()]
skipped = re.findall(r"^SKIPPED .*$", log, flags=re.MULTILINE)
unknown = [line for line in skipped if not any(name in line for name in names)]
if unknown:
    sys.exit("skipped without being on the list:\n" + "\n".join(unknown))
print(f"{len(skipped)} tests skipped, all on the list" if skipped else "every test ran")
