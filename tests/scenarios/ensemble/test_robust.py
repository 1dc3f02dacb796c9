"""Grants decided once for many draws: against one programme of all draws by hand, and what must hold of any."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import singlepot as sp
from singlepot.reports import robust_chart, robust_text
from singlepot.scenarios.ensemble.sampling import draw_sample
from singlepot.scenarios.reading.reading import read_scenario

from ...command_line import run

PLAN = """
schema = 1
base = "{base}"
draws = {draws}
seed = 7
[[uncertain]]
name = "what retrofits bring"
table = "option_years"
columns = ["carbon", "grant"]
each = "area"
distribution = "uniform"
low = 0.2
high = 1.4
"""


def made(folder: Path, base: str = "base", draws: int = 12) -> Path:
    """A plan over Bucks and Burnley, with carbon short."""
    scenario = sp.read_scenario("bucks-and-burnley")
    short = scenario.with_(national=scenario.national.assign(target=scenario.national["target"] * 1.05))
    sp.write_scenario(short, folder / "base")
    path = folder / "plan.toml"
    path.write_text(PLAN.format(base=base, draws=draws))
    return path


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> sp.Robust:
    return sp.settle_robust(made(tmp_path_factory.mktemp("plan")))


def test_every_stage_is_proved(found: sp.Robust) -> None:
    """The bound is below the value, by next to nothing; knowing is best, and the central grants are no better."""
    assert found.stages["gap"].max() < 1e-6
    assert (found.stages["value"] >= found.stages["bound"] - 1e-9).all()
    assert found.figure("expected, known") <= found.stages["bound"].iloc[0] + 1e-9
    assert found.stages["value"].iloc[0] <= found.figure("expected, central") + 1e-7
    assert found.figure("value of knowing") >= -1e-9
    assert found.figure("value of knowing") > 1e-4


def test_each_draw_is_at_best_what_it_says(found: sp.Robust) -> None:
    """Each draw settled by itself with nobody getting more than promised: the shortfall it was said to have."""
    plan = found.plan
    from singlepot.scenarios.ensemble.sampling import draw_sample

    base = sp.read_scenario(plan.base)
    sample = draw_sample(plan, base)
    promised = found.grants.set_index(["area", "envelope", "year"])["grant"]
    give = dict.fromkeys(base.settings.stages.give)
    for draw in range(3):
        alone = sample.scenario(draw).with_(
            stages={"order": ["shortfall.total"], "give": give}, rules={"grant_floor": None}
        )

        def no_more(rows: sp.ExtraRows) -> None:
            labels = rows.labels("grant")
            for column, *cell in zip(labels["column"], labels["area"], labels["envelope"], labels["year"], strict=True):
                rows.at_most(" ".join(cell), [column], 1.0, float(promised[tuple(cell)]) + 1e-7)

        value = float(sp.settle(alone, extra=no_more).stages["value"].iloc[0])
        assert value == pytest.approx(found.draws["robust"][draw], abs=1e-6)


def test_grants_keep_the_rules(found: sp.Robust) -> None:
    """Floors, pots and whole pounds; what is allocated and left adds up."""
    grants, pot = found.grants, found.pot
    assert (grants["grant"] >= 0.9 * grants["bid"] - 1e-6).all()
    spent = grants.groupby("year")["grant"].sum()
    assert (spent <= pot.set_index("year")["amount"] + 1e-5).all()
    assert (grants["pounds"] - 1e6 * grants["grant"]).abs().max() <= 1 + 1e-5
    assert (grants.groupby("year")["pounds"].sum() <= 1e6 * pot.set_index("year")["amount"]).all()


def test_certain_draws_are_the_central_case(tmp_path: Path) -> None:
    """Where draws hardly differ there is nothing to know, and the expected shortfall is the scenario's own."""
    path = made(tmp_path)
    path.write_text(path.read_text().replace("low = 0.2", "low = 0.9999999").replace("high = 1.4", "high = 1.0000001"))
    same = sp.settle_robust(path, draws=3)
    base = sp.read_scenario(tmp_path / "base")
    order = {"order": ["shortfall.total"], "give": dict.fromkeys(base.settings.stages.give)}
    least = float(sp.settle(base.with_(stages=order)).stages["value"].iloc[0])
    assert same.figure("expected, known") == pytest.approx(least, abs=1e-6)
    assert same.figure("value of knowing") == pytest.approx(0.0, abs=2e-6)


def test_the_worst_first_is_no_worse_there(found: sp.Robust) -> None:
    worst = sp.settle_robust(found.plan, order=["worst"])
    assert worst.stages["value"].iloc[0] <= found.figure("worst, robust") + 1e-6


def test_average_of_the_worst_by_hand() -> None:
    from singlepot.solver import average_of_worst

    assert average_of_worst(np.asarray([4.0, 1.0, 2.0, 3.0]), 0.5) == 3.5
    assert average_of_worst(np.asarray([1.0, 2.0, 6.0]), 0.5) == pytest.approx((6 + 0.5 * 2) / 1.5)


def test_what_cannot_be_asked_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path)
    for wrong in ({"worst": 0.0}, {"order": []}, {"order": ["best"]}):
        with pytest.raises(sp.BadOptionError):
            sp.settle_robust(path, **wrong)  # type: ignore[arg-type]
    with pytest.raises(sp.BadOptionError, match="no shortfall that draws could change"):
        path.write_text(path.read_text().replace('"base"', '"levelling-up-fund"').replace("option_years", "bids")
                        .replace('["carbon", "grant"]', '["amount"]'))  # fmt: skip
        sp.settle_robust(path)


def test_the_commands(tmp_path: Path) -> None:
    path, out = made(tmp_path, draws=4), tmp_path / "out"
    output = run("settle", str(path), "--robust", "--out", str(out))
    assert output.returncode == 0, output.stderr
    assert "Grants decided once for 4 draws" in output.stdout
    assert json.loads((out / "robust.json").read_text())["draws"] == 4
    assert len(pd.read_csv(out / "draws.csv")) == 4
    shown = run("robust", str(path), "--json", "--worst", "25%", "--order", "worst")
    assert [row["name"] for row in json.loads(shown.stdout)["stages"]] == ["worst"]


def test_it_is_said_and_drawn(found: sp.Robust) -> None:
    assert "would be worth" in robust_text(found).replace("\n", " ")
    assert set(robust_chart(found)) == {"chart.png", "chart.svg"}


@pytest.mark.parametrize(("table", "column"), [("pot", "amount"), ("bids", "amount")])
def test_rules_for_grants_hold_in_every_draw(table: str, column: str, tmp_path: Path) -> None:
    """Pots and bids that are drawn: no draw pays less than it must or more than it has; knowing is never worse."""
    path = made(tmp_path)
    text = path.read_text().replace("option_years", table).replace('["carbon", "grant"]', f'["{column}"]')
    path.write_text(text.replace('each = "area"', 'each = "all"').replace("0.2", "0.96").replace("1.4", "1.05"))
    found = sp.settle_robust(path, draws=6)
    given, sample = (
        found.grants.set_index(["area", "year"])["grant"],
        draw_sample(found.plan, read_scenario(found.plan.base)),
    )
    for number, row in found.draws.iterrows():
        drawn = sample.scenario(int(number))
        bids = drawn.bids.set_index(["area", "year"])["amount"]
        assert (given - 0.9 * bids).min() >= -1e-6
        assert (given.groupby("year").sum() - drawn.pot.set_index("year")["amount"]).max() <= 1e-6
        assert row["known"] <= row["robust"] + 1e-7
    assert found.draws["central"].isna().any()
    said = " ".join(robust_text(found).split())
    assert "the central grants cannot be, for the pot or a rule" in said and "nan" not in said
