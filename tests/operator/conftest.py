"""A sandbox made once for a session and copied for every test that changes it; the clock stands still."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from defa_id.cli import cli, options
from defa_id.operator import sandbox
from defa_id.operator.tree import Tree, load

MADE = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = MADE + timedelta(hours=1)

Run = Callable[..., Result]


@pytest.fixture(scope="session")
def made() -> datetime:
    """When the sandbox was made."""
    return MADE


@pytest.fixture(scope="session")
def now() -> datetime:
    """The moment of every test: an hour later."""
    return LATER


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sandbox nobody changes."""
    directory = tmp_path_factory.mktemp("sandbox") / "registry"
    sandbox.new(directory, MADE)
    return directory


@pytest.fixture(scope="session")
def tree(pristine: Path) -> Tree:
    """Its sources."""
    return load(pristine)


@pytest.fixture
def directory(pristine: Path, tmp_path: Path) -> Path:
    """A copy of the sandbox, to be changed."""
    return Path(shutil.copytree(pristine, tmp_path / "registry"))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """The command line with the clock at `now` and a memory of its own."""
    monkeypatch.setattr(options, "now", lambda: LATER)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def invoke(*arguments: Any) -> Result:
        return CliRunner().invoke(cli, [str(argument) for argument in arguments])

    return invoke
