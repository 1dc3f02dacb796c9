"""The help: commands in groups, and an example under each that runs."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from singlepot.cli import GROUPS, _run, cli

COMMANDS = {str(command.name): command for group in GROUPS.values() for command in group}

FILES = {
    "plan.toml": """
        base = "bucks-and-burnley"
        draws = 4
        seed = 7
        [[uncertain]]
        name = "costs"
        table = "option_years"
        columns = ["grant"]
        each = "area"
        distribution = "lognormal"
        spread = 0.1
    """,
    "smaller.toml": """
        title = "Pot 5% smaller"
        base = "bucks-and-burnley"
        [[change]]
        table = "pot"
        multiply = { amount = 0.95 }
    """,
    "tighter.toml": """
        title = "Floors that do not fit"
        base = "bucks-and-burnley"
        [rules]
        grant_floor = 0.95
    """,
    "core.csv": """
        Core spending
        Area,2026-27,2027-28
        Hartlepool,1,2
        England,1,2
    """,
    "pot.csv": """
        Year,Pot
        2026-27,1
        2027-28,1
    """,
    "map.toml": """
        schema = 1
        reviewed = true
        scenario = { years = ["2026-27", "2027-28"] }
        [[take]]
        into = "bids"
        file = "core.csv"
        area = "Area"
        years = "2026-27:2027-28"
        unit = "£m"
        [[take]]
        into = "pot"
        file = "pot.csv"
        columns = { year = "Year", amount = "Pot" }
        unit = "£m"
    """,
    "outturn.csv": "area,year,value\nE07000117,2026-27,20.0\n",
}
"""What a user of the examples has: the plan of an ensemble, a smaller pot, floors that do not fit, published tables,
what was spent."""


def example_of(help_text: str) -> str:
    """The last line of a help, which stands below ``Example:``."""
    *_, title, line = help_text.rstrip().splitlines()
    assert title.strip() == "Example:"
    return line.strip()


def helped(*arguments: str) -> str:
    done = CliRunner().invoke(cli, [*arguments, "--help"], prog_name="singlepot", terminal_width=80)
    assert done.exit_code == 0
    return done.output


def test_the_help_shows_every_command_in_its_group() -> None:
    sections = re.split(r"^(\w+):\n", helped(), flags=re.MULTILINE)
    shown = dict(zip(sections[1::2], sections[2::2], strict=True))
    assert [title for title in shown if title not in ("Options",)] == list(GROUPS)
    for title, commands in GROUPS.items():
        assert re.findall(r"^  ([a-z]\S*) ", shown[title], re.MULTILINE) == [command.name for command in commands]
    assert len(COMMANDS) == sum(map(len, GROUPS.values())) == len(cli.commands)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the examples name, and the settlement that the first example writes."""
    made = tmp_path_factory.mktemp("examples")
    for name, content in FILES.items():
        (made / name).write_text(re.sub(r"^ +", "", content, flags=re.MULTILINE), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made)
        assert _run(shlex.split(example_of(helped("settle")))[1:]) == 0
    return made


ELSEWHERE = {"serve", "selftest"}
"""Commands whose examples the tests of the server and of the self-test carry out."""


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - ELSEWHERE))
def test_every_help_ends_with_an_example_that_runs(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program, command, *arguments = shlex.split(example_of(helped(name)))
    assert (program, command) == ("singlepot", name)
    monkeypatch.chdir(folder)
    again = ["--overwrite"] if name == "settle" else []
    assert _run([command, *arguments, *again]) == 0, capsys.readouterr().err


def test_the_help_of_the_program_ends_with_an_example_that_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert _run(shlex.split(example_of(helped()))[1:]) == 0
    assert (tmp_path / "out" / "bucks-and-burnley" / "manifest.json").is_file()
