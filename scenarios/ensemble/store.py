"""Folder of an ensemble: finished batches are kept as Parquet parts, and at the end as the final tables."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from singlepot.models.extras import insist_on
from singlepot.models.files.folder import finish_killed, refuse_overlap
from singlepot.models.files.folder_kinds import ENSEMBLE, ENSEMBLE_TABLES, SETTLEMENT
from singlepot.models.files.locks import held
from singlepot.models.files.ownership import (
    FolderRefusedError,
    claims_of,
    digest,
    holds,
    manifest_bytes,
    refuse_strangers,
    sealed_manifest,
)
from singlepot.models.files.removal import draft_file, place_file, remove_claimed, remove_draft
from singlepot.models.files.table_json import json_text
from singlepot.solver import SinglepotError

from .drawing import Drawn

LOCK = ".running.json"
"""Lock file: process and host of the run that works in the folder."""

PARTS = "parts"
"""Folder of finished batches, removed when all are done."""

CENTRAL = "central"
"""Folder of the base scenario's own settlement."""

_PART = re.compile(r"(draws|grants)-([0-9]{7})-([0-9a-f]{32})\.parquet")
"""Name of a part: its table, its batch, and the beginning of its hash."""


class EnsembleRefusedError(SinglepotError):
    """The folder cannot take this ensemble, or does not hold one."""

    exit_code = 3


class Store:
    """The folder of one ensemble; a link is followed."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(os.path.realpath(folder))
        self._draft = f".{secrets.token_hex(8)}.partial"

    @property
    def finished(self) -> bool:
        """Whether the final tables are written."""
        return (self.folder / ENSEMBLE_TABLES.manifest).is_file()

    def identity(self) -> dict[str, Any]:
        """Read which ensemble the folder holds.

        Raises
        ------
        EnsembleRefusedError
            It holds none, or its file is damaged.
        """
        path = self.folder / ENSEMBLE.manifest
        if not path.is_file():
            raise EnsembleRefusedError(f"{self.folder} holds no ensemble", "choose a new or empty folder")
        try:
            identity = json.loads(path.read_bytes())
            return {key: identity[key] for key in ("plan", "scenario_sha256", "versions")}
        except (ValueError, RecursionError, LookupError, TypeError) as error:
            remedy = "choose another folder, or move this one away and run the same command again"
            raise EnsembleRefusedError(f"{path} is damaged", remedy) from error

    @contextmanager
    def locked_for(self, identity: dict[str, Any], *, restart: bool, inputs: Iterable[Path] = ()) -> Iterator[None]:
        """Start an ensemble in the folder, or resume the one in it, under a lock file that keeps other runs out.

        Parameters
        ----------
        identity
            What determines the bytes of the result.
        restart
            Whether an ensemble that stands there is removed first.
        inputs
            Files and folders that are read.

        Raises
        ------
        EnsembleRefusedError
            The folder holds another ensemble, or something else, or another run works in it.
        FolderRefusedError
            It overlaps an input, or, with ``restart``, holds files that no ensemble wrote or that were changed.
        """
        refuse_overlap(self.folder, self.folder, inputs)
        if self.folder.is_dir() and any(path.name != LOCK for path in self.folder.iterdir()):
            self.identity()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"{self.folder} cannot be made ({error.strerror})"
            raise EnsembleRefusedError(message, "choose another folder") from error
        with self._locked():
            finish_killed(self.folder / CENTRAL, SETTLEMENT, CENTRAL)
            if restart:
                claims = self._claims()
                refuse_strangers(self.folder, self.folder, claims, ENSEMBLE, passed=(LOCK,))
                remove_claimed(self.folder, claims, ENSEMBLE.manifest, keep=(LOCK,))
            self._open(identity)
            yield

    @contextmanager
    def _locked(self) -> Iterator[None]:
        record, what = {"draft": self._draft}, str(self.folder)
        with ExitStack() as until_the_end:
            lock = held(self.folder / LOCK, what, record, EnsembleRefusedError, empty_is_ours=True)
            try:
                left = until_the_end.enter_context(lock)
            except OSError as error:
                message = f"{self.folder} cannot be written ({error.strerror})"
                raise EnsembleRefusedError(message, "choose another folder") from error
            remove_draft(self.folder, left.get("draft"))
            yield

    def _open(self, identity: dict[str, Any]) -> None:
        expected = json.loads(json_text(identity))
        if not (self.folder / ENSEMBLE.manifest).is_file():
            self._write(ENSEMBLE.manifest, manifest_bytes(ENSEMBLE, {}, identity))
        elif (there := self.identity()) != expected:
            changed = [key for key in identity if there[key] != expected[key]]
            message = f"{self.folder} holds another ensemble: {', '.join(changed)} differ"
            raise EnsembleRefusedError(message, "choose another folder, or say --restart to begin again")

    def _claims(self) -> dict[str, str]:
        """List the files of the folder that an ensemble wrote, with their hashes."""
        central = claims_of(self.folder / CENTRAL, SETTLEMENT)
        return {
            **self._parts(),
            **{f"{CENTRAL}/{name}": claim for name, claim in central.items()},
            **claims_of(self.folder, ENSEMBLE_TABLES),
            **claims_of(self.folder, ENSEMBLE),
        }

    def _parts(self, table: str = "*") -> dict[str, str]:
        """List the finished batches: name of the file → beginning of its hash."""
        names = sorted(path.name for path in (self.folder / PARTS).glob(f"{table}-*.parquet"))
        return {f"{PARTS}/{name}": match[3] for name in names if (match := _PART.fullmatch(name))}

    def _read_parts(self, table: str) -> list[pd.DataFrame]:
        tables = []
        for name, claim in self._parts(table).items():
            if not holds(self.folder / name, claim):
                remedy = "delete it and run the same command again: its draws are settled again"
                raise EnsembleRefusedError(f"{self.folder / name} is damaged", remedy)
            tables.append(read_table(self.folder / name))
        return tables

    def done(self) -> set[int]:
        """List the draws whose results are kept."""
        return {draw for part in self._read_parts("draws") for draw in part["draw"].tolist()}

    def keep(self, batch: int, drawn: Iterable[Drawn]) -> None:
        """Write a finished batch: the grants first, then the draws, by which it counts as kept."""
        drawn = list(drawn)
        earlier = {name: claim for name, claim in self._parts().items() if int(name.split("-")[1]) == batch}
        remove_claimed(self.folder, earlier, keep=(LOCK,))
        grants, draws = _stacked([draw.grants for draw in drawn]), pd.DataFrame([draw.row for draw in drawn])
        for table, rows in (("grants", grants), ("draws", draws)):
            content = table_bytes(rows)
            self._write(f"{PARTS}/{table}-{batch:07d}-{digest(content)[:32]}.parquet", content)

    def gather(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Read all draws and all grants, in order of draw."""
        tables = []
        for table in ("draws", "grants"):
            parts = _stacked(self._read_parts(table))
            tables.append(parts.sort_values("draw", kind="stable").reset_index(drop=True))
        return tables[0], tables[1]

    def finish(self, draws: pd.DataFrame, grants: pd.DataFrame, others: dict[str, bytes]) -> None:
        """Write the final tables, then the manifest, then delete the parts."""
        files = {"draws.parquet": table_bytes(draws), "grants.parquet": table_bytes(grants), **others}
        for name, content in files.items():
            self._write(name, content)
        self._write(ENSEMBLE_TABLES.manifest, manifest_bytes(ENSEMBLE_TABLES, files, {}))
        remove_claimed(self.folder, self._parts(), keep=(LOCK,))

    def add(self, files: Mapping[str, bytes]) -> None:
        """Write further files into a finished folder, and list them in its manifest.

        Raises
        ------
        FolderRefusedError
            A file of that name stands there that no ensemble wrote.
        """
        with self._locked():
            claims = claims_of(self.folder, ENSEMBLE_TABLES)
            for name, content in files.items():
                path = self.folder / name
                if os.path.lexists(path) and not (holds(path, claims.get(name, "")) or holds(path, digest(content))):
                    raise FolderRefusedError(f"{path} is not of this ensemble, and was kept", "move it and run again")
            for name, content in files.items():
                if not holds(self.folder / name, digest(content)):
                    self._write(name, content)
            hashes = {**claims, **{name: digest(content) for name, content in files.items()}}
            del hashes[ENSEMBLE_TABLES.manifest]
            self._write(ENSEMBLE_TABLES.manifest, sealed_manifest(ENSEMBLE_TABLES, hashes, {}))

    def check(self) -> None:
        """Refuse a finished ensemble whose files are not as they were written.

        Raises
        ------
        EnsembleRefusedError
            With the first file that is damaged.
        """
        claims = claims_of(self.folder, ENSEMBLE_TABLES) or {ENSEMBLE_TABLES.manifest: ""}
        for name, claim in claims.items():
            if not holds(self.folder / name, claim):
                remedy = "move it away and run the command again with --restart"
                raise EnsembleRefusedError(f"{self.folder / name} is damaged or was changed", remedy)

    def _write(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all."""
        path = self.folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with draft_file(self.folder / self._draft, content) as draft:
                place_file(draft, path, overwrite=True)
        except OSError as error:
            message = f"{path} was not written ({error.strerror}); every finished draw is kept"
            raise EnsembleRefusedError(message, "make room and run the same command again: it goes on") from error


def table_bytes(table: pd.DataFrame) -> bytes:
    """Write a table as Parquet: the same table gives the same bytes."""
    arrow, parquet = _pyarrow()
    sink = arrow.BufferOutputStream()
    parquet.write_table(arrow.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None), sink)
    return bytes(sink.getvalue().to_pybytes())


def read_table(path: Path) -> pd.DataFrame:
    """Read a table that :func:`table_bytes` wrote."""
    frame: pd.DataFrame = _pyarrow()[1].read_table(path).to_pandas()
    return frame


def _pyarrow() -> tuple[Any, Any]:
    insist_on("ensemble", "an ensemble")
    import pyarrow
    import pyarrow.parquet

    return pyarrow, pyarrow.parquet


def _stacked(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Concatenate tables; those without rows are left out, unless all are."""
    return pd.concat([table for table in tables if len(table)] or tables, ignore_index=True)
