"""What all charts share: how a figure becomes files that are the same every time, colours, and the missing library."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

from singlepot.solver import SinglepotError

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A5C00", "#000000")
"""The colours of Okabe and Ito, which people who are colour-blind can tell apart, and a brown for their yellow."""

GREY = "#505a5f"

_PLAIN: dict[Any, Any] = {
    "text.parse_math": False,
    "svg.hashsalt": "singlepot",
    "font.size": 9,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
}


class ChartsNotInstalledError(SinglepotError):
    """The library that draws charts is not installed."""

    exit_code = 2


def draw_files(draw: Callable[[Any], None], size: tuple[float, float] = (11, 7.5)) -> Mapping[str, bytes]:
    """Draw a figure, as ``chart.png`` and ``chart.svg``; the same figure gives the same bytes.

    Parameters
    ----------
    draw
        Takes a matplotlib figure.
    size
        Width and height, inches.

    Raises
    ------
    ChartsNotInstalledError
        Without matplotlib, which the extra ``charts`` brings.
    """
    try:
        import matplotlib
    except ImportError:
        raise ChartsNotInstalledError(
            "charts need matplotlib, which is not installed", 'python -m pip install "singlepot[charts]"'
        ) from None
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_PLAIN):
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasAgg(figure)
        draw(figure)
        files = {}
        for ending in ("png", "svg"):
            buffer = io.BytesIO()
            metadata: dict[str, Any] = {"Software": None} if ending == "png" else {"Date": None}
            figure.savefig(buffer, format=ending, dpi=130, metadata=metadata)
            files[f"chart.{ending}"] = buffer.getvalue()
    return files
