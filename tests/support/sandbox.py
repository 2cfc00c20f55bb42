"""A registry of one's own in a test: `defa-id` as a process, and the folder it works on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

PROJECT = Path(__file__).resolve().parents[2]


class Done(NamedTuple):
    """A finished command: its exit code and what it said."""

    code: int
    out: str
    err: str


def defa_id(*arguments: str | Path, folder: Path | None = None, stdin: bytes = b"") -> Done:
    """Run the command with nothing remembered between runs but what `folder` holds."""
    done = subprocess.run(
        [sys.executable, "-m", "defa_id", *map(str, arguments)],
        cwd=folder,
        input=stdin,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "NO_COLOR": "1"},
        capture_output=True,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


class Sandbox:
    """A folder made by `defa-id sandbox new`, changed and published by the operator's commands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._must("sandbox", "new", folder)

    @property
    def published(self) -> Path:
        """The published registry, as `--registry` and `open_registry` take it."""
        return self.folder / "published"

    def registry(self, command: str, *arguments: str | Path) -> None:
        """Run `defa-id registry COMMAND --dir …`. Fails the test if it does not succeed."""
        self._must("registry", command, "--dir", self.folder, *arguments)

    def add_issuer(
        self, state: str, id: str, jwk: Mapping[str, Any], type: str, format: str, level: str = "substantial"
    ) -> None:
        """List an issuer with one public JWK, granted since the beginning of 2026."""
        key = self.folder / "peer.jwk.json"
        key.write_text(json.dumps(jwk), encoding="utf-8")
        named = ("--state", state, "--id", id, "--name", "Example peer", "--key", key)
        self.registry(
            "add-issuer",
            *named,
            *("--type", type, "--format", format, "--level", level, "--from", "2026-01-01T00:00:00Z"),
        )

    def recognise(self, by: str, of: str, type: str, level: str = "low") -> None:
        """Let `by` recognise credentials of `of`, in the demo environment, since the beginning of 2026."""
        self.registry(
            "recognise",
            *("--by", by, "--of", of, "--type", type, "--min-level", level, "--environment", "demo"),
            *("--from", "2026-01-01T00:00:00Z"),
        )

    def publish(self) -> None:
        """Sign with the demo keys and publish."""
        self.registry("publish", "--demo-sign")

    def _must(self, *arguments: str | Path) -> None:
        done = defa_id(*arguments)
        assert done.code == 0, f"defa-id {' '.join(map(str, arguments))}: exit {done.code}\n{done.out}{done.err}"
