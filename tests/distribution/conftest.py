"""A world whose registry is published again and again, and the folders it goes to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from defa_id import distribution
from defa_id.distribution import Refreshed
from tests.distribution.mirrors import LOOPBACK, Files, Mirror, published, serving
from tests.support.world import NOW, World


@pytest.fixture(scope="session")
def world() -> World:
    """Four states; nobody changes them but by `published`."""
    return World.make()[0]


@pytest.fixture(scope="session")
def first(world: World) -> Files:
    """Version 1."""
    return published(world, 1)


@pytest.fixture(scope="session")
def second(world: World) -> Files:
    """Version 2: every role anew."""
    return published(world, 2)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Where the cache will be."""
    return tmp_path / "cache"


@pytest.fixture
def fetch(cache: Path) -> Callable[..., Refreshed]:
    """Refresh the cache from these locations."""

    def refresh(*locations: object, **options: object) -> Refreshed:
        given = {"now": NOW, "network": LOOPBACK, **options}
        return distribution.refresh([str(location) for location in locations], cache, **given)  # type: ignore[arg-type]

    return refresh


@pytest.fixture
def mirror(first: Files) -> Iterator[Mirror]:
    """A server with version 1."""
    with serving(dict(first)) as server:
        yield server
