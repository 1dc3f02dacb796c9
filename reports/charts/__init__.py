"""Charts are drawn by matplotlib, as PNG and SVG."""
