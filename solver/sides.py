"""Room to the limits of columns or rows, their multipliers, and what a step of an interior point does to both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .programme import Booleans, Floats

NARROW = 0.1
"""Smallest product of room and multiplier, relative to the target, that is left alone."""


@dataclass(frozen=True, eq=False)
class Move:
    """A direction: values, duals, row values, and what it does to rooms and multipliers."""

    dx: Floats
    dy: Floats
    dw: Floats
    columns: tuple[list[Floats], list[Floats]]
    rows: tuple[list[Floats], list[Floats]]


class Sides:
    """Room and multipliers at the lower and upper limits of columns or rows."""

    def __init__(self, lower: Floats, upper: Floats, value: Floats) -> None:
        self.has = (np.isfinite(lower), np.isfinite(upper))
        self.room = [np.where(self.has[0], value - lower, 1.0), np.where(self.has[1], upper - value, 1.0)]
        self.multiplier = [np.zeros(len(value)), np.zeros(len(value))]

    def begin(self, size: float) -> None:
        """Set the multipliers so that every product with its room is the same."""
        self.multiplier = [np.where(has, size / room, 0.0) for has, room in zip(self.has, self.room, strict=True)]

    @property
    def count(self) -> int:
        """How many limits there are."""
        return int(self.has[0].sum() + self.has[1].sum())

    def complementarity(self) -> float:
        """Sum of the products of room and multiplier."""
        return float(sum(room[has] @ m[has] for has, room, m in zip(self.has, self.room, self.multiplier, strict=True)))

    def weight(self) -> Floats:
        """How hard the limits push back, for one unit of movement."""
        return self.multiplier[0] / self.room[0] + self.multiplier[1] / self.room[1]

    def pull(self, target: float, second: tuple[Floats, Floats] | None) -> list[Floats]:
        """What each multiplier would become at this target if nothing moved, less what it is."""
        found = []
        for side in (0, 1):
            aim = target - (second[side] if second is not None else 0.0)
            found.append(np.where(self.has[side], aim / self.room[side] - self.multiplier[side], 0.0))
        return found

    def moves(self, pull: list[Floats], change: Floats) -> tuple[list[Floats], list[Floats]]:
        """What a change of the values does to rooms and multipliers."""
        rooms = [np.where(self.has[0], change, 0.0), np.where(self.has[1], -change, 0.0)]
        multipliers = [
            np.where(self.has[k], pull[k] - self.multiplier[k] / self.room[k] * rooms[k], 0.0) for k in (0, 1)
        ]
        return rooms, multipliers

    def second(self, move: tuple[list[Floats], list[Floats]]) -> tuple[Floats, Floats]:
        """The part of each product that a linear step leaves out."""
        return move[0][0] * move[1][0], move[0][1] * move[1][1]

    def after(self, move: tuple[list[Floats], list[Floats]], primal: float, dual: float) -> float:
        """Complementarity after a step."""
        return sum(
            float((self.room[k] + primal * move[0][k])[has] @ (self.multiplier[k] + dual * move[1][k])[has])
            for k, has in enumerate(self.has)
        )

    def centring(
        self, move: tuple[list[Floats], list[Floats]], primal: float, dual: float, target: float
    ) -> list[Floats]:
        """What brings products that a longer step would leave far from the target back to it (Gondzio 1996)."""
        found = []
        for k, has in enumerate(self.has):
            product = (self.room[k] + primal * move[0][k]) * (self.multiplier[k] + dual * move[1][k])
            wish = np.clip(product, NARROW * target, target / NARROW) - product
            found.append(np.where(has, np.maximum(wish, -target / NARROW) / self.room[k], 0.0))
        return found

    def go(self, rooms: list[Floats], multipliers: list[Floats], primal: float, dual: float) -> None:
        """Take a step."""
        for k in (0, 1):
            self.room[k] = self.room[k] + primal * rooms[k]
            self.multiplier[k] = self.multiplier[k] + dual * multipliers[k]


def longest(value: list[Floats], change: list[Floats], has: tuple[Booleans, Booleans]) -> float:
    """Share of a change that leaves every value above zero, at most 1."""
    longest = 1.0
    for v, d, h in zip(value, change, has, strict=True):
        down = h & (d < 0)
        if down.any():
            longest = min(longest, float((-v[down] / d[down]).min()))
    return longest
