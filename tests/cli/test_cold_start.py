"""What one command loads: the rooms that the format in question needs, and nothing that was not asked for.

What a cold start costs is told by `benchmarks/RESULTS.md`; here is what keeps it so, without a clock.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.formats.test_data_integrity import world_of
from tests.support import mdocs
from tests.support.integrity import key_for, secured, text
from tests.support.world import World, simple_sd_jwt, vc_jwt
from tests.verifier.test_sources import FITS, with_schema

AT = "2026-11-24T12:00:00Z"
PROBE = """
import sys
from defa_id.cli import cli
def leave(code):
    sys.stderr.write(" ".join([str(code), *sys.modules]))
    sys.exit(0)
cli.main(sys.argv[1:], leave=leave)
"""
# Rooms that hold a module for each format, suite, method or mechanism: every one that is loaded has to be needed.
APART = ("contexts", "formats", "intake", "linked", "people", "resolvers", "status", "suites", "workers")
SHARED = {"formats", "intake", "status", "status.bitstring", "suites", "workers"}
TOKEN = SHARED | {"formats.vc_jwt", "formats.vcdm", "suites.jws"}
SD_JWT = SHARED | {"formats.status_claim", "formats.sd_jwt", "formats.sd_jwt_vc", "formats.vc_sd_jwt", "suites.jws"}
MDOC = SHARED | {
    "formats.mdoc",
    "formats.status_claim",
    "resolvers",
    "resolvers.profiles",
    "resolvers.x5c",
    "suites.cose",
}
INTEGRITY = SHARED | {
    *("formats.data_integrity", "formats.vc_jwt", "formats.vcdm"),
    *("suites.data_integrity", "suites.ecdsa_sd", "suites.jws", "suites.legacy"),
}
# The edges that a verification offline has no business with.
ELSEWHERE = (
    *("assessment", "bulk", "distribution", "fetching", "issue", "net", "operator", "policymaking", "receipt"),
    *("recorded", "service", "types", "wire"),
)
HEAVY = {
    *("asyncio", "base64", "dataclasses", "decimal", "email", "glob", "hashlib", "hmac", "http", "importlib.metadata"),
    *("importlib.resources", "jsonschema", "jsonschema_rs", "jwt", "locale", "logging", "multiprocessing", "random"),
    *("referencing", "rfc8785", "secrets", "securesystemslib", "shutil", "socket", "sqlite3", "ssl", "string"),
    *("subprocess", "tempfile", "tuf", "urllib.request", "xml", "zlib", "cryptography.x509"),
    "cryptography.hazmat.primitives.serialization",
}
if sys.version_info >= (3, 13):
    HEAVY.remove("glob")  # pathlib's own there
OF_JSONSCHEMA_RS = frozenset({"base64", "decimal", "email", "jsonschema_rs", "locale", "random", "socket", "string"})
OF_X509 = frozenset({"base64", "cryptography.x509", "email", "hashlib", "hmac", "locale", "random", "socket", "string"})


class Case(NamedTuple):
    """A registry and a credential, what it needs of the rooms apart, what may be heavy, how many modules are ours."""

    world: World
    data: bytes
    rooms: set[str]
    heavy: frozenset[str] = frozenset()
    ours: int = 77


def _vc_jwt() -> Case:
    world, signer = World.make()
    return Case(world, vc_jwt(signer).encode(), TOKEN)


def _with_schema() -> Case:
    world, signer = with_schema(target="schemas/person.json")
    world.schemas["schemas/person.json"] = FITS
    return Case(world, vc_jwt(signer).encode(), TOKEN, OF_JSONSCHEMA_RS)


def _sd_jwt() -> Case:
    world, signer = World.make()
    return Case(world, simple_sd_jwt(signer, {"name": "x"}).encode(), SD_JWT)


def _mdoc() -> Case:
    return Case(mdocs.world(), mdocs.GOLDEN.bare(), MDOC, OF_X509, 80)


def _integrity() -> Case:
    signer = key_for("eddsa-jcs-2022")
    return Case(world_of(signer), text(secured(signer, "eddsa-jcs-2022")).encode(), INTEGRITY, ours=83)


CASES: dict[str, Callable[[], Case]] = {
    "VC-JWT": _vc_jwt,
    "VC-JWT with a schema": _with_schema,
    "SD-JWT VC": _sd_jwt,
    "mdoc": _mdoc,
    "Data Integrity": _integrity,
}


def loaded(project: Path, home: Path, *words: str | Path) -> tuple[int, set[str]]:
    """The exit code of one command in a process of its own, and every module there at its end."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(project), "HOME": str(home), "LANG": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *map(str, words)],
        env=environment,
        cwd=home,
        capture_output=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    code, *modules = done.stderr.decode().split()
    return int(code), set(modules)


def published(world: World, folder: Path) -> Path:
    for name, data in world.files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def ours(modules: set[str]) -> set[str]:
    return {name.removeprefix("defa_id.") for name in modules if name.startswith("defa_id.")}


@pytest.mark.parametrize("name", CASES)
def test_a_verification_loads_what_its_format_needs(name: str, project: Path, tmp_path: Path) -> None:
    case = CASES[name]()
    (tmp_path / "credential").write_bytes(case.data)
    asked = ("--for", "TH", "--registry", published(case.world, tmp_path / "published"), "--at", AT, "--memory", "none")
    code, modules = loaded(project, tmp_path, "verify", tmp_path / "credential", *asked)
    own = ours(modules)
    assert code == 0
    assert {one for one in own if one.partition(".")[0] in APART} == case.rooms
    assert not {one for one in own if one.partition(".")[0] in ELSEWHERE}
    assert modules & HEAVY <= case.heavy
    assert len(own) <= case.ours


@pytest.mark.parametrize("words", [("--help",), ("verify", "--help"), ("--version",)], ids=" ".join)
def test_help_loads_the_command_it_is_about(words: tuple[str, ...], project: Path, tmp_path: Path) -> None:
    code, modules = loaded(project, tmp_path, *words)
    assert code == 0
    assert {one for one in ours(modules) if one.startswith("cli.")} <= {
        *("cli.errors", "cli.options", "cli.terminal"),
        *(("cli.answering", "cli.reading", "cli.verify") if "verify" in words else ()),
    }
    assert not {one for one in modules if one.partition(".")[0] in ("cryptography", "json", "hashlib")}


def test_looking_into_a_registry_loads_nothing_that_judges(project: Path, tmp_path: Path) -> None:
    world, _ = World.make()
    place = published(world, tmp_path / "published")
    code, modules = loaded(project, tmp_path, "registry", "show", "--registry", place)
    own = ours(modules)
    assert code == 0
    assert not {one for one in own if one.partition(".")[0] in (*APART, "answers", "corridor", "parts", "verifier")}
    assert not modules & {"tuf", "securesystemslib", "jsonschema", "jsonschema_rs", "hashlib", "cryptography.x509"}
