"""HTML templates escape every text, and the security policy of a page allows no host and no script but its own."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from .drawings.drawing import missing

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = "templates"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the Jinja environment of the templates.

    Raises
    ------
    PagesNotInstalledError
        Without Jinja2, which the extra ``report`` brings.
    """
    try:
        from jinja2 import Environment, FunctionLoader, StrictUndefined
    except ImportError:
        raise missing("jinja2") from None
    return Environment(
        loader=FunctionLoader(source), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


@lru_cache(maxsize=8)
def source(name: str) -> str:
    """Return a template, style sheet or script."""
    return (files(__package__) / TEMPLATES / name).read_text(encoding="utf-8")


def render(template: str, /, **values: Any) -> str:
    """Fill in a template."""
    return environment().get_template(template).render(**values)


def page(template: str, /, **values: Any) -> str:
    """Fill in the template of a whole page, with its style, its script and its policy."""
    style, script = source("page.css"), source("page.js")
    policy = (
        f"default-src 'none'; style-src '{_hashed(style)}'; script-src '{_hashed(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return render(template, style=style, script=script, policy=policy, **values)


def _hashed(text: str) -> str:
    """Return the source expression of a security policy that allows a text by its hash."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
