"""The catalogue of broken inputs, a file each in ``tests/input/cases``: all refused in one line, or accepted and right.

A case is a TOML file with ``number``, ``what`` and one ``[[try]]`` for each form that it takes:

- ``base``: the folder that is changed, ``official`` unless named; ``change``: what is done to its files, see
  :func:`change`; ``read``: options of ``read_scenario``; ``source``: what is read in place of the folder;
- ``codes``: every problem that must be found, and no other; or, accepted, ``notes``: every warning and note;
- ``file``, ``place``, ``says``: where the first of them is, and words that it must contain;
- ``means``: changes of the base that give the same scenario plainly; ``settles``: it settles with a certificate;
  ``grants_as``: changes that give other tables and the same grants;
- ``run``: arguments of the command line, with ``exit`` and ``says``.

``no_meaning`` says why a row of the catalogue is about something that does not exist here; what does happen is tried.
``remark`` says what of a row is left out. ``[[held]]`` names a test elsewhere, with words that it insists on.
:mod:`tests.catalogue` makes the table of the manual from all of them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import singlepot as sp
from singlepot.cli import _run
from singlepot.models.diagnostics.codes import CODES

from ...catalogue import cases
from ...places import INPUT

CASES = cases()
TRIES = [
    pytest.param(case, attempt, id=f"{case['number']:02d} {attempt.get('what', case['what'])}")
    for case in CASES
    for attempt in case.get("try", [])
]


def change(folder: Path, changes: Sequence[dict[str, Any]]) -> None:
    """Change files of a folder: ``find`` becomes ``put`` (``times`` over), in one ``file`` or in ``all``."""
    for one in changes:
        for path in sorted(folder.glob("*.csv")) if one.get("all") else [folder / one["file"]]:
            _change(path, one)


def _change(path: Path, one: dict[str, Any]) -> None:
    if "delete" in one:
        path.unlink()
    elif "rename" in one:
        path.rename(path.with_name(one["rename"]))
    elif "copy" in one:
        shutil.copy(path, path.with_name(one["copy"]))
    elif "folder" in one:
        path.mkdir()
    elif "link" in one:
        outside = path.parent.parent / one["link"]
        path.rename(outside)
        path.symlink_to(outside)
    elif "text" in one:
        path.write_text(one["text"] * one.get("times", 1), encoding="utf-8", newline="")
    elif "hex" in one:
        rest = path.read_bytes() if path.exists() else b""
        path.write_bytes(bytes.fromhex(one["hex"]) + rest)
    elif "encode" in one:
        path.write_bytes(path.read_text(encoding="utf-8").encode(one["encode"]))
    elif "cut" in one:
        path.write_bytes(path.read_bytes()[: -one["cut"]])
    else:
        text = path.read_text(encoding="utf-8")
        if "append" in one:
            rows = (one["append"].replace("§", str(number)) for number in range(one.get("times", 1)))
            text += "".join(rows)
        else:
            assert one.get("all") or one["find"] in text, f"{path.name} does not hold {one['find']!r}"
            text = text.replace(one["find"], one["put"] * one.get("times", 1), -1 if one.get("every") else 1)
        path.write_text(text, encoding="utf-8", newline="")


def made(base: str, changes: Sequence[dict[str, Any]], at: Path) -> Path:
    folder = Path(shutil.copytree(INPUT / base, at))
    change(folder, changes)
    return folder


@pytest.mark.parametrize(("case", "attempt"), TRIES)
def test_a_broken_input_is_refused_in_one_line_or_read_right(
    case: dict[str, Any],
    attempt: dict[str, Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base = attempt.get("base", "official")
    folder = made(base, attempt.get("change", []), tmp_path / "mine" / attempt.get("named", "scenario"))
    monkeypatch.chdir(folder.parent)
    if "run" in attempt:
        check_run(attempt, tmp_path, capsys)
        return
    source = attempt["source"].replace("{folder}", folder.as_posix()) if "source" in attempt else str(folder)
    findings = sp.check_scenario(source, **attempt.get("read", {}))
    if "codes" in attempt:
        codes = attempt["codes"] * attempt.get("count", 1)
        assert sorted(problem.code for problem in findings.problems) == sorted(codes), "\n".join(
            map(str, findings.problems)
        )
        check_first(findings.problems, attempt["codes"][0], attempt)
        check_nothing_comes_out(source, attempt.get("read", {}), tmp_path, capsys)
        return
    assert findings.scenario is not None, "\n".join(map(str, findings.problems))
    assert sorted(note.code for note in findings.notes) == sorted(attempt["notes"]), "\n".join(map(str, findings.notes))
    if attempt["notes"]:
        check_first(findings.notes, attempt["notes"][0], attempt)
    if "means" in attempt:
        plain = sp.read_scenario(made(base, attempt["means"], tmp_path / "plain"))
        assert findings.scenario == plain
    for cell in attempt.get("cells", []):
        assert findings.scenario.tables[cell["table"]][cell["column"]].tolist()[: len(cell["values"])] == cell["values"]
    if "grants_as" in attempt:
        other = sp.settle(sp.read_scenario(made(base, attempt["grants_as"], tmp_path / "other")))
        grants = sp.settle(findings.scenario).grants["grant"]
        assert grants.to_numpy() == pytest.approx(other.grants["grant"].to_numpy(), abs=1e-9)
    if attempt.get("settles"):
        settlement = sp.settle(findings.scenario)
        assert settlement.certificate.passed
        if attempt.get("unchanged"):
            assert settlement.grants["grant"].tolist() == settlement.grants["bid"].tolist()


def check_first(problems: Sequence[sp.Diagnostic], code: str, attempt: dict[str, Any]) -> None:
    """The first problem of a code is where it should be and says in one line what it should."""
    first = next(problem for problem in problems if problem.code == code)
    line = str(first)
    assert "\n" not in line
    assert line.isprintable()
    if "file" in attempt:
        assert first.file == attempt["file"]
    if "place" in attempt:
        assert first.place == attempt["place"], line
    for words in attempt.get("says", []):
        assert words in line, line


def check_nothing_comes_out(source: str, read: dict[str, Any], at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command line names every problem in a line of its own, and writes nothing."""
    options = [f"--{name.replace('_', '-')}" + ("" if value is True else f"={value}") for name, value in read.items()]
    assert _run(["settle", "--out", str(at / "out"), *options, "--", source]) == 3
    output = capsys.readouterr()
    assert output.out == ""
    assert "Traceback" not in output.err
    lines = output.err.splitlines()
    assert all(line.partition(" ")[0] in CODES or line.startswith(("warning: SP-", "... and ")) for line in lines), (
        lines
    )
    assert not (at / "out").exists()


def check_run(attempt: dict[str, Any], at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(at.iterdir())
    assert _run(attempt["run"]) == attempt["exit"]
    output = capsys.readouterr()
    for words in attempt["says"]:
        assert words in output.err + output.out
    assert "Traceback" not in output.err
    assert sorted(at.iterdir()) == before


def expected_codes(attempt: dict[str, Any]) -> list[str]:
    return [*attempt.get("codes", []), *attempt.get("notes", [])]


def test_every_case_says_what_comes_out() -> None:
    for case in CASES:
        for attempt in case.get("try", []):
            assert ("codes" in attempt) + ("notes" in attempt) + ("run" in attempt) == 1, case["file_name"]
            quiet = attempt.get("notes") == [] or attempt.get("exit") == 0
            assert attempt.get("says") or quiet, case["file_name"]


def test_every_code_of_files_areas_and_units_has_a_case() -> None:
    tried = {code for case in CASES for attempt in case.get("try", []) for code in expected_codes(attempt)}
    asked = {code for code in CODES if code[3] in "AN" or "SP-F014" <= code <= "SP-F026" or code == "SP-D060"}
    assert asked - tried == set()


def test_the_unchanged_folders_have_no_problem() -> None:
    assert sp.check_scenario(INPUT / "official").notes == ()
    assert [note.code for note in sp.check_scenario(INPUT / "full").notes] == ["SP-A010"]


def test_problems_and_notes_are_written_as_json(tmp_path: Path) -> None:
    folder = made("official", [{"file": "bids.csv", "find": "3.72", "put": "£3.72"}], tmp_path / "scenario")
    findings = json.loads(sp.check_scenario(folder).as_json())
    assert findings["ready"] is False
    assert findings["problems"] == [
        {
            "code": "SP-D011",
            "level": "problem",
            "meaning": "Not a number.",
            "table": "bids",
            "file": "bids.csv",
            "place": "row 2",
            "column": "amount",
            "value": '"£3.72"',
            "expected": "a number ≥ 0 in GBP million",
            "remedy": "write 3.72 (no £ sign), or pass --lenient-numbers",
        }
    ]
