"""Columns of texts: each cell is a code into the list of different words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from pandas.api.extensions import ExtensionArray

Integers = npt.NDArray[np.int64]

UNUSABLE = -1
"""Code of a cell whose problem is already named."""

FEW = 1_000
"""Cells of a column up to which it is made of the text of each; a dictionary of words takes 60 microseconds more."""


@cache
def _text() -> Any:
    """The type of a column of texts of a DataFrame."""
    import pandas as pd

    return pd.Series([], dtype=str).dtype


@dataclass(frozen=True, eq=False)
class Labels:
    """A column of texts: each cell is a code into the list of different words.

    Parameters
    ----------
    codes
        Code of each cell; :data:`UNUSABLE` where the cell's problem is already named.
    words
        The different words.
    """

    codes: Integers
    words: tuple[str, ...]

    @classmethod
    def same(cls, word: str, rows: int) -> Labels:
        """A column that says the same in every row."""
        return cls(np.zeros(rows, dtype=np.int64), (word,))

    @classmethod
    def of(cls, texts: Sequence[str]) -> Labels:
        """Code a column of texts."""
        code_of = {word: code for code, word in enumerate(dict.fromkeys(texts))}
        return cls(np.fromiter(map(code_of.__getitem__, texts), dtype=np.int64, count=len(texts)), tuple(code_of))

    @property
    def values(self) -> npt.NDArray[np.object_]:
        """The text of each cell; empty where unusable."""
        return np.asarray([*self.words, ""], dtype=object)[self.codes]

    @property
    def column(self) -> ExtensionArray:
        """The same as a column of a DataFrame; of many cells each word is made a text of a column but once."""
        import pandas as pd

        if len(self.codes) <= FEW:
            values: Any = self.values
            few: ExtensionArray = pd.array(values, dtype=_text())
            return few
        return pd.Series([*self.words, ""], dtype=str).array.take(self.codes)

    def defaulting_to(self, word: str) -> Labels:
        """The same column with a word in place of empty cells."""
        if word == "" or "" not in self.words:
            return self
        return self.renamed(lambda old: old or word)

    def renamed(self, new: Callable[[str], str]) -> Labels:
        """The same column with other words; words that become the same become one."""
        words = [new(old) for old in self.words]
        code_of = {word: code for code, word in enumerate(dict.fromkeys(words))}
        moved = np.asarray([*(code_of[word] for word in words), UNUSABLE], dtype=np.int64)
        return Labels(moved[self.codes], tuple(code_of))

    def __getitem__(self, position: int) -> str:
        """The text of one cell."""
        return "" if self.codes[position] == UNUSABLE else self.words[self.codes[position]]

    def where(self, words: Callable[[str], bool]) -> npt.NDArray[np.bool_]:
        """The usable cells whose word is chosen."""
        chosen = np.asarray([*map(words, self.words), False], dtype=bool)
        return np.asarray(chosen[self.codes])
