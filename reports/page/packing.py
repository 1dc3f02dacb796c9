"""Packs hold parts of a page, compressed: JSON that a script of the page unpacks when a part is asked for."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping


def packed_text(parts: Mapping[str, str]) -> str:
    """Compress parts of a page, by name, into a text; the same parts give the same text."""
    return base64.b64encode(gzip.compress(json.dumps(parts, ensure_ascii=False).encode(), mtime=0)).decode()
