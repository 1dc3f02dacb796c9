"""Agreements: signed when nothing is left to ask, by the page, and proved by the ledger."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import singlepot as sp

from .players import CENTRE, accept_all


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    talks = sp.open_talks("bucks-and-burnley", tmp_path_factory.mktemp("ended") / "talks", by=CENTRE)
    accept_all(talks)
    talks.next(by=CENTRE)
    return talks.path


@pytest.fixture
def talks(ended: Path, tmp_path: Path) -> sp.Talks:
    return sp.Talks(shutil.copytree(ended, tmp_path / "talks"))


def signatures(talks: sp.Talks, **changes: Any) -> pd.DataFrame:
    """A signature of each area; changes are those of the first."""
    rows = [
        {"area": row.area, "signed_by": "A. Leader", "role": "leader", "date": "2026-06-01", "page": row.page,
         "state": "signed"}
        for row in talks.pages.itertuples()
    ]  # fmt: skip
    rows[0].update(changes)
    return pd.DataFrame(rows)


def test_an_agreement_is_a_settlement_with_pages_and_signatures_and_verifies(talks: sp.Talks) -> None:
    agreed = talks.agreed_so_far
    talks.agree(signatures(talks, state="subject to cabinet"), by=CENTRE)
    assert talks.status.signed
    folder = talks.path / "agreement" / str(talks.entries[-1].seq)
    assert sp.read_settlement(folder / "settlement").grants.equals(agreed.grants)
    assert sp.verify(folder / "settlement").passed
    assert "subject to cabinet" in (folder / "signatures" / "signatures.csv").read_text(encoding="utf-8")
    assert sp.verify_talks(talks.path).passed


def test_signatures_from_a_file_are_the_same(talks: sp.Talks, tmp_path: Path) -> None:
    signatures(talks).to_csv(tmp_path / "signatures.csv", index=False)
    talks.agree(tmp_path / "signatures.csv", by=CENTRE)
    assert [one["state"] for one in talks.entries[-1].content["signatures"]] == ["signed"] * 3


def test_the_page_on_an_areas_sheet_is_the_one_it_signs(talks: sp.Talks) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    for area, page in zip(talks.pages["area"], talks.pages["page"], strict=True):
        folder = talks.path / "rounds" / str(talks.state.round_seq) / "asks"
        cells = [cell.value for cell in openpyxl.load_workbook(folder / f"{area}.xlsx")["talks"][2]]
        assert page in cells


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"area": "E99999999"}, "SP-T005"),
        ({"area": "E07000117"}, "SP-T009"),
        ({"state": "perhaps"}, "SP-T013"),
        ({"page": "0" * 64}, "SP-T013"),
        ({"signed_by": ""}, "SP-T013"),
        ({"role": ""}, "SP-T013"),
        ({"date": "soon"}, "SP-T013"),
    ],
)
def test_a_wrong_signature_is_refused_and_nothing_written(talks: sp.Talks, changes: dict[str, Any], code: str) -> None:
    head = talks.head
    with pytest.raises(sp.BadInputError) as refused:
        talks.agree(signatures(talks, **changes), by=CENTRE)
    assert code in [problem.code for problem in refused.value.problems]
    assert talks.head == head
    assert not (talks.path / "agreement").exists()


def test_every_area_has_a_row(talks: sp.Talks) -> None:
    with pytest.raises(sp.BadInputError, match="E06000052"):
        table = signatures(talks)
        talks.agree(table[table["area"] != "E06000052"], by=CENTRE)


def test_nothing_is_signed_while_something_is_asked(tmp_path: Path) -> None:
    talks = sp.open_talks("bucks-and-burnley", tmp_path / "talks", by=CENTRE)
    with pytest.raises(sp.TalksError):
        talks.agree(signatures(talks), by=CENTRE)


def test_a_move_after_the_agreement_opens_it_again_until_the_next_round(talks: sp.Talks) -> None:
    talks.agree(signatures(talks), by=CENTRE)
    talks.move({"levers": {"pot": 1.01}}, reason="more", by=CENTRE)
    assert not talks.status.signed
    with pytest.raises(sp.TalksError):
        talks.agree(signatures(talks), by=CENTRE)
    talks.next(by=CENTRE)
    talks.agree(signatures(talks), by=CENTRE)
    assert sp.verify_talks(talks.path).passed


def test_a_changed_agreement_is_found(talks: sp.Talks) -> None:
    talks.agree(signatures(talks), by=CENTRE)
    folder = talks.path / "agreement" / str(talks.entries[-1].seq)
    for name in ("signatures/signatures.csv", "signatures/pages/E07000117.csv", "settlement/tables/grants.csv"):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content.replace(b"1", b"2", 1))
        assert not sp.verify_talks(talks.path).passed, name
        (folder / name).write_bytes(content)
    assert sp.verify_talks(talks.path).passed
