"""Recipients of grants, as the label of each area names them."""

from __future__ import annotations

from collections.abc import Collection, Iterable


def recipients_of(codes: Collection[str], names: Iterable[str], labels: Iterable[str]) -> tuple[str, ...]:
    """Return who holds the grant of each area: a code, or a label that is none.

    Parameters
    ----------
    codes, names
        Of all areas.
    labels
        The column ``recipient``: a code, or the exact name of an area where no code matches; empty for the area itself.

    Examples
    --------
    >>> recipients_of(["A", "B", "C"], ["Aston", "Barton", "Carton"], ["", "Aston", "Both"])
    ('A', 'A', 'Both')
    """
    known, of_name = set(codes), dict(zip(names, codes, strict=True))
    return tuple(
        code if not label else label if label in known else of_name.get(label, label)
        for code, label in zip(codes, labels, strict=True)
    )
