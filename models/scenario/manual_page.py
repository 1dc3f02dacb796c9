"""Manual page of the tables, written from the table of columns that the checks follow."""

from __future__ import annotations

import math

from ..settings.explained import SETTINGS_EXPLAINED
from ..settings.log import ENTRIES
from ..tables.rule_kinds import RULES, Rule
from ..tables.schema import TABLES, Column


def tables_page() -> str:
    """Write every table and rule as Markdown: the text of ``docs/tables.md``."""
    parts = [
        "# Tables\n\nWritten by `singlepot.models.scenario.manual_page` "
        "from the table of columns that the checks follow.\n"
    ]
    for table in TABLES.values():
        needed = "Required." if table.required else ""
        key = f"No two rows share {', '.join(f'`{name}`' for name in table.key)}." if table.key else ""
        rows = "".join(_column_line(column) for column in table)
        further = {
            "attribute": "Further columns: the attributes that `scenario.toml` lists, numbers.\n",
            "objective": "Further columns: `grant_ENVELOPE` for each envelope, in place of `grant`, and one for each "
            "objective, by its key.\n",
            "year": "Further columns: the years, across, in place of `year` and `value`.\n",
        }.get(table.open_to, "")
        parts.append(
            f"\n## {table.name}\n\n{' '.join(part for part in (needed, table.explanation, key) if part)}\n\n"
            f"| column | holds | required | default | |\n|---|---|---|---|---|\n{rows}"
            + (f"\n{further}" if further else "")
        )
    rules = "".join(_rule_line(rule) for rule in RULES.values())
    parts.append(
        "\n## What each rule takes\n\n| rule | chosen by | basis | value as a share | |\n|---|---|---|---|---|\n"
        + rules
    )
    settings = "".join(f"- `{key}`: {text}\n" for key, text in SETTINGS_EXPLAINED.items())
    parts.append(
        "\n## Settings\n\nThe keys of `scenario.toml`, of the sheet `scenario` and of a JSON document; "
        f"`schema` and `years` are required.\n\n{settings}"
    )
    parts.append(_log_page())
    return "".join(parts)


def _log_page() -> str:
    """Describe the section ``[log]``."""
    parts = [
        "\n## What may be written down for assurance\n\nThe section `[log]` of `scenario.toml`, in the sheet "
        "`scenario` with keys such as `log.assumptions.pot_per_year.value`. Nothing in it is required, nothing in "
        "it changes a settlement; all of it goes into the logs that come with one.\n\n"
        '```toml\n[log.sources.population]\nwhat = "population, mid-2022"\ntables = ["areas"]\npublisher = "ONS"\n'
        'date = "2022"\nlicence = "Open Government Licence v3.0"\n\n[log.assumptions.pot_per_year]\n'
        'what = "national pot in each year"\nvalue = 2650\nunit = "£m"\nconfidence = "medium"\nbears_on = "pot"\n\n'
        '[log.decisions."rules.grant_floor"]\nby = "the commissioner"\nwhy = "no area loses a third"\n```\n'
    ]
    for part, entry in ENTRIES.items():
        summary = (entry.__doc__ or "").replace("``", "`")
        rows = "".join(f"| `{key}` | {field.description} |\n" for key, field in entry.model_fields.items())
        parts.append(f"\n### {part}\n\n{summary}\n\n| key | |\n|---|---|\n{rows}")
    return "".join(parts)


def _column_line(column: Column) -> str:
    default = column.default if isinstance(column.default, str) else f"{column.default:g}"
    if column.required or default in ("", "nan"):
        default = "" if column.required else "none"
    required = "yes" if column.required else ""
    holds = column.expected("the scenario's money")
    return f"| `{column.name}` | {holds} | {required} | {default} | {column.explanation} |\n"


def _rule_line(rule: Rule) -> str:
    share = f"≥ {rule.least:g}" if rule.most == math.inf else f"{rule.least:g} to {rule.most:g}"
    general = " Also in `[rules]`." if rule.general else ""
    chosen, bases = ", ".join(rule.selectors), ", ".join(rule.bases)
    return f"| `{rule.name}` | {chosen} | {bases} | {share} | {rule.explanation}{general} |\n"
