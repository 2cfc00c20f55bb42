"""Several proofs on one credential, several credentials in one answer, and contexts a registry entry pins."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from defa_id.credential import Credential, Proof, Reading, Response
from defa_id.errors import Fault
from defa_id.formats import vc_jwt as vc_jwt_format
from defa_id.keys import PublicKey
from defa_id.parts import DEFAULT_PARTS, Format, Parts
from defa_id.suites import Means, jws
from defa_id.verdict import Outcome, Verdict
from tests.support.world import PRESENTED, Signer, World, key_binding, simple_sd_jwt, vc_jwt

# Two tokens over one document, joined by a line: a credential with two proofs.
PAIR = "pair"


def read_pair(data: bytes, reading: Reading) -> tuple[Credential, Credential]:
    _, first, second = data.split(b"\n")
    one, other = (vc_jwt_format.model(vc_jwt_format.read(token, reading)) for token in (first, second))
    assert isinstance(one, Credential)
    assert isinstance(other, Credential)
    return one, other


def both(pair: tuple[Credential, Credential]) -> Credential:
    one, other = pair
    return one._replace(format=PAIR, proofs=(*one.proofs, *other.proofs))


PAIRS = Format(
    PAIR, lambda data: data.startswith(b"PAIR\n"), (("format.wellformed", read_pair), ("format.model", both))
)

# A JSON list of texts: several answers to one request.
ANSWER = "answer"


def read_answer(data: bytes, _: Reading) -> Response:
    return Response(ANSWER, tuple((None, text.encode()) for text in json.loads(data)))


ANSWERS = Format(ANSWER, lambda data: data.startswith(b"["), (("format.wellformed", read_answer),))


def lines(verdict: Verdict, id: str) -> list[tuple[int, str, str | None]]:
    return [(check.item, str(check.outcome), check.code) for check in verdict.checks if check.id == id]


class TestSeveralProofs:
    @pytest.fixture
    def world(self) -> tuple[World, Signer, Signer]:
        world, first = World.make()
        second = Signer.make(kid="key-2")
        record = {"valid_from": "2026-01-01T00:00:00Z", "recorded": "2026-01-01T00:00:00Z"}
        world.sg["identifiers"].append({"kind": "jwk", "jwk": second.jwk, "thumbprint": second.thumbprint, **record})
        world.sg["formats"].append(PAIR)
        return world, first, second

    @staticmethod
    def judge(world: World, *tokens: str) -> Verdict:
        return world.verify("\n".join(["PAIR", *tokens]), parts=DEFAULT_PARTS.with_format(PAIRS))

    def test_all_of_them_hold(self, world: tuple[World, Signer, Signer]) -> None:
        registry, first, second = world
        verdict = self.judge(registry, vc_jwt(first), vc_jwt(second))
        assert verdict, verdict.to_json(1)
        signature = next(check for check in verdict.checks if check.id == "proof.signature")
        assert signature.evidence["thumbprint"] == [first.thumbprint, second.thumbprint]

    @pytest.mark.parametrize("order", [1, -1])
    def test_one_good_of_two_is_none(self, world: tuple[World, Signer, Signer], order: int) -> None:
        registry, first, second = world
        forged = vc_jwt(Signer.make(kid="key-2"))
        verdict = self.judge(registry, *[vc_jwt(first), forged][::order])
        assert lines(verdict, "proof.signature") == [(0, "failed", "JOSE_SIGNATURE")]
        stranger = vc_jwt(Signer.make(kid="key-3"))
        verdict = self.judge(registry, *[vc_jwt(second), stranger][::order])
        assert lines(verdict, "key.listed") == [(0, "failed", "JOSE_KEY_UNKNOWN")]

    def test_every_key_has_its_own_time_and_grant(self, world: tuple[World, Signer, Signer]) -> None:
        registry, first, second = world
        registry.sg["identifiers"][-1]["valid_until"] = "2026-05-01T00:00:00Z"
        verdict = self.judge(registry, vc_jwt(first), vc_jwt(second))
        assert lines(verdict, "key.current") == [(0, "failed", "KEY_TIME")]
        registry.sg["identifiers"][-1].pop("valid_until")
        registry.denied["SG"] = [
            {"id": second.thumbprint, "effective": "2026-11-01T00:00:00Z", "recorded": "2026-11-01T00:00:00Z",
             "reason": "compromise"}
        ]  # fmt: skip
        verdict = self.judge(registry, vc_jwt(first), vc_jwt(second))
        assert lines(verdict, "issuer.granted") == [(0, "failed", "SCOPE_ISSUER_DENIED")]

    def test_there_is_an_end_to_signatures(self, world: tuple[World, Signer, Signer]) -> None:
        registry, first, _ = world

        def many(pair: tuple[Credential, Credential]) -> Credential:
            return pair[0]._replace(format=PAIR, proofs=pair[0].proofs * 17)

        parts = DEFAULT_PARTS.with_format(PAIRS._replace(steps=(PAIRS.steps[0], ("format.model", many))))
        verdict = registry.verify(f"PAIR\n{vc_jwt(first)}\n{vc_jwt(first)}", parts=parts)
        assert lines(verdict, "proof.signature") == [(0, "failed", "LIMIT_SIGNATURES")]


class TestSeveralAnswers:
    parts: Parts = DEFAULT_PARTS.with_format(ANSWERS)

    def judge(self, world: World, *answers: str, **question: Any) -> Verdict:
        return world.verify(json.dumps(answers), parts=self.parts, **question)

    def test_each_is_judged_on_its_own(self) -> None:
        world, signer = World.make()
        verdict = self.judge(world, vc_jwt(signer), vc_jwt(Signer.make(kid="key-1")))
        assert lines(verdict, "proof.signature") == [(1, "passed", None), (2, "failed", "JOSE_SIGNATURE")]
        assert not verdict
        verdict = self.judge(world, vc_jwt(signer), simple_sd_jwt(signer, {"name": "Siti Demo"}))
        assert verdict, verdict.to_json(1)
        assert [one["format"] for one in verdict.credentials] == ["vc-jwt", "sd-jwt-vc"]
        assert verdict.unwrap().others[0].claims["name"] == "Siti Demo"

    def test_an_answer_with_nothing_in_it_is_not_decided(self) -> None:
        world, _ = World.make()
        assert self.judge(world).decision == "indeterminate"

    def test_an_answer_in_an_answer_is_refused(self) -> None:
        world, signer = World.make()
        verdict = self.judge(world, json.dumps([vc_jwt(signer)]))
        assert lines(verdict, "format.wellformed") == [(0, "passed", None), (1, "failed", "MODEL_SHAPE")]

    @pytest.mark.parametrize(
        ("second", "outcome", "code"),
        [("same", Outcome.PASSED, None), ("other", Outcome.UNKNOWN, "HOLDER_NOT_LINKED")],
    )
    def test_several_credentials_belong_to_one_holder_or_it_is_not_known(
        self, second: str, outcome: Outcome, code: str | None
    ) -> None:
        world, signer = World.make()
        one, other = Signer.make(), Signer.make()
        other = one if second == "same" else other
        shown = [key_binding(key, simple_sd_jwt(signer, {"name": "Siti"}, holder=key)) for key in (one, other)]
        verdict = self.judge(world, *shown, expected=PRESENTED)
        assert lines(verdict, "holder.proof") == [(1, "passed", None), (2, "passed", None)]
        assert lines(verdict, "holder.linked") == [(0, outcome, code)]
        assert verdict.decision == ("accepted" if outcome is Outcome.PASSED else "indeterminate")

    def test_or_to_one_subject(self) -> None:
        from defa_id.answers.holder import linked

        keys = [(Signer.make().public, ("did:x:1", "did:x:2")), (Signer.make().public, ("did:x:2",))]
        assert linked(keys).evidence == {"by": "subject"}
        with pytest.raises(Fault):
            linked([keys[0], (keys[1][0], ("did:x:3",))])


class TestPinnedContexts:
    """A suite asks for documents by URL: what the issuer's own entry pins comes before what is shipped."""

    URL = "https://context.example/v1"
    DATA = b'{"@context":{}}'

    def verdict(self, *, stored: bytes, ask: str = URL) -> tuple[Verdict, list[bytes | None]]:
        world, signer = World.make()
        world.schemas["schemas/context.json"] = stored
        sha256 = hashlib.sha256(self.DATA).hexdigest()
        world.sg["contexts"] = [{"url": self.URL, "sha256": sha256, "target": "schemas/context.json"}]
        seen: list[bytes | None] = []

        def asking(proof: Proof, key: PublicKey, means: Means) -> None:
            seen.append(means.documents(ask))
            jws.verify(proof, key, means)

        suites: dict[str, Callable[..., None]] = {**DEFAULT_PARTS.suites, "jws": asking}
        return world.verify(vc_jwt(signer), parts=DEFAULT_PARTS._replace(suites=suites)), seen

    def test_it_is_handed_to_the_suite(self) -> None:
        verdict, seen = self.verdict(stored=self.DATA)
        assert verdict
        assert seen == [self.DATA]

    def test_another_content_is_not(self) -> None:
        verdict, seen = self.verdict(stored=b"{}")
        assert lines(verdict, "proof.signature") == [(0, "unknown", "LD_CONTEXT_UNAVAILABLE")]
        assert not seen

    def test_what_nobody_pinned_is_nothing(self) -> None:
        _, seen = self.verdict(stored=self.DATA, ask="https://context.example/v2")
        assert seen == [None]


def test_white_space_around_a_text_is_not_part_of_it_and_in_binary_it_is() -> None:
    from defa_id.codec.text import trimmed

    assert trimmed(b" \n{}\r\n") == b"{}"
    assert trimmed(b"\n\n") == b"\n\n"
    assert trimmed(b"\xa1\x00\x20") == b"\xa1\x00\x20"
