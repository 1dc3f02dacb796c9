"""Checks of convergence and inclusion: what the sections name, the figures they need, and where their stages stand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..diagnostics.problems import SETTINGS, Diagnostic, Report, did_you_mean, shown
from ..settings.levelling import CONVERGENCE_STAGE, INCLUSION_STAGE
from ..settings.settings import Settings
from .census import Census
from .parsing import Parsed

Tables = Mapping[str, Parsed]


@dataclass(frozen=True)
class _Complaints:
    """Complaints about keys of the settings."""

    report: Report
    file: str

    def add(self, code: str, key: str, value: str, expected: str, remedy: str = "") -> None:
        self.report.add(Diagnostic(code, SETTINGS, self.file, "", key, value, expected, remedy))


def check_levelling(
    tables: Tables, census: Census, settings: Settings, unusable: Collection[str], report: Report, file: str
) -> None:
    """Check both sections against the tables, and the stages that need them.

    Parameters
    ----------
    tables
        The tables as read.
    census
        The areas and what they bid.
    settings
        The settings, as far as they could be used.
    unusable
        Keys of the settings that could not.
    report, file
        Takes the problems, and what to call the settings in them.
    """
    complaints = _Complaints(report, file)
    if not {"stages", "convergence", "inclusion"} & set(unusable):
        _check_stages(settings, complaints)
    objectives = tables["objectives"]
    if not objectives.complete or "key" not in objectives.labels or "years" in unusable:
        return
    keys = [key for key in objectives.labels["key"].words if key]
    _check_names(settings, keys, complaints)
    if settings.convergence is not None:
        _check_rates(objectives, settings, complaints)
    _check_places(tables["areas"], census, settings)
    if settings.inclusion is not None and not len(report):
        _check_sizes(tables, settings, complaints)


def _check_stages(settings: Settings, complaints: _Complaints) -> None:
    """Check that the stages have their sections, and that none stands between those of shortfall."""
    order, convergence, inclusion = settings.stages.order, settings.convergence, settings.inclusion
    if CONVERGENCE_STAGE in order:
        if convergence is None or not convergence.aims:
            remedy = "write [convergence] with aims = { skills = 0.2 }, for instance, or leave the stage out"
            complaints.add("SP-S021", "stages.order", CONVERGENCE_STAGE, "aims in [convergence]", remedy)
        at = order.index(CONVERGENCE_STAGE)
        shortfall = [place for place, name in enumerate(order) if name.startswith("shortfall.")]
        if shortfall and shortfall[0] < at < shortfall[-1]:
            expected = f"{CONVERGENCE_STAGE} before the first or after the last stage of shortfall"
            complaints.add("SP-S020", "stages.order", ", ".join(order), expected, "move it")
        elif convergence is not None and convergence.line == "end" and shortfall and at < shortfall[0]:
            complaints.add(
                "SP-S025",
                "convergence.line",
                shown("end"),
                f"{CONVERGENCE_STAGE} after shortfall, or the line of the start",
                "before shortfall such aims can be met by asking less of areas above the line",
            )
    if INCLUSION_STAGE in order and (inclusion is None or inclusion.together is None):
        remedy = "write [inclusion] with together = 0.8, for instance, or leave the stage out"
        complaints.add("SP-S021", "stages.order", INCLUSION_STAGE, "together in [inclusion]", remedy)


def _check_names(settings: Settings, keys: Sequence[str], complaints: _Complaints) -> None:
    """Check that objectives and years are those of the scenario."""
    named: list[tuple[str, str, Sequence[str]]] = []
    convergence, inclusion = settings.convergence, settings.inclusion
    if convergence is not None:
        named += [
            (f"convergence.{part}", key, keys) for part in ("aims", "rates") for key in getattr(convergence, part)
        ]
    if inclusion is not None:
        named += [(f"inclusion.{part}", getattr(inclusion, part), keys) for part in ("prosperity", "inclusion")]
    years = [(name, section.year) for name, section in settings.sections.items() if section.year]
    named += [(f"{name}.year", year, settings.years) for name, year in years]
    for where, word, known in named:
        if word not in known:
            what = "a year of the scenario" if known is settings.years else "a key of objectives"
            expected = f"{what}: {', '.join(known)}" if known else f"{what}, but there is none"
            complaints.add("SP-S022", where, shown(word), expected, did_you_mean(word, known))


def _check_rates(objectives: Parsed, settings: Settings, complaints: _Complaints) -> None:
    """Check that every objective with an aim has a baseline and a denominator."""
    convergence = settings.convergence
    assert convergence is not None
    rows = {key: row for row, key in enumerate(objectives.labels["key"].values)}
    for key in convergence.aims:
        for column in ("baseline", "per") if key in rows else ():
            if not objectives.text(column)[rows[key]]:
                remedy = "name the attribute, or leave the aim out"
                complaints.add("SP-S023", f"convergence.aims.{key}", f"no {column}", f"{column} of {key}", remedy)


def _check_places(areas: Parsed, census: Census, settings: Settings) -> None:
    """Check that areas with a bid or target have a region, where places are regions or compared with them."""
    convergence, inclusion = settings.convergence, settings.inclusion
    users = []
    if convergence is not None and "region" in (convergence.places, convergence.compared_with):
        users.append("[convergence]")
    if inclusion is not None and inclusion.places == "region":
        users.append("[inclusion]")
    if not users:
        return
    lacking = census.concerned & areas.text("region").where(lambda word: word == "")
    for row in np.flatnonzero(lacking):
        code = shown(areas.text("code")[int(row)])
        expected = f"a region for {code}, because {' and '.join(users)} go{'es' if len(users) == 1 else ''} by it"
        remedy = "fill it in, or let places be areas"
        areas.complain("SP-D070", int(row), "region", "an empty cell", expected, remedy)


def _check_sizes(tables: Tables, settings: Settings, complaints: _Complaints) -> None:
    """Check that both objectives have a national target in the year, or targets that areas propose."""
    inclusion = settings.inclusion
    assert inclusion is not None
    year = inclusion.year or settings.years[-1]
    for part in ("prosperity", "inclusion"):
        key = getattr(inclusion, part)
        if not target_of(tables, key, year) > 0:
            expected = f"a national target for {key} in {year}, or targets that areas propose"
            complaints.add("SP-S026", f"inclusion.{part}", shown(key), expected, "add one, or choose another objective")


def target_of(tables: Tables, key: str, year: str) -> float:
    """National target of an objective in a single year; without one the sum of what areas propose."""
    total = 0.0
    for name in ("national", "targets"):
        parsed = tables[name]
        if parsed.rows and total <= 0:
            chosen = (parsed.text("objective").values == key) & np.isin(
                parsed.text("year").values, [year, f"{year}:{year}"]
            )
            total = float(np.nan_to_num(parsed.numbers["target"])[chosen].sum())
    return total
