"""What is said in lines of text: summaries, comparisons, reasons."""
