"""Vega-Lite specifications describe the charts of a page."""
