"""One set of facts about an issuer, two states, a credential and its holder, in any of three formats.

Each field's values stand in `WORSENING` from the best to the worst, so that a test can make one thing
worse and leave all else alone.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import cbor2
from hypothesis import strategies as st

from defa_id.codec import times
from defa_id.issue import data_integrity
from defa_id.issue.signing import SigningKey
from defa_id.policy import Expected, Policy
from defa_id.resolvers import did_jwk
from defa_id.trust.registry import Registry
from defa_id.verdict import Verdict
from defa_id.verifier import Verifier
from tests.support import integrity, mdocs
from tests.support.world import (
    GRANT,
    ISSUER,
    NOW,
    PERSON,
    PERSON_VCT,
    PRESENTED,
    Json,
    Signer,
    World,
    b64,
    claims,
    digest,
    disclosure,
    entity,
    key_binding,
    moment,
    recognition,
    sd_jwt,
    service,
    vc,
    vc_jwt,
    vp_jwt,
)

FORMATS = ("vc-jwt", "sd-jwt-vc", "vc-sd-jwt")
INTEGRITY = ("eddsa-jcs-2022", "eddsa-rdfc-2022", "ecdsa-rdfc-2019")
PERSON_CWT = "urn:defa-id:cwt:person-identity:1"
BANKING = "banking.account-opening"
STRANGER = "https://stranger.example"


class Facts(NamedTuple):
    """`issued`, `begins` and `ends` are days from NOW; `age` is days by which the registry is past its
    time; `presentation` is what a holder made, if one did."""

    format: str = "vc-jwt"
    level: str = "high"
    standing: str = "granted"
    listed: str = "type and format"
    minimum: str = "low"
    purposes: tuple[str, ...] = ()
    recognised: str = "in force"
    environment: str = "live"
    age: int = 0
    signer: str = "the issuer"
    issued: int = -100
    begins: int = -100
    ends: int | None = 100
    disclosed: bool = True
    status: bool = False
    bound: bool = True
    presentation: str | None = None


WORSENING: dict[str, tuple[Any, ...]] = {
    "level": ("high", "substantial", "low"),
    "standing": ("granted", "ceased", "investigated", "suspended", "fraud"),
    "listed": ("type and format", "other format", "other type"),
    "minimum": ("low", "substantial", "high"),
    "purposes": ((), (BANKING,), ("nothing.else",)),
    "recognised": ("in force", "suspended", "ended"),
    "age": (0, 3, 20, 40),
    "signer": ("the issuer", "a stranger", "a stranger as the issuer"),
    "issued": (-100, -1000, 2),
    "begins": (-100, 1),
    "ends": (100, -1),
    "disclosed": (True, False),
    "status": (False, True),
    "bound": (True, False),
    "presentation": ("good", "wrong nonce", "too old", "other key"),
}
ENVIRONMENTS = ("demo", "sandbox", "pilot", "live")


def facts(**fixed: Any) -> st.SearchStrategy[Facts]:
    """Any facts, most of them good: a credential with two faults says little about either."""
    choices: dict[str, st.SearchStrategy[Any]] = {
        name: st.just(values[0]) | st.sampled_from(values) for name, values in WORSENING.items()
    }
    choices |= {
        "format": st.sampled_from(FORMATS),
        "environment": st.sampled_from(ENVIRONMENTS),
        "ends": st.sampled_from((100, 100, -1, None)),
        "presentation": st.none() | st.sampled_from(WORSENING["presentation"]),
    }
    choices |= {
        name: value if isinstance(value, st.SearchStrategy) else st.just(value) for name, value in fixed.items()
    }
    return st.builds(Facts, **choices)


@cache
def edwards() -> tuple[Signer, Signer]:
    """The issuer's Ed25519 key, and a stranger's under the same kid."""
    return Signer.make("EdDSA", kid="key-2"), Signer.make("EdDSA", kid="key-2")


@cache
def signers() -> tuple[Signer, Signer, Signer]:
    """The issuer's key, a stranger's under the same kid, and the holder's."""
    return Signer.make(kid="key-1"), Signer.make(kid="key-1"), Signer.make()


EVENTS = {
    "granted": (),
    "ceased": ({"status": "ceased", "reason": "ceased"},),
    "investigated": ({"status": "withdrawn", "reason": "investigation"},),
    "suspended": ({"status": "suspended", "reason": "supervision"},),
    "fraud": ({"status": "withdrawn", "reason": "fraud"},),
}
RECENTLY = "2026-11-20T00:00:00Z"


@cache
def registry(
    level: str,
    standing: str,
    listed: str,
    minimum: str,
    purposes: tuple[str, ...],
    recognised: str,
    environment: str,
    age: int,
) -> Registry:
    """The registry these facts describe, made once."""
    world, _ = World.make(environment=environment)
    types = ["OtherCredential"] if listed == "other type" else [PERSON, PERSON_VCT, PERSON_CWT, mdocs.DOC_TYPE]
    formats = ["vc-cose"] if listed == "other format" else [*FORMATS, "data-integrity", "mdoc", "cwt"]
    since = {"effective": RECENTLY, "recorded": RECENTLY}
    granted = {"status": "granted", "effective": GRANT, "recorded": GRANT}
    events = [granted, *({**event, **since} for event in EVENTS[standing])]
    made = service([signers()[0], edwards()[0]], types, formats, level=level, status_events=events)
    made["identifiers"].append(mdocs.certified(mdocs.IACA, "ca"))
    world.lists["SG"]["entities"] = [entity([made])]
    statement = recognition(
        "TH",
        "SG",
        [PERSON, PERSON_VCT, PERSON_CWT, mdocs.DOC_TYPE],
        min_level=minimum,
        environment=environment,
        purposes=list(purposes),
        events=[{"status": "suspended", "reason": "supervision", **since}] if recognised == "suspended" else [],
        **({"until": RECENTLY} if recognised == "ended" else {}),
    )
    world.lists["TH"]["recognitions"] = [statement]
    return world.registry(datetime.fromisoformat(world.expires) + timedelta(days=age) if age else NOW)


def registry_of(said: Facts) -> Registry:
    """The registry side of the facts."""
    return registry(
        said.level,
        said.standing,
        said.listed,
        said.minimum,
        said.purposes,
        said.recognised,
        said.environment,
        said.age,
    )


def mint(said: Facts) -> str:
    """The credential, and what its holder made of it, in the format the facts name; a CWT in base64url."""
    genuine, stranger, holder = signers()
    signer = genuine if said.signer == "the issuer" else stranger
    issuer = STRANGER if said.signer == "a stranger" else ISSUER
    if said.format == "cwt":
        return _cwt(said, signer, issuer)
    if said.format in INTEGRITY:
        return _integrity(said, signer, issuer)
    made = {"vc-jwt": _vc_jwt, "sd-jwt-vc": _sd_jwt_vc, "vc-sd-jwt": _vc_sd_jwt}[said.format](said, signer, issuer)
    if said.presentation is None:
        return made
    by = stranger if said.presentation == "other key" else holder
    nonce = "n-2" if said.presentation == "wrong nonce" else "n-1"
    iat = moment(-301) if said.presentation == "too old" else moment()
    if said.format != "vc-jwt":
        return key_binding(by, made, nonce, iat=iat)
    message = vp_jwt(holder, (made,), nonce, iat=iat).rpartition(".")[0]
    return f"{message}.{b64(by.raw(message.encode()))}"


def judge(
    said: Facts,
    policy: Json | None = None,
    *,
    purpose: str | None = None,
    min_level: str | None = None,
    asked: bool | None = None,
    at: datetime = NOW,
    by: str = "TH",
) -> Verdict:
    """The relying state's verdict. `asked`: whether a presentation is expected; if None, where there is one."""
    rules = Policy.from_document({"id": "test", **(policy or {})}).asking(
        for_state=by, purpose=purpose, min_level=min_level
    )
    expected = PRESENTED if (said.presentation is not None if asked is None else asked) else Expected()
    return Verifier(registry_of(said), rules).verify(mint(said), at=at, expected=expected)


def codes(verdict: Verdict) -> set[str | None]:
    """The reasons that stand in the way; a skipped check gives none of its own."""
    return {line.code for line in verdict.problems if line.outcome in ("failed", "unknown")}


def _window(said: Facts) -> Json:
    times = {"iat": said.issued, "nbf": said.begins, "exp": said.ends}
    return {name: None if days is None else moment(timedelta(days=days)) for name, days in times.items()}


def _subject(said: Facts) -> Json:
    return {"name": "Suharto Demo", **({"birth_date": "1990-05"} if said.disclosed else {})}


def _cnf(said: Facts) -> Json:
    return {"cnf": {"jwk": dict(signers()[2].public.jwk)}} if said.bound else {}


def _document(said: Facts, issuer: str, subject: Json) -> Json:
    entry = {
        "id": "https://status.example/1#7",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": "https://status.example/1",
    }
    begins = (NOW + timedelta(days=said.begins)).isoformat().replace("+00:00", "Z")
    status = {"credentialStatus": entry} if said.status else {}
    return vc(issuer, credentialSubject=subject, validFrom=begins, **_window(said), **_cnf(said), **status)


def _vc_jwt(said: Facts, signer: Signer, issuer: str) -> str:
    return vc_jwt(signer, _document(said, issuer, _subject(said)))


def _sd_jwt_vc(said: Facts, signer: Signer, issuer: str) -> str:
    made = [disclosure(name, value) for name, value in _subject(said).items()]
    status = {"status": {"status_list": {"idx": 7, "uri": "https://status.example/1"}}} if said.status else {}
    hidden = {"_sd": [digest(text) for text in made], "_sd_alg": "sha-256"}
    return sd_jwt(signer, claims(issuer, **_window(said), **hidden, **_cnf(said), **status), tuple(made))


def _vc_sd_jwt(said: Facts, signer: Signer, issuer: str) -> str:
    made = [disclosure(name, value) for name, value in _subject(said).items()]
    document = _document(said, issuer, {"_sd": [digest(text) for text in made]})
    return sd_jwt(signer, json.loads(json.dumps(document)), tuple(made), typ="vc+sd-jwt")


def _integrity(said: Facts, signer: Signer, issuer: str) -> str:
    """With a Data Integrity proof; bound by the subject's identifier, as it has no cnf."""
    _, stranger, holder = signers()
    key = signer if said.format.startswith("ecdsa") else edwards()[signer is stranger]
    plain = _document(
        said, issuer, {**_subject(said), **({"id": did_jwk.encode(holder.public.jwk)} if said.bound else {})}
    )
    ends = {} if said.ends is None else {"validUntil": times.show(NOW + timedelta(days=said.ends))}
    content = {
        name: value for name, value in plain.items() if name not in ("iss", "iat", "nbf", "exp", "cnf", "validUntil")
    }
    content = {**integrity.document(issuer), "validUntil": None, **content, **ends}
    content["@context"] = integrity.document(issuer)["@context"]
    made = integrity.secured(
        key,
        said.format,
        {name: value for name, value in content.items() if value is not None},
        created=NOW + timedelta(days=said.issued),
    )
    if said.presentation is None:
        return integrity.text(made)
    by = SigningKey((stranger if said.presentation == "other key" else holder).private, holder.public)
    nonce = "n-2" if said.presentation == "wrong nonce" else "n-1"
    created = NOW - timedelta(seconds=301) if said.presentation == "too old" else NOW
    return data_integrity.present(
        [integrity.text(made)], by, nonce, PRESENTED.audience or "", created, "ecdsa-jcs-2019"
    )


def _cwt(said: Facts, signer: Signer, issuer: str) -> str:
    """The family's map in a token: a number of a document in place of the name, which it writes in parts."""
    window = {label: value for label, value in zip((6, 5, 4), _window(said).values(), strict=True) if value is not None}
    subject = {8: "DEMO-1", **({2: "1990-05"} if said.disclosed else {})}
    payload = cbor2.dumps({1: issuer, **window, -71001: subject})
    protected = {1: -7, 4: (signer.kid or "").encode()}
    return b64(cbor2.dumps(cbor2.CBORTag(18, mdocs.Recipe.sign1(signer.private, protected, {}, payload))))
