"""Excel workbooks that people look at."""
