"""State of talks as a fold over their entries: what is accepted, what may still be asked, and what is being asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .ledger import Entry

Key = tuple[str, str]
"""Code of an area and name of an option of its own."""

ENOUGH = 1e-6
"""Share of a largest take-up by which an answer may miss an ask and accepts it in full: files round what they show."""


@dataclass(frozen=True)
class Ask:
    """Ask of a round: how far the area had accepted the option, and how far it is asked to go."""

    accepted: float
    asked: float


@dataclass(frozen=True)
class Offer:
    """Offer of an area: a new option, with its row of ``options`` and its rows of ``option_years``."""

    row: Mapping[str, Any]
    years: Sequence[Mapping[str, Any]]
    instead_of: str
    group: str

    @property
    def key(self) -> Key:
        """Area and name of the new option."""
        return self.row["area"], self.row["option"]

    @property
    def most(self) -> float:
        """Largest take-up."""
        return float(self.row["max_take_up"])


@dataclass(frozen=True)
class Answer:
    """Answer to an ask: how far the area goes, or an offer in its place."""

    up_to: float
    reason: str
    offer: Offer | None = None


@dataclass(frozen=True)
class State:
    """State of talks after an entry.

    Parameters
    ----------
    rounds
        How many rounds may ask.
    round, round_seq
        Number of the round, and of its entry; 0 before the first.
    closing
        Whether the round closes the talks: nothing more may be asked.
    deadline
        Last day for answers, as an ISO date; empty without one.
    most, accepted, open
        Largest take-up of each option, how far it may be used with its area's consent, and how far it may be asked.
    asks
        Asks of the round.
    answers
        Answers of the round so far, by area and option.
    offers
        Offers of the round that are no answer to an ask, by area and new option.
    late
        Answers after the deadline: recorded, never used.
    taken
        Offers of earlier rounds, which are options now.
    moves
        What-ifs of the centre in order.
    moved_since
        Whether the centre has moved since the round was settled.
    agreed
        Content of the last agreement, and the number of its entry; None without one.
    """

    rounds: int = 0
    round: int = 0
    round_seq: int = 0
    closing: bool = False
    deadline: str = ""
    most: Mapping[Key, float] = field(default_factory=dict)
    accepted: Mapping[Key, float] = field(default_factory=dict)
    open: Mapping[Key, float] = field(default_factory=dict)
    asks: Mapping[Key, Ask] = field(default_factory=dict)
    answers: Mapping[Key, Answer] = field(default_factory=dict)
    offers: Mapping[Key, Offer] = field(default_factory=dict)
    late: frozenset[Key] = frozenset()
    taken: tuple[Offer, ...] = ()
    moves: tuple[Mapping[str, Any], ...] = ()
    moved_since: bool = False
    agreed: tuple[int, Mapping[str, Any]] | None = None

    @property
    def silent(self) -> list[Key]:
        """Asks of the round without an answer, in order."""
        return sorted(key for key in self.asks if key not in self.answers)


def live(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries that no undo has taken back; an undo that was taken back itself takes nothing back."""
    undone: set[int] = set()
    for entry in reversed(entries):
        if entry.kind == "undo" and entry.seq not in undone:
            undone.add(int(entry.content["undoes"]))
    return [entry for entry in entries if entry.seq not in undone]


def fold(entries: Sequence[Entry]) -> State:
    """Fold the entries that were not taken back into the state after them."""
    state = State()
    for entry in live(entries):
        if entry.kind in _STEPS:
            state = _STEPS[entry.kind](state, entry)
    return state


def opened_state(content: Mapping[str, Any]) -> State:
    """Return the state after the opening, from its content."""
    most = {(area, option): float(most) for area, option, most, _, _ in content["options"]}
    accepted = {(area, option): float(value) for area, option, _, value, _ in content["options"]}
    still = {(area, option): float(value) for area, option, _, _, value in content["options"]}
    return State(rounds=int(content["rounds"]), most=most, accepted=accepted, open=still)


def _open(state: State, entry: Entry) -> State:
    return opened_state(entry.content)


def _round(state: State, entry: Entry) -> State:
    content = entry.content
    state = after_answers(state, closing=bool(content["closing"]))
    raised = {(area, option): float(value) for area, option, value in content["raised"]}
    asks = {(area, option): Ask(float(accepted), float(asked)) for area, option, accepted, asked in content["asks"]}
    return replace(
        state,
        round=int(content["round"]),
        round_seq=entry.seq,
        closing=bool(content["closing"]),
        deadline=str(content["deadline"]),
        accepted={**state.accepted, **raised},
        asks=asks,
        moved_since=False,
        agreed=None,
    )


def _answer(state: State, entry: Entry) -> State:
    content = entry.content
    key = (content["area"], content["option"])
    if content["late"]:
        return replace(state, late=state.late | {key})
    return replace(state, answers={**state.answers, key: Answer(content["up_to"], content["reason"])})


def _offer(state: State, entry: Entry) -> State:
    content = entry.content
    made = Offer(content["row"], content["years"], content["instead_of"], content["group"] or f"offer:{entry.seq}")
    if content["late"]:
        return replace(state, late=state.late | {made.key})
    if made.instead_of:
        answers = {**state.answers, (made.key[0], made.instead_of): Answer(0.0, content["reason"], made)}
        return replace(state, answers=answers)
    return replace(state, offers={**state.offers, made.key: made})


def _move(state: State, entry: Entry) -> State:
    return replace(state, moves=(*state.moves, entry.content["what_if"]), moved_since=True, agreed=None)


def _imposed(state: State, entry: Entry) -> State:
    """Set how far an option may be used; what is taken back is not asked again."""
    content = entry.content
    key, up_to = (content["area"], content["option"]), float(content["up_to"])
    still = max(state.open[key], up_to) if up_to >= state.accepted[key] else up_to
    accepted, opened = {**state.accepted, key: up_to}, {**state.open, key: still}
    return replace(state, accepted=accepted, open=opened, moved_since=True, agreed=None)


def _agree(state: State, entry: Entry) -> State:
    return replace(state, agreed=(entry.seq, entry.content))


_STEPS = {
    "open": _open,
    "round": _round,
    "answer": _answer,
    "offer": _offer,
    "move": _move,
    "imposed": _imposed,
    "agree": _agree,
}
"""What each kind of entry does to the state; an undo acts on what is folded at all."""


def after_answers(state: State, *, closing: bool = False) -> State:
    """Apply the answers of the round: what is accepted and may still be asked before the next settlement.

    Silence counts as a refusal. The order of areas and answers changes nothing.

    Parameters
    ----------
    state
        With the answers.
    closing
        Whether nothing more may be asked of anybody.
    """
    accepted, still = dict(state.accepted), dict(state.open)
    for key, ask in state.asks.items():
        up_to = state.answers[key].up_to if key in state.answers else 0.0
        if up_to >= ask.asked - ENOUGH * state.most[key]:
            accepted[key] = max(accepted[key], ask.asked)
        else:
            accepted[key] = still[key] = max(accepted[key], up_to)
    taken = sorted(_offers(state), key=lambda offer: offer.key)
    for offer in taken:
        accepted[offer.key] = still[offer.key] = offer.most
    most = {**state.most, **{offer.key: offer.most for offer in taken}}
    if closing:
        still = dict(accepted)
    return replace(
        state,
        accepted=accepted,
        open=still,
        most=most,
        taken=(*state.taken, *taken),
        asks={},
        answers={},
        offers={},
        late=frozenset(),
    )


def _offers(state: State) -> Iterable[Offer]:
    yield from state.offers.values()
    yield from (answer.offer for answer in state.answers.values() if answer.offer is not None)
