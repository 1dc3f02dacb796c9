"""Deadline for answers: the last day on which they count, in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime

from .ledger import TalksError


def today() -> date:
    """Return the day, in UTC."""
    return datetime.now(UTC).date()


def has_passed(deadline: str) -> bool:
    """Whether a deadline is over; none never is."""
    return bool(deadline) and today().isoformat() > deadline


def check_deadline(deadline: str) -> None:
    """Refuse a deadline that is no day, or has passed."""
    if not deadline:
        return
    try:
        date.fromisoformat(deadline)
    except ValueError:
        raise TalksError(f"{deadline!r} is no day", "write it as 2026-05-29") from None
    if has_passed(deadline):
        raise TalksError(f"{deadline} has passed", "name a day to come")
