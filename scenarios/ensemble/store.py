"""Folder of an ensemble: finished batches are kept as Parquet parts, and at the end as the final tables."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from singlepot.models.extras import insist_on
from singlepot.models.settlement.documents import json_text
from singlepot.solver import SinglepotError

from .drawing import Drawn

IDENTITY = "ensemble.json"
"""File that identifies the ensemble in the folder; written first."""

MANIFEST = "manifest.json"
"""File with the hashes of the final tables; written last: without it the ensemble is unfinished."""

LOCK = ".running.json"
"""Lock file: process and host of the run that works in the folder."""

PARTS = "parts"
"""Folder of finished batches, removed when all are done."""


class EnsembleRefusedError(SinglepotError):
    """The folder cannot take this ensemble, or does not hold one."""

    exit_code = 3


class Store:
    """The folder of one ensemble."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def finished(self) -> bool:
        """Whether the final tables are written."""
        return (self.folder / MANIFEST).is_file()

    def open(self, identity: dict[str, Any], *, restart: bool) -> None:
        """Start an ensemble in the folder, or resume the one in it.

        Raises
        ------
        EnsembleRefusedError
            The folder holds another ensemble, or something else.
        """
        if restart and (self.folder / IDENTITY).is_file():
            shutil.rmtree(self.folder)
        if self.folder.exists() and any(self.folder.iterdir()):
            there = self.identity()
            if there != json.loads(json_text(identity)):
                changed = [key for key in identity if there.get(key) != json.loads(json_text(identity))[key]]
                message = f"{self.folder} holds another ensemble: {', '.join(changed)} differ"
                raise EnsembleRefusedError(message, "choose another folder, or say --restart to begin again")
            return
        self._write(IDENTITY, json_text(identity))

    def identity(self) -> dict[str, Any]:
        """Read which ensemble the folder holds."""
        path = self.folder / IDENTITY
        if not path.is_file():
            raise EnsembleRefusedError(f"{self.folder} holds no ensemble", "choose a new or empty folder")
        identity: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return identity

    @contextmanager
    def locked_for(self, identity: dict[str, Any], *, restart: bool) -> Iterator[None]:
        """Open the folder for an ensemble, under a lock file that keeps other runs out."""
        self.open(identity, restart=restart)
        with self._locked():
            yield

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / LOCK
        me = {"pid": os.getpid(), "host": socket.gethostname()}
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError:
            other = json.loads(path.read_text(encoding="utf-8") or "{}")
            if other.get("host") != me["host"] or _alive(int(other.get("pid", 0))):
                message = f"{self.folder} is in use by process {other.get('pid')} on {other.get('host')}"
                raise EnsembleRefusedError(message, f"wait for it, or delete {path.name} there if it is gone") from None
            path.unlink()
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(me, file)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)

    def done(self) -> set[int]:
        """List the draws whose results are kept."""
        parts = (self.folder / PARTS).glob("draws-*.parquet")
        return {draw for path in parts for draw in read_table(path)["draw"].tolist()}

    def keep(self, batch: int, drawn: Iterable[Drawn]) -> None:
        """Write a finished batch: the grants first, then the draws, by which it counts as kept."""
        drawn = list(drawn)
        self._write_table(f"{PARTS}/grants-{batch:07d}.parquet", _stacked([draw.grants for draw in drawn]))
        self._write_table(f"{PARTS}/draws-{batch:07d}.parquet", pd.DataFrame([draw.row for draw in drawn]))

    def gather(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Read all draws and all grants, in order of draw."""
        tables = []
        for kind in ("draws", "grants"):
            parts = [read_table(path) for path in sorted((self.folder / PARTS).glob(f"{kind}-*.parquet"))]
            tables.append(_stacked(parts).sort_values("draw", kind="stable").reset_index(drop=True))
        return tables[0], tables[1]

    def finish(self, draws: pd.DataFrame, grants: pd.DataFrame, others: dict[str, bytes]) -> None:
        """Write the final tables, then the manifest, then delete the parts."""
        self._write_table("draws.parquet", draws)
        self._write_table("grants.parquet", grants)
        for name, content in others.items():
            self._write(name, content)
        names = ["draws.parquet", "grants.parquet", IDENTITY, *others]
        hashes = {name: hashlib.sha256((self.folder / name).read_bytes()).hexdigest() for name in sorted(names)}
        self._write(MANIFEST, json_text({"schema": 1, "files": hashes}))
        shutil.rmtree(self.folder / PARTS, ignore_errors=True)

    def _write(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all."""
        path = self.folder / name
        draft = path.with_name(f".{path.name}.partial")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as error:
            draft.unlink(missing_ok=True)
            message = f"{path} was not written ({error.strerror}); every finished draw is kept"
            raise EnsembleRefusedError(message, "make room and run the same command again: it goes on") from error

    def _write_table(self, name: str, table: pd.DataFrame) -> None:
        self._write(name, table_bytes(table))


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


def _alive(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
