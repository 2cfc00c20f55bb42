"""Area A, JSON beside the credential: documents of issuers, status lists, the registry's files, policies and what
was recorded. One reader reads all of them, so each refuses what is not strict JSON, by the code of its own door."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from defa_id import files
from defa_id.codec import limits
from defa_id.errors import PolicyInvalid, WrongUse
from defa_id.policy import Policy
from defa_id.sources import Document, RecordedSource
from defa_id.verdict import Verdict
from defa_id.verifier import Verifier
from tests.adversarial.outside import UNSAFE, naming
from tests.adversarial.places import Mutation, member
from tests.adversarial.rows import Stage, accepted, refused
from tests.adversarial.test_a_json import SMALL
from tests.resolvers.made import DID, URL, did_document, method
from tests.support import integrity, lists
from tests.support import world as minting
from tests.support.world import NOW, PERSON, Signer, World, claims, dumps, entity, sd_jwt, service, vc, vc_jwt
from tests.trust.repository import Repository, everything, rejected

LARGE: dict[str, tuple[Mutation, str]] = {
    "A15-depth": (member(b'"q":' + b"[" * 100_000 + b"]" * 100_000), "LIMIT_DEPTH"),
    "A16-depth-of-objects": (member(b'"q":' + b'{"a":' * 1_200 + b"1" + b"}" * 1_200), "LIMIT_DEPTH"),
    "A18-members": (member(",".join(f'"q{n}":1' for n in range(1_025)).encode()), "LIMIT_MEMBERS"),
}
CASES = {**SMALL, **LARGE}
EVERY_CASE = pytest.mark.parametrize("case", CASES)
ONE_OF_A_KIND = pytest.mark.parametrize("case", {code: case for case, (_, code) in CASES.items()}.values())


def asking(world: World) -> Verifier:
    return Verifier(world.registry(), Policy.from_document({"id": "test", "for_state": "TH"}))


def same(text: bytes) -> bytes:
    return text


# -- an issuer's own document, where its keys come from there ---------------------------------------------


@pytest.fixture(scope="module")
def abroad() -> tuple[Stage, Signer]:
    """A verifier that takes keys from the document of `issuer.example`, and the key in it."""
    return Stage.of(policy=UNSAFE, edit=naming(DID), golden=False), Signer.make()


def by_its_document(abroad: tuple[Stage, Signer], spoil: Mutation) -> Verdict:
    stage, signer = abroad
    document = dumps(did_document(method(signer)))
    token = minting.vc_jwt(signer, stage.document(issuer=DID, iss=DID), kid=f"{DID}#key-1")
    return stage.judge(token, source=RecordedSource({URL: Document(spoil(document), None)}))


@EVERY_CASE
def test_a_did_document(abroad: tuple[Stage, Signer], case: str) -> None:
    spoil, code = CASES[case]
    if len(spoil(b"{}")) > limits.DID_BYTES:
        code = "LIMIT_DID"
    refused(by_its_document(abroad, spoil), "key.resolved", code)


def test_a_did_document_as_it_should_be(abroad: tuple[Stage, Signer]) -> None:
    accepted(by_its_document(abroad, same))


# -- status lists -----------------------------------------------------------------------------------------

ENTRY = {
    "id": f"{lists.URL}#7",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "7",
    "statusListCredential": lists.URL,
}


class Listed:
    """An issuer whose credentials name a list, and the list as this spoils its text."""

    def __init__(self) -> None:
        world, self.signer = World.make()
        self.verifier = asking(world)

    def bitstring(self, spoil: Mutation) -> Verdict:
        head = dumps({"alg": "ES256", "typ": "vc+jwt", "kid": "key-1"})
        listed = self.signer.token(head, spoil(dumps(lists.bitstring_document())))
        return self.judge(vc_jwt(self.signer, vc(credentialStatus=ENTRY)), listed)

    def token(self, spoil: Mutation) -> Verdict:
        head = dumps({"alg": "ES256", "typ": "statuslist+jwt", "kid": "key-1"})
        listed = self.signer.token(head, spoil(dumps(lists.token_claims())))
        status = {"status_list": {"idx": 7, "uri": lists.URL}}
        return self.judge(sd_jwt(self.signer, claims(status=status)), listed)

    def judge(self, credential: str, listed: str) -> Verdict:
        source = RecordedSource({lists.URL: Document(listed.encode(), None)})
        return self.verifier.verify(credential, at=NOW, source=source)


@pytest.fixture(scope="module")
def listed() -> Listed:
    return Listed()


@pytest.mark.parametrize("kind", ["bitstring", "token"])
@EVERY_CASE
def test_a_status_list(listed: Listed, kind: str, case: str) -> None:
    spoil, code = CASES[case]
    refused(getattr(listed, kind)(spoil), "status.list", code)


@pytest.mark.parametrize("kind", ["bitstring", "token"])
def test_a_status_list_as_it_should_be(listed: Listed, kind: str) -> None:
    accepted(getattr(listed, kind)(same))


# -- a document with its proof inside ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def proved() -> tuple[Verifier, bytes]:
    """A verifier, and a document with its issuer's proof."""
    world, signer = World.make()
    world.lists["SG"]["entities"] = [entity([service([signer], [PERSON], ["data-integrity"])])]
    return asking(world), integrity.text(integrity.secured(signer, "ecdsa-jcs-2019")).encode()


@EVERY_CASE
def test_a_data_integrity_document(proved: tuple[Verifier, bytes], case: str) -> None:
    spoil, code = CASES[case]
    verdict = proved[0].verify(spoil(proved[1]), at=NOW)
    assert not verdict
    if case.startswith(("A23", "A24")):
        code = "INPUT_FORMAT_UNKNOWN"  # what does not begin like JSON is not taken for it
    assert [line.code for line in verdict.problems if line.outcome in ("failed", "unknown")] == [code]


# -- the registry -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def repository() -> Repository:
    return Repository.of(World.make()[0])


ROLES = ("root", "timestamp", "snapshot", "targets", "SG", "SG-ops", "SG-deny")


@pytest.mark.parametrize("role", ROLES)
@ONE_OF_A_KIND
def test_registry_metadata_whose_hash_agrees(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, role: str, case: str
) -> None:
    """Refused where it is read: as a whole, or where the state is asked for."""
    spoiled = repository.copy()
    spoil, _ = CASES[case]
    if role == "root":
        spoiled.after.append(lambda made: made.update({"root.json": spoil(made["root.json"])}))
    else:
        sealed = Repository.sealed
        monkeypatch.setattr(
            Repository, "sealed", lambda self, name: spoil(sealed(self, name)) if name == role else sealed(self, name)
        )
    rejected("REG_FORMAT", lambda: everything(spoiled.open()))


TARGETS: dict[str, tuple[str, str]] = {
    "list": ("SG-ops", "SG/list.json"),
    "deny": ("SG-deny", "SG/deny.json"),
    "vocabulary": ("targets", "vocabulary.json"),
}


@pytest.mark.parametrize("target", TARGETS)
@ONE_OF_A_KIND
def test_a_signed_target(repository: Repository, target: str, case: str) -> None:
    spoiled = repository.copy()
    role, path = TARGETS[target]
    digest = spoiled.roles[role]["targets"][path]["hashes"]["sha256"]
    folder, _, name = f"targets/{path}".rpartition("/")
    spoil, _ = CASES[case]
    data = spoil(spoiled.targets[f"{folder}/{digest}.{name}"])
    assert hashlib.sha256(data).hexdigest() != digest
    spoiled.place(role, path, data)
    rejected("REG_FORMAT", lambda: (everything(spoiled.open()), spoiled.open().vocabulary))


def test_the_registry_as_it_should_be(repository: Repository) -> None:
    assert everything(repository.copy().open())


# -- what the relying party itself hands in ----------------------------------------------------------------


@EVERY_CASE
def test_a_policy(tmp_path: Path, case: str) -> None:
    spoil, code = CASES[case]
    path = tmp_path / "policy.json"
    path.write_bytes(spoil(dumps({"id": "house"})))
    with pytest.raises(PolicyInvalid, match=code):
        files.load_policy(path)


@EVERY_CASE
def test_an_index_of_recorded_documents(tmp_path: Path, case: str) -> None:
    spoil, code = CASES[case]
    (tmp_path / "index.json").write_bytes(spoil(dumps({"https://a.example/": "a"})))
    with pytest.raises(WrongUse, match=code):
        files.recorded_sources(tmp_path)
