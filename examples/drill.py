"""What the drills share: a folder of their own, and an operator's commands, printed as they are run.

A drill has dozens of them, so they run in this process; each is one an operator types.
"""

import json
import os
import shlex
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from click.testing import CliRunner

from defa_id.cli import cli

CLAIMS = {
    "name": {"full": [{"value": "Contoh", "lang": "id", "script": "Latn", "kind": "official"}], "primary": "CONTOH"}
}


def begin(name: str) -> Path:
    """Work in a new folder, with a memory of its own."""
    work = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    os.chdir(work)
    os.environ["XDG_STATE_HOME"] = str(work / "state")
    Path("claims.json").write_text(json.dumps(CLAIMS), encoding="utf-8")
    return work


def run(command: str, *, expect: int = 0, lines: int = 3) -> str:
    """Print a command, run it, print the first lines of what it says; its standard output.

    An exit code that is not expected ends the drill.
    """
    print("$", command)
    done = CliRunner().invoke(cli, shlex.split(command)[1:])
    said = done.stderr if done.exit_code in (2, 4) else done.stdout
    for line in said.splitlines()[:lines]:
        print("   ", line)
    if done.exit_code != expect:
        print(done.output)
        sys.exit(f"exit code {done.exit_code}, not {expect}: {command}")
    return done.stdout


def quietly(command: str) -> str:
    """The same, saying only that it is done."""
    return run(command, lines=0)


def say(text: str) -> None:
    """A heading."""
    print(f"\n# {text}")


def ago(**time: float) -> str:
    """A moment so long ago, as options take it."""
    return (datetime.now(UTC) - timedelta(**time)).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_keys(folder: str, *names: str) -> None:
    """Keys for these names, made in a ceremony: FOLDER/public and FOLDER/private."""
    holders = " ".join(f"--holder '{name}=Holder of {name}'" for name in names)
    quietly(f"defa-id registry ceremony {folder} {holders} --officiant 'The registrar' --witness 'An auditor'")


def sign(change: str, *keys: str, registry: str = "registry") -> None:
    """Let the holders of these keys sign one after the other, each on their own machine."""
    for number, key in enumerate(keys, 1):
        last = number == len(keys)
        run(f"defa-id registry sign {change} --dir {registry} --key {key} --yes", lines=20 if last else 0)


def verify(credential: str, by: str, *options: str, expect: int = 0, registry: str = "registry/published") -> str:
    """Judge a credential in a state; the verdict's decision."""
    command = f"defa-id verify {credential} --for {by} --registry {registry} --memory memory.json"
    return run(" ".join([command, *options]), expect=expect, lines=2)


def verdict(credential: str, by: str, at: str, registry: str = "registry/published") -> str:
    """A verdict's JSON as of a moment, without the version and digest of the registry: each publication has its own."""
    options = ["--for", by, "--registry", registry, "--memory", "none", "--at", at, "--json"]
    document = json.loads(CliRunner().invoke(cli, ["verify", credential, *options]).stdout)
    for name in ("version", "sha256"):
        del document["registry"][name]
    document["checks"] = [check for check in document["checks"] if check["id"] != "registry.current"]  # names it too
    return json.dumps(document, sort_keys=True)
