"""Why no settlement exists, in amounts, and the least relaxation of the rules that restores one."""
