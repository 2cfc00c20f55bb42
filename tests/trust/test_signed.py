"""The registry's signed metadata: who has to have signed what, and what counts as a signature.

Row numbers are those of area J of the adversarial catalogue. Every case starts from a repository that
opens, and everything the case does not spoil is signed again by those entitled.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.formats import encode_canonical

from defa_id.trust.signatures import canonical_bytes
from tests.support.world import NOW, Json, World, b64, dumps, vc_jwt
from tests.trust.repository import Repository, everything, key_entry, rejected, signature


def test_the_golden_repository_opens_and_judges(golden: Repository) -> None:
    registry = golden.open()
    assert registry.states() == ("PH", "SG", "TH", "VN")
    assert set(everything(registry)) == set(registry.states())
    assert (registry.name, registry.environment, registry.version) == ("test-world", "demo", 1)
    assert registry.freshness == "fresh"
    world, signer = World.make()
    assert world.verify(vc_jwt(signer))


def test_signed_anew_it_is_the_repository_that_was_published(golden: Repository) -> None:
    files, published = golden.files(), golden.world.files()
    assert files.keys() == published.keys()
    assert {json.dumps(json.loads(files[name])["signed"]) for name in files if name.endswith("root.json")} == {
        json.dumps(json.loads(published["root.json"])["signed"])
    }


TOP = ("root", "timestamp", "snapshot", "targets")
STATE = ("SG", "SG-ops", "SG-deny")
THRESHOLDS = {"root": 2, "targets": 2, "SG": 2, "SG-ops": 2}

FORGED: dict[str, Callable[[str], list[str]]] = {
    "nobody": lambda _: [],
    "a stranger": lambda _: ["stranger"],
    "strangers": lambda _: ["stranger", "stranger-2", "stranger-3"],
    "the keys of another state": lambda _: ["TH-a", "TH-b", "TH-ops-a", "TH-ops-b", "TH-deny-a"],
}


def spoil_signers(repository: Repository, role: str, names: list[str]) -> None:
    if role == "root":
        repository.root_signers[1] = names
    else:
        repository.signers[role] = names


def refused(repository: Repository, role: str, code: str) -> None:
    """Top roles are held to their signatures at once; a state's roles when that state is asked for,
    and then no other state feels it."""
    if role in TOP:
        rejected(code, repository.open)
        return
    registry = repository.open()
    rejected(code, lambda: (registry.state_list("SG"), registry.denials("SG")))
    for other in ("PH", "TH", "VN"):
        assert registry.state_list(other).territory == other
        assert registry.denials(other) == ()


@pytest.mark.parametrize("role", TOP + STATE)
@pytest.mark.parametrize("who", FORGED)
def test_j05_signed_by_others(repository: Repository, role: str, who: str) -> None:
    spoil_signers(repository, role, FORGED[who](role))
    refused(repository, role, "REG_SIGNATURE")


@pytest.mark.parametrize("role", THRESHOLDS)
def test_j06_below_the_threshold(repository: Repository, role: str) -> None:
    name = "region" if role in TOP else role
    for names in (["a"], ["a", "a", "a"]):
        spoilt = repository.copy()
        spoil_signers(spoilt, role, [f"{name}-{letter}" for letter in names])
        refused(spoilt, role, "REG_SIGNATURE")
    spoil_signers(repository, role, [f"{name}-c", "stranger", f"{name}-a"])
    everything(repository.open())


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("timestamp", ["snapshot"]),
        ("timestamp", ["region-a", "region-b"]),
        ("snapshot", ["timestamp-a", "timestamp-b"]),
        ("snapshot", ["region-a", "region-b"]),
        ("targets", ["snapshot", "timestamp-a"]),
        ("SG", ["SG-ops-a", "SG-ops-b"]),
        ("SG", ["region-a", "region-b", "region-c"]),
        ("SG-ops", ["SG-a", "SG-b"]),
        ("SG-ops", ["SG-deny-a", "SG-deny-b"]),
        ("SG-ops", ["region-a", "region-b", "region-c"]),
        ("SG-deny", ["SG-ops-a", "SG-ops-b"]),
        ("SG-deny", ["SG-a", "SG-b"]),
        ("SG-deny", ["TH-deny-a"]),
    ],
)
def test_j05_j37_signed_by_the_keys_of_another_role(repository: Repository, role: str, names: list[str]) -> None:
    spoil_signers(repository, role, names)
    refused(repository, role, "REG_SIGNATURE")


def respelled(pem: str) -> str:
    """The same key in a PEM that reads otherwise."""
    begin, *body, end = pem.strip().split("\n")
    text = "".join(body)
    return "\n".join([begin, text[:20], text[20:], end])


@pytest.mark.parametrize("spelling", [lambda pem: pem, respelled], ids=["same", "respelled"])
@pytest.mark.parametrize("role", ["targets", "SG-ops"])
def test_j06_one_key_under_two_ids_counts_once(
    repository: Repository, role: str, spelling: Callable[[str], str]
) -> None:
    above = repository.root if role == "targets" else repository.roles["SG"]["delegations"]
    listed = above["roles"][role] if role == "targets" else above["roles"][0]
    name = "region-a" if role == "targets" else "SG-ops-a"
    keyid, key = key_entry(repository.world, name)
    above["keys"]["ff" * 32] = {**key, "keyval": {"public": spelling(key["keyval"]["public"])}}
    listed["keyids"].append("ff" * 32)
    part = repository.roles[role]
    repository.signatures[role] = [signature(repository.world, name, part, id) for id in (keyid, "ff" * 32)]
    if role == "targets":
        rejected("REG_SIGNATURE", repository.open)
    else:
        # the role above names its keys, so its own signatures cover the second id as well
        registry = repository.open()
        rejected("REG_SIGNATURE", lambda: registry.state_list("SG"))


@pytest.mark.parametrize("threshold", [0, -1])
def test_j06_a_threshold_below_one_still_needs_a_signature(repository: Repository, threshold: int) -> None:
    repository.root["roles"]["timestamp"]["threshold"] = threshold
    repository.open()
    repository.signers["timestamp"] = []
    rejected("REG_SIGNATURE", repository.open)


@pytest.mark.parametrize(
    ("made", "code"),
    [
        ({"keyid": "", "sig": ""}, "REG_SIGNATURE"),
        ({"sig": "zz"}, "REG_SIGNATURE"),
        ({"sig": "00" * 70}, "REG_SIGNATURE"),
        ({"sig": None}, "REG_FORMAT"),
        ({"sig": 7}, "REG_FORMAT"),
        ({"keyid": None}, "REG_SIGNATURE"),
        ({"keyid": ["x"]}, "REG_FORMAT"),
    ],
)
@pytest.mark.parametrize("role", ["timestamp", "SG-deny"])
def test_j05_a_signature_that_is_none(repository: Repository, role: str, made: Json, code: str) -> None:
    genuine = signature(repository.world, f"{role}-a", repository.roles[role])
    repository.signatures[role] = [{**genuine, **made}]
    refused(repository, role, code)


@pytest.mark.parametrize("signatures", [["x"], [None], [7], [[]]])
@pytest.mark.parametrize("role", ["timestamp", "SG", "SG-deny"])
def test_j05_signatures_of_another_kind(repository: Repository, role: str, signatures: list[Json]) -> None:
    repository.signatures[role] = signatures
    refused(repository, role, "REG_FORMAT")


def test_j05_a_signature_over_another_content(repository: Repository) -> None:
    for role in ("timestamp", "snapshot", "targets", "SG", "SG-ops", "SG-deny"):
        spoilt = repository.copy()
        names = spoilt.signers.get(role) or [f"{role}-a", f"{role}-b"]
        names = {"targets": ["region-a", "region-b"], "snapshot": ["snapshot"]}.get(role, names)
        old = spoilt.roles[role]
        spoilt.signatures[role] = [signature(spoilt.world, name, old) for name in names]
        spoilt.roles[role] = {**old, "expires": "2099-01-01T00:00:00Z"}
        refused(spoilt, role, "REG_SIGNATURE")


@pytest.mark.parametrize("scheme", ["rsassa-pss-sha256", "ecdsa-sha2-nistp384", "none", ""])
def test_j05_a_scheme_the_loader_does_not_know(repository: Repository, scheme: str) -> None:
    for key in repository.root["keys"].values():
        key["scheme"] = scheme
    rejected("REG_SIGNATURE", repository.open)


def test_ed25519_role_keys_are_read(repository: Repository) -> None:
    from cryptography.hazmat.primitives.asymmetric import ed25519

    private = ed25519.Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw().hex()
    key = {"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": public}}
    repository.root["keys"]["ed" * 32] = key
    repository.root["roles"]["timestamp"]["keyids"] = ["ed" * 32]
    rejected("REG_SIGNATURE", repository.open)

    def reseal(files: dict[str, bytes]) -> None:
        part = json.loads(files["metadata/timestamp.json"])["signed"]
        made = {"keyid": "ed" * 32, "sig": private.sign(canonical_bytes(part)).hex()}
        files["metadata/timestamp.json"] = dumps({"signatures": [made], "signed": part})

    repository.after.append(reseal)
    everything(repository.open())


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
metadata = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=24,
)


@given(st.dictionaries(texts, metadata, max_size=6))
def test_canonical_bytes_are_those_of_securesystemslib(value: Json) -> None:
    assert canonical_bytes(value) == (encode_canonical(value) or "").encode()


def test_canonical_bytes_of_everything_published(golden: Repository) -> None:
    for name, data in golden.files().items():
        if name.startswith("metadata/"):
            part = json.loads(data)["signed"]
            assert canonical_bytes(part) == (encode_canonical(part) or "").encode()


@pytest.mark.parametrize("value", [1.5, {"a": [0.0]}, {"a": b64}, (1,)])
def test_nothing_else_has_canonical_bytes(value: object) -> None:
    rejected("REG_FORMAT", lambda: canonical_bytes(value))


def test_the_clock_of_the_cases_is_within_all_roles(golden: Repository) -> None:
    assert golden.open(NOW).freshness_for(*golden.open().states()).grade == "fresh"
