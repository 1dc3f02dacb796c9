"""Pages that the code knows agree with the code; what the README and the manual show as Python runs."""

from __future__ import annotations

import doctest
import json
import re
import runpy
from pathlib import Path

import pytest

from .places import ROOT

PAGES = runpy.run_path(str(ROOT / "docs" / "pages.py"))["PAGES"]
COMMANDS = runpy.run_path(str(ROOT / "docs" / "commands.py"))
NOTEBOOK = runpy.run_path(str(ROOT / "docs" / "notebook.py"))
SITE = runpy.run_path(str(ROOT / ".ci" / "check_site.py"))

LONG = {"defend.md", "howto-own-region.md", "howto-questions.md"}
"""Pages whose commands take most of a minute: ``.ci/run`` carries out those of the first."""

READ = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "scenarios").rglob("*.md")])
"""Every page that is read as Markdown in the repository."""


@pytest.mark.parametrize("name", PAGES)
def test_a_written_page_is_what_the_code_says(name: str) -> None:
    """Run ``python docs/pages.py`` where this fails."""
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == PAGES[name]()


@pytest.mark.parametrize("page", READ, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere_in_the_repository(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", _prose(page)):
        if re.match("https?:", target):
            continue
        path, _, position = target.partition("#")
        file = page if not path else (page.parent / path).resolve()
        assert file.exists() and file.is_relative_to(ROOT), target
        headings = re.findall(r"^#+ (.*)$", _prose(file), re.MULTILINE) if position else []
        assert not position or position in {_slug(heading) for heading in headings}, target


def _prose(page: Path) -> str:
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def _slug(heading: str) -> str:
    """Where a heading can be linked, as Markdown viewers and the site name it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


SHOWN = [pytest.param(name, marks=[pytest.mark.long] if name in LONG else []) for name in COMMANDS["pages"]()]


@pytest.mark.parametrize("name", SHOWN)
def test_commands_print_what_pages_show(name: str, tmp_path: Path) -> None:
    """Run ``python docs/commands.py`` where this fails, and read what changed."""
    page = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert COMMANDS["with_output"](page, tmp_path) == page


def test_a_page_that_shows_something_else_is_seen(tmp_path: Path) -> None:
    file = "<!-- file: said.py -->\n```python\nprint('a\\nb\\nc')\n```\n"
    page = file + "<!-- shown: 1, 3 -->\n```console\n$ python said.py\n{}```\n"
    assert COMMANDS["with_output"](page.format("old\n"), tmp_path) == page.format("a\n…\nc\n")
    with pytest.raises(RuntimeError, match="exit code 0, not 3"):
        COMMANDS["with_output"](page.format("").replace("1, 3 -->", "1; exit: 3 -->"), tmp_path)


def test_the_notebook_has_run_from_first_to_last() -> None:
    stored = json.loads(NOTEBOOK["NOTEBOOK"].read_text("utf-8"))
    cells = [cell for cell in stored["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    shown = [kind for cell in cells for kind, _ in NOTEBOOK["said_by"](cell)]
    assert "error" not in shown and "stderr" not in shown
    assert shown.count("image/png") == 2 and shown.count("text/html") >= 8


@pytest.mark.parametrize(
    ("before", "after", "differs"),
    [
        ("a 1,234.5 b", "a 1,234.5000000001 b", False),
        ("a 1,234.5 b", "a 1,234.6 b", True),
        ("a 1 b", "a 1 c", True),
        ("a 1", "a 1 2", True),
        ("a", "a\nb", True),
        ("E06000060 x 3", "E06000061 x 3", True),
        ("cell -1.5e-3", "cell 1.5e-3", True),
    ],
)
def test_a_notebook_that_shows_something_else_is_seen(before: str, after: str, differs: bool) -> None:
    def notebook(text: str) -> dict[str, object]:
        output = {"output_type": "execute_result", "data": {"text/plain": [text], "image/png": text}}
        return {"cells": [{"source": "x", "outputs": [output]}]}

    assert bool(NOTEBOOK["differences"](notebook(before), notebook(after))) is differs
    assert NOTEBOOK["differences"](notebook(before), {"cells": [{"source": "x", "outputs": []}]})
    assert NOTEBOOK["differences"](notebook(before), {"cells": []})


@pytest.mark.parametrize(
    ("html", "says"),
    [
        ('<a href="two.html#place">x</a>', ""),
        ('<a href="https://example.org/">x</a><a href="two.html">x</a>', ""),
        ('<a href="two.html#nowhere">x</a>', "no such place"),
        ('<a href="two.html">x</a><a href="three.html">x</a>', "leads nowhere"),
        ('<a href="two.html">x</a><img src="picture.png">', "leads nowhere"),
        ('<a href="two.html">x</a><script src="https://example.org/x.js"></script>', "from another host"),
        ('<a href="two.html">x</a><link rel="stylesheet" href="//example.org/x.css">', "from another host"),
        ("", "no page leads here"),
    ],
)
def test_a_site_with_a_broken_link_is_seen(html: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(html, encoding="utf-8")
    (tmp_path / "two.html").write_text('<p id="place">two</p>', encoding="utf-8")
    result = SITE["problems"](tmp_path)
    assert all(says in line for line in result) and bool(result) is bool(says)
    (tmp_path / "style.css").write_text("@import 'https://example.org/font.css';", encoding="utf-8")
    assert len(SITE["problems"](tmp_path)) == len(result) + 1


def test_every_promise_of_the_readme_names_tests_that_are_there() -> None:
    section = (
        (ROOT / "README.md").read_text(encoding="utf-8").partition("## What it promises\n")[2].partition("\n## ")[0]
    )
    rows = [row.strip("|").split("|") for row in section.splitlines() if row.startswith("| ")][1:]
    assert len(rows) >= 5
    for promise, held in rows:
        targets = re.findall(r"\]\(([^)]+)\)", held)
        tests = [(ROOT / target).read_text(encoding="utf-8") for target in targets if target.endswith(".py")]
        assert any(re.search("^def test_|^@pytest.fixture", text, re.MULTILINE) for text in tests), promise


def test_the_readmes_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    block = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(block[1], names)
    assert (tmp_path / "out" / "england" / "manifest.json").is_file()


@pytest.mark.parametrize(
    ("page", "least"),
    [
        ("tutorial.md", 9),
        ("repair.md", 7),
        ("regimes.md", 7),
        ("what-ifs.md", 6),
        ("levelling-up.md", 14),
        ("howto-transition.md", 8),
        ("talks.md", 15),
        ("howto-review.md", 6),
    ],
)
def test_a_walk_through_is_what_happens(page: str, least: int) -> None:
    """Every number of the page, as a doctest."""
    flags = doctest.NORMALIZE_WHITESPACE
    failed, tried = doctest.testfile(
        str(ROOT / "docs" / page), module_relative=False, optionflags=flags, encoding="utf-8"
    )
    assert tried >= least
    assert failed == 0
