"""The facts as a credential, and what its holder made of it, in each format."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import cbor2

from defa_id.codec import base64url, times
from defa_id.issue import data_integrity, vc_cose
from defa_id.issue.signing import SigningKey, to_json
from defa_id.resolvers import did_jwk
from tests.support import integrity, mdocs
from tests.support.certificates import authority, p256
from tests.support.certificates import signer as certified
from tests.support.world import (
    ISSUER,
    NOW,
    PRESENTED,
    Json,
    Signer,
    b64,
    claims,
    digest,
    disclosure,
    key_binding,
    moment,
    sd_jwt,
    vc,
    vc_jwt,
    vp_jwt,
)

if TYPE_CHECKING:
    from tests.properties.facts import Facts

STRANGER: Final = "https://stranger.example"
DOCUMENT_NUMBER: Final = "DEMO-1"
BIRTH_DATE: Final = "1990-05"
_URI: Final = "https://status.example/1"
_TOKEN_STATUS: Final = {"status_list": {"idx": 7, "uri": _URI}}


@cache
def signers() -> tuple[Signer, Signer, Signer]:
    """The issuer's key, a stranger's under the same kid, and the holder's."""
    return Signer.make(kid="key-1"), Signer.make(kid="key-1"), Signer.make()


@cache
def edwards() -> tuple[Signer, Signer]:
    """The issuer's Ed25519 key, and a stranger's under the same kid."""
    return Signer.make("EdDSA", kid="key-2"), Signer.make("EdDSA", kid="key-2")


def mint(said: Facts) -> str | bytes:
    """What the verifier is handed."""
    return _MINTED[said.format](said)


def _signer(said: Facts) -> Signer:
    genuine, stranger, _ = signers()
    return genuine if said.signer == "the issuer" else stranger


def _issuer(said: Facts) -> str:
    return STRANGER if said.signer == "a stranger" else ISSUER


def _presenter(said: Facts) -> Signer:
    _, stranger, holder = signers()
    return stranger if said.presentation == "other key" else holder


def _nonce(said: Facts) -> str:
    return "n-2" if said.presentation == "wrong nonce" else "n-1"


def _made(said: Facts) -> datetime:
    return NOW - timedelta(seconds=301 if said.presentation == "too old" else 0)


def _day(number: int | None) -> datetime | None:
    return None if number is None else NOW + timedelta(days=number)


def _window(said: Facts) -> Json:
    days = {"iat": said.issued, "nbf": said.begins, "exp": said.ends}
    return {name: None if number is None else moment(timedelta(days=number)) for name, number in days.items()}


def _subject(said: Facts) -> Json:
    return {"document_number": DOCUMENT_NUMBER, **({"birth_date": BIRTH_DATE} if said.disclosed else {})}


def _cnf(said: Facts) -> Json:
    return {"cnf": {"jwk": dict(signers()[2].public.jwk)}} if said.bound else {}


def _document(said: Facts, subject: Json) -> Json:
    entry = {
        "id": f"{_URI}#7",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": _URI,
    }
    begins = times.show(NOW + timedelta(days=said.begins))
    status = {"credentialStatus": entry} if said.status else {}
    return vc(_issuer(said), credentialSubject=subject, validFrom=begins, **_window(said), **_cnf(said), **status)


def _unsigned(said: Facts, subject: Json) -> Json:
    """The document without JWT claims: what it says of its time it says in its own members."""
    plain = {
        name: value
        for name, value in _document(said, subject).items()
        if name not in ("iss", "iat", "nbf", "exp", "cnf")
    }
    ends = _day(said.ends)
    return plain | ({} if ends is None else {"validUntil": times.show(ends)})


def _vc_jwt(said: Facts) -> str:
    made = vc_jwt(_signer(said), _document(said, _subject(said)))
    if said.presentation is None:
        return made
    message = vp_jwt(signers()[2], (made,), _nonce(said), iat=int(_made(said).timestamp())).rpartition(".")[0]
    return f"{message}.{b64(_presenter(said).raw(message.encode()))}"


def _bound(said: Facts, made: str) -> str:
    if said.presentation is None:
        return made
    return key_binding(_presenter(said), made, _nonce(said), iat=int(_made(said).timestamp()))


def _sd_jwt_vc(said: Facts) -> str:
    made = [disclosure(name, value) for name, value in _subject(said).items()]
    status = {"status": _TOKEN_STATUS} if said.status else {}
    hidden = {"_sd": [digest(text) for text in made], "_sd_alg": "sha-256"}
    payload = claims(_issuer(said), **_window(said), **hidden, **_cnf(said), **status)
    return _bound(said, sd_jwt(_signer(said), payload, tuple(made)))


def _vc_sd_jwt(said: Facts) -> str:
    made = [disclosure(name, value) for name, value in _subject(said).items()]
    document = _document(said, {"_sd": [digest(text) for text in made]})
    return _bound(said, sd_jwt(_signer(said), document, tuple(made), typ="vc+sd-jwt"))


def _integrity(said: Facts) -> str:
    """With a Data Integrity proof; bound by the subject's identifier, as it has no cnf."""
    _, stranger, holder = signers()
    signer = _signer(said)
    key = signer if said.format.startswith("ecdsa") else edwards()[signer is stranger]
    own = {"id": did_jwk.encode(holder.public.jwk)} if said.bound else {}
    content = {**_unsigned(said, {**_subject(said), **own}), "@context": integrity.document()["@context"]}
    made = integrity.text(integrity.secured(key, said.format, content, created=NOW + timedelta(days=said.issued)))
    if said.presentation is None:
        return made
    by = SigningKey(_presenter(said).private, holder.public)
    return data_integrity.present([made], by, _nonce(said), PRESENTED.audience or "", _made(said), "ecdsa-jcs-2019")


def _vc_cose(said: Facts) -> str:
    _, _, holder = signers()
    key = _signer(said)
    labels = {name: label for name, label in (("iat", 6), ("nbf", 5), ("exp", 4)) if _window(said)[name] is not None}
    registered: dict[int, Any] = {1: _issuer(said), **{label: _window(said)[name] for name, label in labels.items()}}
    if said.bound:
        registered[8] = {1: mdocs.cose_key(holder.private)}
    document = to_json(_unsigned(said, _subject(said)))
    made = vc_cose.envelope(SigningKey(key.private, key.public), document, "vc", registered, kid=key.kid)
    if said.presentation is None:
        return base64url.encode(made)
    did, context = did_jwk.encode(holder.public.jwk), "https://www.w3.org/ns/credentials/v2"
    envelope = {
        "@context": context,
        "type": "EnvelopedVerifiableCredential",
        "id": f"data:application/vc+cose;base64,{base64.b64encode(made).decode()}",
    }
    shown = {
        "@context": [context],
        "type": ["VerifiablePresentation"],
        "holder": did,
        "verifiableCredential": [envelope],
    }
    by = SigningKey(_presenter(said).private, holder.public)
    asked = {1: did, 3: PRESENTED.audience, 6: int(_made(said).timestamp()), 10: _nonce(said)}
    return base64url.encode(vc_cose.envelope(by, to_json(shown), "vp", asked, kid=f"{did}#0"))


def _mdoc(said: Facts) -> bytes:
    """Signed by a certificate, which stands for the issuer's name; its device answers a session."""
    asked = mdocs.EXPECTED._replace(nonce=_nonce(said))
    recipe = mdocs.GOLDEN.but(
        elements=_subject(said),
        certificate=certified(p256(51), authority(p256(52), "Stranger")) if said.signer == "a stranger" else mdocs.DS,
        key=p256(53) if said.signer == "a stranger as the issuer" else None,
        signed_at=_day(said.issued),
        begins=_day(said.begins),
        ends=_day(said.ends or 0),
        mso=lambda mso: {**mso, **({"status": _TOKEN_STATUS} if said.status else {})},
        session=mdocs.transcript(asked),
        device_signs=p256(54) if said.presentation == "other key" else None,
    )
    return recipe.bare() if said.presentation is None else recipe.answer()


def _cwt(said: Facts) -> str:
    """The family's map in a token, members by number, in base64url."""
    signer = _signer(said)
    window = {label: value for label, value in zip((6, 5, 4), _window(said).values(), strict=True) if value is not None}
    numbers = {"document_number": 8, "birth_date": 2}
    subject = {numbers[name]: value for name, value in _subject(said).items()}
    status = {65535: _TOKEN_STATUS} if said.status else {}
    payload = cbor2.dumps({1: _issuer(said), **window, **status, -71001: subject})
    protected = {1: -7, 4: (signer.kid or "").encode()}
    return b64(cbor2.dumps(cbor2.CBORTag(18, mdocs.Recipe.sign1(signer.private, protected, {}, payload))))


_MINTED: Final[MappingProxyType[str, Callable[[Facts], str | bytes]]] = MappingProxyType(
    {
        "vc-jwt": _vc_jwt,
        "sd-jwt-vc": _sd_jwt_vc,
        "vc-sd-jwt": _vc_sd_jwt,
        **dict.fromkeys(("eddsa-jcs-2022", "eddsa-rdfc-2022", "ecdsa-jcs-2019", "ecdsa-rdfc-2019"), _integrity),
        "vc-cose": _vc_cose,
        "mdoc": _mdoc,
        "cwt": _cwt,
    }
)
