"""How the documentation site is built: ``python -m sphinx -W --keep-going . site``. Nothing is fetched.

The pages are plain Markdown that reads in a repository as well. What only the site needs is added here, when a page is
read: the navigation, and the reference of the public names from their docstrings.
"""

from __future__ import annotations

import re
from importlib.metadata import version as installed_version
from operator import attrgetter
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert

import singlepot

project = "singlepot"
author = "The singlepot maintainers"
release = version = installed_version("singlepot")
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "docs/index"
include_patterns = ["docs/**", "benchmarks/README.md", "CONTRIBUTING.md", "CHANGELOG.md", "scenarios/library/**/*.md"]
exclude_patterns = ["docs/**/*.py", "docs/images", "build", "dist", "out", "site", ".*"]

html_theme = "furo"
html_title = "singlepot"
html_copy_source = html_show_sourcelink = html_show_sphinx = html_show_copyright = False
html_static_path = ["docs/site/site.css"]
html_css_files = ["site.css"]
html_extra_path = ["docs/site/index.html"]
html_math_renderer = "mathml"

myst_heading_anchors = 3
myst_fence_as_directive = ["math"]
myst_links_external_new_tab = False
nb_execution_mode = "off"
nb_merge_streams = True
nb_mime_priority_overrides = [("html", "text/html", 0)]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_attr_annotations = False  # the signature has the types
napoleon_use_rtype = False

NAVIGATION = {
    "Tutorial": ["tutorial", "notebook"],
    "How to": [
        "howto-spreadsheet",
        "programmes",
        "howto-questions",
        "howto-own-region",
        "howto-published-table",
        "howto-two-scenarios",
        "howto-transition",
        "howto-pot",
        "howto-screen",
        "howto-why",
        "what-ifs",
        "repair",
        "ensembles",
        "regimes",
        "frontiers",
        "levelling-up",
        "talks",
        "howto-talks-centre",
        "howto-talks-council",
        "howto-review",
        "howto-public",
        "alternatives",
        "workbooks",
        "solvers",
        "howto-embed",
        "howto-windows",
        "selftest",
        "testing",
    ],
    "How to defend this number": ["defend", "verify"],
    "Reference": ["tables", "settlement", "outputs", "report", "problems", "catalogue", "words", "api"],
    "Formulation": ["formulation", "design"],
    "How fast": ["performance", "/benchmarks/README"],
    "Scenarios": ["/scenarios/library/england/README"],
    "Why it is so": ["decisions/README", "/CONTRIBUTING", "/CHANGELOG"],
}
"""The parts of the site and their pages, in order."""


def setup(app: Any) -> None:
    """Tell Sphinx what is ours: mathematics, and what the site adds to pages."""
    app.add_html_math_renderer("mathml", (_inline_math, None), (_block_math, None))
    app.connect("source-read", _add_to_page)


def _inline_math(translator: Any, node: nodes.math) -> None:
    translator.body.append(_mathml(node, "inline"))
    raise nodes.SkipNode


def _block_math(translator: Any, node: nodes.math_block) -> None:
    translator.body.append(f'<div class="math" tabindex="0">{_mathml(node, "block")}</div>')
    raise nodes.SkipNode


def _mathml(node: nodes.Element, display: str) -> str:
    """Convert a formula; the converter takes the letters of a text as they stand, also an escaped underscore."""
    texts = re.sub(r"\\text\{[^}]*\}", lambda text: text[0].replace(r"\_", "_"), node.astext())
    return convert(texts, display=display)


def _add_to_page(app: Any, docname: str, source: list[str]) -> None:
    """Add the navigation to the first page and to that of the decisions, and the docstrings to the reference."""
    match docname:
        case "docs/index":
            trees = [_tree(pages, caption) for caption, pages in NAVIGATION.items()]
            source[0] += "\n\n" + "\n\n".join(trees)
        case "docs/decisions/README":
            source[0] += "\n\n" + _tree(["0*"])
        case "scenarios/library/england/README":
            source[0] += "\n\n" + _tree(["../*/*"])
        case "docs/api":
            source[0] = _reference(source[0])


def _tree(pages: list[str], caption: str = "") -> str:
    options = [":hidden:", ":glob:", *([f":caption: {caption}"] if caption else [])]
    return "\n".join(["```{toctree}", *options, "", *pages, "```"])


def _reference(page: str) -> str:
    """Let each table of public names lead to the docstrings, which follow it."""
    first, *parts = page.split("\n## ")
    made = [first]
    for part in parts:
        names = re.findall(r"^\| `([\w.]+)` \|", part, re.MULTILINE)
        linked = re.sub(r"^\| `([\w.]+)` \|", r"| {py:obj}`~singlepot.\1` |", part, flags=re.MULTILINE)
        kinds = [(name, "class" if isinstance(attrgetter(name)(singlepot), type) else "function") for name in names]
        said = [f".. auto{kind}:: singlepot.{name}{_MEMBERS[kind]}" for name, kind in kinds]
        made.append("\n".join([linked, "", "```{eval-rst}", *said, "```", ""]))
    return "\n## ".join(made)


_MEMBERS = {"class": "\n   :members:\n", "function": "\n"}
