"""A published registry in a folder, credentials beside it, and the command line to judge them with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from defa_id.cli import cli
from tests.support import world

AT = "2026-11-24T12:00:00Z"
EVIL = "did:web:evil\x1b[31m.example\nACCEPTED\N{RIGHT-TO-LEFT OVERRIDE}"


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a client remembers stays inside the test, and no screen is assumed."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("NO_COLOR", "COLUMNS", "PYTHONIOENCODING", "LC_ALL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def made() -> tuple[world.World, world.Signer]:
    """A registry whose time does not run out while this project lives, and an issuer's key."""
    return world.World.make(expires="2099-01-01T00:00:00Z")


@pytest.fixture(scope="session")
def published(made: tuple[world.World, world.Signer], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The registry as `defa-id registry publish` lays it out."""
    folder = tmp_path_factory.mktemp("published")
    for name, data in made[0].files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


@pytest.fixture(scope="session")
def tokens(made: tuple[world.World, world.Signer]) -> Mapping[str, str]:
    """Credentials by what becomes of them in TH."""
    signer = made[1]
    holder = world.Signer.make()
    good = world.vc_jwt(signer)
    status = {"type": "Unheard", "statusListIndex": "3", "statusListCredential": "https://status.example/1"}
    person = world.simple_sd_jwt(signer, {"name": "สมชาย ใจดี"}, holder)
    return {
        "accepted": good,
        "rejected": world.vc_jwt(world.Signer.make(kid="key-1")),
        "undecided": world.vc_jwt(signer, world.vc(credentialStatus=status)),
        "hostile": world.vc_jwt(signer, world.vc(issuer=EVIL)),
        "person": person,
        "presented": world.key_binding(holder, person),
        "envelope": world.vp_jwt(holder, (good,)),
    }


@pytest.fixture
def inbox(tokens: Mapping[str, str], tmp_path: Path) -> Path:
    """A folder of credentials, one file each."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    for name, token in tokens.items():
        (folder / f"{name}.txt").write_text(token, encoding="utf-8")
    return folder


@pytest.fixture
def run() -> Callable[..., Result]:
    """The command line in this process; anything but an exit is an error of the test."""

    def invoke(*arguments: str | Path, stdin: bytes = b"") -> Result:
        done = CliRunner().invoke(cli, [str(argument) for argument in arguments], input=stdin)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return invoke


@pytest.fixture
def verify(run: Callable[..., Result], published: Path) -> Callable[..., Result]:
    """`defa-id verify` in TH with that registry, at one moment, remembering nothing."""

    def invoke(*arguments: str | Path, stdin: bytes = b"") -> Result:
        return run(
            *("verify", "--for", "TH", "--registry", published, "--at", AT, "--memory", "none"), *arguments, stdin=stdin
        )

    return invoke
