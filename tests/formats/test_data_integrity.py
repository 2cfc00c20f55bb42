"""Data Integrity from minting to verdict: every suite, proof sets and chains, presentations, selective disclosure."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defa_id.errors import WrongUse
from defa_id.issue import ecdsa_sd
from defa_id.resolvers import did_jwk
from defa_id.verdict import Decision, Outcome, Verdict
from tests.support.integrity import SUITES, document, key_for, presented, secured, text
from tests.support.world import GRANT, NOW, PRESENTED, Json, Signer, World

EACH_SUITE = pytest.mark.parametrize("suite", SUITES)


def world_of(*signers: Signer) -> World:
    """The world's issuer with these keys, and Data Integrity among its formats."""
    world, _ = World.make()
    record = {"valid_from": GRANT, "recorded": GRANT}
    world.sg["identifiers"][1:] = [
        {"kind": "jwk", "jwk": one.jwk, "thumbprint": one.thumbprint, **record} for one in signers
    ]
    world.sg["formats"] += ["data-integrity"]
    world.sg["algorithms"] = [{"alg": alg} for alg in ("ES256", "ES384", "EdDSA")]
    return world


def told(verdict: Verdict) -> list[tuple[str, str | None]]:
    return [(line.id, line.code) for line in verdict.problems if line.outcome is not Outcome.SKIPPED]


@EACH_SUITE
def test_minted_and_accepted(suite: str) -> None:
    signer = key_for(suite)
    verdict = world_of(signer).verify(text(secured(signer, suite)))
    assert verdict, verdict.to_json(1)
    assert verdict.credentials[0]["format"] == "data-integrity"
    assert verdict.unwrap().claims["nationality"] == ["ID"]


@EACH_SUITE
def test_another_key_under_the_same_name(suite: str) -> None:
    verdict = world_of(key_for(suite)).verify(text(secured(key_for(suite), suite)))
    assert told(verdict) == [("proof.signature", "DI_SIGNATURE")]


@pytest.mark.parametrize("suite", ["ecdsa-jcs-2019", "ecdsa-rdfc-2019"])
def test_p_384(suite: str) -> None:
    signer = Signer.make("ES384", kid="key-1")
    assert world_of(signer).verify(text(secured(signer, suite)))


def test_either_name_of_ed25519_in_the_entry_allows_it() -> None:
    signer = key_for("eddsa")
    for algorithm, fine in (("Ed25519", True), ("EdDSA", True), ("ES256", False)):
        world = world_of(signer)
        world.sg["algorithms"] = [{"alg": algorithm}]
        assert bool(world.verify(text(secured(signer, "eddsa-jcs-2022")))) is fine


def test_vcdm_1_1() -> None:
    signer = key_for("eddsa")
    old = {
        **document(validFrom=None, validUntil=None),
        "@context": ["https://www.w3.org/2018/credentials/v1", {"@vocab": "https://x.example/"}],
        "issuanceDate": "2026-06-01T00:00:00Z",
        "expirationDate": "2031-06-01T00:00:00Z",
    }
    verdict = world_of(signer).verify(text(secured(signer, "eddsa-jcs-2022", old)))
    assert verdict, verdict.to_json(1)


class TestSetsAndChains:
    def two(self, first: str = "eddsa-jcs-2022", second: str = "ecdsa-rdfc-2019", **options: Any) -> tuple[Json, World]:
        one, other = key_for(first, "key-1"), key_for(second, "key-2")
        made = secured(one, first, id="urn:uuid:1")
        return secured(other, second, made, **options), world_of(one, other)

    def test_a_set(self) -> None:
        made, world = self.two()
        assert world.verify(text(made))

    @pytest.mark.parametrize("spoilt", [0, 1])
    @pytest.mark.parametrize("order", [1, -1])
    def test_e22_one_good_and_one_bad(self, spoilt: int, order: int) -> None:
        made, world = self.two()
        value = made["proof"][spoilt]["proofValue"]
        made["proof"][spoilt]["proofValue"] = value[:-1] + ("2" if value[-1] != "2" else "3")
        made["proof"] = made["proof"][::order]
        assert not world.verify(text(made))

    def test_e22_one_good_and_one_of_an_unknown_suite(self) -> None:
        made, world = self.two()
        for suite in ("ed448-xyz-2030", None, 7):
            changed = json.loads(text(made))
            changed["proof"][1]["cryptosuite"] = suite
            assert world.verify(text(changed)).decision is Decision.REJECTED

    def test_a_chain(self) -> None:
        made, world = self.two(previous=["urn:uuid:1"])
        assert world.verify(text(made))
        made["proof"][0]["created"] = "2026-11-24T11:59:59Z"
        assert not world.verify(text(made))

    @pytest.mark.parametrize(
        "change",
        [
            {"previousProof": "urn:uuid:2"},
            {"previousProof": ["urn:uuid:1", "urn:uuid:9"]},
            {"previousProof": 7},
            {"previousProof": "urn:uuid:self", "id": "urn:uuid:self"},
            {"id": "urn:uuid:1"},
        ],
        ids=str,
    )
    def test_e24_a_chain_that_is_none(self, change: Json) -> None:
        made, world = self.two(previous=["urn:uuid:1"])
        made["proof"][1].update(change)
        assert told(world.verify(text(made))) == [("format.model", "DI_PROOF_CHAIN")]

    def test_e24_a_circle(self) -> None:
        made, world = self.two(previous=["urn:uuid:1"], id="urn:uuid:2")
        made["proof"][0]["previousProof"] = "urn:uuid:2"
        assert told(world.verify(text(made))) == [("format.model", "DI_PROOF_CHAIN")]

    def test_there_is_an_end_to_proofs(self) -> None:
        made, world = self.two()
        made["proof"] = made["proof"] * 3
        assert told(world.verify(text(made))) == [("format.wellformed", "LIMIT_PROOFS")]

    def test_a_proof_by_a_stranger_beside_a_good_one(self) -> None:
        one, stranger = key_for("eddsa"), key_for("eddsa", "key-9")
        made = secured(stranger, "eddsa-jcs-2022", secured(one, "eddsa-jcs-2022"))
        assert told(world_of(one).verify(text(made))) == [("key.listed", "JOSE_KEY_UNKNOWN")]


class TestPresentations:
    @pytest.mark.parametrize("suite", ["eddsa-jcs-2022", "eddsa-rdfc-2022", "ecdsa-rdfc-2019", "ecdsa-jcs-2019"])
    def test_presented_and_accepted(self, suite: str) -> None:
        signer, holder = key_for(suite), key_for(suite, "holder")
        bound = self.bound(signer, holder, suite)
        verdict = world_of(signer).verify(presented(holder, [bound], suite), expected=PRESENTED)
        assert verdict, verdict.to_json(1)
        relied = verdict.recognitions[0]
        assert relied is not None
        assert relied["level"]["label"] == "substantial"

    @staticmethod
    def bound(signer: Signer, holder: Signer, suite: str) -> Json:
        did = did_jwk.encode(holder.public.jwk)
        return secured(signer, suite, document(credentialSubject={"id": did, "nationality": ["ID"]}))

    @pytest.mark.parametrize(
        ("changes", "line"),
        [
            ({"nonce": "n-2"}, ("holder.nonce", "KB_NONCE")),
            ({"audience": "https://other.example"}, ("holder.audience", "KB_AUDIENCE")),
            ({"created": NOW - timedelta(seconds=301)}, ("holder.time", "KB_TIME")),
        ],
        ids=str,
    )
    def test_made_for_another_request(self, changes: Json, line: tuple[str, str]) -> None:
        signer, holder = key_for("eddsa"), key_for("eddsa", "holder")
        made = presented(holder, [self.bound(signer, holder, "eddsa-jcs-2022")], "eddsa-jcs-2022", **changes)
        assert told(world_of(signer).verify(made, expected=PRESENTED)) == [line]

    def test_e16_challenge_and_domain_are_signed(self) -> None:
        signer, holder = key_for("eddsa"), key_for("eddsa", "holder")
        for suite in ("eddsa-jcs-2022", "eddsa-rdfc-2022"):
            made = json.loads(presented(holder, [self.bound(signer, holder, suite)], suite, nonce="n-0"))
            made["proof"]["challenge"] = "n-1"
            verdict = world_of(signer).verify(text(made), expected=PRESENTED)
            assert told(verdict) == [("holder.proof", "DI_SIGNATURE")]

    def test_somebody_elses_credential(self) -> None:
        signer, holder, thief = key_for("eddsa"), key_for("eddsa", "holder"), key_for("eddsa", "thief")
        made = presented(thief, [self.bound(signer, holder, "eddsa-jcs-2022")], "eddsa-jcs-2022")
        assert told(world_of(signer).verify(made, expected=PRESENTED)) == [("holder.key", "SCOPE_HOLDER_KEY")]

    def test_one_bad_of_two(self) -> None:
        signer, holder = key_for("eddsa"), key_for("eddsa", "holder")
        good = self.bound(signer, holder, "eddsa-jcs-2022")
        bad = {**good, "validUntil": "2032-01-01T00:00:00Z"}
        made = presented(holder, [good, bad], "eddsa-jcs-2022")
        verdict = world_of(signer).verify(made, expected=PRESENTED)
        assert told(verdict) == [("proof.signature", "DI_SIGNATURE")]
        assert verdict.decision is Decision.REJECTED

    def test_an_assertion_is_no_authentication(self) -> None:
        signer, holder = key_for("eddsa"), key_for("eddsa", "holder")
        made = json.loads(presented(holder, [self.bound(signer, holder, "eddsa-jcs-2022")], "eddsa-jcs-2022"))
        del made["proof"]
        did = did_jwk.encode(holder.public.jwk)
        wrong = secured(holder, "eddsa-jcs-2022", made, method=f"{did}#0", challenge="n-1", domain="https://rp.example")
        assert told(world_of(signer).verify(text(wrong), expected=PRESENTED)) == [("format.model", "DI_PURPOSE")]

    def test_nothing_in_it(self) -> None:
        holder = key_for("eddsa", "holder")
        verdict = world_of(key_for("eddsa")).verify(presented(holder, [], "eddsa-jcs-2022"), expected=PRESENTED)
        assert ("holder.presented", "JWT_NO_CREDENTIAL") in told(verdict)

    def test_a_presentation_has_one_proof(self) -> None:
        signer, holder = key_for("eddsa"), key_for("eddsa", "holder")
        made = json.loads(presented(holder, [self.bound(signer, holder, "eddsa-jcs-2022")], "eddsa-jcs-2022"))
        made["proof"] = [made["proof"], made["proof"]]
        assert told(world_of(signer).verify(text(made), expected=PRESENTED)) == [("format.model", "DI_PROOF_SET")]


class TestSelective:
    """ecdsa-sd-2023: the holder leaves out what the issuer lets it leave out."""

    SAID: ClassVar[Json] = {
        "given": "Suharto",
        "born": "1990-05",
        "address": {"city": "Bandung", "street": "Jl. Contoh 1"},
    }

    def base(self, signer: Signer) -> Json:
        content = document(credentialSubject=self.SAID)
        return secured(
            signer, "ecdsa-sd-2023", content, mandatory=["/issuer", "/validUntil", "/credentialSubject/born"]
        )

    @pytest.mark.parametrize(
        ("pointers", "shown"),
        [
            ([], {"born"}),
            (["/credentialSubject/given"], {"born", "given"}),
            (["/credentialSubject/address/city"], {"born", "address"}),
            (["/credentialSubject"], {"born", "given", "address"}),
        ],
    )
    def test_what_is_shown(self, pointers: list[str], shown: set[str]) -> None:
        signer = key_for("ecdsa")
        derived = ecdsa_sd.derive(text(self.base(signer)), ["/validFrom", "/type", *pointers])
        verdict = world_of(signer).verify(derived)
        assert verdict, verdict.to_json(1)
        assert set(verdict.unwrap().claims) == shown
        if pointers == ["/credentialSubject/address/city"]:
            assert verdict.unwrap().claims["address"] == {"city": "Bandung"}

    def test_the_base_proof_itself(self) -> None:
        signer = key_for("ecdsa")
        assert world_of(signer).verify(text(self.base(signer)))

    def test_what_must_be_shown_cannot_be_left_out(self) -> None:
        signer = key_for("ecdsa")
        derived = json.loads(ecdsa_sd.derive(text(self.base(signer)), ["/validFrom", "/credentialSubject/given"]))
        del derived["credentialSubject"]["born"]
        assert not world_of(signer).verify(text(derived))

    def test_nothing_can_be_added_or_changed(self) -> None:
        signer = key_for("ecdsa")
        derived = json.loads(ecdsa_sd.derive(text(self.base(signer)), ["/validFrom", "/credentialSubject/given"]))
        for change in ({"given": "Sukarno"}, {"given": None}, {"height": "180"}, {"born": "1991-05"}):
            subject = {**derived["credentialSubject"], **change}
            subject = {name: value for name, value in subject.items() if value is not None}
            assert not world_of(signer).verify(text({**derived, "credentialSubject": subject})), change

    def test_a_pointer_to_nothing(self) -> None:
        signer = key_for("ecdsa")
        with pytest.raises(WrongUse, match="cannot be derived"):
            ecdsa_sd.derive(text(self.base(signer)), ["/credentialSubject/iq"])
        derived = ecdsa_sd.derive(text(self.base(signer)), ["/validFrom"])
        with pytest.raises(WrongUse, match="not derived again"):
            ecdsa_sd.derive(derived, ["/validFrom"])
        with pytest.raises(WrongUse, match="has no ecdsa-sd-2023 proof"):
            ecdsa_sd.derive(text(secured(signer, "ecdsa-jcs-2019")), ["/validFrom"])

    @given(data=st.data())
    @settings(max_examples=25)
    def test_a_proof_value_with_any_byte_changed(self, data: st.DataObject) -> None:
        from defa_id.codec import base64url

        made = json.loads(DERIVED)
        raw = bytearray(base64url.decode(made["proof"]["proofValue"][1:].encode()))
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place] ^= data.draw(st.integers(1, 255))
        made["proof"]["proofValue"] = "u" + base64url.encode(bytes(raw))
        assert not world_of(SD_SIGNER).verify(text(made))


SD_SIGNER = key_for("ecdsa")
DERIVED = ecdsa_sd.derive(text(TestSelective().base(SD_SIGNER)), ["/validFrom", "/credentialSubject/given"])


def test_what_the_suite_cannot_secure_is_said_at_issuing() -> None:
    signer = key_for("eddsa")
    plain = {**document(), "@context": ["https://www.w3.org/ns/credentials/v2"]}
    with pytest.raises(WrongUse, match="eddsa-rdfc-2022 cannot secure this"):
        secured(signer, "eddsa-rdfc-2022", plain)
    with pytest.raises(WrongUse, match="does not go with this key"):
        secured(signer, "ecdsa-jcs-2019")
    with pytest.raises(WrongUse, match="does not go with this key"):
        secured(signer, "ed448-2030")
