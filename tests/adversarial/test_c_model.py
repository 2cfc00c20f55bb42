"""Area C, models: one data model a token, and the token's own dates and names agreeing with it."""

from __future__ import annotations

import pytest

from tests.adversarial.rows import SUBJECT, Row, Stage, accepted, refuse_each, table
from tests.support import world as minting
from tests.support.world import NOW, moment

MODEL = "format.model"
V1 = "https://www.w3.org/2018/credentials/v1"
V2 = "https://www.w3.org/ns/credentials/v2"
MISMATCH = "JWT_ENVELOPE_MISMATCH"
AMBIGUOUS = "JWT_AMBIGUOUS_MODEL"


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage.of()


# -- C09: the dates of the envelope and those inside ----------------------------------------------------------


@table(
    Row("C09-nbf-later", lambda s: s.vc(nbf=moment(-3600), validFrom="2026-11-24T10:00:00Z"), MODEL, MISMATCH),
    Row("C09-nbf-earlier", lambda s: s.vc(nbf=moment(-3600), validFrom="2026-11-24T11:30:00Z"), MODEL, MISMATCH),
    Row("C09-nbf-one-second", lambda s: s.vc(nbf=moment(-3600), validFrom="2026-11-24T11:00:01Z"), MODEL, MISMATCH),
    Row("C09-other-zone", lambda s: s.vc(nbf=moment(-3600), validFrom="2026-11-24T11:00:00+07:00"), MODEL, MISMATCH),
    Row("C09-exp-later", lambda s: s.vc(exp=moment(7200), validUntil="2026-11-24T13:00:00Z"), MODEL, MISMATCH),
    Row("C09-exp-earlier", lambda s: s.vc(exp=moment(3600), validUntil="2026-11-24T14:00:00Z"), MODEL, MISMATCH),
    Row("C09-exp-beside-expired", lambda s: s.vc(validUntil="2026-11-01T00:00:00Z"), MODEL, MISMATCH),
    Row("C09-vc-sd-jwt-exp", lambda s: s.vc_sd(exp=moment(7200), validUntil="2026-11-24T13:00:00Z"), MODEL, MISMATCH),
    Row("C09-vc-sd-jwt-nbf", lambda s: s.vc_sd(nbf=moment(-3600)), MODEL, MISMATCH),
    Row("C09-1.1-nbf", lambda s: s.old_vc(nbf=moment(-3600)), MODEL, MISMATCH),
    Row(
        "C09-1.1-exp",
        lambda s: s.old_vc(document={"expirationDate": "2026-11-24T13:00:00Z"}),
        MODEL,
        MISMATCH,
    ),
    Row("C09-jti", lambda s: s.vc(id="urn:x-demo:1", jti="urn:x-demo:2"), MODEL, MISMATCH),
    Row("C09-jti-list", lambda s: s.vc(id="urn:x-demo:1", jti=["urn:x-demo:1"]), MODEL, "JWT_CLAIM_TYPE"),
    Row("C09-1.1-jti", lambda s: s.old_vc(jti="urn:x-demo:2", document={"id": "urn:x-demo:1"}), MODEL, MISMATCH),
)
def test_envelope(stage: Stage, row: Row) -> None:
    refuse_each(stage, row)


def test_c09_the_same_moment_in_two_spellings_agrees(stage: Stage) -> None:
    until = int(NOW.timestamp()) + 3600
    for text in ("2026-11-24T13:00:00Z", "2026-11-24T20:00:00+07:00", "2026-11-24T13:00:00.750Z"):
        accepted(stage.judge(stage.vc(exp=until, validUntil=text)))
        accepted(stage.judge(stage.old_vc(exp=until, document={"expirationDate": text})))
    accepted(stage.judge(stage.vc(id="urn:x-demo:1", jti="urn:x-demo:1")))


# -- C17 and C18: two models in one token -----------------------------------------------------------------------


def within(stage: Stage, **changes: object) -> dict[str, object]:
    """A whole VCDM 1.1 credential, to be put where it does not belong."""
    return {
        "@context": [V1],
        "type": ["VerifiableCredential", "PersonIdentityCredential"],
        "issuer": stage.document()["issuer"],
        "issuanceDate": "2026-06-01T00:00:00Z",
        "credentialSubject": SUBJECT,
        **changes,
    }


def with_context(stage: Stage, context: list[str] | None, typ: str = "vc+jwt") -> str:
    document = {name: value for name, value in stage.document().items() if name != "@context"}
    payload = document if context is None else {"@context": context, **document}
    if typ == "vc+sd-jwt":
        return minting.sd_jwt(stage.signer, payload, typ=typ)
    return minting.vc_jwt(stage.signer, payload, typ=typ)


@table(
    Row("C17-vc-beside-2.0", lambda s: s.vc(vc=within(s)), MODEL, AMBIGUOUS),
    Row("C17-vc-beside-2.0-alike", lambda s: s.vc(vc=s.document()), MODEL, AMBIGUOUS),
    Row("C17-vc-beside-2.0-empty", lambda s: s.vc(vc={}), MODEL, AMBIGUOUS),
    Row("C17-vp-beside-2.0", lambda s: s.vc(vp={"type": ["VerifiablePresentation"]}), MODEL, AMBIGUOUS),
    Row("C17-typ-JWT-over-both", lambda s: s.vc(vc=s.document(), header={"typ": "JWT"}), MODEL, AMBIGUOUS),
    Row("C17-vc-beside-vc-sd-jwt", lambda s: s.vc_sd(vc=within(s)), MODEL, AMBIGUOUS),
    Row("C17-vc-and-vp", lambda s: s.old_vc(vp={"type": ["VerifiablePresentation"]}), MODEL, AMBIGUOUS),
    Row("C17-2.0-inside-vc", lambda s: s.old_vc(document={"@context": [V2]}), MODEL, AMBIGUOUS),
    Row("C17-vc-list", lambda s: s.old_vc(vc=[within(s)]), MODEL, "MODEL_SHAPE"),
    Row("C17-vc-text", lambda s: s.old_vc(vc="a.b.c"), MODEL, "MODEL_SHAPE"),
    Row("C18-both-contexts", lambda s: with_context(s, [V2, V1]), MODEL, AMBIGUOUS),
    Row("C18-both-contexts-1.1-first", lambda s: with_context(s, [V1, V2]), MODEL, AMBIGUOUS),
    Row("C18-1.1-in-a-2.0-token", lambda s: with_context(s, [V1]), MODEL, AMBIGUOUS),
    Row("C18-1.1-in-vc-sd-jwt", lambda s: with_context(s, [V1], "vc+sd-jwt"), MODEL, AMBIGUOUS),
    Row("C18-2.0-behind-1.1", lambda s: s.old_vc(document={"@context": [V1, V2]}), MODEL, AMBIGUOUS),
    Row("C18-no-context", lambda s: with_context(s, None), MODEL, "MODEL_CONTEXT"),
    Row("C18-empty-context", lambda s: with_context(s, []), MODEL, "MODEL_CONTEXT"),
    Row("C18-another-context", lambda s: with_context(s, ["https://evil.example/v2"]), MODEL, "MODEL_CONTEXT"),
    Row("C18-context-second", lambda s: with_context(s, ["https://evil.example/v2", V2]), MODEL, "MODEL_CONTEXT"),
    Row("C18-slash", lambda s: with_context(s, [V2 + "/"]), MODEL, "MODEL_CONTEXT"),
    Row("C18-http", lambda s: with_context(s, [V2.replace("https", "http")]), MODEL, "MODEL_CONTEXT"),
    Row("C18-1.1-without-dates", lambda s: s.old_vc(nbf=None), MODEL, "JWT_CLAIM_MISSING"),
)
def test_two_models(stage: Stage, row: Row) -> None:
    refuse_each(stage, row)
