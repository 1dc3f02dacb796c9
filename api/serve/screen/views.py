"""Values of the screen's templates: levers, tools, the run under way, and the result beside its base."""

from __future__ import annotations

from typing import Any

from singlepot.models.settlement.settlement import Settlement
from singlepot.solver import SinglepotError

from ..errors import sentence
from ..runs import Run
from ..saved import Saved
from ..sessions import Session
from . import drawings, results
from .fields import Reading, groups_of

VIEWS = {
    "sums": "Against pot and targets",
    "gains": "Who gains, who loses",
    "map": "Map",
    "areas": "Every area",
    "area": "One area",
}
"""Views of a result, of which one is drawn."""


def screen_values(session: Session, saved: Saved, run: Run | None) -> dict[str, Any]:
    """Return the values of the whole screen."""
    return levers_values(session) | tools_values(session, saved) | status_values(run) | result_values(session, run)


def levers_values(session: Session, reading: Reading | None = None, problems: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the values of the form of levers; ``reading`` is one that could not be taken."""
    base = session.base
    assert base is not None
    locked = {name for name, _ in session.now}
    areas = [(name.removeprefix("lock."), lever.label) for name, lever in base.levers.items() if name[:5] == "lock."]
    free = [(code, label.removeprefix("grant lock of ")) for code, label in areas if f"lock.{code}" not in locked]
    return {
        "groups": groups_of(base, session.now, reading),
        "lockable": sorted(free, key=lambda area: area[1].casefold()),
        "problems": problems,
        "wrong": len(reading.problems) if reading else 0,
    }


def tools_values(session: Session, saved: Saved) -> dict[str, Any]:
    """Return the values of what stands above the columns; a notice is shown once."""
    base = session.base
    assert base is not None
    notice, session.notice = session.notice, ""
    title = base.scenario.settings.title or base.source
    return {
        "title": drawings.heading(title),
        "source": base.source.replace("\\", "/").rpartition("/")[2],
        "warnings": [problem_parts(line) for line in base.warnings],
        "can_undo": len(session.steps) > 1,
        "can_reset": bool(session.now),
        "kept": saved.folder is not None,
        "names": saved.names(),
        "notice": notice,
    }


def status_values(run: Run | None) -> dict[str, Any]:
    """Return the values of a run under way."""
    if run is None:
        return {"run": None, "words": "", "percent": 0}
    return {"run": run, "words": run.words, "percent": round(100 * run.fraction)}


def result_values(session: Session, run: Run | None) -> dict[str, Any]:
    """Return the values of the result: of the step on the screen, or while that settles of the last settled one."""
    now = session.outcome(session.state())
    base = session.outcome(session.state(()))
    shown = now if run is None else session.last_settled()
    values: dict[str, Any] = status_values(run) | {
        "failure": "",
        "settled": False,
        "look": session.look,
        "views": VIEWS,
    }
    if isinstance(shown, SinglepotError):
        return values | {"failure": sentence(shown)}
    if shown is None:
        return values
    beside = base if isinstance(base, Settlement) else shown
    return values | {"settled": True} | tables_values(shown, beside) | view_values(session, shown, beside)


def tables_values(now: Settlement, base: Settlement, called: str = drawings.THE_BASE) -> dict[str, Any]:
    """Return the values of sentences and tables; ``called`` is what people call the base."""
    beside = now is not base
    titles = now.scenario.settings.title, base.scenario.settings.title
    return {
        "illustrative": drawings.illustrative_words(base),
        "story": results.story(now),
        "changes": results.change_words(*titles) if beside else [],
        "beside": results.beside_sentence(now, base) if beside else "",
        "money": results.money_rows(now, base),
        "short": results.shortfall_rows(now, base),
        "ends": results.ends_sentences(now, base, called),
        "has_base": beside,
    }


def view_values(session: Session, now: Settlement, base: Settlement) -> dict[str, Any]:
    """Return the values of the view that is looked at, the only one that is drawn."""
    look = session.look
    if look.show == "sums":
        return {"picture": drawings.sums_drawing(now)}
    if look.show == "gains":
        return {"picture": drawings.gains_drawing(now, base, look.per_head)}
    if look.show == "areas":
        return {"areas": results.area_rows(now, base)}
    if look.show == "map":
        measures = drawings.map_measures(now, base)
        key = look.measure if look.measure in measures else next(iter(measures), "")
        return {"measures": measures, "measure": key, "picture": drawings.map_drawing(now, base, key)}
    listed = results.areas_of(now)
    code = look.area if look.area in dict(listed) else listed[0][0]
    rows = {row.key: row for row in results.area_rows(now, base)}
    return {"listed": listed, "code": code, "area": drawings.area_html(now, code), "row": rows.get(code)}


def problem_parts(line: str) -> dict[str, str]:
    """Take a line of a problem apart: its code, and what it says."""
    level, code, words = "", "", line
    for start in ("warning: ", "note: "):
        if words.startswith(start):
            level, words = start.removesuffix(": "), words.removeprefix(start)
    if words.startswith("SP-"):
        code, _, words = words.partition(" ")
    return {"code": code, "level": level, "words": words}
