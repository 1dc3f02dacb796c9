"""Pictures of a page as Vega-Lite specifications and SVG."""
