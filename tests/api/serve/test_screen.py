"""The screen without scripts: plain forms on the same routes do all that can be done."""

from __future__ import annotations

import hashlib
import io
import shlex
import signal
import tomllib
from pathlib import Path
from urllib.parse import quote

import openpyxl
import psutil
import pytest

import singlepot as sp

from ...places import ROOT
from ..test_help import example_of, helped
from .served import Served, served, text_of

LEVERS = [
    ("pot", "95", "pot £196.0m → £186.2m (−5%)"),
    ("bids", "−5%", "(−5%)"),
    ("pot.2027-28", "£95m", "pot 2027-28 £98.0m → £95.0m (−3.061%)"),
    ("national", "98", "national targets −2%"),
    ("national.carbon", "+1", "national targets for Carbon +1%"),
    ("national.carbon.2027-28", "99", "national target for Carbon 2027-28"),
    ("weight.carbon", "2", "weight of Carbon 1 → 2"),
    ("priority.trees", "2", "priority of Trees 1 → 2"),
    ("rules.grant_floor", "85", "grant floor 90% → 85%"),
    ("rules.grant_floor", "", "grant floor 90% → off"),
    ("rules.target_floor", "80", "target floor off → 80%"),
    ("rules.target_ceiling", "150", "target ceiling"),
    ("rules.carry_over", "1", "carry-over"),
    ("give.shortfall.largest", "0.5", "allowance on the largest shortfall off → 0.005"),
]
"""Levers of every kind: what is written into the field, and what the screen then says was changed."""


@pytest.mark.parametrize(("lever", "text", "said"), LEVERS)
def test_a_lever_of_every_kind_is_pulled_said_and_undone(bucks: Served, lever: str, text: str, said: str) -> None:
    with bucks.visitor() as visitor:
        before = visitor.settled()
        standing = visitor.fields()[lever]
        visitor.send("/settle", **{lever: text})
        page = visitor.settled()
        assert said in text_of(page)
        assert visitor.fields()[lever] == {"−5%": "-5%", "+1": "+1%"}.get(text, text)
        visitor.send("/undo")
        assert visitor.settled() == before
        assert visitor.fields()[lever] == standing


def test_equity_is_a_box_and_an_area_is_fixed_by_a_list(tmp_path: Path) -> None:
    with served(tmp_path, "england-tight") as server, server.visitor() as visitor:
        visitor.settled()
        assert visitor.fields()["equity"] == "on"
        visitor.send("/settle", equity=None)
        assert "equity on → off" in text_of(visitor.settled())
        assert "equity" not in visitor.fields()
        visitor.send("/settle", **{"lock-area": "E06000016", "lock-share": "100"})
        assert "grant lock of Leicester off → 100%" in text_of(visitor.settled())
        assert visitor.fields()["lock.E06000016"] == "100"


def test_the_figures_are_those_of_the_same_levers_elsewhere(bucks: Served) -> None:
    """The screen, `with_levers` and the downloaded files say the same."""
    levers = {"pot": 0.95, "weight.carbon": 3.0}
    expected = sp.settle(sp.read_scenario("bucks-and-burnley").with_levers(levers))
    with bucks.visitor() as visitor:
        visitor.settled()
        visitor.send("/settle", pot="95", weight__carbon="3")
        assert "Burnley" in visitor.settled("/?show=areas")
        document = visitor.client.get("/download/settlement").content
        assert document == _json(expected)
        assert tomllib.loads(visitor.client.get("/download/what-if").text)["levers"] == levers
        report = visitor.client.get("/download/report")
        assert report.headers["content-disposition"] == 'attachment; filename="report.html"'
        assert "<html" in report.text
        book = openpyxl.load_workbook(io.BytesIO(visitor.client.get("/download/workbook").content))
        assert book.sheetnames
        assert visitor.client.get("/download/passwords").status_code == 404


def _json(settlement: sp.Settlement) -> bytes:
    from singlepot.scenarios.results.settlement_document import settlement_json

    return settlement_json(settlement)


def test_what_cannot_be_read_stays_in_its_field_with_a_sentence(bucks: Served) -> None:
    with bucks.visitor() as visitor:
        visitor.settled()
        answer = visitor.send("/settle", pot="much", rules__grant_floor="120")
        assert answer.status_code == 422
        page = text_of(answer.text)
        assert "2 fields cannot be read; see below. Nothing was changed." in page
        assert "Write a percentage of what it is, such as 90, or a change such as −10%" in page
        assert "Write a percentage, from 0 to 100, or nothing for no limit." in page
        assert visitor.fields()["pot"] == "much"
        for text in ("90,5", "1,5", "£1,2m"):
            answer = visitor.send("/settle", pot=text)
            assert answer.status_code == 422 and "Write a point for decimals." in text_of(answer.text)
        visitor.settled()
        assert visitor.fields()["pot"] == "100"


def test_limits_of_take_up_stand_among_those_of_areas_and_say_of_what_they_are_a_share(bucks: Served) -> None:
    with bucks.visitor() as visitor:
        page = text_of(visitor.settled())
    limits = page.partition("Limits on what each area gets")[2].partition("Moving money between")[0]
    assert "Least that is used of every option" in limits and "% of its largest take-up" in limits
    assert "percentage points" not in limits


def test_levers_that_leave_no_settlement_are_said_and_can_be_undone(bucks: Served) -> None:
    with bucks.visitor() as visitor:
        visitor.settled()
        visitor.send("/settle", rules__grant_floor="100")
        page = text_of(visitor.settled())
        assert "No settlement." in page and "floors add up to" in page
        visitor.send("/undo")
        assert "No settlement." not in visitor.settled()


def test_undo_goes_back_step_by_step_and_the_base_is_one_press_away(bucks: Served) -> None:
    with bucks.visitor() as visitor:
        visitor.settled()
        for percent in ("99", "98", "97"):
            visitor.send("/settle", pot=percent)
            visitor.settled()
        visitor.send("/undo")
        visitor.settled()
        assert visitor.fields()["pot"] == "98"
        visitor.send("/reset")
        visitor.settled()
        assert visitor.fields()["pot"] == "100"
        visitor.send("/undo")
        visitor.settled()
        assert visitor.fields()["pot"] == "98"


def test_scenarios_are_kept_by_name_opened_and_compared(tmp_path: Path) -> None:
    with served(tmp_path, "bucks-and-burnley") as server, server.visitor() as visitor:
        visitor.settled()
        for name, percent in (("less", "96"), ("more", "104")):
            visitor.send("/settle", pot=percent)
            visitor.settled()
            visitor.send("/save", name=name)
            assert f"Saved as {name}." in visitor.page
            visitor.settled()
        kept = server.folder / "less.toml"
        assert sp.settle(kept).pot["amount"].sum() == pytest.approx(196 * 0.96)
        assert visitor.send("/save", name="less").status_code == 409
        assert "there is a saved scenario less" in text_of(visitor.page).lower()
        visitor.get("/")
        visitor.send("/save", name="less", replace="on")
        assert sp.settle(kept).pot["amount"].sum() == pytest.approx(196 * 1.04)
        visitor.get("/")
        visitor.send("/open", name="more")
        visitor.settled()
        assert visitor.fields()["pot"] == "104"
        visitor.send("/settle", pot="97")
        visitor.settled()
        page = text_of(visitor.settled("/compare?first=more&second=screen"))
        assert "Beside more" in page
        assert "less is granted" in page


HOSTILE = ["../out", "..", "a/b", "a\\b", "/etc/passwd", "con", "scenario", ".hidden", "x" * 61, "a\0b", "", "%2e%2e"]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_that_are_paths_are_refused_in_a_line(bucks: Served, name: str) -> None:
    before = sorted(path.name for path in bucks.folder.parent.rglob("*"))
    with bucks.visitor() as visitor:
        visitor.settled()
        for route in ("/save", "/open"):
            answer = visitor.send(route, name=name)
            assert answer.status_code in (400, 404)
            assert "This cannot be a name; use letters, digits, spaces and hyphens, at most 60." in text_of(answer.text)
        answer = visitor.get(f"/compare?first=base&second={quote(name)}") if name else answer
        assert "This cannot be a name" in text_of(answer.text)
    assert sorted(path.name for path in bucks.folder.parent.rglob("*")) == before


def test_a_link_in_the_folder_is_not_followed(bucks: Served, tmp_path: Path) -> None:
    outside = tmp_path / "outside.toml"
    outside.write_text('base = "england"\ntitle = ""\n', encoding="utf-8")
    (bucks.folder / "linked.toml").symlink_to(outside)
    with bucks.visitor() as visitor:
        visitor.settled()
        assert "linked" not in visitor.page
        assert "There is no saved scenario linked" in text_of(visitor.send("/open", name="linked").text)
    (bucks.folder / "linked.toml").unlink()


def test_a_workbook_with_problems_shows_them_grouped_and_a_sound_one_is_settled(bucks: Served, tmp_path: Path) -> None:
    sp.write_template(tmp_path / "plan.xlsx")
    sound = (tmp_path / "plan.xlsx").read_bytes()
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    for row in range(2, 6):
        book["bids"].cell(row, 3).value = "many"
    book.save(tmp_path / "broken.xlsx")
    broken = (tmp_path / "broken.xlsx").read_bytes()
    with bucks.visitor() as visitor:
        visitor.settled()
        answer = visitor.send("/check", files={"file": ("../../broken.xlsx", broken)})
        assert answer.status_code == 422
        assert "../../broken.xlsx cannot be settled yet" in text_of(answer.text)
        assert answer.text.count("/explain?code=") == 1
        assert "in 4 cells" in text_of(answer.text)
        assert "What to do" in text_of(visitor.get("/explain?code=SP-D011").text)
        assert visitor.settled() and visitor.fields()["pot"] == "100"
        visitor.send("/check", files={"file": ("plan.xlsx", sound)})
        page = text_of(visitor.settled())
        assert "Example" in page and "plan.xlsx" in page and "1 warning of the check" in page
        visitor.send("/settle", pot="97")
        visitor.settled()
        visitor.send("/save", name="from my workbook")
        kept = bucks.folder / "from my workbook.toml"
        assert (bucks.folder / "plan.xlsx").read_bytes() == sound
        assert sp.settle(kept).certificate.passed


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("plan.exe", b"MZ", "neither a workbook nor a JSON document"),
        ("what-if.toml", b'base = "/etc/passwd"', "neither a workbook nor a JSON document"),
        ("plan.xlsx", b"", "No file came"),
        ("plan.xlsx", b"PK\3\4 no archive", "plan.xlsx cannot be settled yet"),
        ("plan.json", b"[" * 100_000, "plan.json cannot be settled yet"),
        ("plan.json", b"{}", "plan.json cannot be settled yet"),
    ],
)
def test_uploads_that_are_no_scenario_are_refused(bucks: Served, name: str, content: bytes, says: str) -> None:
    with bucks.visitor() as visitor:
        visitor.settled()
        assert says in text_of(visitor.send("/check", files={"file": (name, content)}).text)
        assert visitor.get("/").status_code == 200


def test_two_browsers_pull_their_own_levers(bucks: Served) -> None:
    with bucks.visitor() as one, bucks.visitor() as other:
        one.settled()
        other.settled()
        one.send("/settle", pot="99")
        other.send("/settle", pot="96")
        one.settled()
        other.settled()
        assert (one.fields()["pot"], other.fields()["pot"]) == ("99", "96")
        one.send("/undo")
        one.settled()
        other.settled()
        assert (one.fields()["pot"], other.fields()["pot"]) == ("100", "96")


def test_a_settlement_is_cancelled_and_the_server_goes_on(slow: Path) -> None:
    with served(slow.parent, str(slow), "--runs", "1") as server, server.visitor() as visitor:
        assert 'class="running"' in visitor.page
        visitor.send("/cancel")
        visitor.send("/scenario", scenario="bucks-and-burnley")
        assert "Bucks and Burnley" in visitor.settled()
        visitor.send("/settle", pot="99")
        assert "pot £196.0m → £194.0m (−1%)" in text_of(visitor.settled())


def test_a_time_limit_ends_a_settlement_with_a_sentence(slow: Path) -> None:
    with served(slow.parent, str(slow), "--time-limit", "1") as server, server.visitor() as visitor:
        assert "time limit" in text_of(visitor.settled())


def test_a_run_whose_process_dies_is_said_and_the_server_goes_on(slow: Path) -> None:
    with served(slow.parent, str(slow), "--runs", "1") as server, server.visitor() as visitor:
        assert 'class="running"' in visitor.page
        children = psutil.Process(server.process.pid).children()
        workers = [child for child in children if any("spawn_main" in word for word in child.cmdline())]
        for child in workers:
            child.kill()
        assert "process ended" in text_of(visitor.settled())
        visitor.send("/scenario", scenario="bucks-and-burnley")
        assert "Bucks and Burnley" in visitor.settled()


def test_the_example_of_the_help_runs_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    _, command, *arguments = shlex.split(example_of(helped("serve")))
    free = [{"8000": "0"}.get(argument, argument) for argument in arguments]
    assert command == "serve"
    with served(tmp_path, *free) as server:
        server.process.send_signal(signal.SIGINT)
        assert server.process.stdout is not None and server.process.stderr is not None
        assert "Ctrl-C ends it" in server.process.stdout.read()
        assert server.process.stderr.read() == ""
        assert server.process.wait(60) == 0


def test_without_a_scenario_one_is_chosen_in_the_browser(tmp_path: Path) -> None:
    with served(tmp_path) as server, server.visitor() as visitor:
        assert "Choose a scenario" in visitor.page
        visitor.send("/scenario", scenario="bucks-and-burnley")
        assert "Bucks and Burnley" in visitor.settled()
        assert visitor.send("/scenario", scenario="/etc").status_code == 404


def test_levers_of_the_command_are_pulled_from_the_start(tmp_path: Path) -> None:
    levers = ("--set", "grant_floor=85%", "--set", "pot=-2%")
    with served(tmp_path, "bucks-and-burnley", *levers) as server, server.visitor() as visitor:
        page = text_of(visitor.settled())
        assert "grant floor 90% → 85%" in page and "pot £196.0m → £192.1m (−2%)" in page
        assert visitor.fields()["pot"] == "-2%"


def test_htmx_is_the_file_of_its_release() -> None:
    """The decision record says which version it is, with its digest."""
    content = (ROOT / "api/serve/screen/templates/htmx.min.js").read_bytes()
    records = "".join(path.read_text("utf-8") for path in (ROOT / "docs/decisions").glob("0*serve*.md"))
    assert hashlib.sha256(content).hexdigest() in records
    licence = ROOT / "api/serve/screen/templates/htmx-LICENSE.md"
    assert "Zero-Clause BSD" in licence.read_text(encoding="utf-8")
