"""Several credentials in one envelope, what may not be in one, and a key binding nobody asked for."""

from __future__ import annotations

from typing import Any

import pytest

from defa_id.codec import limits
from defa_id.verdict import Decision, Outcome, Verdict
from tests.support.world import (
    NOW,
    PERSON_VCT,
    PRESENTED,
    Json,
    Signer,
    World,
    b64,
    claims,
    dumps,
    key_binding,
    moment,
    sd_jwt,
    simple_sd_jwt,
    vc,
    vc_jwt,
    vp_jwt,
)

V2 = "https://www.w3.org/ns/credentials/v2"


def bound_vc(signer: Signer, holder: Signer, **changes: Any) -> str:
    return vc_jwt(signer, vc(cnf={"jwk": dict(holder.public.jwk)}, **changes))


def failed(verdict: Verdict) -> list[tuple[int, str, str | None]]:
    return [(line.item, line.id, line.code) for line in verdict.checks if line.outcome is Outcome.FAILED]


@pytest.fixture
def cast() -> tuple[World, Signer, Signer]:
    world, signer = World.make()
    return world, signer, Signer.make()


class TestSeveral:
    def test_each_is_judged_on_its_own(self, cast: tuple[World, Signer, Signer]) -> None:
        world, signer, holder = cast
        tokens = (bound_vc(signer, holder), simple_sd_jwt(signer, {"birth_date": "1990-05"}, holder))
        verdict = world.verify(vp_jwt(holder, tokens), expected=PRESENTED, min_level="substantial")
        assert verdict, verdict.to_json(1)
        assert [held["format"] for held in verdict.credentials] == ["vc-jwt", "sd-jwt-vc"]
        person = verdict.unwrap()
        assert "nationality" in person.claims
        assert [other.claims for other in person.others] == [{"birth_date": "1990-05"}]
        for id in ("format.model", "issuer.listed", "proof.signature", "holder.key", "recognition.in_force"):
            assert [line.item for line in verdict.checks if line.id == id and line.item] == [1, 2]
        for id in ("limit.size", "holder.proof", "holder.nonce"):
            assert [line.item for line in verdict.checks if line.id == id] == [0]

    def test_one_bad_one_spoils_all_and_says_which(self, cast: tuple[World, Signer, Signer]) -> None:
        world, signer, holder = cast
        good, late = bound_vc(signer, holder), bound_vc(signer, holder, exp=moment(-61))
        forged = bound_vc(Signer.make(kid="key-1"), holder)
        assert failed(world.verify(vp_jwt(holder, (good, late, good)))) == [(2, "time.window", "TIME_EXPIRED")]
        assert failed(world.verify(vp_jwt(holder, (forged, good)))) == [(1, "proof.signature", "JOSE_SIGNATURE")]

    def test_one_of_somebody_else_spoils_all(self, cast: tuple[World, Signer, Signer]) -> None:
        world, signer, holder = cast
        tokens = (bound_vc(signer, holder), bound_vc(signer, Signer.make()), vc_jwt(signer))
        verdict = world.verify(vp_jwt(holder, tokens), expected=PRESENTED)
        assert failed(verdict) == [(2, "holder.key", "SCOPE_HOLDER_KEY"), (3, "holder.key", "KB_NO_CNF")]

    def test_the_weakest_of_them_is_not_hidden_by_the_first(self, cast: tuple[World, Signer, Signer]) -> None:
        """Each has its own recognition, and every one has to be there."""
        world, signer, holder = cast
        world.lists["TH"]["recognitions"][0]["types"] = [PERSON_VCT]
        tokens = (simple_sd_jwt(signer, {"name": "x"}, holder), bound_vc(signer, holder))
        verdict = world.verify(vp_jwt(holder, tokens), expected=PRESENTED)
        assert failed(verdict) == [(2, "recognition.in_force", "RECOGNITION_TYPE")]
        assert [relied and relied["arrangement"] for relied in verdict.recognitions] == ["TH-SG", None]

    def test_as_many_as_the_limit_and_no_more(self, cast: tuple[World, Signer, Signer]) -> None:
        world, signer, holder = cast
        most = limits.PRESENTED_CREDENTIALS
        token = bound_vc(signer, holder)
        assert len(world.verify(vp_jwt(holder, (token,) * most), expected=PRESENTED).credentials) == most
        verdict = world.verify(vp_jwt(holder, (token,) * (most + 1)), expected=PRESENTED)
        assert failed(verdict) == [(0, "format.model", "LIMIT_CREDENTIALS")]

    def test_none_is_nothing_to_rely_on(self, cast: tuple[World, Signer, Signer]) -> None:
        world, _, holder = cast
        for expected in (PRESENTED, type(PRESENTED)()):
            verdict = world.verify(vp_jwt(holder, ()), expected=expected)
            assert verdict.decision is Decision.REJECTED
            assert failed(verdict) == [(0, "holder.presented", "JWT_NO_CREDENTIAL")]
            absent = vp_jwt(holder, (), verifiableCredential=None)
            assert failed(world.verify(absent, expected=expected)) == failed(verdict)

    def test_the_envelope_has_to_hold_though_nobody_asked(self, cast: tuple[World, Signer, Signer]) -> None:
        world, signer, holder = cast
        message = vp_jwt(holder, (bound_vc(signer, holder),)).rpartition(".")[0]
        forged = f"{message}.{b64(Signer.make().raw(message.encode()))}"
        assert failed(world.verify(forged)) == [(0, "holder.proof", "JOSE_SIGNATURE")]


class TestWhatMayNotBeInside:
    def test_a_presentation(self, cast: tuple[World, Signer, Signer]) -> None:
        world, signer, holder = cast
        inner = vp_jwt(holder, (bound_vc(signer, holder),))
        assert failed(world.verify(vp_jwt(holder, (inner,)))) == [(1, "format.model", "MODEL_SHAPE")]

    def test_a_key_binding(self, cast: tuple[World, Signer, Signer]) -> None:
        """It would have to hold, and there is nobody inside an envelope for whom it was made."""
        world, signer, holder = cast
        inner = simple_sd_jwt(signer, {"name": "x"}, holder)
        for binder in (holder, Signer.make()):
            verdict = world.verify(vp_jwt(holder, (key_binding(binder, inner),)), expected=PRESENTED)
            assert failed(verdict) == [(1, "format.model", "MODEL_SHAPE")]

    def test_a_credential_nobody_signed(self, cast: tuple[World, Signer, Signer]) -> None:
        world, signer, holder = cast
        good = {"@context": V2, "type": "EnvelopedVerifiableCredential"}
        good["id"] = f"data:application/vc+jwt,{bound_vc(signer, holder)}"
        plain = {name: value for name, value in vc().items() if name not in ("iss", "iat", "exp")}
        verdict = world.verify(vp_jwt(holder, (), verifiableCredential=[good, plain]))
        assert failed(verdict) == [(2, "format.wellformed", "DI_NO_PROOF")]

    @pytest.mark.parametrize(
        "id",
        [
            "data:application/vc+cose,{}",
            "data:application/vp+jwt,{}",
            "data:application/vc+jwt;base64,{}",
            "data:application/jwt,{}",
            "data:,{}",
            "data:application/vc+jwt,{} ",
        ],
    )
    def test_an_envelope_of_another_media_type(self, cast: tuple[World, Signer, Signer], id: str) -> None:
        world, signer, holder = cast
        held = {
            "@context": V2,
            "type": "EnvelopedVerifiableCredential",
            "id": id.replace("{}", bound_vc(signer, holder)),
        }
        verdict = world.verify(vp_jwt(holder, (), verifiableCredential=[held]))
        assert failed(verdict) == [(1, "format.recognised", "INPUT_FORMAT_UNKNOWN")]

    def test_another_format_than_the_envelope_says(self, cast: tuple[World, Signer, Signer]) -> None:
        world, signer, holder = cast
        held: Json = {"@context": V2, "type": "EnvelopedVerifiableCredential"}
        for media_type, token in (
            ("dc+sd-jwt", bound_vc(signer, holder)),
            ("vc+jwt", simple_sd_jwt(signer, {}, holder)),
            ("vc+sd-jwt", simple_sd_jwt(signer, {}, holder)),
        ):
            held["id"] = f"data:application/{media_type},{token}"
            verdict = world.verify(vp_jwt(holder, (), verifiableCredential=[held]))
            assert failed(verdict) == [(1, "format.recognised", "INPUT_FORMAT_MISMATCH")]


class TestKeyBindingNobodyAskedFor:
    """It has to be intact, and earns nothing: nobody knows whom it was made for, or when."""

    def test_intact_it_is_a_document(self, cast: tuple[World, Signer, Signer]) -> None:
        world, signer, holder = cast
        token = simple_sd_jwt(signer, {"name": "x"}, holder)
        verdict = world.verify(key_binding(holder, token, "any nonce", "any audience", iat=moment(-9000)))
        assert verdict, verdict.to_json(1)
        plain, relied = world.verify(token), verdict.recognitions[0]
        assert relied is not None
        assert relied["level"]["capped_by"] == ["bearer"]
        assert relied == plain.recognitions[0]
        assert not world.verify(key_binding(holder, token), min_level="low")

    @pytest.mark.parametrize(
        ("spoil", "id", "code"),
        [
            ("signature", "holder.proof", "KB_SIGNATURE"),
            ("another key", "holder.proof", "KB_SIGNATURE"),
            ("disclosure", "holder.hash", "KB_SD_HASH"),
            ("typ", "holder.presented", "JOSE_TYP"),
            ("claims", "holder.presented", "KB_CLAIM"),
            ("not a token", "holder.presented", "JOSE_SEGMENTS"),
        ],
    )
    def test_spoilt_it_spoils_the_whole(
        self, cast: tuple[World, Signer, Signer], spoil: str, id: str, code: str
    ) -> None:
        world, signer, holder = cast
        token = simple_sd_jwt(signer, {"name": "x", "birth_date": "1990-05"}, holder)
        text = key_binding(holder, token)
        match spoil:
            case "signature":
                head, _, tail = text.rpartition(".")
                text = f"{head}.{'A' if tail[0] != 'A' else 'B'}{tail[1:]}"
            case "another key":
                text = key_binding(Signer.make(), token)
            case "disclosure":
                first, *shown, binding = text.split("~")
                text = "~".join([first, *shown[:-1], binding])
            case "typ":
                text = key_binding(holder, token, header={"typ": "JWT"})
            case "claims":
                text = key_binding(holder, token, None)
            case _:
                text = token + b64(dumps({})) + "." + b64(dumps({}))
        verdict = world.verify(text)
        assert verdict.decision is Decision.REJECTED
        assert failed(verdict) == [(0, id, code)]

    def test_to_no_key_it_contradicts_its_credential(self, cast: tuple[World, Signer, Signer]) -> None:
        world, signer, holder = cast
        assert failed(world.verify(key_binding(holder, simple_sd_jwt(signer, {"name": "x"})))) == [
            (0, "holder.proof", "KB_NO_CNF")
        ]

    def test_asked_for_and_not_there(self, cast: tuple[World, Signer, Signer]) -> None:
        world, signer, holder = cast
        for token in (simple_sd_jwt(signer, {"name": "x"}, holder), bound_vc(signer, holder)):
            assert failed(world.verify(token, expected=PRESENTED)) == [(0, "holder.presented", "KB_MISSING")]

    def test_demanded_by_the_policy_but_without_a_nonce_it_is_not_decided(
        self, cast: tuple[World, Signer, Signer]
    ) -> None:
        """A verifier that sent no nonce cannot tell a replay."""
        world, signer, holder = cast
        token = key_binding(holder, sd_jwt(signer, claims(cnf={"jwk": dict(holder.public.jwk)})))
        verdict = world.verify(token, policy={"holder_binding": "always"}, at=NOW)
        assert verdict.decision is Decision.INDETERMINATE
        assert [(line.id, line.code) for line in verdict.problems] == [
            ("holder.nonce", "KB_NONCE"),
            ("holder.audience", "KB_AUDIENCE"),
        ]
