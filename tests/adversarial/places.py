"""The places of a credential that JSON stands in: a spoilt text there, and the whole signed genuinely."""

from __future__ import annotations

from collections.abc import Callable

from defa_id.policy import Expected
from tests.adversarial.rows import (
    SUBJECT,
    Stage,
    spliced,
)
from tests.support import world as minting
from tests.support.world import PRESENTED, b64, dumps, moment

Mutation = Callable[[bytes], bytes]


def in_header(stage: Stage, spoil: Mutation) -> str:
    head = dumps({"alg": "ES256", "typ": "vc+jwt", "kid": "key-1"})
    return stage.signer.token(spoil(head), stage.document())


def in_payload(stage: Stage, spoil: Mutation) -> str:
    return stage.vc_of(spoil(dumps(stage.document())))


def in_sd_jwt(stage: Stage, spoil: Mutation) -> str:
    return minting.sd_jwt(stage.signer, spoil(dumps(minting.claims(**SUBJECT))))


def in_vc_sd_jwt(stage: Stage, spoil: Mutation) -> str:
    return minting.sd_jwt(stage.signer, spoil(dumps(stage.document())), typ="vc+sd-jwt")


def in_disclosure(stage: Stage, spoil: Mutation) -> str:
    made = b64(spoil(dumps(["salt", "address", SUBJECT["address"]])))
    return minting.sd_jwt(stage.signer, minting.claims(_sd=[minting.digest(made)]), (made,))


def in_key_binding_header(stage: Stage, spoil: Mutation) -> str:
    shown = stage.sd()
    payload = {"iat": moment(), "aud": "https://rp.example", "nonce": "n-1", "sd_hash": minting.digest(shown)}
    return shown + stage.holder.token(spoil(dumps({"alg": "ES256", "typ": "kb+jwt"})), payload)


def in_key_binding(stage: Stage, spoil: Mutation) -> str:
    shown = stage.sd()
    payload = {"iat": moment(), "aud": "https://rp.example", "nonce": "n-1", "sd_hash": minting.digest(shown)}
    return shown + stage.holder.token({"alg": "ES256", "typ": "kb+jwt"}, spoil(dumps(payload)))


def in_did_jwk(stage: Stage, spoil: Mutation) -> str:
    did = "did:jwk:" + b64(spoil(dumps(dict(stage.holder.public.jwk))))
    return stage.vp(stage.vc(), holder=did, iss=did, header={"kid": f"{did}#0"})


PLACES: dict[str, tuple[Callable[[Stage, Mutation], str], str, Expected]] = {
    "header": (in_header, "format.wellformed", Expected()),
    "payload": (in_payload, "format.wellformed", Expected()),
    "sd-jwt": (in_sd_jwt, "format.wellformed", Expected()),
    "vc-sd-jwt": (in_vc_sd_jwt, "format.wellformed", Expected()),
    "disclosure": (in_disclosure, "format.disclosures", Expected()),
    "key-binding-header": (in_key_binding_header, "holder.presented", PRESENTED),
    "key-binding": (in_key_binding, "holder.presented", PRESENTED),
    "did-jwk": (in_did_jwk, "holder.proof", Expected()),
}


def member(text: bytes) -> Mutation:
    """One more member, written like this, at the end of the text's last object."""

    def spoil(genuine: bytes) -> bytes:
        end = genuine.rindex(b"}")
        return genuine[:end] + b"," + text + genuine[end:]

    return spoil


def payload(name: str, raw: bytes) -> Callable[[Stage], str]:
    """The golden payload with one member spelled like this."""
    return lambda stage: stage.vc_of(spliced(stage.document(), name, raw))
