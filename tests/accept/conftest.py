"""Servers that live for one module, on each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.accept.live import Live, live
from tests.conftest import DATABASES


@pytest.fixture(scope="module", params=DATABASES)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The real server with four workers, on each database."""
    with live(request.param, tmp_path_factory.mktemp(request.param), workers=4) as made:
        yield made
