"""What people look at: so far the summary that ends a run."""

from .summary import summary

__all__ = ["summary"]
