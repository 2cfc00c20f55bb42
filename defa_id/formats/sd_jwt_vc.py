"""SD-JWT VC (draft-ietf-oauth-sd-jwt-vc-25): typ dc+sd-jwt, a vct, and claims disclosed selectively."""

from __future__ import annotations

from typing import Any, Final

from defa_id.codec import times
from defa_id.codec.text import printable, require_visible
from defa_id.credential import Credential, Holder, Reading, Window
from defa_id.errors import Fault
from defa_id.formats import sd_jwt, status_claim

NAME: Final = "sd-jwt-vc"
FIXED: Final = frozenset({"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"})  # draft §2.2.2.2
_REGISTERED: Final = FIXED | {"iat", "sub", "aud", "jti"}


def recognises(data: bytes) -> bool:
    """Whether this is an SD-JWT that the SD-JWT envelope of VC-JOSE-COSE does not claim."""
    return sd_jwt.looks_disclosable(data) and not sd_jwt.belongs_to_vcdm(data)


def read(data: bytes, reading: Reading) -> sd_jwt.Read:
    """Strict syntax and typ. Raises `Fault` JOSE_TYP, JOSE_HEADER_FORBIDDEN and what `sd_jwt.read` raises."""
    read = sd_jwt.read(data)
    typ = read.token.header.typ
    if typ != "dc+sd-jwt" and not (reading.legacy_sd_jwt_typ and typ == "vc+sd-jwt"):
        raise Fault("JOSE_TYP", f"typ {printable(typ)} is not dc+sd-jwt", typ=printable(typ))
    if read.token.header.cty is not None:
        raise Fault("JOSE_HEADER_FORBIDDEN", "cty must not be there", parameter="cty")
    return read


def disclose(read: sd_jwt.Read) -> sd_jwt.Disclosed:
    """The claims with their disclosures. Raises what `sd_jwt.disclose` raises."""
    return sd_jwt.disclose(read, FIXED)


def model(disclosed: sd_jwt.Disclosed) -> Credential:
    """The credential (draft §2.2.2).

    Raises `Fault` JWT_CLAIM_MISSING, JWT_CLAIM_TYPE, STATUS_SHAPE, SHAPE_CONTROL_CHAR.
    """
    token, claims, shown, count = disclosed
    vct = _text(claims, "vct")
    if vct is None:
        raise Fault("JWT_CLAIM_MISSING", "vct is missing")
    require_visible(vct, "vct")
    issuer = _text(claims, "iss")
    if issuer is not None:
        require_visible(issuer, "iss")
    subject = _text(claims, "sub")
    issued, begins, ends = (
        times.from_numeric_date(claims[name], name) if name in claims else None for name in ("iat", "nbf", "exp")
    )
    confirmation = claims.get("cnf")
    if "cnf" in claims and not isinstance(confirmation, dict):
        raise Fault("JWT_CLAIM_TYPE", "cnf is not an object")
    return Credential(
        format=NAME,
        model="sd-jwt-vc",
        issuer=issuer,
        types=(vct,),
        claims=claims,
        subject={name: value for name, value in claims.items() if name not in _REGISTERED},
        window=Window(issued or begins, begins, ends),
        proofs=(token.proof,),
        status=status_claim.read(claims["status"]) if "status" in claims else (),
        holder=Holder(confirmation, (subject,) if subject else ()),
        digest=token.digest,
        typ=token.header.typ,
        disclosures=count,
        shown=shown,
    )


def _text(claims: dict[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if name in claims and (not isinstance(value, str) or not value):
        raise Fault("JWT_CLAIM_TYPE", f"{name} is not one text")
    return value
