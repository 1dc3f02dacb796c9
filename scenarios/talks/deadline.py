"""Deadline for answers: the last day on which they count, in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from .ledger import TalksError


def today() -> date:
    """Return the day, in UTC."""
    return datetime.now(UTC).date()


def has_passed(deadline: str) -> bool:
    """Whether a deadline is over; none never is."""
    return bool(deadline) and today().isoformat() > deadline


def is_day(text: str) -> bool:
    """Whether a text is a day, written as 2026-05-29."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def check_deadline(deadline: str) -> None:
    """Refuse a deadline that is no day, or has passed."""
    if not deadline:
        return
    if not is_day(deadline):
        raise TalksError(f"{deadline!r} is no day", "write it as 2026-05-29")
    if has_passed(deadline):
        raise TalksError(f"{deadline} has passed", "name a day to come")


def check_waiting(deadline: str, silent: Sequence[str]) -> None:
    """Refuse to go on before a deadline while areas, by their codes, have not answered."""
    if deadline and not has_passed(deadline) and silent:
        cause = f"{len(silent)} areas have not answered all that they are asked, and may until {deadline}"
        raise TalksError(cause, f"wait for {', '.join(silent[:5])}{' and others' if silent[5:] else ''}")
