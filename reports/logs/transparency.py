"""The algorithmic transparency record is filled in from the program and the scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singlepot.models.settings.settings import DEFAULT_ORDER
from singlepot.models.tables.rule_kinds import RULES

if TYPE_CHECKING:
    from singlepot.models.settlement.settlement import Settlement

COLUMNS = ("section", "field", "entry", "filled in by")
"""Columns of the record."""

TO_FILL = "to be filled in by the owner, in the log of the scenario's settings"
"""Entry of a field that only the owner can fill in and has not."""

OVERVIEW, OWNER, RATIONALE, PROCESS, TOOL, MODEL, DATA, RISKS = (
    "Tier 1: overview",
    "Tier 2: owner and responsibility",
    "Tier 2: description and rationale",
    "Tier 2: decision-making process",
    "Tier 2: tool specification",
    "Tier 2: model",
    "Tier 2: data",
    "Tier 2: risks, mitigations and impact assessments",
)

DESCRIPTION = (
    "singlepot settles many local bids against one national pot. Areas bid for a grant and propose outcome targets; "
    "the centre holds the pot and national objectives. A linear programme goes back to the areas best placed to raise "
    "their targets where the nation falls short, and to those best placed to reduce their budgets where bids "
    "exceed the pot."
)
ARCHITECTURE = (
    "A lexicographic linear programme: each stage is minimised in turn and held while later ones are, then a strictly "
    "convex sharing step makes the answer unique. Nothing is learned from data; there is no machine learning."
)
RISK = (
    "Results rest on bids, targets and costs as areas and analysts state them, which may be wrong or strategic; "
    "mitigated by logs of assumptions, what-ifs, ensembles and stability measures. Rules may decide more than "
    "evidence; mitigated by reporting who sits on a floor or ceiling. Arithmetic may fail; mitigated by a certificate "
    "that is computed anew for every settlement and by an independent double build."
)
SENSITIVE = (
    "None about persons: figures describe areas. With equity, an attribute of areas such as household income per head "
    "weighs what areas give up."
)


def transparency(settlement: Settlement) -> list[tuple[str, ...]]:
    """List the fields of the record.

    Returns
    -------
    Rows of :data:`COLUMNS`; ``filled in by`` is ``singlepot``, ``the scenario`` or ``nobody yet``.
    """
    stated = settlement.scenario.settings.log.get("transparency", {})
    rows: list[tuple[str, ...]] = []
    for section, field, source in _fields(settlement):
        if source.startswith(OF_OWNER):
            key = source.removeprefix(OF_OWNER)
            entry = stated.get(key, "")
            rows.append((section, field, entry or TO_FILL, "the scenario" if entry else "nobody yet"))
        else:
            rows.append((section, field, source, "singlepot"))
    return rows


OF_OWNER = "\0"
"""Prefix of the source of a field that only the owner can fill in; its key follows."""


def _fields(settlement: Settlement) -> list[tuple[str, str, str]]:
    scenario, settings = settlement.scenario, settlement.scenario.settings
    version = (settlement.provenance.get("versions") or {}).get("singlepot", "")  # type: ignore[attr-defined]
    rules = (
        ", ".join(f"{RULES[name].words} {value:g}" for name, value in settings.rules.items()) or "none for all areas"
    )
    gaps = max((stage.gap for stage in settlement.certificate.stages), default=0.0)
    sources = settings.log.get("sources", {})
    source_list = "; ".join(
        ", ".join(text for text in (entry.get("what", key), entry.get("publisher", ""), entry.get("date", "")) if text)
        for key, entry in sources.items()
    )
    missed = int((settlement.national["shortfall"] > 0).sum())
    size = (
        f"{len(scenario.areas)} areas, {settings.period}, "
        f"{len(scenario.objectives)} objectives, {len(scenario.options)} options"
    )
    order = "the default order" if settings.stages.order == DEFAULT_ORDER else "an order of its own"

    def owner(key: str) -> str:
        return OF_OWNER + key

    return [
        (OVERVIEW, "Name", "singlepot" + (f": {settings.title}" if settings.title else "")),
        (OVERVIEW, "Description", DESCRIPTION),
        (OVERVIEW, "Website", owner("website")),
        (OVERVIEW, "Contact", owner("contact")),
        (OWNER, "Organisation or department", owner("organisation")),
        (OWNER, "Team", owner("team")),
        (OWNER, "Senior responsible owner", owner("owner")),
        (OWNER, "Third party involvement", owner("third_party")),
        (
            RATIONALE,
            "Detailed description",
            f"{DESCRIPTION} This run: {size}; stages in {order}; rules: {rules or 'none for all areas'}.",
        ),
        (RATIONALE, "Scope", owner("scope")),
        (RATIONALE, "Benefit", owner("benefit")),
        (RATIONALE, "Previous process", owner("previous_process")),
        (RATIONALE, "Alternatives considered", owner("alternatives")),
        (PROCESS, "Process integration", owner("integration")),
        (
            PROCESS,
            "Provided information",
            "A grant for every area and year, an agreed target for every area, objective and year, and for every "
            f"change a reason in one sentence. This run: {len(settlement.asks)} asks, {missed} of "
            f"{len(settlement.national)} national targets missed.",
        ),
        (PROCESS, "Frequency and scale of usage", owner("frequency")),
        (PROCESS, "Human decisions and review", owner("human_review")),
        (PROCESS, "Required training", owner("training")),
        (PROCESS, "Appeals and review", owner("appeals")),
        (TOOL, "System architecture", f"A library and command line program in Python. {ARCHITECTURE}"),
        (TOOL, "System-level input", "Tables of areas, pot, bids, targets, options and rules, and settings."),
        (TOOL, "System-level output", "A settlement: tables, a certificate, a report and a workbook."),
        (TOOL, "Maintenance", "Versions with a changelog; tests run on every change."),
        (MODEL, "Model name", "singlepot"),
        (MODEL, "Model version", str(version)),
        (MODEL, "Model task", "Allocation of grants and targets under a budget and rules."),
        (MODEL, "Model input", "The same as that of the system."),
        (MODEL, "Model output", "Take-up of every option; grants and targets follow from it by arithmetic."),
        (MODEL, "Model architecture", ARCHITECTURE),
        (
            MODEL,
            "Model performance",
            f"Every optimum is proved by duality: largest gap {gaps:.1e}, largest violation "
            f"{settlement.certificate.violation:.1e}, each at most {settlement.certificate.tolerance:.0e}.",
        ),
        (MODEL, "Datasets and their purposes", "No training data. The figures of the scenario: see the log of data."),
        (DATA, "Operational data", source_list or "See the log of data: the scenario names no source."),
        (DATA, "Sensitive attributes", SENSITIVE),
        (DATA, "Data processing methods", "Checked for units, keys and limits when read; used as given."),
        (DATA, "Data access and storage", "Stays where it is run: the program sends nothing anywhere."),
        (RISKS, "Impact assessment", owner("impact_assessment")),
        (RISKS, "Risks and mitigations", RISK),
        (RISKS, "Risks of this use", owner("risks")),
    ]
