"""What a relying party adds itself: a check, a format, a resolver. Values handed in, never found."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from defa_id.catalogue import ALWAYS, CheckEntry, Reason
from defa_id.codec import base64url
from defa_id.credential import Credential, Holder, KeyHint, Proof, Reading, Window
from defa_id.errors import Fault, Unknowable, WrongUse
from defa_id.keys import PublicKey
from defa_id.parts import DEFAULT_PARTS, Case, Format
from defa_id.policy import Policy
from defa_id.sources import Lookup
from defa_id.verdict import Decision, Found, Outcome
from defa_id.verifier import Verifier
from tests.support.world import ISSUER, NOW, PERSON, PRESENTED, Json, Signer, World, b64, vc, vc_jwt, vp_jwt

OURS = CheckEntry("own.nationality", "Is it a neighbour?", "our rule 7", "We serve neighbours.", frozenset({ALWAYS}))
REASONS = (
    Reason("OWN_STRANGER", "No neighbour.", "Ask elsewhere."),
    Reason("OWN_UNSAID", "It does not say.", "Ask the holder."),
)


def neighbour(case: Case) -> Found[None]:
    nations = case.credential.subject.get("nationality")
    if nations is None:
        raise Unknowable("OWN_UNSAID")
    if "ID" not in nations:
        raise Fault("OWN_STRANGER", at=case.at.isoformat(), home=case.home_state)
    return Found(None, "a neighbour", {"home": case.home_state})


def line(verdict: Any, id: str) -> Any:
    return next(check for check in verdict.checks if check.id == id)


class TestOwnCheck:
    @pytest.mark.parametrize(
        ("subject", "decision", "code"),
        [
            ({"nationality": ["ID"]}, Decision.ACCEPTED, None),
            ({"nationality": ["XX"]}, Decision.REJECTED, "OWN_STRANGER"),
            ({"name": "x"}, Decision.INDETERMINATE, "OWN_UNSAID"),
        ],
    )
    def test_it_decides_like_any_other(self, subject: Json, decision: Decision, code: str | None) -> None:
        world, signer = World.make()
        parts = DEFAULT_PARTS.with_check(OURS, neighbour, *REASONS)
        verdict = world.verify(vc_jwt(signer, vc(credentialSubject=subject)), parts=parts)
        assert verdict.decision is decision
        assert line(verdict, OURS.id).code == code
        assert OURS.id in verdict.required
        told = json.loads(verdict.to_json())["checks"][-1]
        assert (told["id"], told["clause"]) == (OURS.id, OURS.clause)

    def test_it_is_not_asked_of_what_nobody_signed(self) -> None:
        world, _ = World.make()
        parts = DEFAULT_PARTS.with_check(OURS, neighbour, *REASONS)
        verdict = world.verify(vc_jwt(Signer.make(kid="key-1")), parts=parts)
        assert line(verdict, OURS.id).outcome is Outcome.SKIPPED

    def test_it_is_asked_of_each_credential_of_a_presentation(self) -> None:
        world, signer = World.make()
        parts = DEFAULT_PARTS.with_check(OURS, neighbour, *REASONS)
        other = vc(credentialSubject={"nationality": ["XX"]})
        verdict = world.verify(vp_jwt(Signer.make(), (vc_jwt(signer), vc_jwt(signer, other))), parts=parts)
        assert [(check.item, check.code) for check in verdict.checks if check.id == OURS.id] == [
            (1, None),
            (2, "OWN_STRANGER"),
        ]
        assert verdict.decision is Decision.REJECTED

    def test_a_meaning_that_is_taken_cannot_be_given_again(self) -> None:
        with pytest.raises(ValueError, match="exists"):
            DEFAULT_PARTS.with_check(OURS._replace(id="proof.signature"), neighbour)
        with pytest.raises(ValueError, match="exists"):
            DEFAULT_PARTS.with_check(OURS, neighbour, Reason("JOSE_SIGNATURE", "", ""))

    def test_a_reason_outside_the_catalogue_is_a_programmers_mistake(self) -> None:
        world, signer = World.make()
        parts = DEFAULT_PARTS.with_check(OURS, neighbour)
        with pytest.raises(LookupError, match="no such reason"):
            world.verify(vc_jwt(signer, vc(credentialSubject={"name": "x"})), parts=parts)

    def test_any_other_exception_is_a_bug_and_flies(self) -> None:
        world, signer = World.make()

        def broken(case: Case) -> Found[None]:
            raise ZeroDivisionError(case.home_state)

        with pytest.raises(ZeroDivisionError, match="SG"):
            world.verify(vc_jwt(signer), parts=DEFAULT_PARTS.with_check(OURS, broken))

    def test_the_parts_it_was_added_to_stay_as_they_were(self) -> None:
        DEFAULT_PARTS.with_check(OURS, neighbour, *REASONS)
        assert OURS.id not in DEFAULT_PARTS.catalogue.checks
        assert DEFAULT_PARTS.checks == ()


# A format of one's own: a card of three lines, signed over the first two.
CARD = "village-card"


def read_card(data: bytes, _: Reading) -> tuple[bytes, Json, bytes]:
    lines = data.split(b"\n")
    if len(lines) != 3:
        raise Fault("JSON_SYNTAX", "a card has three lines")
    return b"\n".join(lines[:2]), json.loads(lines[1]), base64url.decode(lines[2])


def model_card(card: tuple[bytes, Json, bytes]) -> Credential:
    message, said, signature = card
    return Credential(
        format=CARD,
        model="card/1",
        issuer=said["issuer"],
        types=(PERSON,),
        claims=said,
        subject=said["person"],
        window=Window(),
        proofs=(Proof("jws", "ES256", KeyHint(kid="key-1"), message, signature),),
        status=(),
        holder=Holder(),
        digest="0" * 64,
    )


CARDS = Format(
    CARD,
    lambda data: data.startswith(b"CARD\n"),
    (("format.wellformed", read_card), ("format.model", model_card)),
)


def card(signer: Signer, person: Json) -> bytes:
    message = b"CARD\n" + json.dumps({"issuer": ISSUER, "person": person}).encode()
    return message + b"\n" + b64(signer.raw(message)).encode()


class TestOwnFormat:
    def test_it_walks_the_same_corridor(self) -> None:
        world, signer = World.make()
        world.sg["formats"].append(CARD)
        verdict = world.verify(card(signer, {"name": "Siti Demo"}), parts=DEFAULT_PARTS.with_format(CARDS))
        assert verdict, verdict.to_json(1)
        assert verdict.unwrap().claims == {"name": "Siti Demo"}
        assert verdict.credentials[0]["format"] == CARD

    def test_it_is_held_to_the_issuers_scope_and_key_and_the_policy(self) -> None:
        world, signer = World.make()
        parts = DEFAULT_PARTS.with_format(CARDS)
        codes = {
            check.code
            for verdict in (
                world.verify(card(signer, {}), parts=parts),
                world.verify(card(Signer.make(), {}), parts=parts),
                world.verify(card(signer, {}), parts=parts, policy={"formats": ["vc-jwt"]}),
                world.verify(card(signer, {}), parts=parts, expected=PRESENTED),
                world.verify(b"CARD\n{}", parts=parts),
            )
            for check in verdict.problems
        }
        assert {"SCOPE_FORMAT", "JOSE_SIGNATURE", "POLICY_FORMAT", "KB_MISSING", "JSON_SYNTAX"} <= codes

    def test_without_it_nobody_reads_it(self) -> None:
        world, signer = World.make()
        assert world.verify(card(signer, {})).problems[0].code == "INPUT_FORMAT_UNKNOWN"
        with pytest.raises(WrongUse, match="no format"):
            world.verify(card(signer, {}), format=CARD)

    def test_a_name_that_is_taken_cannot_be_given_again(self) -> None:
        with pytest.raises(ValueError, match="exists"):
            DEFAULT_PARTS.with_format(CARDS._replace(name="vc-jwt"))

    def test_what_two_formats_claim_is_read_by_neither(self) -> None:
        world, signer = World.make()
        parts = DEFAULT_PARTS.with_format(CARDS).with_format(CARDS._replace(name="other-card"))
        assert world.verify(card(signer, {}), parts=parts).problems[0].code == "INPUT_FORMAT_UNKNOWN"


class TestOwnResolver:
    """did:example for issuers under the unsafe preset, and for holders under any."""

    def test_an_issuers_key(self) -> None:
        world, _ = World.make()
        signer = Signer.make()
        did = "did:example:ministry"
        token = vc_jwt(signer, vc(did), kid=f"{did}#k")

        def resolve(url: str, lookup: Lookup) -> PublicKey:
            assert (url, lookup.purpose, lookup.at) == (f"{did}#k", "assertionMethod", NOW)
            return signer.public

        policy = Policy.preset("unsafe-any-issuer")
        parts = DEFAULT_PARTS.with_resolver("example", resolve)
        assert Verifier(world.registry(), policy, parts).verify(token, at=NOW)
        unknown = Verifier(world.registry(), policy).verify(token, at=NOW)
        assert unknown.decision is Decision.INDETERMINATE
        assert [(check.id, check.code) for check in unknown.problems if check.outcome is Outcome.UNKNOWN] == [
            ("key.resolved", "DID_METHOD")
        ]

    @pytest.mark.parametrize("genuine", [True, False])
    def test_a_holders_key(self, genuine: bool) -> None:
        world, signer = World.make()
        holder, did = Signer.make(), "did:example:holder"
        parts = DEFAULT_PARTS.with_resolver("example", lambda *_: (holder if genuine else Signer.make()).public)
        document = vc(credentialSubject={"id": did, "name": "x"})
        envelope = {
            "@context": "https://www.w3.org/ns/credentials/v2",
            "type": "EnvelopedVerifiableCredential",
            "id": f"data:application/vc+jwt,{vc_jwt(signer, document)}",
        }
        body = json.loads(base64.urlsafe_b64decode(vp_jwt(holder, ()).split(".")[1] + "==="))
        token = holder.token(
            {"alg": "ES256", "typ": "vp+jwt", "kid": f"{did}#1"},
            {**body, "holder": did, "iss": did, "verifiableCredential": [envelope]},
        )
        verdict = world.verify(token, parts=parts, expected=PRESENTED)
        assert bool(verdict) is genuine
        assert (line(verdict, "holder.proof").code, line(verdict, "holder.key").outcome) == (
            (None, Outcome.PASSED) if genuine else ("JOSE_SIGNATURE", Outcome.SKIPPED)
        )
