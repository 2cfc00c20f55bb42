"""Drift: issuers' own documents beside the list, for each way in which they can differ."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from defa_id import files
from defa_id.codec import times
from defa_id.issue import signing
from defa_id.operator import drift
from defa_id.operator.doctor import Problem
from defa_id.resolvers import did_web
from defa_id.sources import Document, RecordedSource
from defa_id.trust.records import Service
from defa_id.trust.registry import Registry
from tests.operator.conftest import LATER, Run

ISSUER = "did:web:sg-identity.demo.example"


@pytest.fixture(scope="module")
def registry(pristine: Path) -> Registry:
    return files.open_registry(pristine / "published", now=LATER)


def granted(registry: Registry) -> Iterator[Service]:
    for state in registry.states():
        for service in registry.state_list(state).services:
            if service.keys:
                yield service


def document(did: str, keys: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    methods = [
        {"id": f"{did}#{name}", "type": "JsonWebKey", "controller": did, "publicKeyJwk": jwk}
        for name, jwk in keys.items()
    ]
    ids = [method["id"] for method in methods]
    return {"id": did, "verificationMethod": methods, "assertionMethod": ids, **changes}


def honest(registry: Registry) -> dict[str, dict[str, Any]]:
    """Of every issuer the document that names just what is listed."""
    own: dict[str, dict[str, Any]] = {}
    for service in granted(registry):
        for did in (name.value for name in service.names if name.value.startswith("did:web:")):
            own.setdefault(did, {}).update({key.thumbprint: dict(key.jwk) for key in service.keys})
    return {did: document(did, keys) for did, keys in own.items()}


def source(documents: Mapping[str, Any]) -> RecordedSource:
    return RecordedSource(
        {did_web.document_url(did): Document(json.dumps(one).encode()) for did, one in documents.items()}
    )


def found(registry: Registry, documents: Mapping[str, Any]) -> list[Problem]:
    return list(drift.found(registry, source(documents), LATER))


def test_nothing_is_told_of_those_that_agree(registry: Registry) -> None:
    documents = honest(registry)
    assert len(documents) > 10
    assert found(registry, documents) == []


def test_each_difference_is_told_of_its_own_service(registry: Registry) -> None:
    documents = honest(registry)
    (listed,) = [service for service in granted(registry) if service.service_id == "SG-0001"]
    ours, theirs = listed.keys[0], signing.generate().public
    documents[ISSUER] = document(ISSUER, {"new": dict(theirs.jwk)})
    told = found(registry, documents)
    assert {problem.kind for problem in told} == {drift.DRIFT}
    assert {problem.where.split()[0] for problem in told} == {"SG"}
    said = {problem.where: problem.message for problem in told}
    assert said[f"SG {ISSUER}"] == f"{ISSUER} names the key {theirs.thumbprint[:12]}…, which is not listed"
    assert said["SG SG-0001"] == f"{ISSUER} does not name the listed key {ours.thumbprint[:12]}… of SG SG-0001"


def test_a_key_named_for_another_purpose_is_not_named(registry: Registry) -> None:
    documents = honest(registry)
    assert found(registry, documents) == []
    own = documents[ISSUER]
    own["authentication"] = own.pop("assertionMethod")
    assert any("does not name the listed key" in problem.message for problem in found(registry, documents))


def test_a_key_that_a_verifier_would_not_take_is_not_named(registry: Registry) -> None:
    documents = honest(registry)
    for method in documents[ISSUER]["verificationMethod"]:
        method["revoked"] = times.show(LATER - timedelta(days=1))
    assert any("does not name the listed key" in problem.message for problem in found(registry, documents))


def test_a_compromised_key_that_is_still_named(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    state = registry.state_list("SG")
    struck = tuple(
        service._replace(keys=tuple(key._replace(compromised_since=LATER) for key in service.keys))
        if service.service_id == "SG-0001"
        else service
        for service in state.services
    )
    monkeypatch.setitem(registry.__dict__["_lists"], "SG", state._replace(services=struck))
    documents = honest(registry)
    told = [problem for problem in found(registry, documents) if problem.where == "SG SG-0001"]
    assert [("still names" in problem.message, problem.kind) for problem in told] == [(True, drift.DRIFT)]
    earlier = list(drift.found(registry, source(documents), LATER - timedelta(seconds=1)))
    assert not [problem for problem in earlier if problem.where == "SG SG-0001"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"id": "did:web:other.example"}, "DID_ID_MISMATCH"), ({"deactivated": True}, "DID_DEACTIVATED")],
)
def test_a_document_that_is_refused(registry: Registry, changes: Mapping[str, Any], code: str) -> None:
    documents = honest(registry)
    documents[ISSUER] |= changes
    (told,) = found(registry, documents)
    assert (told.kind, told.where) == (drift.DRIFT, ISSUER)
    assert code in told.message


def test_a_document_that_cannot_be_had_is_no_difference(registry: Registry) -> None:
    documents = honest(registry)
    del documents[ISSUER]
    (told,) = found(registry, documents)
    assert (told.kind, told.where) == (drift.UNASKED, ISSUER)
    assert "could not be had (NET_OFFLINE)" in told.message


def test_at_the_command_line(run: Run, pristine: Path, registry: Registry, tmp_path: Path) -> None:
    documents = honest(registry)
    documents[ISSUER] = document(ISSUER, {"new": dict(signing.generate().public.jwk)})
    index = {}
    for number, (did, own) in enumerate(documents.items()):
        (tmp_path / f"{number}.json").write_text(json.dumps(own))
        index[did_web.document_url(did)] = f"{number}.json"
    (tmp_path / "index.json").write_text(json.dumps(index))
    doctor = ("registry", "doctor", "--registry", pristine / "published")
    assert run(*doctor).exit_code == 0, "nobody is asked unless it is said"
    said = run(*doctor, "--sources", tmp_path)
    assert said.exit_code == 1
    assert "which is not listed" in " ".join(said.stdout.split())
    report = json.loads(run(*doctor, "--sources", tmp_path, "--json").stdout)
    assert {problem["kind"] for problem in report["problems"]} == {"drift"}
    assert 'problems{kind="drift"}' in run(*doctor, "--sources", tmp_path, "--prometheus").stdout
    for wrong in (("--dir", pristine, "--online"), ("--dir", pristine, "--sources", tmp_path)):
        refused = run("registry", "doctor", *wrong)
        assert (refused.exit_code, "without --dir" in refused.stderr) == (2, True)
    assert run(*doctor, "--sources", tmp_path / "nowhere").exit_code == 2
