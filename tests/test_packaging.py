"""The installed package is the repository, the README's commands are there, and imports name the package."""

from __future__ import annotations

import ast
import importlib.resources
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import singlepot as sp

from .places import ROOT

ROOMS = ("api", "solver", "models", "scenarios", "reports")
SHIPPED = {".py", ".pyi", ".csv", ".toml", ".md", ".typed", ".j2", ".css", ".js", ".json"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def folders() -> dict[str, Path]:
    """Import name → folder, as pyproject.toml maps them."""
    return {name: ROOT / folder for name, folder in PROJECT["tool"]["setuptools"]["package-dir"].items()}


NOT_SHIPPED = ROOT / "scenarios" / "library_build"
"""Runs in a checkout alone."""


def files_of(room: str) -> list[Path]:
    return [path for path in (ROOT / room).rglob("*") if path.is_file() and NOT_SHIPPED not in path.parents]


def in_repository() -> set[str]:
    """Files that the package must hold."""
    return {
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in files_of(room)
        if path.suffix in SHIPPED or path.name == "py.typed"
    }


def installed() -> set[str]:
    """Files of the installed package, under their names in the repository."""
    places = {"singlepot" if room == "api" else f"singlepot/{room}": room for room in ROOMS}
    root = Path(str(importlib.resources.files("singlepot")))
    rows = set()
    for path in root.rglob("*"):
        if not path.is_file() or "__pycache__" in path.parts:
            continue
        relative = "singlepot/" + path.relative_to(root).as_posix()
        position = max((p for p in places if relative.startswith(p + "/")), key=len)
        rows.add(places[position] + relative[len(position) :])
    return rows


def test_every_file_of_the_rooms_is_installed_and_no_other() -> None:
    """The sentinel: a file that is missing from the package, or left over in it, is named here."""
    assert installed() == in_repository()


def test_every_folder_with_code_is_a_listed_package() -> None:
    mapped = folders()
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == set(mapped)
    with_code = {path.parent for room in ROOMS for path in files_of(room) if path.suffix == ".py"}
    assert with_code == set(mapped.values())


@pytest.mark.parametrize("room", [room for room in ROOMS if (ROOT / room).is_dir()])
def test_no_module_imports_a_room_by_its_folder_name(room: str) -> None:
    for path in (ROOT / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module]
            assert not [name for name in names if name.split(".")[0] in ROOMS], path


@pytest.mark.parametrize("name", ["settle", "test"])
def test_the_readme_has_the_command(name: str) -> None:
    """A marked block makes its own environment beside the checkout; a Windows pair stands below it."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    after = text.split(f"<!-- command: {name} -->\n", 1)[1]
    block, _, rest = after.removeprefix("```bash\n").partition("```")
    assert "-m venv ../singlepot-env" in block
    assert "```powershell" in rest[:100]
    assert ("singlepot settle england --out out/england" in block) == (name == "settle")


def test_public_names_are_all_there() -> None:
    for name in sp.__all__:
        assert getattr(sp, name) is not None
    with pytest.raises(AttributeError, match="frobnicate"):
        sp.frobnicate  # noqa: B018


def test_star_import_and_dir_give_the_public_names() -> None:
    names: dict[str, object] = {}
    exec("from singlepot import *", names)
    assert set(sp.__all__) == set(dir(sp)) <= set(names)
    assert sp.__version__ == PROJECT["project"]["version"]


def test_importing_the_package_loads_none_of_its_modules_nor_what_they_need() -> None:
    output = python("import sys; before = set(sys.modules); import singlepot; print(*(set(sys.modules) - before))")
    assert output.stdout.split() == ["singlepot"]


WARNED = """
import singlepot as sp
bucks = sp.read_scenario("bucks-and-burnley")
{}
bucks.with_(areas=bucks.areas.replace({{"name": {{"Burnley": "Pendle"}}}}))
"""


@pytest.mark.parametrize(("handler", "says"), [("", ""), ("import logging; logging.basicConfig()", "SP-A")])
def test_a_warning_reaches_standard_error_only_where_the_program_sends_it(handler: str, says: str) -> None:
    output = python(WARNED.format(handler)).stderr
    assert says in output and bool(output) is bool(says)


def python(program: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a Python of its own."""
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)


def test_the_repository_speaks_of_the_project_alone() -> None:
    """No path of a machine and no host of a package registry stands in any tracked text."""
    words = ["/" + "work/", "/" + "root/", "pypi" + ".org", "files.python" + "hosted"]
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        if not path.is_file() or path.suffix not in SHIPPED | {".yml", ".cfg", ".svg", ".lp"}:
            continue
        if any(part in {".git", "build", "dist", "out"} or part.endswith((".egg-info", "_cache")) for part in parts):
            continue
        text = path.read_text(encoding="utf-8")
        assert not [word for word in words if word in text], path


def test_the_lock_has_every_package_that_is_asked_for_within_its_bounds() -> None:
    """Also those of tests and tools; what they need in turn is pinned beside them."""
    lines = (ROOT / ".ci" / "lock.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if not line.startswith("#"))
    locked = {canonicalize_name(name): version for name, version in pins.items()}
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = [Requirement(text) for part in (PROJECT["project"]["dependencies"], *extras.values()) for text in part]
    packages = [one for one in wanted if one.name != "singlepot"]
    assert len(packages) > 30
    assert [one.name for one in packages if canonicalize_name(one.name) not in locked] == []
    assert [str(one) for one in packages if not one.specifier.contains(locked[canonicalize_name(one.name)])] == []
