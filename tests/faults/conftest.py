"""A small registry of two states, as it stands before something goes wrong; and the driver that lets it go wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from defa_id import files
from defa_id.operator import sandbox
from tests.faults import actions

PROJECT = Path(__file__).resolve().parents[2]
STATES = ("SG", "TH")
Drive = Callable[..., Any]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `registry`, published once at `actions.MADE`; nobody changes it."""
    folder = tmp_path_factory.mktemp("faults")
    sources = folder / "trust_registry"
    shutil.copytree(files.sources_path(), sources, ignore=shutil.ignore_patterns("published"))
    shutil.copytree(PROJECT / "schemas", folder / "schemas")
    for path in (sources / "states").iterdir():
        if path.name not in STATES:
            shutil.rmtree(path)
            continue
        listing = json.loads((path / "list.json").read_text(encoding="utf-8"))
        listing["recognitions"] = [one for one in listing["recognitions"] if one["of"] in STATES]
        listing["arrangements"] = []
        (path / "list.json").write_text(json.dumps(listing), encoding="utf-8")
    work = folder / "work"
    sandbox.new(work / "registry", actions.MADE, sources)
    return work


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder in memory where the system has one: thousands of fsyncs of a real disk take minutes."""
    memory = Path("/dev/shm")  # noqa: S108
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture
def work(made: Path, place: Path) -> Path:
    """A copy of it, to be prepared for a fault."""
    return Path(shutil.copytree(made, place / "prepared"))


@pytest.fixture
def drive(work: Path, place: Path) -> Drive:
    """The driver on what `work` has been made into."""

    def run(what: str = "run", **asked: Any) -> Any:
        job = {"what": what, "prepared": str(work), "work": str(place / "work"), **asked}
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.driver"],
            input=json.dumps(job),
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)

    return run


def edit(registry: Path, state: str = "SG") -> None:
    """A change that is not published yet."""
    path = registry / "states" / state / "list.json"
    listing = json.loads(path.read_text())
    listing["state"]["legal_basis"] = ["changed", *listing["state"].get("legal_basis", [])]
    path.write_text(json.dumps(listing))
