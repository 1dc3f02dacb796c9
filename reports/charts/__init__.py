"""Charts that matplotlib draws."""
