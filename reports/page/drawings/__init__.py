"""Vega-Lite specifications of the charts of a page, and their SVG."""
