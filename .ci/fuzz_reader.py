"""The process of ``fuzz.py`` in which one reader is fuzzed: its name, a corpus or an input, options of libFuzzer."""

from __future__ import annotations

import io
import logging
import marshal
import re
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

with atheris.instrument_imports(include=["singlepot", "tomllib"]):
    import singlepot as sp
    import singlepot.models.checks.pipeline
    import singlepot.scenarios.formats.json_document
    import singlepot.scenarios.reading.checking
    import singlepot.scenarios.what_if
    import singlepot.scenarios.workbooks.reading
    from singlepot.models.diagnostics.problems import CODES, BadInputError
    from singlepot.scenarios.workbooks import child, opening

from tests.places import INPUT, ROOT

MOST_WORDS = 400
"""Words that the fuzzer is given."""


def judge(path: Path) -> None:
    """Check what stands at a path; raise an error where what is said of it is not as promised."""
    findings = sp.check_scenario(path)
    for problem in (*findings.problems, *findings.notes):
        if problem.code not in CODES or not str(problem).isprintable():
            raise AssertionError(f"no line with a code: {problem!r}")
    if findings.scenario is not None:
        findings.scenario.sha256  # noqa: B018  # it can be written down
        return
    if not findings.problems:
        raise AssertionError("neither a scenario nor a problem")
    try:
        sp.read_scenario(path)
    except BadInputError:
        return
    raise AssertionError("it is refused by the check and read")


class Reader:
    """A reader: what it reads, as named parts of which an input replaces one, and how they make what is read."""

    def __init__(
        self,
        parts: Mapping[str, bytes],
        written: Callable[[Path, Mapping[str, bytes]], Path],
        more: Iterable[bytes] = (),
    ) -> None:
        self.parts, self.written = dict(parts), written
        self.sound = [bytes([number]) + content for number, content in enumerate(self.parts.values())]
        self.sound += [b"\0" + content for content in more]

    def words(self) -> list[str]:
        """Return words of the sound inputs, for the fuzzer to try."""
        text = b" ".join(self.sound).decode("utf-8", "replace")
        return sorted({word for word in re.findall(r"[A-Za-z_]{3,40}", text) if word.isascii()})[:MOST_WORDS]

    def take(self, data: bytes, folder: Path) -> None:
        """Write an input, and judge what is said of it."""
        name = list(self.parts)[data[0] % len(self.parts)] if data else next(iter(self.parts))
        judge(self.written(folder, {**self.parts, name: data[1:]}))


def alone(ending: str) -> Callable[[Path, Mapping[str, bytes]], Path]:
    """Write one file."""

    def written(folder: Path, parts: Mapping[str, bytes]) -> Path:
        path = folder / f"fuzzed.{ending}"
        path.write_bytes(parts["file"])
        return path

    return written


def as_folder(folder: Path, parts: Mapping[str, bytes]) -> Path:
    """Write a folder of tables."""
    path = folder / "fuzzed"
    path.mkdir(exist_ok=True)
    for name, content in parts.items():
        (path / name).write_bytes(content)
    return path


def as_archive(folder: Path, parts: Mapping[str, bytes]) -> Path:
    """Write a workbook."""
    path, made = folder / "fuzzed.xlsx", io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    path.write_bytes(made.getvalue())
    return path


def readers(folder: Path) -> dict[str, Reader]:
    """Return each reader by name."""
    sp.write_scenario(sp.read_scenario(INPUT / "full"), folder / "sound.xlsx")
    sp.write_scenario(sp.read_scenario(INPUT / "full"), folder / "sound.json")
    with zipfile.ZipFile(folder / "sound.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    tables = {path.name: path.read_bytes() for path in sorted((INPUT / "full").iterdir())}
    what_ifs = sorted((ROOT / "scenarios" / "library" / "what-ifs").glob("*.toml"))
    return {
        "toml": Reader({"file": what_ifs[0].read_bytes()}, alone("toml"), [path.read_bytes() for path in what_ifs[1:]]),
        "json": Reader({"file": (folder / "sound.json").read_bytes()}, alone("json")),
        "folder": Reader(tables, as_folder),
        "workbook": Reader(parts, as_archive),
    }


def in_this_process(path: Path, wanted: list[str]) -> object:
    """Do what the child of a workbook does, but for its limits, which would be this process's."""
    return marshal.loads(marshal.dumps(child._read_or_refuse(str(path), frozenset(wanted))))


def fuzz(name: str, options: list[str]) -> None:
    """Fuzz one reader until the time is over or an input fails; it never returns."""
    logging.disable(logging.WARNING)
    child.limit = lambda *_: None
    opening._ask = in_this_process
    folder = Path(tempfile.mkdtemp(prefix="singlepot-fuzz-"))
    reader = readers(folder)[name]
    corpus = Path(options.pop(0))
    if corpus.is_dir():
        for number, sound in enumerate(reader.sound):
            (corpus / f"sound-{number}").write_bytes(sound)
    words = folder / "words"
    words.write_text("".join(f'"{word}"\n' for word in reader.words()), encoding="ascii")
    atheris.Setup([sys.argv[0], *options, f"-dict={words}", str(corpus)], lambda data: reader.take(data, folder))
    atheris.Fuzz()


if __name__ == "__main__":
    fuzz(sys.argv[1], sys.argv[2:])
