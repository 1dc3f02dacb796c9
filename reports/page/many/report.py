"""HTML reports show a comparison, a sweep or an ensemble, and the frame of all reports of many settlements."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING

from singlepot.models.diagnostics.problems import list_words
from singlepot.models.scenario.titles import Titles
from singlepot.models.settlement.settlement import Settlement
from singlepot.reports.text.comparison import verdict
from singlepot.reports.text.ensemble import ensemble_verdict
from singlepot.reports.text.sweep import sweep_verdict

from ..drawings.gains import ends_spec
from ..figures.figures import SHORT_UNITS
from ..pictures import Picture
from ..slider import Slider, slider_of
from ..templating import page
from ..words import illustrative_words, plain_title
from . import tables
from .chart_data import changes, grant_intervals, shares_over, shortfall_intervals, shortfalls_over
from .drawings import intervals_spec, lines_spec
from .ensemble_tables import drawn_sections
from .tables import Section
from .words import COMPARISON_WORDS, ENSEMBLE_WORDS, SWEEP_WORDS

if TYPE_CHECKING:
    from singlepot.models.settings.settings import Settings
    from singlepot.scenarios.ensemble.running import Ensemble
    from singlepot.scenarios.many.comparison import Comparison
    from singlepot.scenarios.many.sweep import Sweep

Facts = Sequence[tuple[str, str]]
"""Names (empty where there is none) and sentences."""


def comparison_html(comparison: Comparison) -> str:
    """Return the report of a comparison: one file, no network.

    Parameters
    ----------
    comparison
        From :func:`singlepot.compare`.

    Raises
    ------
    PagesNotInstalledError
        Without Jinja2 and vl-convert, which the extra ``report`` brings.
    """
    settled = [outcome for outcome in comparison.outcomes if isinstance(outcome, Settlement)]
    names, titles = comparison.names, tables.titles_of(comparison)
    return whole_page(
        "comparison",
        f"Compared with {titles[names[0]]}",
        [settlement.scenario.settings for settlement in settled],
        facts=[(titles[name], verdict(comparison, name)) for name in names[1:]],
        sections=list(_compared(comparison)),
        words=COMPARISON_WORDS,
        command=["singlepot", "compare", *names, "--out", "FOLDER"],
        about="A name is what was compared: a shipped scenario, a folder, a what-if or a written settlement.",
        made=[
            *((f"{n}, SHA-256", o.scenario.sha256) for n, o in zip(names, comparison.outcomes, strict=True)
              if isinstance(o, Settlement)),
            ("Versions", _versions(settled[0])),
        ],
    )  # fmt: skip


def _compared(comparison: Comparison) -> Iterator[Section]:
    yield Section("scenarios", "The scenarios side by side", tables=[tables.scenarios_table(comparison)])
    titles = tables.titles_of(comparison)
    first = titles[comparison.names[0]]
    for number, name in enumerate(comparison.names[1:], start=1):
        section = tables.compared_section(comparison, name, f"{number}")
        bars = changes(comparison, name)
        if len(bars):
            unit = SHORT_UNITS[comparison.money]
            what = f"Change against the first scenario, all years, {unit}"  # a long title would shrink the bars
            label = f"Areas of {titles[name]} with the lowest and highest change against {first}, {unit}"
            section.pictures.append(Picture(f"changes-{number}", label, ends_spec(bars, what, unit)))
        yield section
    yield from tables.nesting_sections(comparison.nesting, comparison.money)
    yield from tables.stability_sections(comparison)


def sweep_html(sweep: Sweep) -> str:
    """Return the report of a sweep: one file, no network.

    Parameters
    ----------
    sweep
        From :func:`singlepot.sweep`.

    Raises
    ------
    PagesNotInstalledError
        Without Jinja2 and vl-convert, which the extra ``report`` brings.
    """
    settings, titles = sweep.scenario.settings, Titles(sweep.scenario)
    swept = list_words(titles.lever(lever).label for lever in sweep.levers)
    levers = [f"{lever}={','.join(repr(value) for value in values)}" for lever, values in sweep.levers.items()]
    command = ["singlepot", "sweep", "SCENARIO", *(word for lever in levers for word in ("--lever", lever))]
    return whole_page(
        "sweep",
        f"Sweep of {swept}: {plain_title(settings.title or 'a scenario')}",
        [settings],
        facts=[("", sweep_verdict(sweep))],
        sections=list(_swept(sweep)),
        words=SWEEP_WORDS,
        command=[*command, "--out", "FOLDER"],
        about="SCENARIO is what was swept, a shipped name, a folder or a what-if; its hash is below.",
        slider=slider_of(sweep, links=False),
        made=[("Scenario, SHA-256", sweep.scenario.sha256), ("Version", f"singlepot {version('singlepot')}")],
    )


def _swept(sweep: Sweep) -> Iterator[Section]:
    pictures = []
    for key, lines in (("shortfalls", shortfalls_over(sweep)), ("shares", shares_over(sweep))):
        if len(lines.rows):
            label = f"{lines.title}, over {lines.lever}; the table of points holds the figures"
            pictures.append(Picture(key, label, lines_spec(lines)))
    shown = [tables.points_table(sweep), tables.unsettled_table(sweep)]
    yield Section("points", "Every point", pictures=pictures, tables=[table for table in shown if table.rows])
    yield from tables.swept_sections(sweep)


def ensemble_html(ensemble: Ensemble) -> str:
    """Return the report of a finished ensemble: one file, no network; the same ensemble gives the same bytes.

    Parameters
    ----------
    ensemble
        From :func:`singlepot.run_ensemble` or :func:`singlepot.read_ensemble`.

    Raises
    ------
    PagesNotInstalledError
        Without Jinja2 and vl-convert, which the extra ``report`` brings.
    """
    plan, central = ensemble.plan, ensemble.central
    options = ["--draws", str(plan.draws), "--seed", str(plan.seed)]
    return whole_page(
        "ensemble",
        plain_title(plan.title) or f"Ensemble: {plain_title(central.scenario.settings.title or 'a scenario')}",
        [central.scenario.settings],
        facts=[("", ensemble_verdict(ensemble))],
        sections=list(_drawn(ensemble)),
        words=ENSEMBLE_WORDS,
        command=["singlepot", "ensemble", "PLAN.toml", *options, "--out", "FOLDER"],
        about="PLAN.toml is the file of the plan; ensemble.json in this folder holds everything that it said.",
        made=[("Base scenario, SHA-256", central.scenario.sha256), ("Versions", _versions(central))],
    )


def _drawn(ensemble: Ensemble) -> Iterator[Section]:
    pictures: dict[str, list[Picture]] = {"target": [], "grant": []}
    for kind, drawn in (("target", shortfall_intervals(ensemble)), ("grant", grant_intervals(ensemble))):
        if len(drawn.rows):
            label = f"{drawn.title}; the table holds the figures"
            pictures[kind].append(Picture(f"spread-{kind}", label, intervals_spec(drawn)))
    yield from drawn_sections(ensemble, pictures)


def whole_page(
    kind: str,
    heading: str,
    scenarios: Sequence[Settings],
    *,
    facts: Facts,
    sections: Sequence[Section],
    words: Mapping[str, str],
    command: Sequence[str],
    about: str,
    made: Facts,
    slider: Slider | None = None,
) -> str:
    """Return the page of a result of many settlements.

    Parameters
    ----------
    kind
        What the result is, in a word.
    heading
        Title of the page.
    scenarios
        Settings of what was settled, one of which may call itself illustrative.
    facts
        What the result shows in short, each with a name or none.
    sections
        Charts and tables.
    words
        Meanings of words.
    command, about
        How to make it again, and what the command takes.
    made
        What it was made of.
    slider
        Points to be moved through, where there are some.
    """
    return page(
        "many.html.j2",
        kind=kind,
        title=heading,
        heading=heading,
        facts=facts,
        words=words,
        illustrative=next(filter(None, map(illustrative_words, scenarios)), ""),
        sections=sections,
        command=shlex.join(command),
        about=about,
        made=made,
        slider=slider,
    )


def _versions(settlement: Settlement) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(dict(settlement.provenance["versions"]).items()))  # type: ignore[call-overload]
