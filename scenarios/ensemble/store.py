"""Where the draws of an ensemble are kept: finished parts that survive anything, then the final tables."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from singlepot.models.settlement.documents import json_text
from singlepot.solver import SinglepotError

from .drawing import Drawn

if TYPE_CHECKING:
    pass

IDENTITY = "ensemble.json"
"""What the folder holds the draws of; written first."""

MANIFEST = "manifest.json"
"""Hashes of the final tables; written last: without it the ensemble is unfinished."""

LOCK = ".running.json"
"""Who is working in the folder."""

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
        """Whether the final tables stand there."""
        return (self.folder / MANIFEST).is_file()

    def open(self, identity: dict[str, Any], *, restart: bool) -> None:
        """Begin, or go on with what is there.

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
                said = f"{self.folder} holds another ensemble: {', '.join(changed)} differ"
                raise EnsembleRefusedError(said, "choose another folder, or say --restart to begin again")
            return
        self._write(IDENTITY, json_text(identity))

    def identity(self) -> dict[str, Any]:
        """What the folder holds."""
        path = self.folder / IDENTITY
        if not path.is_file():
            raise EnsembleRefusedError(f"{self.folder} holds no ensemble", "choose a new or empty folder")
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    @contextmanager
    def locked_for(self, identity: dict[str, Any], *, restart: bool) -> Iterator[None]:
        """Open the folder for an ensemble and keep other runs out while this one works in it."""
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
                said = f"{self.folder} is in use by process {other.get('pid')} on {other.get('host')}"
                raise EnsembleRefusedError(said, f"wait for it, or delete {path.name} there if it is gone") from None
            path.unlink()
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(me, file)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)

    def done(self) -> set[int]:
        """Draws whose results are kept."""
        found: set[int] = set()
        for path in (self.folder / PARTS).glob("draws-*.parquet"):
            found.update(read_table(path)["draw"].tolist())
        return found

    def keep(self, batch: int, drawn: Iterable[Drawn]) -> None:
        """Keep a finished batch: the grants first, then the draws, which make it count."""
        drawn = list(drawn)
        self._write_table(f"{PARTS}/grants-{batch:07d}.parquet", _grants(drawn))
        self._write_table(f"{PARTS}/draws-{batch:07d}.parquet", pd.DataFrame([each.row for each in drawn]))

    def gather(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """All draws and all grants, in order of draw."""
        tables = []
        for kind in ("draws", "grants"):
            parts = [read_table(path) for path in sorted((self.folder / PARTS).glob(f"{kind}-*.parquet"))]
            together = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
            tables.append(together.sort_values("draw", kind="stable").reset_index(drop=True))
        return tables[0], tables[1]

    def finish(self, draws: pd.DataFrame, grants: pd.DataFrame, others: dict[str, bytes]) -> None:
        """Write the final tables, then the manifest, then take the parts away."""
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
            said = f"{path} was not written ({error.strerror}); every finished draw is kept"
            raise EnsembleRefusedError(said, "make room and run the same command again: it goes on") from error

    def _write_table(self, name: str, table: pd.DataFrame) -> None:
        self._write(name, table_bytes(table))


def table_bytes(table: pd.DataFrame) -> bytes:
    """A table as Parquet: the same table gives the same bytes."""
    arrow = _pyarrow()
    sink = arrow.BufferOutputStream()
    parquet = _parquet()
    parquet.write_table(arrow.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None), sink)
    return bytes(sink.getvalue().to_pybytes())


def read_table(path: Path) -> pd.DataFrame:
    """Read a table that :func:`table_bytes` wrote."""
    frame: pd.DataFrame = _parquet().read_table(path).to_pandas()
    return frame


def _pyarrow() -> Any:
    try:
        import pyarrow
    except ImportError as error:
        raise EnsembleRefusedError(
            "ensembles need pyarrow", "install it with: pip install 'singlepot[ensemble]'"
        ) from error
    return pyarrow


def _parquet() -> Any:
    _pyarrow()
    import pyarrow.parquet

    return pyarrow.parquet


def _grants(drawn: list[Drawn]) -> pd.DataFrame:
    tables = [each.grants for each in drawn]
    return pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)


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
