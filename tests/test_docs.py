"""Pages that the code knows agree with the code; what the README and the manual show as Python runs."""

from __future__ import annotations

import doctest
import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = runpy.run_path(str(ROOT / "docs" / "pages.py"))["PAGES"]


@pytest.mark.parametrize("name", PAGES)
def test_a_written_page_is_what_the_code_says(name: str) -> None:
    """Run ``python docs/pages.py`` where this fails."""
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == PAGES[name]()


def test_every_link_of_the_readme_leads_somewhere() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / target).exists(), target


def test_the_readmes_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    block = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(block[1], names)
    assert (tmp_path / "out" / "england" / "manifest.json").is_file()


@pytest.mark.parametrize(("page", "least"), [("tutorial.md", 9), ("repair.md", 7), ("regimes.md", 7)])
def test_a_walk_through_is_what_happens(page: str, least: int) -> None:
    """Every number of the page, as a doctest."""
    flags = doctest.NORMALIZE_WHITESPACE
    failed, tried = doctest.testfile(
        str(ROOT / "docs" / page), module_relative=False, optionflags=flags, encoding="utf-8"
    )
    assert tried >= least
    assert failed == 0
