"""Nothing of the command line and of the public names opens a socket, but the server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..sockets import uses, watched


@pytest.fixture(autouse=True)
def no_sockets(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Fail a test in which a socket is used, by this process or by one that it starts."""
    if "serve" in Path(request.node.path).parent.parts:
        yield
        return
    with watched(tmp_path_factory.mktemp("sockets"), monkeypatch) as log:
        yield
        assert uses(log) == []
