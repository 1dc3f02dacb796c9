"""Axes, captions, colours and files are common to all charts; the same figure gives the same bytes."""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from singlepot.models.extras import ExtraNotInstalledError, how_to_install

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A5C00", "#000000")
"""The colours of Okabe and Ito, which people who are colour-blind can tell apart, and a brown for their yellow."""

GREY, GRID = "#505a5f", "#e5e6e7"

MARKERS = "osD^vPX*"
"""Markers of lines, so that a print in grey can be read."""

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


class ChartsNotInstalledError(ExtraNotInstalledError):
    """The library that draws charts is not installed."""


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
            "charts need matplotlib, which is not installed", how_to_install("charts")
        ) from None
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_PLAIN), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)  # as of an emoji: a box is drawn
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


def caption(figure: Any, title: str, note: str, width: int) -> None:
    """Caption a figure: the title above, wrapped at ``width`` characters, and a note below.

    The title is wrapped here because matplotlib's own wrapping reads mathematics all the same.
    """
    figure.suptitle(textwrap.fill(title, width), x=0.01, ha="left", fontsize=12, fontweight="bold")
    figure.supxlabel(note, fontsize=8, color=GREY, x=0.01, ha="left")


def in_percent(axis: Any, digits: str = ".3g") -> None:
    """Label the ticks of one axis as percentages."""
    axis.set_major_formatter(lambda value, _: f"{100 * value:{digits}}%")


def grid(axes: Any, axis: str = "both") -> None:
    """Draw grid lines across ``x``, ``y`` or ``both``."""
    axes.grid(axis=axis, color=GRID, linewidth=0.8)


def empty(axes: Any, reason: str) -> None:
    """Write why the axes show no data."""
    axes.text(0.5, 0.5, reason, transform=axes.transAxes, ha="center", color=GREY)
