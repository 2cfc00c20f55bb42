"""Area C, presentations: for this verifier, in answer to this request, by whom it was issued to, and not empty."""

from __future__ import annotations

from typing import Any

import pytest

from defa_id.policy import Expected
from defa_id.resolvers import did_jwk
from defa_id.sources import NoSource
from tests.adversarial.rows import SUBJECT, Row, Stage, accepted, refuse_each, refused, short, table, undecided
from tests.support import world as minting
from tests.support.world import ISSUER, PRESENTED, Signer, b64, dumps, moment

HERE = "https://rp.example"
MODEL = "format.model"
ATTACKER = Signer.make()
ATTACKER_DID = did_jwk.encode(ATTACKER.public.jwk)


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage.of()


# -- C22: for whom ----------------------------------------------------------------------------------------------

OTHER_AUDIENCES: dict[str, Any] = {
    "another": "https://other.example",
    "slash": HERE + "/",
    "http": "http://rp.example",
    "capitals": "https://RP.example",
    "prefix": "https://rp.exampl",
    "longer": "https://rp.example.evil.example",
    "list-of-another": ["https://other.example"],
    "list-with-ours": ["https://other.example", HERE],
    "list-with-ours-first": [HERE, "https://other.example"],
    "list-twice": [HERE, HERE],
    "empty-list": [],
    "nested-list": [[HERE]],
    "object": {"aud": HERE},
    "number": 7,
    "true": True,
    "empty": "",
    "wildcard": "*",
    "absent": None,
}


@pytest.mark.parametrize("case", OTHER_AUDIENCES)
def test_c22_made_for_somebody_else(stage: Stage, case: str) -> None:
    aud = OTHER_AUDIENCES[case]
    refused(stage.judge(stage.vp(aud=aud), expected=PRESENTED), "holder.audience", "KB_AUDIENCE")
    verdict = stage.judge(stage.kb(audience=aud), expected=PRESENTED)
    if aud is None:
        refused(verdict, "holder.presented", "KB_CLAIM")
    else:
        refused(verdict, "holder.audience", "KB_AUDIENCE")


def test_c22_one_audience_may_be_a_list_of_one_in_a_presentation_only(stage: Stage) -> None:
    """RFC 7519 §4.1.3 allows the list; RFC 9901 §4.3 takes one text."""
    accepted(stage.judge(stage.vp(aud=[HERE]), expected=PRESENTED))
    refused(stage.judge(stage.kb(audience=[HERE]), expected=PRESENTED), "holder.audience", "KB_AUDIENCE")


def test_c22_a_presentation_that_nobody_asked_for_proves_no_holder(stage: Stage) -> None:
    """Judged as a mere document it stands; the lines about an answer to a request are not there."""
    for token in (stage.vp(aud="https://other.example"), stage.kb(audience="https://other.example")):
        verdict = stage.judge(token)
        accepted(verdict)
        assert not {"holder.nonce", "holder.audience", "holder.time", "holder.key"} & {c.id for c in verdict.checks}


def test_c22_half_a_request_is_not_a_request_that_was_answered(stage: Stage) -> None:
    half = Expected(nonce="n-1")
    undecided(stage.judge(stage.vp(), expected=half), "holder.audience", "KB_AUDIENCE")


# -- C23: in answer to what -------------------------------------------------------------------------------------

OTHER_NONCES: dict[str, Any] = {
    "another": "n-2",
    "case": "N-1",
    "space": "n-1 ",
    "prefix": "n-",
    "list": ["n-1"],
    "object": {"n-1": True},
    "number": 1,
    "true": True,
    "empty": "",
    "absent": None,
}


@pytest.mark.parametrize("case", OTHER_NONCES)
def test_c23_an_answer_to_another_request(stage: Stage, case: str) -> None:
    nonce = OTHER_NONCES[case]
    refused(stage.judge(stage.vp(nonce=nonce), expected=PRESENTED), "holder.nonce", "KB_NONCE")
    verdict = stage.judge(stage.kb(nonce=nonce), expected=PRESENTED)
    refused(verdict, *(("holder.presented", "KB_CLAIM") if nonce is None else ("holder.nonce", "KB_NONCE")))


def test_c23_yesterdays_answer_is_too_old_whatever_its_nonce(stage: Stage) -> None:
    for offset in (-301, 301, -86_400):
        refused(stage.judge(stage.vp(iat=moment(offset)), expected=PRESENTED), "holder.time", "KB_TIME")
        refused(stage.judge(stage.kb(iat=moment(offset)), expected=PRESENTED), "holder.time", "KB_TIME")
    for offset in (-300, 300):
        accepted(stage.judge(stage.vp(iat=moment(offset)), expected=PRESENTED))
        accepted(stage.judge(stage.kb(iat=moment(offset)), expected=PRESENTED))
    refused(stage.judge(stage.vp(iat=None), expected=PRESENTED), "holder.time", "KB_TIME")
    refused(stage.judge(stage.vp(exp=moment(-61)), expected=PRESENTED), "holder.time", "KB_TIME")
    refused(stage.judge(stage.vp(nbf=moment(61)), expected=PRESENTED), "holder.time", "KB_TIME")
    accepted(stage.judge(stage.vp(exp=moment(-60), nbf=moment(-120)), expected=PRESENTED))


# -- C24: by whom -----------------------------------------------------------------------------------------------


def attackers_vp(stage: Stage, *tokens: str, kid: str | None, **changes: Any) -> str:
    """A presentation with the attacker's signature under whatever names it gives."""
    genuine = stage.vp(*tokens, **changes).split(".")
    head = {"alg": "ES256", "typ": "vp+jwt", **({"kid": kid} if kid else {})}
    message = f"{b64(dumps(head))}.{genuine[1]}"
    return f"{message}.{b64(ATTACKER.raw(message.encode()))}"


def as_attacker(stage: Stage, *tokens: str, **changes: Any) -> str:
    return attackers_vp(
        stage, *tokens, kid=f"{ATTACKER_DID}#0", **{"holder": ATTACKER_DID, "iss": ATTACKER_DID, **changes}
    )


def bound_by_cnf(stage: Stage) -> str:
    return stage.vc(cnf={"jwk": dict(stage.holder.public.jwk)})


HOLDER, KEY = "holder.proof", "holder.key"


@table(
    Row("C24-kid-of-the-attacker", lambda s: attackers_vp(s, kid=f"{ATTACKER_DID}#0"), HOLDER, "SCOPE_HOLDER_KEY"),
    Row("C24-kid-of-the-holder", lambda s: attackers_vp(s, kid=f"{s.holder_did}#0"), HOLDER, "JOSE_SIGNATURE"),
    Row("C24-no-kid", lambda s: attackers_vp(s, kid=None), HOLDER, "JOSE_SIGNATURE"),
    Row("C24-kid-of-another-method", lambda s: attackers_vp(s, kid=f"{s.holder_did}#1"), HOLDER, "DID_SYNTAX"),
    Row(
        "C24-holder-of-one-iss-of-another",
        lambda s: attackers_vp(s, kid=f"{ATTACKER_DID}#0", iss=ATTACKER_DID),
        MODEL,
        "JWT_ENVELOPE_MISMATCH",
    ),
    Row(
        "C24-iss-of-the-holder-kid-of-the-attacker",
        lambda s: attackers_vp(s, kid=f"{ATTACKER_DID}#0", holder=None),
        HOLDER,
        "SCOPE_HOLDER_KEY",
    ),
    Row("C24-attacker-with-anothers-credential", as_attacker, KEY, "SCOPE_HOLDER_KEY"),
    Row("C24-nobody-named-but-a-kid", lambda s: as_attacker(s, holder=None, iss=None), KEY, "SCOPE_HOLDER_KEY"),
    Row("C24-bound-by-cnf", lambda s: as_attacker(s, bound_by_cnf(s)), KEY, "SCOPE_HOLDER_KEY"),
    Row("C24-bound-to-nobody", lambda s: as_attacker(s, s.vc()), KEY, "KB_NO_CNF"),
    Row("C24-SD-JWT-of-another", lambda s: as_attacker(s, s.sd()), KEY, "SCOPE_HOLDER_KEY"),
    Row("C24-no-one-named", lambda s: attackers_vp(s, kid=None, holder=None, iss=None), HOLDER, "KB_CNF"),
    Row(
        "C24-the-issuer-as-holder",
        lambda s: attackers_vp(s, kid="key-1", holder=ISSUER, iss=ISSUER),
        HOLDER,
        "JOSE_SIGNATURE",
    ),
    Row(
        "C24-cnf-beats-the-subject",
        lambda s: as_attacker(
            s, s.vc(cnf={"jwk": dict(s.holder.public.jwk)}, credentialSubject={"id": ATTACKER_DID, **SUBJECT})
        ),
        KEY,
        "SCOPE_HOLDER_KEY",
    ),
)
def test_holder(stage: Stage, row: Row) -> None:
    refuse_each(stage, row, expected=PRESENTED)


def test_c24_the_holder_it_was_issued_to(stage: Stage) -> None:
    accepted(stage.judge(stage.vp(bound_by_cnf(stage)), expected=PRESENTED))
    accepted(stage.judge(stage.vp(stage.sd()), expected=PRESENTED))
    accepted(stage.judge(stage.vp(holder=None), expected=PRESENTED))
    accepted(stage.judge(stage.vp(iss=None), expected=PRESENTED))
    accepted(stage.judge(stage.vp(header={"kid": None}), expected=PRESENTED))


def test_c24_a_key_binding_of_the_attacker(stage: Stage) -> None:
    token = minting.key_binding(ATTACKER, stage.sd())
    refused(stage.judge(token, expected=PRESENTED), HOLDER, "KB_SIGNATURE")


def test_c24_a_holder_whose_key_cannot_be_found_out_decides_nothing(stage: Stage) -> None:
    for did, code in (("did:example:holder", "DID_METHOD"), ("did:web:holder.example", "NET_OFFLINE")):
        token = stage.vp(holder=did, iss=did, header={"kid": f"{did}#k"})
        undecided(stage.judge(token, expected=PRESENTED, source=NoSource()), HOLDER, code)


def test_c24_asked_to_be_presented_a_bare_credential_is_not(stage: Stage) -> None:
    for token in (stage.vc(), stage.bound_vc(), stage.sd(), stage.old_vc()):
        refused(stage.judge(token, expected=PRESENTED), "holder.presented", "KB_MISSING")


# -- C25 and C26: what is in it ---------------------------------------------------------------------------------


@pytest.mark.parametrize("held", [[], None, {}, "absent"])
def test_c25_a_presentation_of_nothing(stage: Stage, held: Any) -> None:
    token = stage.vp(verifiableCredential=None if held == "absent" else held)
    verdict = stage.judge(token, expected=PRESENTED)
    if held == {}:
        refused(verdict, MODEL, "MODEL_CONTEXT")
    else:
        refused(verdict, "holder.presented", "JWT_NO_CREDENTIAL")
    assert not stage.judge(token)


def test_c25_null_is_nothing_too(stage: Stage) -> None:
    payload = dumps(
        {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiablePresentation"],
            "holder": stage.holder_did,
            "iat": moment(),
            "nonce": "n-1",
            "aud": HERE,
            "verifiableCredential": None,
        }
    )
    head = {"alg": "ES256", "typ": "vp+jwt", "kid": f"{stage.holder_did}#0"}
    refused(stage.judge(stage.holder.token(head, payload), expected=PRESENTED), "holder.presented", "JWT_NO_CREDENTIAL")


def damaged(stage: Stage) -> dict[str, tuple[str, tuple[str, str]]]:
    """Credentials that fall for one reason each."""
    head, body, _ = stage.bound_vc().split(".")
    return {
        "expired": (stage.bound_vc(exp=moment(-61)), ("time.window", "TIME_EXPIRED")),
        "unlisted": (
            stage.bound_vc(issuer="did:web:evil.example", iss="did:web:evil.example"),
            ("issuer.listed", "SCOPE_ISSUER_UNKNOWN"),
        ),
        "unsigned": (f"{head}.{body}.{b64(bytes(64))}", ("proof.signature", "JOSE_SIGNATURE")),
        "somebody-elses": (
            stage.vc(credentialSubject={"id": ATTACKER_DID, **SUBJECT}),
            ("holder.key", "SCOPE_HOLDER_KEY"),
        ),
        "malformed": (f"{head}.{body}", ("format.wellformed", "JOSE_SEGMENTS")),
    }


@pytest.mark.parametrize("case", ["expired", "unlisted", "unsigned", "somebody-elses", "malformed"])
def test_c26_one_good_and_one_bad_credential(stage: Stage, case: str) -> None:
    bad, line = damaged(stage)[case]
    good = stage.bound_vc()
    accepted(stage.judge(stage.vp(good, good), expected=PRESENTED))
    for tokens, item in (((good, bad), 2), ((bad, good), 1), ((good, bad, good), 2)):
        verdict = stage.judge(stage.vp(*tokens), expected=PRESENTED)
        refused(verdict, *line)
        assert [check.item for check in verdict.checks if check.outcome.value == "failed"] == [item]


def test_c26_a_credential_in_the_clear_beside_a_good_one(stage: Stage) -> None:
    """Nothing signed it by itself; the holder's signature around it is not the issuer's."""
    document = {name: value for name, value in stage.document().items() if name not in ("iss", "iat", "exp")}
    envelope = {
        "@context": "https://www.w3.org/ns/credentials/v2",
        "type": "EnvelopedVerifiableCredential",
        "id": f"data:application/vc+jwt,{stage.bound_vc()}",
    }
    verdict = stage.judge(stage.vp(verifiableCredential=[envelope, document]), expected=PRESENTED)
    assert not verdict
    assert short(verdict) == [("format.wellformed", "DI_NO_PROOF")]


def test_c26_as_many_credentials_as_allowed_and_one_more(stage: Stage) -> None:
    accepted(stage.judge(stage.vp(*[stage.bound_vc()] * 8), expected=PRESENTED))
    refused(stage.judge(stage.vp(*[stage.bound_vc()] * 9), expected=PRESENTED), MODEL, "LIMIT_CREDENTIALS")
