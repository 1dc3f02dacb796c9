"""Pages of the screen: levers as form fields, the result beside its base, and files to download."""
