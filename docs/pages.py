"""Write the pages that follow from the code: ``python docs/pages.py``. A test compares them with the files."""

from __future__ import annotations

import inspect
import re
import sys
import textwrap
from pathlib import Path
from typing import Any

import singlepot
from singlepot.models.diagnostics.explanations import problems_page
from singlepot.models.formulation import sharing_weights as sharing
from singlepot.models.formulation.terms import ALWAYS, FOR_STAGE
from singlepot.models.scenario.manual_page import tables_page
from singlepot.models.tables.output import UNITS, OutputColumn
from singlepot.models.tables.output_levelling import OF_SECTIONS, output_of
from singlepot.models.tables.plain_words import WORDS

HERE = Path(__file__).parent

sys.path.insert(0, str(HERE.parent))
from tests.catalogue import page as catalogue_page  # noqa: E402

API_OPENING = """\
# What can be called

`import singlepot as sp`. These names stay; what a version changes stands in [CHANGELOG.md](../CHANGELOG.md).
Everything else in the packages `singlepot.…` may change. This page is written by `python docs/pages.py` from the
docstrings; on the site they follow each table. `help(sp.settle)` shows the same.
"""

OPENING = """\
# The programme

What `sp.settle` solves, symbol by symbol. This page is written by `python docs/pages.py` from the docstrings of
`models/terms/`, one file a term; a test fails when the two differ. `formulate(scenario).programme.lp_text()` prints
the programme of any scenario with the labels used here.

## Symbols

| symbol | in the code | unit | what it is |
|---|---|---|---|
| a, e, k, t | `area`, `envelope`, `objective`, `year` | | area, envelope, objective, year |
| j | `option` | | option of an area; scale-backs among them |
| r | `national` rows | | objective with a year, or with a range of years |
| b | `bids.amount`, `Arrays.bid` | money | bid |
| q | `targets.target`, `Arrays.proposed` | objective's | proposed target |
| B | `pot.amount`, `Arrays.pot` | money | pot, rows of one year and envelope summed |
| Q | `national.target`, `National.target` | objective's | national target |
| G | `option_years.grant…`, `Options.grant` | money | grant of an option at take-up 1 |
| E | `option_years.…`, `Options.outcome` | objective's | outcome of an option at take-up 1 |
| m | `options.max_take_up`, `Options.limit` | | largest take-up |
| f | `options.own_cost`, `Options.own_cost` | money | what take-up 1 costs the area itself |
| λ | `Arrays.equity` | | (median / value) ** elasticity; 1 without equity and for the centre |
| ω | `objectives.weight`, `Arrays.objective_weight` | | national weight of an objective |
| π | `targets.weight`, `Arrays.preference` | | an area's own weight of an objective |
| p | `Arrays.share` | | share of population over areas with a bid or target; without population, of all bids |
| φ | `bands.weigh` | | how concessions and burdens weigh as they grow |
| s | column `take_up` | | take-up, 0 to m |
| g | column `grant` | money | grant |
| y | column `target` | objective's | agreed target |
| c | column `carry_over` | money | carried into the next year |
| v | column `virement` | money | moved to another envelope in the year |
| u | column `shortfall` | objective's | shortfall of a national row |
| L | column `largest_shortfall` | share | the largest u/Q of a priority |
| d, D | columns `concession`, `concession_share` | objective's, share | what an area gives up of an objective |
| M | column `largest_concession` | share | the largest D |
| z, X | columns `cut`, `burden_share` | money, share | grant below the bid; with own costs, as a share of the bid |
| w | columns `concession_band`, `burden_band` | share | the part of D or X in each band |
| x, n | attributes `baseline` and `per` | objective's | what there is today, and what its rate is per |
| A, h | `[convergence]`, column `short_of_aim` | objective's | aim of a place, and what is missed of it |
| J | column `together` | share | what a place brings of both national targets |

Money is in the scenario's unit, `£m` usually.

## Terms
"""

STAGES = """\
## Stages

Each is minimised in turn; each holds the earlier ones at their optimum, or within the optimum and what it may `give`.

| stage | minimised | unit |
|---|---|---|
| `shortfall.largest[p]` | L of priority p | share of the target |
| `shortfall.total[p]` | Σ_k ω mean_r(u/Q) / Σ ω over priority p | share of the target |
| `concession.largest` | M | share of the target |
| `concession.total` | Σ_a λ p Σ_k π φ(D) / Σ_k π | weighted share |
| `burden` | Σ_a λ φ(X) Σ b; where Σ b = 0: Σ λ f s | money, weighted |
| `cost` | Σ g | money |
| `convergence.total` | Σ_k ω (Σ_g h / Σ_g A) / Σ ω over the objectives with an aim | share of the aim |
| `inclusion.total` | w of `together` | share of both targets |

"""


def formulation_page() -> str:
    """Write the page of the programme."""
    terms = dict.fromkeys([*ALWAYS, *(term for terms in FOR_STAGE.values() for term in terms)])
    parts = [OPENING]
    for term in terms:
        parts.append(f"### {term.__name__}\n\n{_markdown(inspect.getdoc(term) or '')}\n")
    parts.append(STAGES)
    parts.append(f"## Sharing\n\n{_markdown(inspect.getdoc(sharing) or '')}\n")
    return "\n".join(parts)


def _markdown(text: str) -> str:
    """Turn a docstring's mathematics into a block that shows as it is."""
    lines, result = text.splitlines(), []
    i = 0
    while i < len(lines):
        if not lines[i].startswith(".. math::"):
            result.append(lines[i].replace("``", "`"))
            i += 1
            continue
        block = [lines[i].removeprefix(".. math::").strip()]
        i += 1
        while i < len(lines) and (not lines[i].strip() or lines[i].startswith("    ")):
            block.append(lines[i])
            i += 1
        body = textwrap.dedent("\n".join(block[1:])).strip() or block[0]
        result += ["```math", body, "```", ""]
    return "\n".join(result)


PARTS = {
    "Scenarios": ("models.scenario", "models.levers", "models.settings", "models.diagnostics", "scenarios.reading",
                  "scenarios.writing", "scenarios.what_if", "scenarios.importing"),
    "Builders": ("scenarios.building",),
    "Settlements": ("models.settlement", "models.formulation", "models.explanation", "models.assurance",
                    "scenarios.results", "scenarios.reading.settling", "reports.reperformance", "solver"),
    "What a settlement leaves open": ("models.analysis",),
    "Many scenarios": ("scenarios.many", "scenarios.ensemble"),
    "Talks": ("scenarios.talks", "scenarios.review", "reports.page.public"),
    "Scenarios without a settlement": ("scenarios.repair", "models.infeasibility"),
    "This installation": ("reports.selftest",),
    "Other ways of sharing": ("scenarios.regimes", "models.claims", "models.analysis.inequality"),
}  # fmt: skip
"""Parts of the page, in order, and the packages whose public names they hold; errors come last."""


def api_page() -> str:
    """List the public names with what they do; the site adds their docstrings (see ``conf.py``)."""
    parts: dict[str, list[str]] = {title: [] for title in [*PARTS, "Errors"]}
    things = {name: getattr(singlepot, name) for name in singlepot.__all__ if name not in ("__version__", "build")}
    things |= {f"build.{name}": getattr(singlepot.build, name) for name in singlepot.build.__all__}
    for name, thing in things.items():
        parts[_part(thing)].append(name)
    lines = [API_OPENING]
    for title, names in parts.items():
        lines += [f"## {title}\n", "| name | what it is |", "|---|---|"]
        functions_first = sorted(names, key=lambda name: (isinstance(things[name], type), name))
        lines += [f"| `{name}` | {_first_sentence(things[name])} |" for name in functions_first]
        lines.append("")
    return "\n".join(lines)


def _part(thing: Any) -> str:
    """Find the part of the page by the longest package that holds the thing."""
    if isinstance(thing, type) and issubclass(thing, Exception):
        return "Errors"
    home = inspect.unwrap(thing).__module__.removeprefix("singlepot.")
    holding = [
        (len(package), title) for title, packages in PARTS.items() for package in packages if home.startswith(package)
    ]
    return max(holding)[1]


def _first_sentence(thing: object) -> str:
    sentence = (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ").replace("``", "`")
    return re.sub(r":\w+:`~?(?:\w+\.)*(\w+)`", r"`\1`", sentence)


def decisions_page() -> str:
    """List the decision records."""
    lines = ["# Decisions", "", "Why things are as they are: context, decision, what it costs. Half a page each.", ""]
    for file in sorted((HERE / "decisions").glob("0*.md")):
        title = file.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        lines.append(f"- {int(file.name[:4])}: [{re.sub(r'^[0-9]+[.]? ', '', title)}]({file.name})")
    return "\n".join(lines) + "\n"


def settlement_page() -> str:
    """Describe every column of a settlement between two remarks of the page."""
    parts = []
    for table in output_of(OF_SECTIONS).values():
        rows = [f"| `{column.name}` | {column.unit} | {column.explanation} |" for column in table.columns]
        head = [f"### {table.name}", "", table.explanation, "", "| column | unit | |", "|---|---|---|"]
        parts.append("\n".join([*head, *rows, ""]))
    units = [f"- {unit}: {where}" for unit, where in UNITS.items()]
    parts.append("\n".join(["Where units are found:", "", *units, ""]))
    return _between(
        HERE / "settlement.md", "<!-- columns -->\n", "<!-- end of columns -->\n", "\n".join(["", *parts, ""])
    )


def settlement_class() -> str:
    """Describe every column of a settlement in the docstring of its class, where ``help`` and editors look."""
    parts = []
    for table in output_of(OF_SECTIONS).values():
        parts += [f"    {table.name}", f"        {table.explanation}", ""]
        for column in table.columns:
            parts += textwrap.wrap(_bullet(column), 120, initial_indent=" " * 8, subsequent_indent=" " * 10)
    return _between(HERE / CLASS, "        What was settled.\n", "    certificate\n", "\n".join([*parts, ""]))


def _bullet(column: OutputColumn) -> str:
    unit = f" ({column.unit})" if column.unit else ""
    return f"- ``{column.name}``{unit}: {column.explanation}".replace("``", "`").replace("`", "``")


def _between(path: Path, start: str, end: str, content: str) -> str:
    """Text of a file with other content between two of its lines."""
    before, _, rest = path.read_text(encoding="utf-8").partition(start)
    return before + start + content + end + rest.partition(end)[2]


WORDS_OPENING = """\
# Plain words

What people see in the terminal and in reports, beside the word that the settings, the tables for programs and the
technical annex of a report use. This page is written by `python docs/pages.py` from `models/tables/plain_words.py`; a
test fails where a technical word stands in the terminal or in a report outside its annex.

| technical word | plain word | what it is |
|---|---|---|
"""


def words_page() -> str:
    """List the technical words with their plain ones."""
    rows = sorted(WORDS, key=lambda word: word.technical.casefold())
    return WORDS_OPENING + "".join(f"| {word.technical} | {word.plain} | {word.meaning} |\n" for word in rows)


def readme() -> str:
    """Quote the reason that the README names, from the settlement of its shipped scenario."""
    text = README.read_text(encoding="utf-8")
    named = re.search("<!-- reason: (\\S+) (\\S+) (\\S+) -->\n", text)
    assert named is not None
    asks = singlepot.settle(named[1]).asks.set_index(["area", "option"])
    quoted = textwrap.wrap(asks.loc[(named[2], named[3]), "reason"], 118)
    lines = "".join(f"> {line}\n" for line in quoted)
    return _between(README, named[0], "<!-- end of reason -->\n", lines)


README = HERE.parent / "README.md"

CLASS = "../models/settlement/settlement.py"
"""Holds the docstring of ``Settlement``."""

PAGES = {
    "../README.md": readme,
    CLASS: settlement_class,
    "api.md": api_page,
    "catalogue.md": catalogue_page,
    "decisions/README.md": decisions_page,
    "formulation.md": formulation_page,
    "problems.md": problems_page,
    "settlement.md": settlement_page,
    "tables.md": tables_page,
    "words.md": words_page,
}

if __name__ == "__main__":
    for name, write in PAGES.items():
        (HERE / name).write_text(write(), encoding="utf-8")
