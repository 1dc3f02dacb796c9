"""Review of an agreement: outturn is read, the remaining years are settled again, and targets are judged."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from singlepot.models.diagnostics.problems import Report
from singlepot.models.files.csv_text import csv_text
from singlepot.models.files.folder import check_target, write_folder
from singlepot.models.files.folder_kinds import REVIEW, SETTLEMENT
from singlepot.models.scenario.array_types import Floats
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settlement.documents import guarded
from singlepot.models.settlement.settle import settle_scenario
from singlepot.models.settlement.settlement import Settlement
from singlepot.models.tables.copies import CopiedTables
from singlepot.models.tables.raw import RawTable, from_frame, is_missing
from singlepot.solver import BadOptionError, Progress

from ..results.settlement_folder import read_settlement
from ..talks.agreement import SIGNED, agreement_folder
from ..talks.answers.files import read_table_file
from ..talks.answers.rows import is_number
from ..talks.programme import scenario_of_talks
from ..talks.talks import LEDGER, Talks
from .agreement import Agreed, agreed_of
from .new_pots import check_pots
from .outturn import check_outturn
from .reviewed import Reviewed, review_scenario
from .status import reward_table, status_table

AgreementSource = Settlement | Talks | str | os.PathLike[str]
"""A settlement, talks with an agreement, or the folder of one of them."""

TABLES = ("status", "rewards", "money", "areas", "filled", "lacking")
"""Tables of a review, in the order in which they are written."""

REVIEWED, SETTLED = "review", "settlement"
"""Folders of a written review."""


@dataclass(frozen=True, eq=False, repr=False)
class Review(CopiedTables):
    """Review of an agreement after some of its years.

    Parameters
    ----------
    agreed
        The scenario of the agreement.
    years
        The years that are over, in order.
    scenario
        The scenario of the years that are left, with those that are over locked; None where none is left.
    settlement
        It settled; None where no year is left.
    status
        How each target of the last year stands: area, name, objective, year, agreed and delivered (in the last year
        that is over), level and proportional (projections to the last year), target, status (``off track``,
        ``at risk``, ``on track``), confidence, source.
    rewards
        What is paid for targets that were met: area, name, objective, agreed, delivered, met, part, payment (money).
    money
        Who spent less or more than agreed in the years that are newly over: area, name, envelope, agreed, spent, kept
        (of an underspend, by the area), returned (to the envelope), paid_from_kept, off_own_bids, off_envelope.
    areas
        What areas get in the years that are left: area, name, agreed, undone (of cuts, by money back), bid (now),
        grant, change (grant less agreed), asks (of them), money.
    filled
        Figures that were not given and are taken as agreed: area, year, kind, of, value.
    lacking
        Money of each envelope that overspends took and no pot could give back: envelope, lacking.
    given
        Internal: what the review was made of, as files.
    entries
        Internal: how it was made, and of which agreement.
    """

    agreed: Scenario
    years: tuple[str, ...]
    scenario: Scenario | None
    settlement: Settlement | None
    status: pd.DataFrame
    rewards: pd.DataFrame
    money: pd.DataFrame
    areas: pd.DataFrame
    filled: pd.DataFrame
    lacking: pd.DataFrame
    given: Mapping[str, bytes] = field(default_factory=dict)
    entries: Mapping[str, object] = field(default_factory=dict)

    def __repr__(self) -> str:
        """One line."""
        counts = self.status["status"].value_counts()
        standing = ", ".join(f"{number} {name}" for name, number in counts.items())
        return f"<Review after {self.years[-1]}: {standing or 'no targets'}>"

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """All tables by name."""
        return {name: getattr(self, name) for name in TABLES}

    def documents(self) -> dict[str, bytes]:
        """The tables as CSV: name of the file → content."""
        return {**self.given, **{f"{name}.csv": csv_text(guarded(table)) for name, table in self.tables.items()}}

    def write(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write the review as two folders, each complete or not at all: ``review`` and ``settlement``.

        Parameters
        ----------
        path
            Where they go.
        overwrite
            Whether a review that stands there may be replaced.
        """
        check_places(path, overwrite=overwrite)
        write_folder(Path(path) / REVIEWED, REVIEW, self.documents(), self.entries, overwrite=overwrite)
        if self.settlement is not None:
            self.settlement.write(Path(path) / SETTLED, overwrite=overwrite)


def review(
    agreement: AgreementSource,
    outturn: pd.DataFrame | str | os.PathLike[str],
    *,
    pot: pd.DataFrame | str | os.PathLike[str] | None = None,
    as_agreed: bool = False,
    hold_national: bool = False,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> Review:
    """Hold what was spent and delivered against an agreement, and settle the years that are left again.

    Where everything is on track, nothing changes, to the pound.

    Parameters
    ----------
    agreement
        A settlement, talks with an agreement, or the folder of one of them.
    outturn
        As a table or a CSV file: area, year, envelope or objective, value, status (``final``, ``provisional``; or
        ``forecast``, of the last year), confidence (``high``, ``medium``, ``low``), source.
    pot
        The pot of years that are left, if it changes: year, amount, envelope; all envelopes of each year that it names.
    as_agreed
        Whether figures that are missing are taken as agreed; else they are a problem.
    hold_national
        Whether national targets, and aims of convergence and inclusion, stay as they were, instead of what was agreed
        of them.
    time_limit_s, progress
        As for :func:`singlepot.settle`.

    Returns
    -------
    The review, whose scenario can be talked about again.

    Raises
    ------
    BadInputError
        Outturn or pot cannot be, with every cell that is wrong.
    BadOptionError
        There is no agreement.
    NoSettlementError
        The years that are left cannot be settled.

    Examples
    --------
    >>> import singlepot as sp
    >>> agreed = sp.settle("bucks-and-burnley")
    >>> spent = agreed.grants[agreed.grants["year"] == "2026-27"]
    >>> outturn = spent[["area", "year"]].assign(value=spent["pounds"] / 1e6)
    >>> after = sp.review(agreed, outturn, as_agreed=True)
    >>> bool((after.areas["change"].abs() < 1e-6).all())
    True
    """
    inputs = Inputs({"outturn": outturn} | ({} if pot is None else {"pot": pot}), as_agreed, hold_national)

    def settled(scenario: Scenario) -> Settlement:
        return settle_scenario(scenario, time_limit_s=time_limit_s, progress=progress)

    return make_review(agreement, inputs, settled)


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a review is made of: tables by name, each a frame or a file, and how they are taken."""

    tables: Mapping[str, pd.DataFrame | str | os.PathLike[str]]
    as_agreed: bool
    hold_national: bool


def make_review(agreement: AgreementSource, inputs: Inputs, settled: Callable[[Scenario], Settlement]) -> Review:
    """Make a review.

    Parameters
    ----------
    agreement
        As for :func:`review`.
    inputs
        What it is made of.
    settled
        Settles the scenario of the years that are left.
    """
    signed, scenario = signed_of(agreement)
    agreed = agreed_of(signed, scenario)
    report = Report(quiet=True)
    raws = {name: _raw(name, one, report) for name, one in inputs.tables.items()}
    report.stop_if_any()
    figures = check_outturn(raws["outturn"], agreed, report, as_agreed=inputs.as_agreed)
    pots = check_pots(raws["pot"], agreed, figures.years, report) if "pot" in raws else agreed.data.pot
    made = review_scenario(agreed, figures, pots, hold_national=inputs.hold_national)
    settlement = None if made.scenario is None else settled(made.scenario)
    lacking = list(zip(agreed.data.envelopes, made.lacks.tolist(), strict=True))
    return Review(
        agreed=agreed.scenario,
        years=agreed.data.years[: figures.years],
        scenario=made.scenario,
        settlement=settlement,
        status=status_table(agreed, figures),
        rewards=reward_table(agreed, figures),
        money=_money_table(agreed, figures.spent, made, figures.years),
        areas=_areas_table(agreed, made, settlement, figures.years),
        filled=figures.filled,
        lacking=pd.DataFrame([one for one in lacking if one[1] > 0], columns=["envelope", "lacking"]),
        given={f"{name}.csv": _as_file(raw) for name, raw in raws.items()},
        entries={
            "as_agreed": inputs.as_agreed,
            "hold_national": inputs.hold_national,
            "agreement_sha256": agreement_hash(signed),
        },
    )


def check_places(path: str | os.PathLike[str], *, overwrite: bool, inputs: Iterable[Path] = ()) -> None:
    """Refuse places of a written review that must not be written, before any work is done for it."""
    for name, kind in ((REVIEWED, REVIEW), (SETTLED, SETTLEMENT)):
        check_target(Path(path) / name, kind, overwrite=overwrite, inputs=inputs)


def agreement_hash(signed: Settlement) -> str:
    """Hash of what was agreed."""
    return hashlib.sha256(signed.documents()["settlement.json"]).hexdigest()


def _raw(name: str, table: pd.DataFrame | str | os.PathLike[str], report: Report) -> RawTable:
    return from_frame(name, table) if isinstance(table, pd.DataFrame) else read_table_file(table, name, report)


def _as_file(raw: RawTable) -> bytes:
    """Write a table as it came: texts, and numbers with every digit."""
    columns = {name: ["" if is_missing(cell) else _text(cell) for cell in cells] for name, cells in raw.columns.items()}
    table = pd.DataFrame(columns)
    return csv_text(guarded(table).mask(table.map(is_number), table))  # a number below 0 stays one


def _text(cell: object) -> str:
    return repr(float(cell)) if isinstance(cell, int | float) else str(cell)


def signed_of(agreement: AgreementSource) -> tuple[Settlement, Scenario | None]:
    """Return the settlement that was signed, and the scenario without what talks limited."""
    if isinstance(agreement, Settlement):
        return agreement, None
    if not isinstance(agreement, Talks):
        path = Path(agreement)
        if not (path / LEDGER).is_file():
            return read_settlement(path), None
        agreement = Talks(path)
    state = agreement.state
    if state.agreed is None:
        raise BadOptionError(f"{agreement.path} has no agreement", "let the areas sign first")
    signed = read_settlement(agreement_folder(agreement.path, state.agreed[0]) / SIGNED)
    return signed, scenario_of_talks(agreement.scenario, state)


def _money_table(agreed: Agreed, spent: Floats, made: Reviewed, years: int) -> pd.DataFrame:
    data, spending = agreed.data, made.spending
    names = dict(zip(agreed.scenario.areas["code"], agreed.scenario.areas["name"], strict=True))
    new = slice(agreed.done, years)
    kept, paid = (
        np.divide(part, whole.sum(axis=1), out=np.zeros_like(part), where=whole.sum(axis=1) > 0)
        for part, whole in ((spending.kept_new, spending.under), (spending.kept_used, spending.over))
    )
    rows: list[tuple[Any, ...]] = []
    for a, e in np.argwhere(spending.under + spending.over > 0).tolist():
        area = data.areas[a]
        rows.append(
            (
                *(area, names[area], data.envelopes[e], agreed.pounds[a, e, new].sum(), spent[a, e, new].sum()),
                *(spending.under[a, e] * kept[a], spending.returned[a, e], spending.over[a, e] * paid[a]),
                *(spending.off_own[a, e].sum(), spending.off_envelope[a, e]),
            )
        )
    columns = ["area", "name", "envelope", "agreed", "spent", "kept", "returned"]
    return pd.DataFrame(rows, columns=[*columns, "paid_from_kept", "off_own_bids", "off_envelope"])


def _areas_table(agreed: Agreed, made: Reviewed, settlement: Settlement | None, years: int) -> pd.DataFrame:
    data = agreed.data
    names = dict(zip(agreed.scenario.areas["code"], agreed.scenario.areas["name"], strict=True))
    left = set(data.years[years:])
    got: dict[str, float] = {}
    if settlement is not None:
        grants = settlement.grants[settlement.grants["year"].isin(left)]
        got = {str(area): float(grant) for area, grant in grants.groupby("area")["grant"].sum().items()}
    asked = {} if settlement is None else settlement.asks["area"].value_counts().to_dict()
    rows = []
    for a, area in enumerate(data.areas):
        was, now = (float(one[a, :, years:].sum()) for one in (agreed.grant, made.bids))
        undone, grant = float(made.cuts.money_back[a].sum()), float(got.get(area, 0.0))
        rows.append((area, names[area], was, undone, now, grant, grant - was, int(asked.get(area, 0))))
    columns = ["area", "name", "agreed", "undone", "bid", "grant", "change", "asks"]
    return pd.DataFrame(rows, columns=columns)
