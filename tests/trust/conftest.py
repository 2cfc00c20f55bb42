"""The repository every case of the signed loader starts from."""

from __future__ import annotations

import pytest

from tests.support.world import World
from tests.trust.repository import Repository


@pytest.fixture(scope="package")
def golden() -> Repository:
    """A repository that opens; not to be changed."""
    world, _ = World.make()
    return Repository.of(world)


@pytest.fixture
def repository(golden: Repository) -> Repository:
    """The same, to be spoiled."""
    return golden.copy()
