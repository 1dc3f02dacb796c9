"""Bar charts that the spreadsheet program draws from the cells of a sheet."""

from __future__ import annotations

from typing import Any

from .references import span
from .sheets import BarChart

ABOVE, BELOW = "#1d5e9b", "#b35806"
"""Colours of bars above and below nothing, told apart without colour by their side."""

HEIGHT_OF_BAR, HEIGHT_OF_FRAME, WIDTH = 21, 75, 600
"""Sizes in pixels: of a bar with its gap, of title and axis, of the chart."""

ROOM = 0.15
"""Room for the figure beside the longest bar, as a share of the axis, which begins or ends at nothing or beyond."""

LABELS = {"money": "#,##0.0", "share": "0.0%"}
"""Number format of the figures beside the bars, by kind of their column."""

POINTS = 0.75
"""Points of a pixel."""


def height_of(chart: BarChart) -> int:
    """Return the height of a chart, pixels."""
    return HEIGHT_OF_FRAME + HEIGHT_OF_BAR * max(len(chart.sheet.table), 2)


def draw(book: Any, sheet: Any, row: int, chart: BarChart) -> None:
    """Draw a chart into a row of a sheet, which becomes as high.

    Parameters
    ----------
    book, sheet
        Of XlsxWriter.
    row
        The row.
    chart
        What to draw.
    """
    values = chart.sheet.table[chart.values].fillna(0.0).tolist()
    kind = next(column.kind for column in chart.sheet.columns if column.source == chart.values)
    drawn = book.add_chart({"type": "bar"})
    drawn.add_series(
        {
            "name": chart.title,
            "categories": f"={span(chart.sheet, chart.names)}",
            "values": f"={span(chart.sheet, chart.values)}",
            "points": [{"fill": {"color": BELOW if value < 0 else ABOVE}} for value in values],
            "gap": 40,
            "data_labels": {"value": True, "num_format": LABELS[kind]},
        }
    )
    drawn.set_title({"name": chart.title, "overlay": False, "name_font": {"size": 11}})
    drawn.set_legend({"none": True})
    drawn.set_y_axis({"reverse": True, "label_position": "low", "major_tick_mark": "none"})
    least, most = min([0.0, *values]), max([0.0, *values])
    room = ROOM * (most - least) or 1.0
    ends = {"min": least - room * (least < 0), "max": most + room * (most > 0 or not least)}
    drawn.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, **ends})
    height = height_of(chart)
    drawn.set_size({"width": WIDTH, "height": height})
    sheet.set_row(row, (height + 10) * POINTS)
    sheet.insert_chart(row, 0, drawn, {"description": chart.about, "object_position": 2})
