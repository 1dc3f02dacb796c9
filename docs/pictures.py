"""Draw the pictures of the README from real settlements: ``python docs/pictures.py`` (needs the extra ``docs``)."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

import singlepot as sp

HERE = Path(__file__).parent / "images"
BEFORE, AFTER, SHORT = "#9aa5b1", "#1d70b8", "#d4351c"


def england() -> None:
    """National objectives before and after, and every area's grant against its bid."""
    settlement = sp.settle(sp.read_scenario("england"))
    national = settlement.national[settlement.national["year"] == "2029-30"]
    names = settlement.scenario.filled("objectives").set_index("key")["name"]
    grants = settlement.grants.groupby("area")[["bid", "grant"]].sum()
    ratio = (grants["grant"] / grants["bid"]).sort_values().to_numpy()
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
    places = range(len(national))
    for offset, column, colour in ((0.2, "proposed", BEFORE), (-0.2, "agreed", AFTER)):
        share = 100 * national[column] / national["target"]
        bars = left.barh([position + offset for position in places], share, height=0.36, color=colour, label=column)
        left.bar_label(bars, fmt="%.1f%%", padding=-34, color="white", fontsize=8)
    left.axvline(100, color=SHORT, linewidth=1.2)
    left.text(101.5, 2, "national objective", color=SHORT, rotation=90, va="center", fontsize=8)
    left.set_yticks(list(places), [names[key] for key in national["objective"]])
    left.set(xlim=(0, 112), xlabel="share of the national objective in 2029-30, %")
    left.legend(loc="upper left", bbox_to_anchor=(0, -0.14), ncols=2, fontsize=8, frameon=False)
    left.set_title("What England agrees to", loc="left")
    right.bar(range(len(ratio)), 100 * ratio, width=0.9, color=[AFTER if r <= 1 else SHORT for r in ratio])
    right.axhline(100, color="black", linewidth=0.8)
    right.set(ylim=(0, 120), xlabel=f"{len(ratio)} areas, in order", ylabel="grant, % of the bid")
    right.set_title("What each area is granted", loc="left")
    figure.suptitle("Illustrative: real baselines, assumed bids and unit costs", fontsize=9, color="#505a5f")
    figure.savefig(HERE / "england.svg", metadata={"Date": None})


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    matplotlib.rcParams["svg.hashsalt"] = "singlepot"
    england()
