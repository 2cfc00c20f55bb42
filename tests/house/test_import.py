"""`import defa_id` costs little and touches nothing but the modules it needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# Run in an interpreter of its own: what was imported, and what was done besides importing.
PROBE = """
import json, os, sys
calls = []
reading = {".py", ".pyc", ".so", ".pyd", ".dll"}
def listen(event, arguments):
    if event == "open":
        name = os.fspath(arguments[0]) if not isinstance(arguments[0], int) else arguments[0]
        if isinstance(name, bytes):
            name = name.decode()
        if isinstance(name, int) or not name.endswith(tuple(reading)):
            calls.append(f"open {name}")
    elif event.startswith(("socket.", "subprocess.", "os.system", "os.exec", "os.putenv", "urllib.", "http.")):
        calls.append(event)
look_up = os._Environ.__getitem__
def watched(self, key):
    asking = sys._getframe(1)
    while asking.f_code.co_filename.endswith(("os.py", "_collections_abc.py")):
        asking = asking.f_back
    if "defa_id" in asking.f_code.co_filename:
        calls.append(f"environment {key}")
    return look_up(self, key)
os._Environ.__getitem__ = watched
before = set(sys.modules)
sys.addaudithook(listen)
exec(sys.argv[1])
print(json.dumps({"modules": sorted(set(sys.modules) - before), "calls": calls}))
"""
HEAVY = {
    *("cryptography.x509", "jwt", "jsonschema", "jsonschema_rs", "referencing", "tuf", "securesystemslib", "click"),
    *("urllib.request", "http.client", "ssl", "socket", "asyncio", "logging", "sqlite3", "multiprocessing"),
    *("subprocess", "tempfile", "unittest", "email", "xml", "joserfc", "sd_jwt", "didkit"),
}


def probe(statement: str, project: Path) -> dict[str, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, statement],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=True,
    )
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    "statement",
    [
        "import defa_id",
        "from defa_id import Verifier, Verdict, Decision, Check, Outcome, Policy, Expected, Registry",
        "import defa_id.verifier, defa_id.parts",
    ],
)
def test_importing_pulls_in_nothing_heavy(statement: str, project: Path) -> None:
    loaded = set(probe(statement, project)["modules"])
    assert not loaded & HEAVY


def test_importing_touches_nothing(project: Path) -> None:
    assert probe("import defa_id", project)["calls"] == []
    assert probe("import defa_id.verifier", project)["calls"] == []


def test_help_needs_no_cryptography(project: Path) -> None:
    statement = "import defa_id.cli"
    assert not set(probe(statement, project)["modules"]) & (HEAVY - {"click"}) - {"subprocess", "tempfile", "logging"}
