#!/usr/bin/env python3
"""Everything one can do in a checkout, with nothing but Python 3.11 or later.

    python3 run.py defa-id ARGUMENTS    the tool itself
    python3 run.py test [ARGUMENTS]     the tests that need Python alone (arguments go to pytest)
    python3 run.py lint                 format, lint, strict typing, the floors of the house
    python3 run.py check                lint, then test: what a change must pass
    python3 run.py peers [ARGUMENTS]    all tests, also those with independent software from npm
    python3 run.py format               put the code into its form
    python3 run.py types                make schemas, contexts and tables of the credential types anew
    python3 run.py demo | table         make the demo registry, the README's table of checks, anew
    python3 run.py bench [ARGUMENTS]    measure; writes benchmarks/RESULTS.md

The first use makes a virtual environment in .venv and installs into it; later uses start at once.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(HERE, os.environ.get("DEFA_ID_VENV", ".venv"))
WINDOWS = os.name == "nt"
NPM = os.path.join(HERE, "tests", "interop", "npm")

# Each set of packages holds the ones before it.
SETS = {"base": ".", "test": ".[test]", "dev": ".[dev]", "peers": ".[dev,all,hsm,peers]"}

WHOLE = ["-n", "auto", "--dist", "worksteal", "--hold-catalogue"]
LINT = (["ruff", "format", "--check", "."], ["ruff", "check", "."], ["mypy"], ["lint-imports", "--no-logo"])


def main(arguments: list[str]) -> int:
    """Run one of the commands of this file's first lines; the exit code."""
    if sys.version_info < (3, 11):
        print(f"defa-id needs Python 3.11 or later; this is {sys.version.split()[0]}.", file=sys.stderr)
        print("Start it with a newer one, e.g. python3.12 run.py", file=sys.stderr)
        return 2
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command == "defa-id":
        prepare("base")
        return become([program("defa-id"), *rest])
    os.chdir(HERE)
    if command == "test":
        prepare("test")
        return become([program("python"), "-m", "pytest", "-m", "not peers", *(rest or WHOLE)])
    if command == "lint":
        prepare("dev")
        return lint()
    if command == "check":
        return main(["lint"]) or main(["test"])
    if command == "peers":
        prepare("peers")
        prepare_npm()
        return become([program("python"), "-m", "pytest", *(rest or WHOLE)])
    if command == "format":
        prepare("dev")
        return subprocess.call([program("ruff"), "check", "--fix", "."]) | subprocess.call([program("ruff"), "format"])
    if command == "types":
        prepare("base")
        return become([program("python"), "-m", "defa_id.types.generating", *rest])
    if command == "demo":
        prepare("base")
        return become([program("python"), "-m", "defa_id.operator.demo", "trust_registry", *rest])
    if command == "table":
        prepare("base")
        return become([program("python"), "-m", "defa_id.report.table", "README.md", *rest])
    if command == "bench":
        prepare("peers")
        return become([program("python"), "-m", "benchmarks.run", *rest])
    print(__doc__)
    return 0 if command in ("help", "-h", "--help") else 2


def lint() -> int:
    """Every static check, all of them even if one fails; the worst exit code."""
    worst = 0
    for name, *arguments in LINT:
        print("--", name, *arguments, file=sys.stderr)
        worst = max(worst, subprocess.call([program(name), *arguments]))
    return worst


def prepare(name: str) -> None:
    """Make the environment hold the set `name`, unless it does already."""
    sets = list(SETS)
    usable = os.path.exists(program("python"))
    held = [which for which in sets if usable and read(stamp(which)) == fingerprint(HERE)]
    if set(sets[sets.index(name) :]) & set(held):
        return
    print(f"Setting up {os.path.relpath(VENV)} once; this needs a package index ...", file=sys.stderr)
    if not held and subprocess.call([sys.executable, "-m", "venv", "--clear", VENV], stdout=sys.stderr):
        print("This Python cannot make virtual environments; Debian has that in python3-venv.", file=sys.stderr)
        raise SystemExit(2)
    install = [program("python"), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-e", SETS[name]]
    if subprocess.call(install, cwd=HERE, stdout=sys.stderr, env={**os.environ, "PIP_USER": "0"}):
        print("The packages could not be installed; what pip says above tells why.", file=sys.stderr)
        raise SystemExit(2)
    write(stamp(name), fingerprint(HERE))


def prepare_npm() -> None:
    """Install the npm peers by their lock file, unless they are there already."""
    mark = os.path.join(NPM, "node_modules", ".defa-id")
    if read(mark) == fingerprint(NPM):
        return
    npm = shutil.which("npm")
    if npm is None:
        print("The npm peers need node 20 or later with npm; Debian has them in nodejs and npm.", file=sys.stderr)
        raise SystemExit(2)
    if subprocess.call([npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=NPM, stdout=sys.stderr):
        print("The npm peers could not be installed.", file=sys.stderr)
        raise SystemExit(2)
    write(mark, fingerprint(NPM))


def program(name: str) -> str:
    """Where the environment keeps a program."""
    return os.path.join(VENV, "Scripts", name + ".exe") if WINDOWS else os.path.join(VENV, "bin", name)


def stamp(name: str) -> str:
    """The file that says what the set `name` was installed from."""
    return os.path.join(VENV, f"defa-id-{name}.stamp")


def fingerprint(folder: str) -> str:
    """What an installation depends on: requirements, this Python, and where the checkout lies."""
    digest = hashlib.sha256(repr((folder, sys.version_info[:3], sys.prefix)).encode())
    for name in ("pyproject.toml", "package-lock.json"):
        digest.update(read(os.path.join(folder, name)).encode())
    return digest.hexdigest()


def read(path: str) -> str:
    """The text of a file; empty if there is none."""
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path: str, text: str) -> None:
    """Make `text` the file's content."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def become(command: list[str]) -> int:
    """Replace this process by `command` where the system can; else run it and pass its exit code on."""
    sys.stdout.flush()
    sys.stderr.flush()
    if not WINDOWS:
        os.execv(command[0], command)
    return subprocess.call(command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
