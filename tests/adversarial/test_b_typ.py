"""Area B, typ: a token of one kind is never read as another kind (RFC 8725 §3.11), and lanes do not cross."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from defa_id.policy import Expected
from tests.adversarial.rows import Row, Stage, accepted, enveloped, refuse_each, refused, short, table
from tests.support import world as minting
from tests.support.world import PRESENTED


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage.of()


LANES: dict[str, tuple[str, Expected]] = {
    "vc+jwt": ("format.model", Expected()),
    "vp+jwt": ("format.model", PRESENTED),
    "dc+sd-jwt": ("format.wellformed", Expected()),
    "vc+sd-jwt": ("format.wellformed", Expected()),
    "kb+jwt": ("holder.presented", PRESENTED),
}
OTHER_KINDS = (
    "JWT",
    "at+jwt",
    "statuslist+jwt",
    "entity-statement+jwt",
    "openid4vci-proof+jwt",
    "oauth-authz-req+jwt",
    "dpop+jwt",
    "vp+sd-jwt",
    "vc+cose",
    "vc+ld+jwt",
    "vc",
)
UNLIKE = ("{}+x", " {}", "{}\t", "application/application/{}", "text/{}", "{};v=1")

# Where typ chooses the lane, what does not fit that lane falls there (the catalogue says JOSE_TYP).
ELSEWHERE = {
    ("vc+jwt", "vp+jwt"): ("format.model", "MODEL_SHAPE"),
    ("vp+jwt", "vc+jwt"): ("format.model", "MODEL_SHAPE"),
    ("vc+sd-jwt", "dc+sd-jwt"): ("format.model", "JWT_CLAIM_MISSING"),
    ("vc+sd-jwt", "vp+sd-jwt"): ("format.model", "MODEL_SHAPE"),
}
MATRIX = [
    (lane, typ)
    for lane in LANES
    for typ in (None, *LANES, *OTHER_KINDS, *(form.format(lane) for form in UNLIKE), lane.upper())
    if typ != lane
]


def token_of(stage: Stage, lane: str, typ: str | None) -> str:
    lanes: dict[str, Callable[..., str]] = {
        "vc+jwt": stage.vc,
        "vp+jwt": stage.vp,
        "dc+sd-jwt": stage.sd,
        "vc+sd-jwt": stage.vc_sd,
        "kb+jwt": stage.kb,
    }
    return lanes[lane](header={"typ": typ})


@pytest.mark.parametrize(("lane", "typ"), MATRIX, ids=[f"B44-{lane}-as-{typ!a}" for lane, typ in MATRIX])
def test_typ(stage: Stage, lane: str, typ: str | None) -> None:
    check, expected = LANES[lane]
    check, code = ELSEWHERE.get((lane, typ or ""), (check, "JOSE_TYP"))
    refused(stage.judge(token_of(stage, lane, typ), expected=expected), check, code)


@pytest.mark.parametrize("lane", LANES)
def test_b44_its_own_typ_also_as_a_whole_media_type_is_accepted(stage: Stage, lane: str) -> None:
    for typ in (lane, f"application/{lane}"):
        accepted(stage.judge(token_of(stage, lane, typ), expected=LANES[lane][1]))


def test_b44_the_typ_of_older_drafts_is_taken_where_the_policy_says_so() -> None:
    stage = Stage.of(policy={"legacy_sd_jwt_typ": True})
    for token in (stage.sd(header={"typ": "vc+sd-jwt"}), stage.sd(header={"typ": "application/vc+sd-jwt"})):
        accepted(stage.judge(token))
        accepted(stage.judge(token, format="sd-jwt-vc"))
        refused(stage.judge(token, format="vc-sd-jwt"), "format.recognised", "INPUT_FORMAT_MISMATCH")
    bound = minting.key_binding(stage.holder, stage.sd(header={"typ": "vc+sd-jwt"}))
    accepted(stage.judge(bound, expected=PRESENTED))
    for typ in ("vp+sd-jwt", "JWT", "vc+jwt"):
        refused(stage.judge(stage.sd(header={"typ": typ})), "format.wellformed", "JOSE_TYP")


def test_b44_a_vct_makes_no_sd_jwt_vc_of_a_vcdm_document(stage: Stage) -> None:
    """Both models in one token: @context decides, and the vct is a claim like others."""
    accepted(stage.judge(stage.vc_sd(vct="urn:defa-id:person-identity:1")))
    verdict = stage.judge(stage.vc_sd(vct="urn:defa-id:person-identity:1"), format="sd-jwt-vc")
    refused(verdict, "format.recognised", "INPUT_FORMAT_MISMATCH")


# -- VCDM 1.1 ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typ", [None, "JWT"])
def test_b44_the_typ_of_vcdm_1_1(stage: Stage, typ: str | None) -> None:
    accepted(stage.judge(stage.old_vc(header={"typ": typ})))


@pytest.mark.parametrize(
    ("typ", "code"),
    [
        ("vc+jwt", "JWT_AMBIGUOUS_MODEL"),
        ("vp+jwt", "JWT_AMBIGUOUS_MODEL"),
        ("jwt", "JOSE_TYP"),
        ("at+jwt", "JOSE_TYP"),
        ("kb+jwt", "JOSE_TYP"),
        ("dc+sd-jwt", "JOSE_TYP"),
        ("statuslist+jwt", "JOSE_TYP"),
    ],
)
def test_b44_another_typ_over_vcdm_1_1(stage: Stage, typ: str, code: str) -> None:
    refused(stage.judge(stage.old_vc(header={"typ": typ})), "format.model", code)


# -- whole tokens in another lane ---------------------------------------------------------------------------


def id_token(stage: Stage) -> str:
    """What an OpenID provider signs with the same key: no credential of any model."""
    claims = {"iss": minting.ISSUER, "sub": "a", "aud": "b", "iat": minting.moment(), "exp": minting.moment(300)}
    return minting.vc_jwt(stage.signer, claims, typ="JWT")


def status_list(stage: Stage) -> str:
    claims = {"iss": minting.ISSUER, "sub": "https://a.example/1", "status_list": {"bits": 1, "lst": "eNoDAAAAAAE"}}
    return minting.vc_jwt(stage.signer, claims, typ="statuslist+jwt")


@table(
    Row("B44-key-binding-alone", lambda s: s.kb().rpartition("~")[2], "format.model", "JOSE_TYP"),
    Row("B44-ID-token", id_token, "format.model", "JOSE_TYP"),
    Row("B44-status-list", status_list, "format.model", "JOSE_TYP"),
    Row("B44-SD-JWT-without-tilde", lambda s: s.sd().partition("~")[0], "format.model", "JOSE_TYP"),
    Row("B44-VP-as-SD-JWT", lambda s: s.vp() + "~", "format.wellformed", "JOSE_TYP"),
)
def test_token_in_another_lane(stage: Stage, row: Row) -> None:
    refuse_each(stage, row)


def test_b44_an_issuers_credential_is_no_key_binding(stage: Stage) -> None:
    """Behind the tilde stands a token its issuer signed; the holder signed nothing."""
    refused(stage.judge(stage.sd() + stage.vc(), expected=PRESENTED), "holder.presented", "JOSE_TYP")


def test_b44_a_presentation_of_the_same_nonce_is_no_key_binding(stage: Stage) -> None:
    refused(stage.judge(stage.sd() + stage.vp(), expected=PRESENTED), "holder.presented", "JOSE_TYP")


def test_b44_a_key_binding_is_no_presentation(stage: Stage) -> None:
    refused(stage.judge(stage.kb().rpartition("~")[2], expected=PRESENTED), "format.model", "JOSE_TYP")


def test_b44_a_presentation_inside_a_presentation(stage: Stage) -> None:
    refused(stage.judge(stage.vp(stage.vp()), expected=PRESENTED), "format.model", "MODEL_SHAPE")


@pytest.mark.parametrize(
    ("media_type", "lane", "lines"),
    [
        ("application/dc+sd-jwt", "vc", ("format.recognised", "INPUT_FORMAT_MISMATCH")),
        ("application/vc+sd-jwt", "vc", ("format.recognised", "INPUT_FORMAT_MISMATCH")),
        ("application/vc+jwt", "sd", ("format.recognised", "INPUT_FORMAT_MISMATCH")),
        ("application/vc+sd-jwt", "sd", ("format.recognised", "INPUT_FORMAT_MISMATCH")),
        ("application/dc+sd-jwt", "vc_sd", ("format.recognised", "INPUT_FORMAT_MISMATCH")),
        ("application/vp+jwt", "vp", ("format.recognised", "INPUT_FORMAT_UNKNOWN")),
        ("application/jwt", "vc", ("format.recognised", "INPUT_FORMAT_UNKNOWN")),
        ("text/html", "vc", ("format.recognised", "INPUT_FORMAT_UNKNOWN")),
    ],
)
def test_b44_an_envelope_that_names_another_kind(
    stage: Stage, media_type: str, lane: str, lines: tuple[str, str]
) -> None:
    token: str = getattr(stage, lane)()
    envelope = {**enveloped(token), "id": f"data:{media_type},{token}"}
    verdict = stage.judge(stage.vp(verifiableCredential=[envelope]), expected=PRESENTED)
    refused(verdict, *lines)


def test_b44_a_header_that_says_one_thing_and_means_another(stage: Stage) -> None:
    """typ is read once: neither a second member nor another case of its name changes the lane."""
    accepted(stage.judge(stage.vc(header={"Typ": "kb+jwt", "TYP": "JWT"})))
    head = b'{"alg":"ES256","typ":"vc+jwt","kid":"key-1","typ":"JWT"}'
    verdict = stage.judge(stage.signer.token(head, stage.document()))
    assert short(verdict) == [("format.wellformed", "JSON_DUPLICATE_MEMBER")]
