"""The library as others rely on it: the calls of the contract, their answers and what they raise."""

from __future__ import annotations

import inspect
import subprocess
import sys
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import defa_id
from tests.support.world import NOW, PRESENTED, Signer, World, key_binding, simple_sd_jwt, vc_jwt

FACE = (
    *("verify", "inspect", "Verifier", "Verdict", "Decision", "Check", "Outcome", "Policy", "Expected", "Registry"),
    *("open_registry", "PolicyInvalid", "RegistryRejected", "NotAccepted", "UnverifiedCredential"),
)


@pytest.fixture(scope="module")
def made() -> tuple[World, Signer]:
    return World.make()


@pytest.fixture(scope="module")
def verifier(made: tuple[World, Signer]) -> defa_id.Verifier:
    return defa_id.Verifier(made[0].registry(), defa_id.Policy.preset("baseline", for_state="TH"))


def test_the_face_has_these_names() -> None:
    assert [name for name in FACE if not hasattr(defa_id, name)] == []
    assert set(FACE) - {"UnverifiedCredential"} <= set(defa_id.__all__)


def test_an_accepted_verdict_hands_over_the_person(verifier: defa_id.Verifier, made: tuple[World, Signer]) -> None:
    holder = Signer.make()
    token = key_binding(holder, simple_sd_jwt(made[1], {"given_name": "Suharto"}, holder))
    verdict = verifier.verify(token, at=NOW, expected=PRESENTED)
    assert (verdict.decision, verdict.problems, bool(verdict)) == (defa_id.Decision.ACCEPTED, (), True)
    person = verdict.unwrap()
    assert person.claims["given_name"] == "Suharto"
    assert (person.issuer, person.level) == ("did:web:sg-person.example", "substantial")
    assert isinstance(verdict.to_json(), str)
    assert all(isinstance(check, defa_id.Check) for check in verdict.checks)
    assert verifier.verify(token.encode(), at=NOW, expected=PRESENTED).to_json() == verdict.to_json()


def test_any_other_verdict_hands_over_nothing(verifier: defa_id.Verifier) -> None:
    verdict = verifier.verify(vc_jwt(Signer.make(kid="key-1")), at=NOW)
    assert (verdict.decision, bool(verdict)) == (defa_id.Decision.REJECTED, False)
    assert verdict.problems[0].outcome is defa_id.Outcome.FAILED
    with pytest.raises(defa_id.NotAccepted) as refused:
        verdict.unwrap()
    assert refused.value.verdict is verdict


def test_verify_asks_the_demo_registry_now_and_offline() -> None:
    verdict = defa_id.verify(b"nothing", for_state="TH", purpose="banking.account-opening")
    assert verdict.to_dict()["registry"]["name"] == "defa-id-demo"
    assert verdict.to_dict()["asked"]["purpose"] == "banking.account-opening"
    assert verdict.to_dict()["documents"] == []


def test_expected_takes_both_or_is_wrong_use() -> None:
    assert defa_id.Expected.presentation(nonce="n", audience="https://rp.example").asked
    for nonce, audience in (("", "a"), ("n", "")):
        with pytest.raises(defa_id.DefaIdError):
            defa_id.Expected.presentation(nonce=nonce, audience=audience)


def test_what_is_the_programmers_own_mistake(verifier: defa_id.Verifier, tmp_path: Path) -> None:
    with pytest.raises(defa_id.DefaIdError):
        verifier.verify(b"", at=datetime(2026, 11, 24))  # noqa: DTZ001
    with pytest.raises(defa_id.RegistryRejected):
        defa_id.open_registry(tmp_path)
    with pytest.raises(defa_id.DefaIdError):
        defa_id.Verifier(verifier.registry, defa_id.Policy.preset("baseline"))
    with pytest.raises(defa_id.PolicyInvalid):
        defa_id.Policy.preset("no-such-preset", for_state="TH")


def test_inspect_is_typed_as_unverified(made: tuple[World, Signer]) -> None:
    found = defa_id.inspect(vc_jwt(made[1]))
    assert type(found).__name__ == "UnverifiedCredential"
    assert next(iter(found.to_dict())) == "unverified"


def test_a_verdict_cannot_be_changed(verifier: defa_id.Verifier) -> None:
    verdict: Any = verifier.verify(b"", at=NOW)
    for name, value in (("decision", defa_id.Decision.ACCEPTED), ("checks", ()), ("required", frozenset())):
        with pytest.raises((AttributeError, TypeError)):
            setattr(verdict, name, value)


@pytest.mark.parametrize("preset", ["baseline", "strict", "unsafe-any-issuer"])
def test_the_presets_are_readable_files(preset: str) -> None:
    assert (Path(inspect.getfile(defa_id)).parent / "policies" / f"{preset}.json").is_file()
    assert defa_id.Policy.preset(preset, for_state="TH").id == preset


def test_all_adds_every_room_of_verifying_and_nothing_to_run_a_service(project: Path) -> None:
    extras = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert "all" in extras
    every = " ".join(extras["all"])
    for name in extras:
        if name in ("all", "dev", "server", "dask", "spark", "postgres", "hsm", "peers"):
            assert f"[{name}]" not in every


@pytest.mark.peers  # mypy
def test_the_face_is_typed_for_its_users(project: Path, tmp_path: Path) -> None:
    """The contract's own lines, as strictly as mypy goes."""
    program = tmp_path / "program.py"
    program.write_text(
        "from datetime import UTC, datetime\n"
        "import defa_id\n"
        "def ask(data: bytes) -> str:\n"
        '    verdict = defa_id.verify(data, for_state="TH", purpose="banking.account-opening")\n'
        '    registry = defa_id.open_registry("path/or/bundle")\n'
        '    verifier = defa_id.Verifier(registry, defa_id.Policy.preset("baseline", for_state="TH"))\n'
        '    expected = defa_id.Expected.presentation(nonce="n", audience="https://rp.example")\n'
        "    verdict = verifier.verify(data, at=datetime.now(UTC), expected=expected)\n"
        "    problems = [check.id for check in verdict.problems + verdict.checks]\n"
        "    person = verdict.unwrap()\n"
        '    said = f"{verdict.decision} {problems} {person.claims} {person.issuer} {person.level}"\n'
        "    return said + verdict.to_json()\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", str(program)],
        cwd=project,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, b"")
