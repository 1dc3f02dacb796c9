"""Remedies of broken inputs are carried out on them: each way that a message names leaves less that is wrong."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import singlepot as sp

from ...places import INPUT
from .test_broken_inputs import TRIES, change
from .test_broken_tables import CASES, broken

Edit = Callable[[], object]


class Broken:
    """A folder with a mistake, whose files are edited as a person would who follows a message."""

    def __init__(self, folder: Path, problem: sp.Diagnostic) -> None:
        self.folder, self.problem = folder, problem
        self.file = folder / problem.file
        row = re.fullmatch(r"row (\d+)", problem.place)
        self.row = int(row[1]) - 1 if row else 0

    def rows(self, file: Path | None = None) -> list[list[str]]:
        return list(csv.reader(io.StringIO((file or self.file).read_text(encoding="utf-8"))))

    def save(self, rows: list[list[str]], file: Path | None = None) -> None:
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        (file or self.file).write_text(out.getvalue(), encoding="utf-8")

    def write(self, word: str) -> None:
        """Write a word into the cell, or as the name of the column where the problem is its header's."""
        rows = self.rows()
        rows[self.row][self.at(rows)] = word
        self.save(rows)

    def at(self, rows: list[list[str]]) -> int:
        named = re.search(r"column (\d+)", self.problem.value)
        return int(named[1]) - 1 if named else rows[0].index(self.problem.column)

    def rename(self, word: str) -> None:
        """Name the misspelt column as it should be, from either of the two messages about it."""
        rows = self.rows()
        old, new = self.problem.column, word
        if old not in rows[0]:
            old, new = word.encode().decode("unicode_escape"), old
        rows[0][rows[0].index(old)] = new
        self.save(rows)

    def delete_row(self) -> None:
        rows = self.rows()
        del rows[self.row]
        self.save(rows)

    def delete_column(self) -> None:
        rows = self.rows()
        at = len(rows[0]) - 1 - rows[0][::-1].index(self.problem.column) if self.problem.column else self.at(rows)
        self.save([row[:at] + row[at + 1 :] for row in rows])

    def delete_name(self, word: str) -> None:
        """Delete the last of the names in a cell that lists several."""
        rows = self.rows()
        names = [name.strip() for name in rows[self.row][self.at(rows)].split(";")]
        del names[len(names) - 1 - names[::-1].index(word)]
        rows[self.row][self.at(rows)] = "; ".join(names)
        self.save(rows)

    def borrow(self) -> None:
        """Write what the next row that has something has in this column."""
        rows = self.rows()
        at = self.at(rows)
        self.write(next((row[at] for i, row in enumerate(rows) if 0 < i != self.row and row[at].strip()), "1"))

    def line(self, find: str, put: str) -> None:
        """Change the settings."""
        text = (self.folder / "scenario.toml").read_text(encoding="utf-8")
        changed = re.sub(find, put, text, count=1, flags=re.MULTILINE)
        assert changed != text, find
        (self.folder / "scenario.toml").write_text(changed, encoding="utf-8")

    def value(self, word: str) -> None:
        """Write a value in the line of the settings that the message names."""
        at = int(re.match(r"line (\d+)", self.problem.place)[1]) - 1  # type: ignore[index]
        lines = self.file.read_text(encoding="utf-8").split("\n")
        lines[at] = f"{lines[at].partition('=')[0]}= {word}"
        self.file.write_text("\n".join(lines), encoding="utf-8")

    def append(self, file: str, **cells: str) -> None:
        rows = self.rows(self.folder / file)
        self.save([*rows, [cells.get(name, "") for name in rows[0]]], self.folder / file)

    def recode(self, encoding: str) -> None:
        self.file.write_bytes(self.file.read_bytes().decode(encoding).encode("utf-8"))


def ways(broken: Broken) -> Iterator[Edit]:
    """The edits that a remedy names; of words that leave the choice to people, one choice."""
    problem = broken.problem
    remedy, word, key = problem.remedy, _word(problem.value), problem.column.rpartition(".")[2]
    if quoted := re.search(r'(?:did you mean|write|for instance) "(.*?)"(?! and)', remedy):
        if problem.code in ("SP-D001", "SP-F011"):
            yield lambda: (broken.folder / quoted[1]).rename(broken.file)
        elif problem.table == "scenario":
            old = key if problem.code == "SP-S001" else word
            yield lambda: broken.line(rf"\b{re.escape(old)}\b", quoted[1])
        elif (problem.code == "SP-D025" and problem.column == "requires") or problem.place:
            yield lambda: broken.write(quoted[1])
        else:
            yield lambda: broken.rename(quoted[1])
    if number := re.match(r"write (-?[\d.e-]+)(?: or 0)?(?:,? with a point| for [\d.]+%| \(|$| if| or)", remedy):
        if problem.table == "scenario":
            yield lambda: broken.value(number[1])
        else:
            yield lambda: broken.write(number[1])
    plain = {
        r"write a number above zero|write a number below|write a plain number|write a number, 0 for nothing": "1",
        r"empty the cell|leave the cell empty": "",
        r"choose another name": "another_name",
        r"rename the option": "renamed",
        r"shorten it": "short",
        r"make the two one option, or take one out of the scheme": "",
    }
    for pattern, put in plain.items():
        if re.match(pattern, remedy) and problem.table != "scenario":
            yield lambda put=put: broken.write(put)  # type: ignore[misc]
    if (
        re.search(r"fill it in(?:$|, or (?:delete the row|leave))|correct it there|or correct it", remedy)
        and problem.column
    ):
        yield broken.borrow
    if re.search(r"delete the row|has the same key; delete one of them|delete one of them$", remedy):
        yield broken.delete_row
    if re.search(r"delete the column|leave the whole column out", remedy) or (
        not problem.place and problem.code in ("SP-D003", "SP-D004", "SP-D032") and "delete" in remedy
    ):
        yield broken.delete_column
    if "let its name begin with _" in remedy and problem.column:
        yield lambda: broken.rename(f"_{problem.column}")
    if renamed := re.search(r"rename it to (\S+),", remedy):
        yield lambda: broken.file.rename(broken.file.with_name(renamed[1]))
    if problem.code == "SP-D034" and "delete" in remedy:
        yield lambda: broken.delete_name(word)
    if "add it to options" in remedy:
        area = broken.rows()[broken.row][broken.rows()[0].index("area")]
        yield lambda: broken.append("options.csv", area=area, option=word)
    if "add a row to the pot" in remedy:
        envelope, _, year = word.rpartition(" ")
        yield lambda: broken.append("pot.csv", year=year, amount="0", envelope=envelope)
    if "list it in attributes" in remedy:
        name = problem.column if problem.code == "SP-D003" else word
        yield lambda: _listed(broken, name)
    if "list it in years" in remedy and word[:4].isdigit():
        yield lambda: broken.line(r"^(years = \[.*)\]", rf'\1, "{word}"]')
    if (replaced := re.search(r"it was replaced on .* by (\w+) \(", remedy)) and problem.code == "SP-D021":
        yield lambda: broken.write(replaced[1])
    if re.search("give all years one weight|give both one share", remedy):
        yield lambda: broken.write(re.match(r"[\d.]+", problem.expected)[0])  # type: ignore[index]
    if "take it out of attributes" in remedy:
        yield lambda: broken.line(rf'"{problem.column}",? ?', "")
    if call := re.match(r"call it (\w+)", remedy):
        yield lambda: broken.rename(call[1])
    if passed := re.search(r"looks like Windows-1252|--encoding utf-16", remedy):
        yield lambda: broken.recode("cp1252" if "1252" in passed[0] else "utf-16")
    if setting := re.match(r"write ((?:schema|years) = .*)$", remedy):
        yield lambda: broken.line(r"\A", f"{setting[1]}\n")
    if "straight quotation marks" in remedy:
        yield lambda: broken.line("\N{LEFT DOUBLE QUOTATION MARK}(.*)\N{RIGHT DOUBLE QUOTATION MARK}", r'"\1"')
    if share := re.match(r"write ([\d.]+) if ([\d.]+)% is meant", remedy):
        assert float(share[1]) == pytest.approx(float(share[2]) / 100)


def _listed(broken: Broken, name: str) -> None:
    if "attributes" in (broken.folder / "scenario.toml").read_text(encoding="utf-8"):
        broken.line(r"^(attributes = \[.*)\]", rf'\1, "{name}"]')
    else:
        broken.line(r"\A", f'attributes = ["{name}"]\n')


def _word(value: str) -> str:
    """The offending word, as a message quotes it."""
    quoted = re.match(r'"(.*?)"', value)
    return quoted[1] if quoted else value


LEFT_TO_PEOPLE = re.compile(
    r"see that|correct the code|correct it, or money|save it as|take all areas|use a larger unit|"
    r"list every year once|cells that hold a comma|delete the character|copy the file|it is there twice|put text|"
    r"put a year|rename or delete|shorten it|the folder has|the area named|name one more column|"
    r"one row for each year|it was replaced|write both|true or false|without quotes|fewer digits|elasticity =|"
    r"or choose another basis|does not begin with 0|add the column|fill it in, or delete the file|complete file|"
    r"give the column a name|write the numbers below one another|find the amount out|"
    r"move the floor or the ceiling|correct the shares|correct one of the two shares|name the options one by one"
)
"""Remedies that say what people have to find out or to choose, or how to save a file in another program."""


def folders() -> Iterator[Any]:
    """Every broken folder of the lists of broken inputs."""
    for case in CASES:
        yield pytest.param(None, case, id=f"table: {case['what']}")
    for case in TRIES:
        _, attempt = case.values
        if attempt.get("codes") and "source" not in attempt and "run" not in attempt and not attempt.get("read"):
            yield pytest.param(attempt, None, id=f"input: {case.id}")


def made(attempt: dict[str, Any] | None, case: dict[str, Any] | None, at: Path) -> Path:
    shutil.rmtree(at, ignore_errors=True)
    if case is not None:
        at.mkdir(parents=True)
        shutil.copy(INPUT / "full" / "scenario.toml", at)
        for name, text in broken(case).items():
            (at / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
        return at
    assert attempt is not None
    shutil.copytree(INPUT / attempt.get("base", "official"), at)
    change(at, attempt.get("change", []))
    return at


def codes(folder: Path) -> Counter[str]:
    return Counter(problem.code for problem in sp.check_scenario(folder).problems)


@pytest.mark.parametrize(("attempt", "case"), list(folders()))
def test_every_remedy_of_a_broken_input_makes_it_better(
    attempt: dict[str, Any] | None, case: dict[str, Any] | None, tmp_path: Path
) -> None:
    folder = made(attempt, case, tmp_path / "in" / "made")
    before = codes(folder)
    for problem in dict.fromkeys(problem for problem in sp.check_scenario(folder).problems if problem.remedy):
        if problem.column in ("__proto__",) or sum(before.values()) > 20:
            continue
        count = 0
        for number in range(len(list(ways(Broken(folder, problem))))):
            fresh = made(attempt, case, tmp_path / "in" / "made")
            list(ways(Broken(fresh, problem)))[number]()
            after = codes(fresh)
            assert after[problem.code] < before[problem.code], f"{problem}: {sp.check_scenario(fresh).problems}"
            count += 1
        made(attempt, case, tmp_path / "in" / "made")
        assert count or LEFT_TO_PEOPLE.search(problem.remedy), str(problem)
