"""Text in 80 columns: summaries, comparisons, reasons."""
