"""Verification of a written review: made again from its outturn and the agreement, and compared file by file."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from singlepot.models.files.folder_kinds import REVIEW
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settlement.settlement import Settlement
from singlepot.solver import BadOptionError, SinglepotError

from ..results.settlement_folder import read_settlement
from .review import REVIEWED, SETTLED, AgreementSource, Inputs, agreement_hash, make_review, signed_of


@dataclass(frozen=True)
class ReviewVerification:
    """What a verification of a review found.

    Parameters
    ----------
    files
        How many files were compared.
    faults
        What does not hold; nothing where the review follows from outturn and agreement.
    """

    files: int
    faults: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything holds."""
        return not self.faults


def verify_review(path: str | os.PathLike[str], agreement: AgreementSource) -> ReviewVerification:
    """Make a written review again from its outturn and the agreement, and compare every file.

    That its settlement is the right one of its scenario, :func:`singlepot.verify` proves.

    Parameters
    ----------
    path
        Folder that :meth:`Review.write` made.
    agreement
        What was reviewed.

    Raises
    ------
    BadOptionError
        The folder holds no review.
    """
    folder = Path(path) / REVIEWED
    try:
        manifest = json.loads((folder / REVIEW.manifest).read_bytes())
        tables = {name: folder / f"{name}.csv" for name in ("outturn", "pot") if f"{name}.csv" in manifest["files"]}
        inputs = Inputs(tables, bool(manifest["as_agreed"]), bool(manifest["hold_national"]))
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise BadOptionError(f"{path} holds no review", "name a folder that singlepot review wrote") from error
    if manifest.get("agreement_sha256") != agreement_hash(signed_of(agreement)[0]):
        return ReviewVerification(1, ("it is the review of another agreement",))
    settled = Path(path) / SETTLED

    def read(scenario: Scenario) -> Settlement:
        found = read_settlement(settled)
        if found.scenario.documents() != scenario.documents():
            raise _OtherScenarioError
        return found

    try:
        made = make_review(agreement, inputs, read)
    except _OtherScenarioError:
        return ReviewVerification(1, (f"{SETTLED} settles another scenario than outturn and agreement lead to",))
    except SinglepotError as error:
        return ReviewVerification(1, (f"the review cannot be made again: {error}",))
    faults = [
        f"{REVIEWED}/{name} is not what outturn and agreement lead to"
        for name, content in made.documents().items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != content
    ]
    return ReviewVerification(len(made.documents()), tuple(faults))


class _OtherScenarioError(Exception):
    """The settlement is of another scenario."""
