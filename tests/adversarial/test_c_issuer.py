"""Area C, issuer: one name, compared byte for byte, in one place, under one of its own keys."""

from __future__ import annotations

import pytest

from defa_id.resolvers import did_jwk, did_key
from tests.adversarial.rows import SUBJECT, SUBJECT_ID, Row, Stage, accepted, refuse_each, refused, table
from tests.support import world as minting
from tests.support.world import ISSUER, Signer

MODEL = "format.model"
OTHER = "did:web:evil.example"


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage.of()


def both(stage: Stage, issuer: str) -> tuple[str, ...]:
    """Credentials of every lane that name this issuer throughout, signed with the genuine key."""
    return (
        stage.vc(issuer=issuer, iss=issuer),
        stage.vc(issuer={"id": issuer, "name": "Demo issuer"}, iss=issuer),
        stage.old_vc(iss=issuer, document={"issuer": issuer}),
        stage.sd(iss=issuer),
        stage.vc_sd(issuer=issuer, iss=issuer),
    )


def test_c10_the_issuer_may_be_an_object_and_iss_may_be_left_out(stage: Stage) -> None:
    for token in (*both(stage, ISSUER), stage.vc(iss=None), stage.vc(issuer={"id": ISSUER}, iss=None)):
        accepted(stage.judge(token))


@table(
    Row("C10-iss-of-another", lambda s: s.vc(iss=OTHER), MODEL, "JWT_ENVELOPE_MISMATCH"),
    Row("C10-issuer-of-another", lambda s: s.vc(issuer=OTHER), MODEL, "JWT_ENVELOPE_MISMATCH"),
    Row("C10-issuer.id-of-another", lambda s: s.vc(issuer={"id": OTHER}), MODEL, "JWT_ENVELOPE_MISMATCH"),
    Row("C10-1.1", lambda s: s.old_vc(document={"issuer": OTHER}), MODEL, "JWT_ENVELOPE_MISMATCH"),
    Row("C10-1.1-issuer.id", lambda s: s.old_vc(document={"issuer": {"id": OTHER}}), MODEL, "JWT_ENVELOPE_MISMATCH"),
    Row("C10-1.1-iss", lambda s: s.old_vc(iss=OTHER), MODEL, "JWT_ENVELOPE_MISMATCH"),
    Row("C10-1.1-no-iss", lambda s: s.old_vc(iss=None), MODEL, "JWT_CLAIM_MISSING"),
    Row("C10-vc-sd-jwt", lambda s: s.vc_sd(iss=OTHER), MODEL, "JWT_ENVELOPE_MISMATCH"),
    Row("C10-no-issuer", lambda s: s.vc(issuer=None), MODEL, "MODEL_SHAPE"),
    Row("C10-issuer-null-object", lambda s: s.vc(issuer={}), MODEL, "MODEL_SHAPE"),
    Row("C10-two-issuers", lambda s: s.vc(issuer=[ISSUER, OTHER]), MODEL, "MODEL_SHAPE"),
    Row("C10-two-ids", lambda s: s.vc(issuer={"id": [ISSUER, OTHER]}), MODEL, "MODEL_SHAPE"),
    Row("C10-SD-JWT-VC-without-iss", lambda s: s.sd(iss=None), "issuer.listed", "SCOPE_ISSUER_UNKNOWN"),
    Row("C11-iss-list", lambda s: s.vc(iss=[ISSUER]), MODEL, "JWT_CLAIM_TYPE"),
    Row("C11-iss-list-of-two", lambda s: s.vc(iss=[ISSUER, OTHER]), MODEL, "JWT_CLAIM_TYPE"),
    Row("C11-iss-object", lambda s: s.vc(iss={"id": ISSUER}), MODEL, "JWT_CLAIM_TYPE"),
    Row("C11-iss-number", lambda s: s.vc(iss=7), MODEL, "JWT_CLAIM_TYPE"),
    Row("C11-1.1", lambda s: s.old_vc(iss=[ISSUER]), MODEL, "JWT_CLAIM_TYPE"),
    Row("C11-sd-jwt", lambda s: s.sd(iss=[ISSUER]), MODEL, "JWT_CLAIM_TYPE"),
    Row("C11-sd-jwt-object", lambda s: s.sd(iss={"id": ISSUER}), MODEL, "JWT_CLAIM_TYPE"),
    Row("C11-sd-jwt-empty", lambda s: s.sd(iss=""), MODEL, "JWT_CLAIM_TYPE"),
    Row("C11-vc-sd-jwt", lambda s: s.vc_sd(iss=[ISSUER]), MODEL, "JWT_CLAIM_TYPE"),
)
def test_naming(stage: Stage, row: Row) -> None:
    refuse_each(stage, row)


STRANGERS = {
    "C12-ours-as-a-prefix": "did:web:sg-person.example.evil.example",
    "C12-ours-as-a-suffix": "did:web:evil-sg-person.example",
    "C12-ours-as-a-label": "did:web:evil.sg-person.example",
    "C12-the-host-alone": "did:web:person.example",
    "C12-cut-off": "did:web:sg-person.exampl",
    "C12-longer": "did:web:sg-person.examples",
    "C12-the-registry-s-state": "did:web:sg.example",
    "C12-the-method-alone": "did:web:",
    "C12-as-a-path": "did:web:evil.example:sg-person.example",
    "C12-as-https": "https://sg-person.example",
    "C12-userinfo": "https://sg-person.example@evil.example",
    "C13-trailing-slash": "did:web:sg-person.example/",
    "C13-trailing-dot": "did:web:sg-person.example.",
    "C13-trailing-colon": "did:web:sg-person.example:",
    "C13-capital-host": "did:web:SG-PERSON.EXAMPLE",
    "C13-capital-method": "did:WEB:sg-person.example",
    "C13-capital-scheme": "DID:web:sg-person.example",
    "C13-port": "did:web:sg-person.example%3A443",
    "C13-port-bare": "did:web:sg-person.example:443",
    "C13-percent-encoded-hyphen": "did:web:sg%2Dperson.example",
    "C13-percent-encoded-dot": "did:web:sg-person%2Eexample",
    "C13-fragment": "did:web:sg-person.example#key-1",
    "C13-query": "did:web:sg-person.example?versionId=1",
    "C13-path": "did:web:sg-person.example/key-1",
    "C13-well-known": "did:web:sg-person.example:.well-known",
}


@pytest.mark.parametrize("case", STRANGERS)
def test_almost_our_issuer(stage: Stage, case: str) -> None:
    for token in both(stage, STRANGERS[case]):
        refused(stage.judge(token), "issuer.listed", "SCOPE_ISSUER_UNKNOWN")


UNSEEN = {
    "C13-space-behind": ISSUER + " ",
    "C13-line-break-behind": ISSUER + "\n",
    "C13-NUL-behind": ISSUER + "\0",
    "C13-zero-width-space": ISSUER + "\u200b",
    "C13-full-width-dot": "did:web:sg-person\uff0eexample",
    "C13-cyrillic": "did:web:sg-pers\u043en.example",
    "C13-soft-hyphen": "did:web:sg-\u00adperson.example",
}


@pytest.mark.parametrize("case", UNSEEN)
def test_almost_our_issuer_in_other_characters(stage: Stage, case: str) -> None:
    """A URL cannot hold them at all; an SD-JWT VC's issuer is only compared, and only where it can be seen."""
    issuer = UNSEEN[case]
    hidden = any(character in issuer for character in "\n\0\u200b\u00ad")
    code = "SHAPE_CONTROL_CHAR" if hidden else "MODEL_SHAPE"
    for token in (stage.vc(issuer=issuer, iss=issuer), stage.old_vc(iss=issuer, document={"issuer": issuer})):
        refused(stage.judge(token), MODEL, code)
    if hidden:
        refused(stage.judge(stage.sd(iss=issuer)), MODEL, code)
    else:
        refused(stage.judge(stage.sd(iss=issuer)), "issuer.listed", "SCOPE_ISSUER_UNKNOWN")


# -- C14: the right name under a key of one's own -----------------------------------------------------------

ATTACKER = Signer.make(kid="attackers-key")
ATTACKERS_JWK = did_jwk.encode(ATTACKER.public.jwk)
ATTACKERS_KEY = did_key.encode(ATTACKER.public)


def by_attacker(kid: str | None) -> Row:
    code = {None: "JOSE_SIGNATURE", "key-1": "JOSE_SIGNATURE", ISSUER + "#key-1": "JOSE_SIGNATURE"}.get(kid)
    code = code or ("SCOPE_ISSUER_KEY" if (kid or "").startswith("did:") and "sg-person" not in (kid or "") else None)
    code = code or "JOSE_KEY_UNKNOWN"
    check = "proof.signature" if code == "JOSE_SIGNATURE" else "key.listed"
    name = (kid or "none").replace(ATTACKERS_JWK, "did:jwk:own").replace(ATTACKERS_KEY, "did:key:own")
    name = name.replace(ATTACKER.thumbprint, "thumbprint").replace(ATTACKERS_KEY.removeprefix("did:key:"), "own")
    return Row(f"C14-{name}", lambda s: s.vc(by=ATTACKER, header={"kid": kid}), check, code)


@table(
    by_attacker(None),
    by_attacker("key-1"),
    by_attacker(f"{ISSUER}#key-1"),
    by_attacker("attackers-key"),
    by_attacker(f"{ISSUER}#attackers-key"),
    by_attacker(ATTACKER.thumbprint),
    by_attacker(f"{OTHER}#key-1"),
    by_attacker(f"{OTHER}#attackers-key"),
    by_attacker(f"{ATTACKERS_JWK}#0"),
    by_attacker(f"{ATTACKERS_KEY}#{ATTACKERS_KEY.removeprefix('did:key:')}"),
)
def test_right_name_own_key(stage: Stage, row: Row) -> None:
    """The catalogue says SCOPE_ISSUER_KEY; a kid that names nobody is JOSE_KEY_UNKNOWN here, and one that
    names the issuer's key is a signature that does not verify."""
    refuse_each(stage, row)


def test_c14_an_issuer_that_is_its_own_key_is_no_listed_issuer(stage: Stage) -> None:
    for did in (ATTACKERS_JWK, ATTACKERS_KEY):
        token = stage.vc(by=ATTACKER, issuer=did, iss=did, header={"kid": None})
        refused(stage.judge(token), "issuer.listed", "SCOPE_ISSUER_UNKNOWN")


# -- C15: sub ---------------------------------------------------------------------------------------------------


def named(**changes: object) -> dict[str, object]:
    return {"id": SUBJECT_ID, **SUBJECT, **changes}


def plain_vc_sd(stage: Stage, **changes: object) -> str:
    """Lane vc+sd-jwt with nothing withheld."""
    return minting.sd_jwt(stage.signer, stage.document(credentialSubject=named(), **changes), typ="vc+sd-jwt")


@table(
    Row(
        "C15-sub-of-another",
        lambda s: s.vc(credentialSubject=named(), sub="urn:x-demo:b"),
        MODEL,
        "JWT_ENVELOPE_MISMATCH",
    ),
    Row(
        "C15-sub-prefix",
        lambda s: s.vc(credentialSubject=named(), sub=SUBJECT_ID[:-1]),
        MODEL,
        "JWT_ENVELOPE_MISMATCH",
    ),
    Row("C15-sub-list", lambda s: s.vc(credentialSubject=named(), sub=[SUBJECT_ID]), MODEL, "JWT_ENVELOPE_MISMATCH"),
    Row("C15-sub-number", lambda s: s.vc(sub=7), MODEL, "JWT_ENVELOPE_MISMATCH"),
    Row(
        "C15-1.1",
        lambda s: s.old_vc(sub="urn:x-demo:b", document={"credentialSubject": named()}),
        MODEL,
        "JWT_ENVELOPE_MISMATCH",
    ),
    Row(
        "C15-vc-sd-jwt",
        lambda s: plain_vc_sd(s, sub="urn:x-demo:b"),
        MODEL,
        "JWT_ENVELOPE_MISMATCH",
    ),
    Row("C15-sd-jwt-list", lambda s: s.sd(sub=["a"]), MODEL, "JWT_CLAIM_TYPE"),
    Row("C15-sd-jwt-empty", lambda s: s.sd(sub=""), MODEL, "JWT_CLAIM_TYPE"),
    Row("C15-subject-id-no-URL", lambda s: s.vc(credentialSubject=named(id="canary-id-5e8b")), MODEL, "MODEL_SHAPE"),
    Row(
        "C15-subject-id-unseen",
        lambda s: s.vc(credentialSubject=named(id=SUBJECT_ID + "\u200b")),
        MODEL,
        "SHAPE_CONTROL_CHAR",
    ),
    Row("C15-subject-id-list", lambda s: s.vc(credentialSubject=named(id=[SUBJECT_ID])), MODEL, "MODEL_SHAPE"),
)
def test_subject(stage: Stage, row: Row) -> None:
    refuse_each(stage, row)


def test_c15_sub_that_agrees(stage: Stage) -> None:
    accepted(stage.judge(stage.vc(credentialSubject=named(), sub=SUBJECT_ID)))
    accepted(stage.judge(stage.old_vc(sub=SUBJECT_ID, document={"credentialSubject": named()})))
    accepted(stage.judge(stage.sd(sub=SUBJECT_ID)))
    accepted(stage.judge(plain_vc_sd(stage, sub=SUBJECT_ID)))
