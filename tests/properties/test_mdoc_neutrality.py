"""The same facts as an SD-JWT VC and as an mdoc: one decision, one level, one set of reasons, but for a table."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from defa_id.policy import Expected, Policy
from defa_id.verdict import Verdict
from defa_id.verifier import Verifier
from tests.properties import facts as told_in
from tests.properties.facts import Facts, codes, facts
from tests.properties.test_asking_for_more import LEVEL, PURPOSES, policies
from tests.support import mdocs
from tests.support.certificates import authority, p256, signer
from tests.support.world import NOW, PRESENTED, Json

# What an mdoc says in other words, and why: its signatures are COSE; its device signs over the session, so
# that a wrong nonce is a wrong signature (ISO/IEC 18013-5 §9.1.3); a certificate stands for its issuer's name.
SAME = {
    "JOSE_SIGNATURE": "SIGNATURE",
    "COSE_SIGNATURE": "SIGNATURE",
    "KB_NONCE": "HOLDER",
    "KB_SIGNATURE": "HOLDER",
}
# What an mdoc cannot say: a validity without an end, a holder it is not bound to, the age of its device's proof;
# and without the session it answers, that proof is not known to hold.
SIGNERS = {
    "the issuer": mdocs.DS,
    "a stranger": signer(p256(51), authority(p256(52), "Stranger")),
    "a stranger as the issuer": mdocs.DS,
}
STATUS = {"status_list": {"idx": 7, "uri": "https://status.example/1"}}


def document(said: Facts) -> tuple[bytes, Expected]:
    """The mdoc these facts describe, and what its verifier expects."""

    def days(number: int) -> Any:
        return NOW + timedelta(days=number)

    expected = mdocs.EXPECTED if said.presentation is not None else Expected()
    asked = mdocs.EXPECTED._replace(nonce="n-2") if said.presentation == "wrong nonce" else mdocs.EXPECTED
    recipe = mdocs.GOLDEN.but(
        elements={"name": "Suharto Demo", **({"birth_date": "1990-05"} if said.disclosed else {})},
        certificate=SIGNERS[said.signer],
        key=p256(53) if said.signer == "a stranger as the issuer" else None,
        signed_at=days(said.issued),
        begins=days(said.begins),
        ends=days(said.ends or 0),
        mso=lambda mso: {**mso, **({"status": STATUS} if said.status else {})},
        session=mdocs.transcript(asked),
        device_signs=p256(54) if said.presentation == "other key" else None,
    )
    return (recipe.bare() if said.presentation is None else recipe.answer()), expected


def judged(said: Facts, rules: Policy, at: Any) -> tuple[Verdict, Verdict]:
    """The verdict on the SD-JWT VC, and on the mdoc."""
    verifier = Verifier(told_in.registry_of(said), rules)
    token = told_in.mint(said._replace(format="sd-jwt-vc"))
    expected = PRESENTED if said.presentation is not None else Expected()
    data, session = document(said)
    return verifier.verify(token, at=at, expected=expected), verifier.verify(data, at=at, expected=session)


def told(verdict: Verdict) -> tuple[Any, ...]:
    """Everything a relying party would act on, but for the name an mdoc's issuer does not bear."""
    return (
        verdict.decision,
        {SAME.get(code or "", code) for code in codes(verdict)},
        [recognition and {**recognition} for recognition in verdict.recognitions],
        dict(verdict.unwrap().claims) if verdict else None,
        [{**held["issuer"], "id": None} for held in verdict.credentials],
    )


@given(
    said=facts(
        ends=st.sampled_from((100, 100, -1)),
        bound=True,
        presentation=st.sampled_from((None, "good", "good", "wrong nonce", "other key")),
    ),
    policy=policies().filter(lambda policy: "formats" not in policy),
    purpose=PURPOSES,
    level=LEVEL,
    days=st.sampled_from([0, 0, -99, -101, -3, -5, 99, 101, 102]),
)
def test_the_same_facts_give_the_same_answer(
    said: Facts, policy: Json, purpose: str | None, level: str | None, days: int
) -> None:
    assume(not any(id.startswith("holder.") for id in policy.get("waive", {})))
    assume(said.issued > -1000)  # a document signer lasts 457 days at most: an older one has another certificate
    assume(said.issued <= said.begins < (said.ends or 0))  # what an mdoc's own window must keep
    assume(days == 0 or said.presentation is None)  # a device's proof does not say when it was made
    rules = Policy.from_document({"id": "test", **policy}).asking(for_state="TH", purpose=purpose, min_level=level)
    other, ours = (told(verdict) for verdict in judged(said, rules, NOW + timedelta(days=days)))
    assert other == ours


def test_it_compares_acceptances_too() -> None:
    rules = Policy.from_document({"id": "test"}).asking(for_state="TH", min_level="high")
    other, ours = (told(verdict) for verdict in judged(Facts(presentation="good"), rules, NOW))
    assert other[0] == "accepted"
    assert other[3] == {"name": "Suharto Demo", "birth_date": "1990-05"}
    assert other == ours
