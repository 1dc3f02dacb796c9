"""The least change of an unsettleable scenario that restores a settlement."""
