"""Edits of a written settlement: one thing in one file, or in a table and in ``settlement.json``, hashes made anew."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from singlepot.models.scenario.recipients import RECIPIENT_TABLES
from singlepot.models.tables.output_levelling import output_of

Files = dict[str, bytes]
Rows = list[list[str]]


@dataclass(frozen=True)
class Edit:
    """One edit: what it changes, in words, and the files that it leaves."""

    what: str
    files: Files


def sign(files: Files, names: set[str]) -> Files:
    """Make the hashes of the manifest anew for these files, as somebody who wants to deceive would."""
    manifest = json.loads(files["manifest.json"])
    kept = {name: digest for name, digest in manifest["files"].items() if name in files}
    hashes = {name: hashlib.sha256(files[name]).hexdigest() for name in names}
    manifest["files"] = dict(sorted({**kept, **hashes}.items()))
    return {**files, "manifest.json": resealed(dumped(manifest))}


def resealed(manifest: bytes) -> bytes:
    """Make the hash at the end of a manifest anew, as that somebody would too."""
    seal = re.search(rb',\n "sha256": "[0-9a-f]{64}"\n}\n$', manifest)
    if not seal:
        return manifest
    body = manifest[: seal.start()]
    return body + b',\n "sha256": "' + hashlib.sha256(body).hexdigest().encode() + b'"\n}\n'


def dumped(document: object) -> bytes:
    """Write JSON as the program does."""
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def changed(files: Files, what: str, **contents: bytes) -> Edit:
    """Exchange contents, by name of the file with ``/`` and ``.`` as they are."""
    edited = {**files, **contents}
    if set(contents) != {"manifest.json"}:
        return Edit(what, sign(edited, set(contents)))
    return Edit(what, {**edited, "manifest.json": resealed(edited["manifest.json"])})


DESCRIBED = output_of(RECIPIENT_TABLES)
"""Tables of a scenario with recipients."""


def every_edit(files: Files) -> Iterator[Edit]:
    """Walk all files of a folder."""
    yield from of_tables(files)
    yield from of_json(files, "settlement.json", set(DESCRIBED))
    yield from of_json(files, "fairness.json", set())
    yield from of_manifest(files)
    for name in sorted(files):
        if name.endswith(".xlsx"):
            yield from of_workbook(files, name)
        elif name.endswith((".html", ".svg")):
            yield from of_page(files, name)
        elif name.endswith(".png"):
            yield changed(files, f"{name}: its last byte", **{name: files[name][:-1] + b"\0"})
    yield from of_the_folder(files)


# Tables


def rows_of(content: bytes) -> Rows:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def csv_of(rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def otherwise(text: str, kind: str) -> Iterator[str]:
    """Other contents of a cell: a little more, half as much, nothing; or another text."""
    if kind == "whole":
        yield from (str(int(text) + 1), "0" if int(text) else "2")
    elif kind == "number":
        number = float(text or 0)
        yield from (repr(number * (1 + 1e-6) + 1e-6), repr(number * 1.5 + 0.5), "" if text else "0")
    else:
        yield from (f"{text}x", "") if text else ("something", "1.5")


def of_tables(files: Files) -> Iterator[Edit]:
    """Every column of every table, in the table, in ``settlement.json`` and in both; rows; columns."""
    document = json.loads(files["settlement.json"])
    for table in DESCRIBED:
        name = f"tables/{table}.csv"
        rows = rows_of(files[name])
        for at, column in enumerate(rows[0]):
            kind = DESCRIBED[table].kind_of(column)
            for line in sorted({1, len(rows) - 1}):
                for text in otherwise(rows[line][at], kind):
                    edited = [list(row) for row in rows]
                    edited[line][at] = text
                    yield from both(files, document, table, edited, (line - 1, column, typed(kind, text)))
        for what, order in reordered(rows):
            yield from both(files, document, table, order, None, what)


def reordered(rows: Rows) -> Iterator[tuple[str, Rows]]:
    """Rows gone, twice or exchanged; columns gone or exchanged."""
    if len(rows) > 1:
        yield "a row gone", rows[:-1]
        yield "a row twice", [*rows, rows[-1]]
    if len(rows) > 2:
        yield "rows exchanged", [rows[0], rows[2], rows[1], *rows[3:]]
    width = len(rows[0])
    for at in range(width):
        yield f"column {rows[0][at]} gone", [[*row[:at], *row[at + 1 :]] for row in rows]
    yield "columns exchanged", [[row[1], row[0], *row[2:]] for row in rows]
    yield "a column more", [[*row, "note" if not i else "1"] for i, row in enumerate(rows)]


def both(
    files: Files, document: dict[str, Any], table: str, rows: Rows, cell: tuple[int, str, object] | None, what: str = ""
) -> Iterator[Edit]:
    """The same edit in the table alone, in the document alone, and in both."""
    name = f"tables/{table}.csv"
    if cell is not None:
        at, column, value = cell
        records = [dict(row) for row in document[table]]
        records[at][column] = value
        what = f"row {at + 1}, {column}: {value!r}"
    else:
        kinds = {column: DESCRIBED[table].kind_of(column) for column in rows[0]}
        records = [{c: typed(kinds[c], text) for c, text in zip(rows[0], row, strict=True)} for row in rows[1:]]
    edited = {name: csv_of(rows), "settlement.json": dumped({**document, table: records})}
    for names in ({name}, {"settlement.json"}, set(edited)):
        contents = {file: edited[file] for file in names}
        yield changed(files, f"{' and '.join(sorted(names))}: {table}: {what}", **contents)


def typed(kind: str, text: str) -> object:
    if kind == "number":
        return None if text == "" else float(text)
    return int(text) if kind == "whole" else text


# JSON


def of_json(files: Files, name: str, passed_over: set[str]) -> Iterator[Edit]:
    """Every value and every key of a document, but those that are walked as tables."""
    document = json.loads(files[name])
    for path, value in leaves({key: value for key, value in document.items() if key not in passed_over}):
        if path == ("files",):
            continue
        for other in values_beside(value):
            yield changed(files, f"{name}: {path} {other!r}", **{name: dumped(with_value(document, path, other))})
    for path in objects(document, passed_over):
        yield from of_keys(files, name, document, path)
    yield changed(files, f"{name}: laid out", **{name: json.dumps(document, ensure_ascii=False, indent=2).encode()})
    yield changed(files, f"{name}: escaped", **{name: (json.dumps(document, indent=1) + " \n").encode()})


def of_keys(files: Files, name: str, document: Any, path: tuple[Any, ...]) -> Iterator[Edit]:
    """The keys of one object: gone, exchanged, one more, and one twice."""
    value = value_at(document, path)
    keys = list(value)
    where = f"{name}: {path}"
    for key in keys:
        without = {k: v for k, v in value.items() if k != key}
        yield changed(files, f"{where}: {key} gone", **{name: dumped(with_value(document, path, without))})
    more = {**value, "more": 1}
    yield changed(files, f"{where}: a key more", **{name: dumped(with_value(document, path, more))})
    if len(keys) > 1:
        swapped = {key: value[key] for key in [keys[1], keys[0], *keys[2:]]}
        yield changed(files, f"{where}: keys exchanged", **{name: dumped(with_value(document, path, swapped))})
    for key in keys[:3]:  # the key once more, first and empty: what most readers take is the last
        marked = with_value(document, path, {"\0twice": [], **value})
        content = dumped(marked).replace(b'"\\u0000twice"', json.dumps(key).encode())
        yield changed(files, f"{where}: {key} twice", **{name: content})


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list) and value:
        for at in sorted({0, len(value) - 1}):
            yield from leaves(value[at], (*path, at))
    else:
        yield path, value


def objects(value: Any, passed_over: set[str], path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        if value:
            yield path
        for key, item in value.items():
            if key not in passed_over:
                yield from objects(item, passed_over, (*path, key))
    elif isinstance(value, list) and value:
        yield from objects(value[0], passed_over, (*path, 0))


def values_beside(value: Any) -> tuple[Any, ...]:
    """Other values of a leaf."""
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int):
        return (value + 1, float(value))
    if isinstance(value, float):
        return (value + 1e-6, str(value), None)
    if isinstance(value, str):
        return (f"{value}x", f"{value} ") if value else ("x",)
    return ("x",) if value is None else ([1],)


def value_at(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


def with_value(document: Any, path: tuple[Any, ...], value: object) -> Any:
    if not path:
        return value
    copied = dict(document) if isinstance(document, dict) else list(document)
    copied[path[0]] = with_value(copied[path[0]], path[1:], value)
    return copied


def of_manifest(files: Files) -> Iterator[Edit]:
    """The manifest itself, whose hashes of the files are left as they are."""
    name = "manifest.json"
    for edit in of_json(files, name, {"files"}):
        if edit.files[name] != files[name]:  # the seal alone, which was made anew
            yield edit
    document = json.loads(files[name])
    listed = list(document["files"].items())
    swapped = {**document, "files": dict([listed[1], listed[0], *listed[2:]])}
    yield Edit("manifest.json: files exchanged", {**files, name: resealed(dumped(swapped))})
    yield Edit(
        "manifest.json: a hash", {**files, name: resealed(files[name].replace(listed[0][1].encode(), b"0" * 64))}
    )


# Workbook and pages


def of_workbook(files: Files, name: str) -> Iterator[Edit]:
    """In every part, a number of every column of a sheet, every text, and what else there is; and the parts."""
    with zipfile.ZipFile(io.BytesIO(files[name])) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    for part, content in parts.items():
        for what, edited in of_part(part, content.decode()):
            packed = zipped({**parts, part: edited.encode()})
            yield changed(files, f"{name}: {part}: {what}", **{name: packed})
        if part.startswith("xl/worksheets/sheet"):
            rest = {key: value for key, value in parts.items() if key != part}
            yield changed(files, f"{name}: {part} gone", **{name: zipped(rest)})
    yield changed(files, f"{name}: a part more", **{name: zipped({**parts, "xl/more.xml": b"<a/>"})})
    yield changed(files, f"{name}: broken", **{name: files[name][:-100]})


def of_part(part: str, text: str) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for match in re.finditer(r'<c r="([A-Z]+)[0-9]+"[^>]*>(?:<f>[^<]*</f>)?<v>([^<]*)</v>', text):
        column = match[1]
        if column not in seen:
            seen.add(column)
            start, end = match.span(2)
            yield f"column {column}", f"{text[:start]}{float(match[2]) + 1:g}{text[end:]}"
    for match in list(re.finditer(r"<f>([^<]+)</f>", text))[:3]:
        yield "a formula", f"{text[: match.start(1)]}1+{text[match.start(1) :]}"
    if part == "xl/sharedStrings.xml":
        for number, match in enumerate(re.finditer(r"<t[^>]*>([^<]+)</t>", text)):
            if number % 4 == 0:
                yield f"text {number}", f"{text[: match.end(1)]}x{text[match.end(1) :]}"
    for match in list(re.finditer(r' [a-zA-Z:]+="([^"]+)"', text))[-2:]:
        yield "an attribute", f"{text[: match.end(1)]}9{text[match.end(1) :]}"


def zipped(parts: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return packed.getvalue()


def of_page(files: Files, name: str, step: int = 23) -> Iterator[Edit]:
    """Texts, numbers and attributes of a page or drawing, spread over all of it, also in its packed parts."""
    text = files[name].decode()
    for pattern, what in ((r">([^<>]*[^<>\s][^<>]*)<", "text"), (r' [a-z-]+="([^"]+)"', "attribute")):
        matches = list(re.finditer(pattern, text))
        for match in matches[::step] + matches[-1:]:
            words = f"{name}: {what} {match[1][:30]!r}"
            yield changed(files, words, **{name: text[: match.end(1)].encode() + b"7" + text[match.end(1) :].encode()})
            for number in list(re.finditer(r"[0-9]", match[1]))[-1:]:
                at = match.start(1) + number.start()
                digit = str((int(text[at]) + 1) % 10)
                yield changed(files, f"{words}: a digit", **{name: (text[:at] + digit + text[at + 1 :]).encode()})
    for pack in re.findall(r"[A-Za-z0-9+/]{100,}={0,2}", text):
        content = gzip.decompress(base64.b64decode(pack)).decode()
        for match in list(re.finditer(r">([^<>]*[0-9][^<>]*)<", content))[::step]:
            edited = f"{content[: match.end(1)]}7{content[match.end(1) :]}".encode()
            repacked = base64.b64encode(gzip.compress(edited, mtime=0)).decode()
            yield changed(
                files, f"{name}: packed text {match[1][:30]!r}", **{name: text.replace(pack, repacked).encode()}
            )


# The folder


def of_the_folder(files: Files) -> Iterator[Edit]:
    """Files that go, with their line of the manifest and without, and files that come."""
    for name in files:
        if name in ("manifest.json", "run.json"):
            continue
        rest = {key: value for key, value in files.items() if key != name}
        yield Edit(f"{name}: gone with its line", sign(rest, set()))
        yield Edit(f"{name}: gone", rest)
        yield changed(files, f"{name}: empty", **{name: b""})
    for name in ("more.csv", "tables/more.csv", "scenario/more.csv", "pictures/more.svg", "area-pages/E9.html"):
        yield Edit(f"{name}: there", {**files, name: b"a\n1\n"})
        yield changed(files, f"{name}: there with its line", **{name: b"a\n1\n"})


Verify = Callable[[Files], bool]
"""Verifies the files of a folder; whether anything was found."""
