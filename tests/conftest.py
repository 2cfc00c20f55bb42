"""What every test may rely on: where the vectors are, how hard properties are tried, what a run must hold."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support import check_outcomes, listed_skips, offline
from tests.support import vectors as others

PROJECT = Path(__file__).resolve().parent.parent

settings.register_profile("default", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("default"), max_examples=200, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--hold-catalogue",
        action="store_true",
        help="fail unless every check of the catalogue has passed and has failed somewhere in this run",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(check_outcomes.Recorder(config), "check-outcomes")
    if os.environ.get("CI") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(listed_skips.Enforcer(PROJECT / "tests" / "allowed_skips.txt"), "listed-skips")


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """No test reaches beyond this machine."""
    with offline.only_loopback():
        yield


@pytest.fixture(scope="session")
def project() -> Path:
    """The top folder of the checkout."""
    return PROJECT


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The folder of other people's test vectors; they are never copied into the project."""
    return others.require(".")
