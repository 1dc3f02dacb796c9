"""What is done for all rows at once says the same as its plain definition, row by row."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from singlepot.models.explanation.rivals import NOBODY, last_elsewhere, rivals
from singlepot.models.files.csv_text import csv_text, number_text, number_texts
from singlepot.models.files.table_json import json_text
from singlepot.solver.lexicographic.dual_uniqueness import LEFT, LONG_ROW, MOST_LONG, _left

from ..examples import tries

NUMBERS = st.floats() | st.integers(-(10**16), 10**16).map(float) | st.just(-0.0)
TEXTS = st.text(alphabet='a",\r\n é=')


@given(st.lists(NUMBERS, max_size=8))
def test_numbers_together_are_written_like_each_alone(numbers: list[float]) -> None:
    assert number_texts(np.array(numbers, dtype=np.float64)) == [number_text(number) for number in numbers]


@given(st.lists(st.tuples(TEXTS, TEXTS, NUMBERS), min_size=1, max_size=6), st.integers(1, 3))
def test_a_table_of_any_texts_is_read_back_by_the_csv_module(rows: list[tuple[str, str, float]], width: int) -> None:
    frame = pd.DataFrame({name: [row[i] for row in rows] for i, name in enumerate(("x", "y,", "z")[:width])})
    read = list(csv.reader(io.StringIO(csv_text(frame).decode(), newline="")))
    text = [[*row[:2], number_text(row[2])][:width] for row in rows]
    assert read == [["x", "y,", "z"][:width], *text]


@given(st.lists(st.tuples(TEXTS, NUMBERS, st.integers()), max_size=5))
def test_a_table_in_json_is_the_list_of_its_rows(rows: list[tuple[str, float, int]]) -> None:
    cells = ([row[i] for row in rows] for i in range(3))
    frame = pd.DataFrame(dict(zip(("a%", "b", "c"), cells, strict=True)))
    plain = [{"a%": text, "b": number if np.isfinite(number) else None, "c": whole} for text, number, whole in rows]
    texts = {"rows": frame, "kept": {"list": [1, {}], "text": "\n"}}
    assert json_text(texts).decode() == json.dumps({**texts, "rows": plain}, ensure_ascii=False, indent=1) + "\n"


RANKED = st.tuples(
    st.integers(0, 4), st.integers(-2, 5), st.sampled_from([False, False, True]), st.sampled_from([0.0, 0.1, 1.0, 3.0])
)


@tries(500)
@given(st.lists(RANKED, min_size=1, max_size=12), st.booleans())
def test_rivals_are_those_of_the_definition(rows: list[tuple[int, int, bool, float]], ordered: bool) -> None:
    """Costs rise in a ranking but for rounding; what is found may not rest on that."""
    rows = sorted(rows, key=lambda row: row[1]) if ordered else rows
    area, cost = np.array([row[0] for row in rows], dtype=np.int64), np.array([float(row[1]) for row in rows])
    used_up, least = np.array([row[2] for row in rows], dtype=bool), cost + [row[3] for row in rows]
    result, before = rivals(area, cost, used_up, least), last_elsewhere(area)
    for position in range(len(rows)):
        others = [i for i in range(len(rows)) if area[i] != area[position]]
        open_ = [i for i in others if i > position and not used_up[i]]
        candidates = [*(i for i in open_ if cost[i] > least[position]), *(i for i in open_ if cost[i] > 0), NOBODY]
        assert result[position] == candidates[0]
        assert before[position] == max((i for i in others if i < position), default=NOBODY)


@given(st.integers(0, 10**6), st.sampled_from([0, 3, MOST_LONG + 20]))
def test_what_a_projection_leaves_is_found_whichever_rows_come_last(seed: int, long: int) -> None:
    """Short rows hold whole numbers, so that none nearly depends on the others: damping tells no such row."""
    generator = np.random.default_rng(seed)
    dense = generator.standard_normal((long + 40, 3 * LONG_ROW))
    dense[long:] = generator.integers(-3, 4, (40, 3 * LONG_ROW)) * (generator.random((40, 3 * LONG_ROW)) < 0.02)
    probes = generator.standard_normal((len(dense), 3))
    left = probes - dense @ np.linalg.pinv(dense) @ probes
    assert np.abs(_left(sparse.csr_array(dense), probes) - left).max() < LEFT / 10
