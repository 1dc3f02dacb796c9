"""Vega-Lite specifications are drawn without a browser, as PNG or as SVG that is safe inside a page."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, Literal
from xml.etree import ElementTree

from singlepot.models.extras import ExtraNotInstalledError, how_to_install

Spec = dict[str, Any]

Kind = Literal["svg", "png"]

VEGA_LITE = "6.4"
"""Version of Vega-Lite that the specifications are written for."""

PIXELS = 3
"""Pixels of a PNG for each unit of a specification."""

DRAWN = 40
"""Drawings that are kept, some hundred kilobytes each: those of one report."""

WIDTH = 420
"""Width of a chart: small enough that its text is read on a telephone, and drawn larger on a desk."""

LETTER = 6.2
"""Width of a letter of a label, in units of a chart: the mean of English names in the font of charts."""

SVG = "http://www.w3.org/2000/svg"

_KEPT = {"path", "line", "rect", "text", "g", "svg", "tspan", "circle", "clipPath", "defs"}
_DROPPED = re.compile(r"^(aria-|role|class$|pointer-events$|style$|on|\{|cursor$)")
_SCALES = {"axis", "legend", "title"}
_LONG = re.compile(r"-?\d+\.\d{2,}")
_EMPTY = {"M0,0h0v0h0Z"}
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 does not allow."""


class PagesNotInstalledError(ExtraNotInstalledError):
    """The libraries that make pages are not installed."""


def missing(library: str) -> PagesNotInstalledError:
    """Return the error for a missing library of the extra ``report``."""
    return PagesNotInstalledError(f"reports need {library}, which is not installed", how_to_install("report"))


def draw(spec: Spec, kind: Kind) -> bytes:
    """Draw one specification as a file; the same specification gives the same bytes.

    Raises
    ------
    PagesNotInstalledError
        Without vl-convert-python, which the extra ``report`` brings.
    """
    library = _library()
    drawn = _svg(json.dumps(_drawable({**spec, "config": CONFIG}), ensure_ascii=False, allow_nan=False))
    return drawn.encode() if kind == "svg" else bytes(library.svg_to_png(drawn, scale=PIXELS))


def _library() -> Any:
    try:
        import vl_convert
    except ImportError:
        raise missing("vl-convert-python") from None
    return vl_convert


@lru_cache(maxsize=DRAWN)
def _svg(spec: str) -> str:
    """Draw the JSON text of a specification; the last ones are kept, for a page and for files beside it."""
    to_single, to_own = _stand_ins(spec)
    text = spec.translate(to_single)
    return str(_library().vegalite_to_svg(text, vl_version=VEGA_LITE, allowed_base_urls=[])).translate(to_own)


def _drawable(value: Any) -> Any:
    """Replace the characters that XML cannot hold, such as most control characters, in all texts."""
    if isinstance(value, str):
        return _NO_XML.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_drawable(key): _drawable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_drawable(item) for item in value]
    return value


def _stand_ins(text: str) -> tuple[dict[int, int], dict[int, int]]:
    """Pair every character above U+FFFF with an unused one of the private use area.

    Vega measures and cuts labels by UTF-16 code units, and vl-convert refuses a text that was cut in the middle of such
    a character: an emoji in a name would end the chart.
    """
    above = sorted({ord(character) for character in text if ord(character) > 0xFFFF}) if max(text) > "\uffff" else []
    unused = [code for code in range(0xE000, 0xF900) if chr(code) not in text] if above else []
    to_single = dict(zip(above, unused, strict=False)) | dict.fromkeys(above[len(unused) :], 0xFFFD)
    return to_single, {single: own for own, single in to_single.items() if single != 0xFFFD}


def inline_svg(spec: Spec, label: str) -> str:
    """Draw one specification as SVG inside a page, see :func:`in_page`."""
    return in_page(draw(spec, "svg"), label)


def in_page(drawn: bytes, label: str) -> str:
    """Clean a drawing for a page: one image for screen readers, with tooltips on its marks.

    Parameters
    ----------
    drawn
        SVG of a specification; the channel ``description`` of a mark becomes its attribute ``data-tip``.
    label
        What the chart shows, in a sentence.
    """
    ElementTree.register_namespace("", SVG)
    root = ElementTree.fromstring(drawn)
    _clean(root)
    root.set("role", "img")
    root.set("aria-label", label)
    root.attrib.pop("width", None)
    root.attrib.pop("height", None)
    return ElementTree.tostring(root, encoding="unicode")


def _clean(element: ElementTree.Element) -> None:
    """Keep shapes, texts and tooltips; remove roles, classes, styles and whatever could run."""
    described = element.get("role") == "graphics-symbol" and element.get("aria-roledescription") not in _SCALES
    tip = element.get("aria-label") if described else None
    for name in [name for name in element.attrib if _DROPPED.match(name)]:
        del element.attrib[name]
    if tip:
        element.set("data-tip", tip)
    for name in ("d", "transform"):
        if name in element.attrib:
            element.set(name, _LONG.sub(lambda match: f"{float(match[0]):.1f}", element.attrib[name]))
    for child in list(element):
        kept = child.tag.removeprefix(f"{{{SVG}}}") in _KEPT and child.get("d") not in _EMPTY
        if kept:
            _clean(child)
        if not kept or (child.tag == f"{{{SVG}}}g" and not len(child)):
            element.remove(child)


def paired_bars(rows: list[Spec], label_width: int, legend: Spec) -> tuple[Spec, Spec]:
    """Specify bars before and after in pairs, by ``label`` and ``when``: the encodings of their place and colour."""
    extent = {"labelLimit": label_width, "minExtent": label_width, "maxExtent": label_width}
    axis = {**extent, "ticks": False, "domain": False, "labelColor": INK}
    labels, order = list(dict.fromkeys(row["label"] for row in rows)), ["before", "after"]
    y = {"field": "label", "type": "nominal", "sort": labels, "title": None, "axis": axis}
    colour = {"field": "when", "scale": {"domain": order, "range": [BEFORE, AFTER]}}
    colour["legend"] = {"title": None, "orient": "top", **legend}
    return {"y": y, "yOffset": {"field": "when", "sort": order}}, colour


def named_rows(rows: list[Spec], step: int) -> Spec:
    """Specify the size, data and axis of a chart that has a row for each ``name``."""
    names = [row["name"] for row in rows]
    label_width = min(max(8 + round(LETTER * max(map(len, names), default=0)), 90), WIDTH // 2 - 10)
    axis = {"labelLimit": label_width - 4, "minExtent": label_width, "maxExtent": label_width}
    axis |= {"ticks": False, "domain": False}
    return {
        "width": WIDTH - label_width - 30,
        "height": {"step": step},
        "padding": 4,
        "data": {"values": rows},
        "encoding": {"y": {"field": "name", "type": "ordinal", "title": None, "sort": names, "axis": axis}},
    }


FONT = "Arial, Helvetica, sans-serif"
INK, GREY, PALE, LINE = "#0b0c0c", "#505a5f", "#b1b4b6", "#d4351c"

NO_LIMIT = 0
"""Of the length of labels: they are measured once less, three milliseconds each. Those that users name have a limit."""

CONFIG: Spec = {
    "font": FONT,
    "background": "white",
    "view": {"stroke": None},
    "title": {
        "anchor": "start",
        "fontSize": 15,
        "color": INK,
        "subtitleColor": GREY,
        "subtitleFontSize": 12,
        "offset": 10,
    },
    "axis": {
        "labelFontSize": 12,
        "labelLimit": NO_LIMIT,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelColor": INK,
        "titleColor": GREY,
        "gridColor": "#e5e6e7",
        "domainColor": PALE,
        "tickColor": PALE,
    },
    "legend": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titleColor": GREY,
        "labelColor": INK,
        "labelLimit": NO_LIMIT,
    },
    "text": {"fontSize": 12, "color": INK, "aria": False},
    "rule": {"aria": False},
}
"""Configuration of all specifications: fonts and colours."""

BEFORE, AFTER = "#9db8cf", "#1d5e9b"
"""Colours of what was bid or proposed, and of what is settled."""
