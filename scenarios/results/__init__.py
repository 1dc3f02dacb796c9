"""Result files: settlements are written, read back and verified; frontiers and alternatives are written."""
